"""The reports of a run, for people and programs, written from the journal."""

from importer.reports.results import Reports, write_reports

__all__ = ["Reports", "write_reports"]
