"""The only home of pandas and openpyxl: a file becomes an iterator of rows."""
