"""Jobs for the tests of what runs a command every night."""

from typing import Any

from importer.system.nightly_job import NightlyJob

ODD_WORDS = (
    "/srv/a b/año.csv",
    "100%.csv",
    "it's",
    'say "x"',
    "$HOME",
    "back\\slash",
    "a;b",
    "*",
    "~",
    "%h",
    ";",
    "é ü",
)
"""Words in which something means something to systemd, cron, a shell or Windows."""


def nightly_job(**changes: Any) -> NightlyJob:
    """Return a job as the README's administrators have it."""
    return NightlyJob(
        **{
            "name": "callbell-importer",
            "hour": 2,
            "minute": 5,
            "program": ("/opt/callbell-importer/bin/callbell-importer",),
            "arguments": ("run", "/srv/contacts.csv", "--yes"),
            "folder": "/var/lib/callbell-importer",
            "user": "callbell",
            **changes,
        }
    )
