"""What differs between Windows, Macs and Linux: files, locks, signals, shells; and the log and the clock."""
