"""The only home of sqlite3: what was asked, tried and answered."""
