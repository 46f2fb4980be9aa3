"""What `doctor` says of what it found: a `Diagnosis` for each part of the set-up. Pure."""

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from importer.client.token import VARIABLE, TokenSource
from importer.journal import AccountMatch
from importer.journal.integrity import JournalState
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.model.errors import ImporterError
from importer.model.plain_text import counted
from importer.model.replies import Arrival, Reply
from importer.model.requests import CALLBELL_URL
from importer.model.stop import CHECK_NETWORK
from importer.system.shell import quote

LEAST_FREE_BYTES = 100 * 1024 * 1024
_CLOCK_MOST_SECONDS = 30.0
_TOKEN_WORDS = {
    TokenSource.VARIABLE: f"from the variable {VARIABLE}",
    TokenSource.KEYRING: "from the system's keyring",
}


def skipped(name: str, why: str) -> Diagnosis:
    """Return a check that was not made."""
    return Diagnosis(name=name, level=Level.SKIPPED, text=why)


def not_made(name: str, found: Mapping[str, Diagnosis]) -> Diagnosis:
    """Return a check that could not be made, with which of the others kept it from being made."""
    wrong = {one for one, diagnosis in found.items() if diagnosis.level is Level.PROBLEM}
    if "config" in wrong:
        return skipped(name, "not looked at while the config is wrong")
    if name == "lock":
        return skipped(name, "not looked at: see the journal")
    if "service" in wrong:
        return skipped(name, "not asked: the service does not answer")
    if "account" in wrong:
        return skipped(name, "not asked: see the account")
    return skipped(name, "not asked: the token is refused" if "service" in found else "not asked without a token")


def of_error(name: str, error: ImporterError, exit_code: int | None = None) -> Diagnosis:
    """Return what an error says as a problem, with its own exit code unless another is given."""
    code = error.exit_code if exit_code is None else exit_code
    return problem_diagnosis(name, error.message, error.hint, code, error.code if code == error.exit_code else "")


def diagnose_config(path: Path | None, mode: int | None, folder_mode: int | None = None) -> Diagnosis:
    """Return how a config stands that was read without a problem.

    Args:
        path: The config; None: there is none.
        mode: Its mode; None: modes mean nothing here.
        folder_mode: That of its folder.

    """
    if path is None:
        text = "none, so the columns are guessed for each file"
        return Diagnosis(name="config", text=text, next_step="To write one: callbell-importer init FILE")
    if folder_mode is not None and folder_mode & stat.S_IWOTH and not folder_mode & stat.S_ISVTX:
        return Diagnosis(
            name="config",
            level=Level.NOTE,
            text=f"{path}: others can delete it, as everybody may write to its folder (mode {folder_mode:04o})",
            next_step=f"Keep the folder to yourself: chmod go-w {quote(str(path.parent))}",
        )
    told = "" if mode is None else f", mode {mode:04o}, and only you and root can change it"
    return Diagnosis(name="config", text=f"{path}{told}")


def diagnose_reports(folder: Path, metrics: Path | None, *, is_there: bool) -> Diagnosis:
    """Return how the folder for reports stands, which can be written to, and what will not be read of the metrics."""
    text = f"{folder}{'' if is_there else ', which the first run makes'}, writable"
    if metrics is None or metrics.suffix == ".prom":
        return Diagnosis(name="reports", text=text)
    text += f"; node_exporter does not read {metrics}, whose name does not end in .prom"
    step = f"Name it in --metrics, or as metrics under [run]: {metrics.with_suffix('.prom')}"
    return Diagnosis(name="reports", level=Level.NOTE, text=text, next_step=step)


def diagnose_token(
    source: TokenSource, file: Path | None, mode: int | None, refused: Reply | None, *, is_tried: bool = True
) -> Diagnosis:
    """Return how the token stands.

    Args:
        source: Where it was found.
        file: The token file, if it is in one.
        mode: The file's mode; None: Windows, where the folder decides.
        refused: The reply in which the service refused it; None: it did not.
        is_tried: Whether the service answered at all.

    """
    secret = "a credential that systemd guards" if source is TokenSource.CREDENTIAL else f"secret, mode {mode or 0:04o}"
    text = _TOKEN_WORDS.get(source) or f"from the file {file}" + (f" ({secret})" if mode is not None else "")
    if refused is None:
        return Diagnosis(name="token", text=text if is_tried else f"{text}; it could not be tried")
    step = "Take a new token from Callbell's settings (API), and put it there."
    return problem_diagnosis("token", f"{text}: the service refuses it ({refused.http_status})", step, 2)


def is_token_refused(reply: Reply) -> bool:
    """Tell whether the service knows the request and not the token."""
    return reply.http_status in (401, 403)


def diagnose_service(base_url: str, samples: Sequence[float], failed: Reply | None) -> Diagnosis:
    """Return how the service answers.

    Args:
        base_url: Its address.
        samples: How long each answer took, in seconds.
        failed: A reply that is no answer of the service; None: there was none.

    """
    if failed is not None:
        why = failed.message or f"status {failed.http_status}"
        what = "cannot be reached" if failed.arrival is not Arrival.ANSWERED else "does not answer as it should"
        own = "" if base_url == CALLBELL_URL else f" Callbell's own address is {CALLBELL_URL}: see base_url."
        step = f"{CHECK_NETWORK}.{own}"
        return problem_diagnosis("service", f"{base_url} {what}: {why}", step, 5)
    times = ", ".join(f"{seconds * 1000:.0f}" for seconds in samples)
    text = f"{base_url} answers in {min(samples) * 1000:.0f} ms (round trips of {times} ms)"
    return Diagnosis(name="service", text=text)


def diagnose_clock(skew_seconds: float) -> Diagnosis:
    """Return how far our clock is from the service's `Date`, which has whole seconds; 0.0: it sends none."""
    if skew_seconds == 0.0:
        return skipped("clock", "the service does not tell its time")
    ahead = "behind" if skew_seconds > 0 else "ahead of"
    if abs(skew_seconds) <= _CLOCK_MOST_SECONDS:
        return Diagnosis(name="clock", text="agrees with the service's, as far as whole seconds tell")
    text = f"{abs(skew_seconds):,.0f} s {ahead} the service's clock; what is sent does not depend on it"
    return Diagnosis(
        name="clock", level=Level.NOTE, text=text, next_step="Let the system set it: by NTP, for instance."
    )


def diagnose_account(match: AccountMatch, label: str, other: tuple[str, str] = ("", "")) -> Diagnosis:
    """Return which account it is, and what the journal knows of it.

    Args:
        match: What the journal knows of it.
        label: What the config calls it.
        other: That it has another journal, and how that is used; empty: it has not.

    """
    who = match.identity.email or "the token's owner is not told"
    called = f', called "{label}" in the config' if label else ""
    text = f"{who}{called}, {len(match.identity.uuids)} teams and channels; "
    if match.is_doubtful:
        step = "The next run asks on a terminal whether it is the same account."
        return Diagnosis(name="account", level=Level.NOTE, text=f"{text}it may be {match.name}", next_step=step)
    known = f"the journal knows it as {match.name}" if match.ids else "new to the journal"
    if other[0]:
        return Diagnosis(name="account", level=Level.NOTE, text=f"{text}{known}. {other[0]}", next_step=other[1])
    return Diagnosis(name="account", text=text + known)


def diagnose_journal(path: Path, state: JournalState | None, size_bytes: int, elsewhere: str = "") -> Diagnosis:
    """Return how the journal stands.

    Args:
        path: Where it is.
        state: What it holds; None: there is none yet.
        size_bytes: Its size.
        elsewhere: How to look into the one that the nights have; empty: there is no other.

    """
    if state is None and elsewhere:
        return Diagnosis(name="journal", level=Level.NOTE, text=f"{path} is not there", next_step=elsewhere)
    if state is None:
        return Diagnosis(name="journal", text=f"{path} is not there yet; the first run makes it")
    if state.faults:
        step = "Keep a copy as it is, and bring the journal back from a backup; see: callbell-importer journal check"
        return problem_diagnosis("journal", f"{path} is not whole: {'; '.join(state.faults)}", step, 4)
    schema = f"schema {state.schema_version}"
    if state.schema_version < state.newest_version:
        schema += f", which the next run brings to {state.newest_version}"
    held = f"{counted(state.runs, 'run')}, {counted(state.contacts, 'contact')}"
    held += f", {state.forgotten:,} more forgotten (purge)" if state.forgotten else ""
    return Diagnosis(name="journal", text=f"{path} is whole: {schema}, {size_bytes / 1e6:,.1f} MB, {held}")


def diagnose_disk(places: Sequence[tuple[str, int]]) -> Diagnosis:
    """Return whether there is room; each place with its free bytes."""
    text = ", ".join(f"{free / 1e9:,.1f} GB free for the {name}" for name, free in places)
    if min(free for _, free in places) < LEAST_FREE_BYTES:
        return problem_diagnosis("disk", text, "Make room on that disk, at least 100 MB.", 4)
    return Diagnosis(name="disk", text=text)
