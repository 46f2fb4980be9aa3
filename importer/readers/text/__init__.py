"""Text files: comma, semicolon, tab or bar between the cells."""
