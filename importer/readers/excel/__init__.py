"""Workbooks: .xlsx, .xlsm, .xls, .xlsb and .ods."""
