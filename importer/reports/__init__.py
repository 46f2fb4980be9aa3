"""The reports of a run, for people and programs, written from the journal."""

from importer.reports.report_files import write_reports
from importer.reports.report_options import ReportOptions, Reports

__all__ = ["ReportOptions", "Reports", "write_reports"]
