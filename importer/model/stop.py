"""The reason to end a whole run."""

from dataclasses import dataclass
from typing import Final

CHECK_NETWORK: Final = "Check this computer's network (a VPN, a firewall or a proxy may be in between)"
CHECK_CLOCK: Final = "Check this computer's clock, and whether a VPN or a proxy answers in Callbell's place"
CHECK_ADDRESS: Final = (
    "A VPN, a proxy or the log-in page of a network may answer in Callbell's place: check this computer's network."
    " `callbell-importer doctor` says which address is asked."
)
"""What to do about Callbell that is not there; its address is only named where it is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """End the whole run: no row can succeed before a person fixes something."""

    message: str
    hint: str
    code: str = "service"
    """A short stable word for programs, as errors have it."""
