"""Route a request to its call: the API's paths and methods. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from importer.sandbox.answers import Answer, error_answer
from importer.sandbox.calls import Asked, Calls

BASE_PATH: Final = "/v1"

CALLS: Final[Mapping[str, Callable[[Calls, Asked], Answer]]] = {
    "POST /contacts": Calls.create_contact,
    "GET /contacts": Calls.list_contacts,
    "GET /contacts/phone/:number": Calls.find_contact,
    "GET /contacts/:uuid": Calls.read_contact,
    "PATCH /contacts/:uuid": Calls.change_contact,
    "DELETE /contacts/:uuid": Calls.delete_contact,
    "GET /auth/me": Calls.who_am_i,
    "GET /teams": Calls.list_teams,
    "GET /teams/:uuid/members": Calls.list_members,
    "GET /channels": Calls.list_channels,
}
"""Every call of the API, under the name that the counters and the faults' script use."""

_PATTERNS: Final = {
    template: re.compile(BASE_PATH + re.sub(":[a-z]+", "([^/]*)", template))
    for template in dict.fromkeys(name.partition(" ")[2] for name in CALLS)
}
"""Each path of the API, and the pattern that it matches."""

UNKNOWN: Final = "unknown"
"""The name under which all other requests are counted."""


def call_of(method: str, path: str) -> tuple[str, str]:
    """Return the call's name, which is in `CALLS` if there is such a call, and the path's parameter."""
    for template, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(path):
            return f"{method} {template}", "".join(found.groups())
    return f"{method} ", ""


def no_such_call(call: str) -> Answer:
    """Return the answer for a call that is not in `CALLS`: 404, or 405 where the path has other methods."""
    template = call.partition(" ")[2]
    methods = [name.partition(" ")[0] for name in CALLS if name.partition(" ")[2] == template]
    if not methods:
        return error_answer(404, "Not found")
    return error_answer(405, "Method not allowed", headers={"Allow": ", ".join(methods)})
