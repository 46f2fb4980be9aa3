"""What a run writes for people and programs, each report from what the journal yields."""

from importer.reports.write import Reports, write_reports

__all__ = ["Reports", "write_reports"]
