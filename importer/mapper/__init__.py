"""From a header and settings to a column mapping, and from a row to a contact with all its problems. Pure."""
