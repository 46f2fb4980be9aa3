"""What commands ask the account: which it is, what it has, who is there already."""
