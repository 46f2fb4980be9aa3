"""What the statuses of rows mean, in the words of the closing text and of the reports for people."""

import re

from importer.model.rows import Status

MEANINGS: dict[Status, str] = {
    Status.CREATED: "now in Callbell",
    Status.UPDATED: "were in Callbell, and this run changed them",
    Status.EXISTS: "were in Callbell before, and were left as they are",
    Status.UNCHANGED: "the list says the same as in an earlier run",
    Status.DUPLICATE: "same identifier as an earlier row",
    Status.INVALID: "something in the row is wrong; not sent",
    Status.FAILED: "refused, or given up on",
    Status.IN_DOUBT: "sent, but it is unknown whether it arrived",
    Status.UNSENT: "not sent: the run ended before their turn",
}
REHEARSED: dict[Status, tuple[str, str]] = {
    Status.CREATED: ("would be created", "if Callbell answers as the sandbox did"),
    Status.UPDATED: ("would be updated", "if Callbell answers as the sandbox did"),
    Status.EXISTS: (Status.EXISTS, "are in the file more than once, and would be left as they are"),
    Status.FAILED: (Status.FAILED, "refused by the sandbox, or given up on"),
}
"""What a rehearsal calls the statuses that say what is in Callbell now, and what they mean there."""
FORETOLD: dict[Status, tuple[str, str]] = {
    Status.CREATED: ("would be created", ""),
    Status.UPDATED: ("would be updated", "are in Callbell now"),
    Status.EXISTS: (Status.EXISTS, "are in Callbell, and would be left as they are"),
    Status.FAILED: (Status.FAILED, "would be refused, were deleted in Callbell, or it does not answer"),
    Status.IN_DOUBT: (Status.IN_DOUBT, "were sent by an earlier run, and it is unknown whether they arrived"),
    Status.UNSENT: ("would be sent", ""),
}
"""The same of a dry run."""

_WORD = re.compile(r"\w+")
_OF_ONE = {"were": "was", "are": "is", "they": "it", "them": "it", "their": "its"}


def meaning_of(count: int, meaning: str) -> str:
    """Return what a status means for so many rows: of one row, in the singular."""
    return _WORD.sub(lambda word: _OF_ONE.get(word[0], word[0]), meaning) if count == 1 else meaning
