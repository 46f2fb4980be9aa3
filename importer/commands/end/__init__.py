"""How a command ends: its exit code, its reports, who is told, and what is kept."""
