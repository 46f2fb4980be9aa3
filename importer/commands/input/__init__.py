"""The files that a command is given: patterns, addresses, rows read a second time, files that are done."""
