"""From a header and the config to a column mapping, and from a row to a contact. Pure."""
