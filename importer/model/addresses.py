"""Addresses in place of files: what they are, how they are told without their secrets, what the fetched file is called.

Who may fetch an address is often in it: a user's password before the host, a signature or key behind the question mark.
So an address as it was given goes to whoever fetches it, and nowhere else: logs, journal, reports and names of runs
have `shown_address`, without user, without query and without fragment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlencode, urlsplit

from importer.model.errors import InputError
from importer.model.loopback import is_loopback

WEB = ("https", "http")
BY_FSSPEC: Mapping[str, str] = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "sftp": "paramiko"}
"""Schemes that fsspec reads, each with the package that it needs for it."""
CUT = "?..."
"""Stands for the query that is not told."""
GOOGLE_LOGIN = "accounts.google.com"
TRY_AGAIN = "Give the same command again later. Nothing was sent."
"""The hint where an address may be fetched another time."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_GOOGLE_DOCS = "docs.google.com"
_GOOGLE_SHEET = re.compile(r"/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/(e/)?([\w-]+)(?:/(\w+))?")
_GOOGLE_DOWNLOADS = ("export", "pub")
_GOOGLE_KEYS = ("format", "gid", "output", "single")
"""What may stand in the query of a Google Sheet's address; none of it is a secret."""
_ENDINGS: Mapping[str, str] = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": ".xlsm",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
"""By media type (IANA); `application/vnd.ms-excel` is not among them, as servers say it of every kind."""
_BEGINNINGS = ((b"PK\x03\x04", ".xlsx"), (b"\xd0\xcf\x11\xe0", ".xls"))
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*/\\]+')
_LONGEST_NAME = 80
"""Characters of a name: file systems take 255 bytes, and a letter can be three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much of an address is fetched at most, and for how long."""

    most_bytes: int
    seconds: float

    def too_large(self, shown: str) -> InputError:
        """Return the error that a file is larger; of its address what may be shown."""
        return InputError(
            f"{shown} is larger than {self.most_bytes // 1_000_000:,} MB.",
            "If that is right, allow more: max_download_mb under [input] of the config. Nothing was sent.",
        )

    def too_slow(self, shown: str) -> InputError:
        """Return the error that it takes longer; of its address what may be shown."""
        return InputError(
            f"{shown} could not be fetched within {self.seconds:.0f} seconds.",
            f"{TRY_AGAIN} Or give it more time: download_timeout under [input].",
        )


def scheme_of(text: str) -> str:
    """Return the scheme of an address, such as `https`; an empty text for the name of a file."""
    found = _SCHEME.match(text)
    return found[1].lower() if found else ""


def shown_address(text: str) -> str:
    """Return the address as everybody may see it; the name of a file as it is."""
    scheme = scheme_of(text)
    if not scheme:
        return text
    parts = _split(text)
    if parts is None:
        return f"{scheme}://..."
    shown = f"{scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    if sheet := _google_sheet(parts):
        gid = _gid(parts)
        query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if key in _GOOGLE_KEYS])
        return f"{shown}?{query}" if sheet[3] in _GOOGLE_DOWNLOADS and query else f"{shown}#gid={gid}" if gid else shown
    return f"{shown}{CUT}" if parts.query else shown


def can_be_fetched_again(shown: str) -> bool:
    """Tell whether an address as it is shown may still lead to the file."""
    return bool(scheme_of(shown)) and not shown.endswith((CUT, "://..."))


def download_address(text: str) -> str:
    """Return the address of the spreadsheet itself: of a Google Sheet's page that of its export as CSV."""
    parts = _split(text)
    sheet = _google_sheet(parts) if parts else None
    if not (parts and sheet) or (sheet[3] in _GOOGLE_DOWNLOADS and parts.query):
        return text
    gid = _gid(parts)
    if sheet[1]:  # published on the web, by an identifier of its own
        return f"https://{_GOOGLE_DOCS}/spreadsheets/d/e/{sheet[2]}/pub?output=csv" + (
            f"&gid={gid}&single=true" if gid else ""
        )
    return f"https://{_GOOGLE_DOCS}/spreadsheets/d/{sheet[2]}/export?format=csv" + (f"&gid={gid}" if gid else "")


def is_google_sheet(text: str) -> bool:
    """Tell whether an address is that of a Google Sheet."""
    parts = _split(text)
    return bool(parts and _google_sheet(parts))


def why_not_fetched(text: str) -> str:
    """Return why a web address is never asked, as the end of a sentence; empty where nothing speaks against it."""
    parts = _split(text)
    if text.endswith(CUT):
        return "is cut off where its secret begins: give the whole one"
    if parts is None or not parts.hostname:
        return "is no address"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "begins with http://, by which anybody on the way can read and change the list; https:// is needed"
    return ""


def offered_name(address: str, disposition: str = "", media_type: str = "", beginning: bytes = b"") -> str:
    """Return what a fetched file is called: a plain name with an ending that tells how it is read.

    Args:
        address: From which it was fetched.
        disposition: The header Content-Disposition; empty: there is none.
        media_type: Of the header Content-Type, without parameters; empty: there is none.
        beginning: Its first bytes.

    """
    parts = _split(address)
    path = parts.path if parts else ""
    name = _plain_name(_of_disposition(disposition)) or ("" if is_google_sheet(address) else _plain_name(unquote(path)))
    stem, dot, ending = name.rpartition(".")
    if stem and re.fullmatch("csv|tsv|txt|xls[xmb]?|ods", ending.lower()):
        return f"{stem[:_LONGEST_NAME]}.{ending.lower()}"
    found = _ENDINGS.get(media_type.strip().lower()) or next(
        (ending for start, ending in _BEGINNINGS if beginning.startswith(start)), ".csv"
    )
    return f"{((stem if dot else name) or 'sheet')[:_LONGEST_NAME]}{found}"


def _split(text: str) -> SplitResult | None:
    """Return the parts of an address; None: it is none."""
    try:
        parts = urlsplit(text)
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts


def _google_sheet(parts: SplitResult) -> re.Match[str] | None:
    """Return the sheet's identifiers within an address; None: it is no Google Sheet's."""
    return _GOOGLE_SHEET.match(parts.path) if parts.hostname == _GOOGLE_DOCS else None


def _gid(parts: SplitResult) -> str:
    """Return which tab of a Google Sheet is meant; empty: the first. What follows # is what the browser showed last."""
    found = {**parse_qs(parts.query), **parse_qs(parts.fragment)}.get("gid", [""])[0]
    return found if found.isdecimal() else ""


def _of_disposition(header: str) -> str:
    """Return the file name of a Content-Disposition (RFC 6266), whatever somebody wrote there."""
    from email.message import Message  # noqa: PLC0415 - files need none of it

    message = Message()
    message["Content-Disposition"] = header.encode("ascii", "replace").decode()
    return str(message.get_filename() or "")


def _plain_name(path: str) -> str:
    """Return the last part of a path as a name that every system takes, and that leads nowhere."""
    last = re.split(r"[/\\]", path.rstrip("/"))[-1]
    return _NOT_IN_NAMES.sub("-", last.encode("utf-8", "replace").decode()).strip(" .")
