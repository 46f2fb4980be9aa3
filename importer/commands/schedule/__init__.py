"""`schedule`: what runs an import every night, and what it will do there."""
