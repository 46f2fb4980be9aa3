"""What differs between Windows, Macs and Linux: locks, files, signals, logs, the clock."""
