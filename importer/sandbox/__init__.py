"""The sandbox: a fake Callbell API, as a real HTTP server on the loopback address.

For people who try their files, and for the tests. It follows the API's documentation; where that is silent,
`SandboxOptions` offers each behaviour, and the worst one is the default.

    HTTP        server   misbehaviour          the only home of aiohttp.web
    decisions   traffic  faults                admitted or not, with which fault; the request statistics
    the API     calls    rules   answers       the calls, their validation, their responses
    input       contacts_file                  the contacts that it has from the beginning
    state       account  contact_store         the account, what a contact is, and which there are
"""

from importer.sandbox.account import DEFAULT_ACCOUNT, AccountSetup, CustomField
from importer.sandbox.contacts_file import read_contacts
from importer.sandbox.faults import EVERY_FAULT, Commit, Fault, FaultKind, Faults, Scripted, read_faults
from importer.sandbox.options import Cursor, Duplicates, OptionalFields, SandboxOptions
from importer.sandbox.server import Sandbox, serve

__all__ = [
    "DEFAULT_ACCOUNT",
    "EVERY_FAULT",
    "AccountSetup",
    "Commit",
    "Cursor",
    "CustomField",
    "Duplicates",
    "Fault",
    "FaultKind",
    "Faults",
    "OptionalFields",
    "Sandbox",
    "SandboxOptions",
    "Scripted",
    "read_contacts",
    "read_faults",
    "serve",
]
