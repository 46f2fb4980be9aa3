"""`purge`: forgets old runs, or one person."""
