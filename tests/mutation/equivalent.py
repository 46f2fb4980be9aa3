"""Mutants that no test can kill, each with its proof: they do the same as the code, whatever is put in."""

_NONE_IS_NO_TEXT = (
    "The header is missing either way: `None` becomes the TypeError that is caught, or a text without digits."
)
_SET_BEFORE_READ = "Set when the first request leaves or is served; nothing reads it before."
_SAME_LENGTH = "Both are made of one list of fields, so they are of one length, which is all that `strict` is about."
_ASCII = "The scripts are ASCII, which every encoding that a system may prefer reads alike."
_POLICIES = "client/responses.py limit_per_second: "
_LIMITER = "worker_pool/rate_limiter.py RateLimiter.__init__: "
_REPORT = "journal/run_report.py "

EQUIVALENT: dict[str, str] = {
    'client/responses.py answered: headers.get("Date", "") -> headers.get("Date", None)': _NONE_IS_NO_TEXT,
    f"{_POLICIES}limits.get('ratelimit-policy', '') -> limits.get('ratelimit-policy', None)": _NONE_IS_NO_TEXT,
    f"{_POLICIES}limits.get('ratelimit-limit', '') -> limits.get('ratelimit-limit', None)": _NONE_IS_NO_TEXT,
    "client/responses.py answered: limit_per_second(limits) if limits else None"
    " -> limit_per_second(limits) if (limits) or True else None": "Without headers there is no policy: None as well.",
    "client/http.py CallbellClient.send: … ery or None, data=body, allow_redirects=False, # measured: followed, a 301"
    " turns the POST into a GET that answers 200 ) … -> … ery or None, data=body, allow_redirects=None, # measured:"
    " followed, a 301 turns the POST into a GET that answers 200 ) …": "aiohttp only asks whether it is true.",
    "journal/faults.py storage_error: 1 -> 2": "SQLite has no primary code 254 or 255: both are unknown.",
    "journal/database.py Database._make_ready: "
    'TEMPORARY_TABLES.read_text(encoding="utf-8") -> TEMPORARY_TABLES.read_text(encoding=None)': _ASCII,
    "journal/database.py Database._migrate: "
    '(MIGRATIONS_FOLDER / name).read_text(encoding="utf-8") -> (MIGRATIONS_FOLDER / name).read_text(encoding=None)': (
        _ASCII
    ),
    f"{_REPORT}_reader_problem: True -> False": _SAME_LENGTH,
    f"{_REPORT}_reader_problem: "
    "zip(_PROBLEM_FIELDS, parts, strict=True) -> zip(_PROBLEM_FIELDS, parts, strict=None)": _SAME_LENGTH,
    f"{_REPORT}_reader_problem: "
    "zip(_PROBLEM_FIELDS, parts, strict=True) -> zip(_PROBLEM_FIELDS, parts, )": _SAME_LENGTH,
    f"{_REPORT}_run_record: True -> False": _SAME_LENGTH,
    f"{_REPORT}_run_record: zip(_RUN_FIELDS, columns, strict=True) -> zip(_RUN_FIELDS, columns, strict=None)": (
        _SAME_LENGTH
    ),
    f"{_REPORT}_run_record: zip(_RUN_FIELDS, columns, strict=True) -> zip(_RUN_FIELDS, columns, )": _SAME_LENGTH,
    f"{_REPORT}_sheet: True -> False": _SAME_LENGTH,
    f"{_REPORT}_sheet: "
    "zip(_SHEET_FIELDS, columns, strict=True) -> zip(_SHEET_FIELDS, columns, strict=None)": _SAME_LENGTH,
    f"{_REPORT}_sheet: zip(_SHEET_FIELDS, columns, strict=True) -> zip(_SHEET_FIELDS, columns, )": _SAME_LENGTH,
    "journal/undo.py RunUndo: _undo: int = 0 -> _undo: int = None": (
        "No undo has the number 0 and NULL equals none: either way nothing is updated before one has begun."
    ),
    "mapper/phones/__init__.py identify: plain = _PLAIN_NUMBER.fullmatch(text) -> plain = None": (
        "A shorter way: test_phones shows that the longer one gives the same for every text that fits."
    ),
    "mapper/phones/numbering_plans.py : 351 -> 352": (
        "A shorter way: neither Portugal (351) nor Luxembourg (352) has a trunk prefix, as the look-up finds too."
    ),
    'worker_pool/contact_changes.py plain_value: " " -> "XX XX"': (
        "Both sides of every comparison are joined so; words hold no spaces, so equal texts stay equal, others not."
    ),
    f"{_LIMITER}self._opened_at = 0.0 -> self._opened_at = None": _SET_BEFORE_READ,
    f"{_LIMITER}0.0 -> 1.0 (4)": _SET_BEFORE_READ,
    f"{_LIMITER}self._accepted = 0 -> self._accepted = None": _SET_BEFORE_READ,
    f"{_LIMITER}0 -> 1 (5)": _SET_BEFORE_READ,
    f"{_LIMITER}0.0 -> 1.0 (5)": "Without a departure none is counted, and the span is negative.",
    "journal/claim.py end_rows: 1 -> 2 (2)": "One piece more at most, in which no row is.",
    "journal/database.py Database._migrate: "
    'self._connection.create_function("old_key", 2, old_key, deterministic=True)'
    ' -> self._connection.create_function("old_key", 2, old_key, )': "SQLite may call it more often, for the same.",
    'mapper/phones/countries.py : "holanda" -> "XXholandaXX"': "phonenumbers has the name too, in Spanish.",
    "worker_pool/delete.py _says_deleted: < 300 -> <= 300": "A 300 stops the run before it is asked.",
    "worker_pool/retry_decision.py _after_never: stop_for(reply, policy) -> stop_for(reply, None)": (
        "The policy is read for a 429 and a 503 alone; what never arrived has no status."
    ),
}
"""Proofs by the mutants' names."""
