"""The sandbox: a fake Callbell API, as a real HTTP server on the loopback address.

For people who try their files, and for the tests. It follows the API's documentation; where that is silent,
`SandboxOptions` offers each behaviour, and the worst one is the default.

    HTTP        server   misbehaviour          the only home of aiohttp.web
    decisions   traffic  faults                admitted or not, with which fault; the request statistics
    the API     calls    rules   answers       the calls, their validation, their responses
    state       account                        the account, and what a contact is
"""

from importer.sandbox.account import DEFAULT_ACCOUNT, AccountSetup, CustomField
from importer.sandbox.faults import EVERY_FAULT, Commit, Fault, FaultKind, Faults, Scripted, read_faults
from importer.sandbox.options import Duplicates, SandboxOptions
from importer.sandbox.server import Sandbox, serve

__all__ = [
    "DEFAULT_ACCOUNT",
    "EVERY_FAULT",
    "AccountSetup",
    "Commit",
    "CustomField",
    "Duplicates",
    "Fault",
    "FaultKind",
    "Faults",
    "Sandbox",
    "SandboxOptions",
    "Scripted",
    "read_faults",
    "serve",
]
