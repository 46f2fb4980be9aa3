"""`doctor`: looks at the set-up, says what is wrong with it, and asks what is not documented (`--probe`)."""
