"""A stand-in for the Callbell API: a real HTTP server on the loopback address.

For people who try their files, and the service that the tests run against. It keeps to the API's documentation;
where that is silent, `SandboxOptions` offers each behaviour, and the unkindest is the default.

    HTTP        server   misbehaviour          the only home of aiohttp.web
    decisions   routes   limit   faults        which call, let in or not, what goes wrong
    the API     calls    rules   answers       what is asked, refused and said
    what is     account  contacts  traffic     the account, what is stored, what came in
"""

from importer.sandbox.account import DEFAULT_ACCOUNT, AccountSetup, Channel, CustomField, Team, User
from importer.sandbox.contacts import StoredContact
from importer.sandbox.faults import EVERY_FAULT, Commit, Fault, FaultKind, Faults, Scripted, read_faults
from importer.sandbox.options import Duplicates, SandboxOptions
from importer.sandbox.server import Sandbox, serve_sandbox

__all__ = [
    "DEFAULT_ACCOUNT",
    "EVERY_FAULT",
    "AccountSetup",
    "Channel",
    "Commit",
    "CustomField",
    "Duplicates",
    "Fault",
    "FaultKind",
    "Faults",
    "Sandbox",
    "SandboxOptions",
    "Scripted",
    "StoredContact",
    "Team",
    "User",
    "read_faults",
    "serve_sandbox",
]
