"""The journal's schema: one SQL script per version, in `migrations/`.

A journal is brought up to date by the scripts that its version, SQLite's `user_version`, does not have yet, in one
transaction. A script that was ever released is never changed: a new one is added, and named here.
With every new one, keep a journal of the last release in `tests/support/old_journals` (its README says how):
a test opens each of them with today's code and checks that nothing is lost.
"""

from importlib import resources

APPLICATION_ID = 0x43424C69
"""`CBLi`: how a file says that it is a journal (SQLite's `application_id`)."""
MIGRATIONS_FOLDER = resources.files("importer.journal") / "migrations"
MIGRATIONS = (
    "0001_first.sql",
    "0002_undo.sql",
    "0003_learned_limits.sql",
    "0004_row_fingerprints.sql",
    "0005_repeated_runs.sql",
    "0006_left_out.sql",
)
"""In order; their number is the version of the schema."""
TEMPORARY_TABLES = resources.files("importer.journal") / "temporary_tables.sql"
"""Those of one connection: the input's next rows, and the keys that it had so far."""
