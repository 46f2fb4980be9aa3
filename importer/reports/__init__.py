"""The reports of a run, for people and programs, written from the journal."""

from importer.reports.report_files import ReportOptions, Reports, write_reports

__all__ = ["ReportOptions", "Reports", "write_reports"]
