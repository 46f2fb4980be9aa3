"""What a run writes for people and programs, each report from what the journal yields."""

from importer.reports.write_reports import Reports, write_reports

__all__ = ["Reports", "write_reports"]
