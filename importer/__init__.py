"""Brings the customers in a spreadsheet into Callbell, each exactly once."""

__version__ = "0.1.0"
