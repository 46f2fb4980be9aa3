"""`doctor`: looks at the set-up, changes nothing, and says how it stands; finishes what a probe left behind."""

import asyncio
import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.client.account import identify_account, read_lists
from importer.client.http import CallbellClient
from importer.client.kept_token import kept_token_file
from importer.client.token import Token, TokenSource, find_token, token_source
from importer.commands.account.account_registry import other_journal_of
from importer.commands.account.token_place import other_token
from importer.commands.context import CommandContext, CommandResult
from importer.commands.doctor import checks
from importer.commands.doctor.installed_jobs import installed_jobs
from importer.commands.doctor.probe_check import ProbeRequest, finish_probes, is_allowed, requested_number
from importer.commands.doctor.schedule_check import CronFacts, diagnose_schedule
from importer.commands.journal_path import journal_of
from importer.commands.killed_run import free_lock
from importer.commands.last_import import last_import
from importer.commands.named_journal import begun_beside, journal_before_accounts, require_journal
from importer.commands.report_folder import closed_folder_hint
from importer.commands.service_journals import elsewhere
from importer.commands.setup import is_there
from importer.journal import AccountMatch
from importer.journal.integrity import JournalState, examine
from importer.journal.probes import ProbedAccount, read_account
from importer.model.account import AccountIdentity
from importer.model.diagnosis import Diagnosis, Level, diagnosed_exit_code
from importer.model.errors import BusyError, DeclinedError, ImporterError, ServiceError, StorageError, UsageError
from importer.model.probe import ProbeAnswers
from importer.model.replies import Reply
from importer.model.requests import WHO_AM_I
from importer.reports.doctor_report import doctor_json, doctor_text
from importer.system import runtime
from importer.system.files import as_storage_error
from importer.system.locks import lock_to_look
from importer.system.scheduler import has_cron_job
from importer.system.shell import program_command

_ORDER = (
    *("config", "token", "account", "service", "clock"),
    *("journal", "lock", "disk", "reports", "schedule", "probe"),
)
_SAMPLES = 3
_CRON_PATH = os.pathsep.join(["/usr/bin", "/bin"])
_CRON_LACKS = ("CALLBELL_", "XDG_STATE_HOME")
"""Beginnings of the variables that matter and that a cron job does not have."""


@dataclass(slots=True, kw_only=True)
class Doctor:
    """A look at the set-up; `examine` is called once.

    Args:
        context: What the command was given.
        config: The config file that was named; None: none was.
        config_error: What is wrong with the settings; then the context has none of them.

    """

    context: CommandContext
    config: Path | None = None
    config_error: UsageError | None = None
    found: dict[str, Diagnosis] = field(default_factory=dict)
    answers: ProbeAnswers | None = None
    _journal: JournalState | None = None
    _token: Token | None = None
    _source: TokenSource | None = None

    def examine(self, number: str = "", *, notify: bool = False) -> CommandResult:
        """Look at everything, make a probe if a number is given, and send test notices if they are wanted.

        Raises:
            DeclinedError: The answer was no.
            UsageError: The number is none, or nobody could be asked whether to make the probe.

        """
        if self.config_error is not None:
            self.found["config"] = checks.of_error("config", self.config_error)
        else:
            self._look(requested_number(self.context, number) if number else "")
        diagnoses = [self.found.get(name) or checks.not_made(name, self.found) for name in _ORDER]
        if notify:
            from importer.commands.doctor.notify_checks import diagnose_notices  # noqa: PLC0415 - only where it is wanted

            diagnoses += (
                diagnose_notices(self.context) if self.config_error is None else [checks.not_made("notify", self.found)]
            )
        summary = doctor_json(diagnoses, self.answers)
        code = diagnosed_exit_code(diagnoses)
        return CommandResult(exit_code=code, text=doctor_text(diagnoses, self.context.line_width), summary_json=summary)

    def _look(self, digits: str) -> None:
        path = self._path_of_config()
        self.found["config"] = checks.diagnose_config(path, _mode(path), _mode(path.parent) if path else None)
        self._find_token()
        self._look_at_journal()
        self._look_at_places()
        self.found["schedule"] = diagnose_schedule(self._cron())
        if self._token is not None:
            asyncio.run(self._ask(self._token, digits))

    def _path_of_config(self) -> Path | None:
        named = self.context.options.get("config")
        return Path(str(named)) if named else None

    def _find_token(self) -> None:
        chosen, environment = self.context.settings.service, self.context.environment
        try:
            self._token = find_token(environment, chosen.token_file, chosen.account)
        except UsageError as error:
            self.found["token"] = checks.of_error("token", error)
            return
        self._source = token_source(environment, chosen.token_file, chosen.account)
        self._tell_token(None, is_tried=False)

    def _tell_token(self, refused: Reply | None, *, is_tried: bool) -> None:
        if self._source is not None:
            chosen = self.context.settings.service
            file = kept_token_file(chosen.account) if self._source is TokenSource.KEPT else chosen.token_file
            is_file = self._source in (TokenSource.FILE, TokenSource.CREDENTIAL, TokenSource.KEPT)
            mode = _mode(file) if is_file else None
            file = file.absolute() if file else None
            self.found["token"] = checks.diagnose_token(self._source, file, mode, refused, is_tried=is_tried)
            if refused is None and (warning := other_token(self.context)):
                self.found["token"] = Diagnosis(name="token", level=Level.NOTE, text=warning)

    def _path(self) -> Path:
        return journal_of(self.context.settings)

    def _look_at_journal(self) -> None:
        with self._problems("journal"):
            path = self._path()
            if is_there(path):
                self._journal = examine(path)
                size_bytes = path.stat().st_size
                self.found["journal"] = checks.diagnose_journal(path, self._journal, size_bytes)
                with self._problems("lock"), lock_to_look(path, "doctor"):
                    self.found["lock"] = free_lock(path, self._journal)
            else:
                require_journal(self.context.settings, path)
                self.found["lock"] = Diagnosis(name="lock", text="free: there is no journal")
                settings = self.context.settings
                old = journal_before_accounts(path, settings)
                other = "\n".join(begun_beside(settings, path, old)) if old else elsewhere(self.context, "doctor")
                self.found["journal"] = checks.diagnose_journal(path, None, 0, other)

    def _look_at_places(self) -> None:
        reports = self.context.settings.run.report_dir.absolute()
        with self._problems("disk"):
            places = [("journal", _nearest(self._path().parent)), ("reports", _nearest(reports))]
            with as_storage_error("The free space of the disk cannot be told"):
                free = [(name, shutil.disk_usage(place).free) for name, place in places]
            self.found["disk"] = checks.diagnose_disk(free)
        with self._problems("reports"):
            with as_storage_error(f"The reports folder {reports} cannot be written to", closed_folder_hint(reports)):
                tempfile.TemporaryFile(dir=_nearest(reports)).close()
            metrics = self.context.settings.run.metrics
            self.found["reports"] = checks.diagnose_reports(reports, metrics, is_there=is_there(reports))

    def _cron(self) -> CronFacts:
        environment = self.context.environment
        is_named = self.config is not None or "CALLBELL_IMPORTER_CONFIG" in environment
        journal, context = self.found.get("journal"), self.context
        is_usable = journal is not None and journal.level is not Level.PROBLEM
        return CronFacts(
            variables=tuple(sorted(one for one in environment if one.startswith(_CRON_LACKS) and environment[one])),
            token_source=self._source,
            is_config_found_here="config" in self.context.options and not is_named,
            is_command_on_path=shutil.which("callbell-importer", path=_CRON_PATH) is not None,
            command=program_command(),
            home=environment.get("HOME", ""),
            journal=str(self._path()) if is_usable else "(see above)",
            has_job=has_cron_job(),
            installed=installed_jobs(context),
            elsewhere=elsewhere(context, "doctor") if is_usable else "",
            last=last_import(self._path(), context.settings.run.of_account) if is_usable else None,
            zone=context.zone,
        )

    async def _ask(self, token: Token, digits: str) -> None:
        """Ask the service who we are, how far it is, and what it says of the account."""
        chosen = self.context.settings.service
        async with CallbellClient(chosen.base_url, token, self.context.clock) as client:
            samples, reply = await _sample(client)
            refused = reply if checks.is_token_refused(reply) else None
            failed = reply if refused is None and reply.http_status not in (200, 429) else None
            self._tell_token(refused, is_tried=failed is None)
            self.found["service"] = checks.diagnose_service(chosen.base_url, samples, failed)
            if failed is None:
                self.found["clock"] = checks.diagnose_clock(reply.clock_skew_seconds)
            if failed is not None or refused is not None:
                return
            with self._problems("account"):
                lists = await read_lists(client, self.context.jitter, teams=True, channels=True)
                jitter, label = self.context.jitter, chosen.account
                identity = await identify_account(client, lists, chosen.base_url, label, jitter)
                known = self._known(identity)
                other = other_journal_of(self.context, identity, self._path())
                self.found["account"] = checks.diagnose_account(known.match, label, other)
                await self._probe(client, known, digits)

    def _known(self, identity: AccountIdentity) -> ProbedAccount:
        """Return what the journal knows of the account; nothing, if it is not there or of an older schema."""
        state = self._journal
        if state is None or state.faults or state.schema_version != state.newest_version:
            return ProbedAccount(match=AccountMatch(identity=identity, name=identity.name))
        return read_account(self._path(), identity)

    async def _probe(self, client: CallbellClient, known: ProbedAccount, digits: str) -> None:
        """Finish the account's probes that were cut off, and make the one that is wanted."""
        is_blocked = any(one.level is Level.PROBLEM for one in self.found.values())
        request = ProbeRequest(context=self.context, service=client, known=known, digits=digits)
        if digits and not is_blocked and not is_allowed(request):
            raise DeclinedError("Nothing was made.")
        try:
            self.found["probe"], self.answers = await finish_probes(request, is_blocked=is_blocked)
        except ImporterError as error:
            self.found["probe"] = checks.of_error("probe", error)

    @contextlib.contextmanager
    def _problems(self, name: str) -> Iterator[None]:
        """Turn an error of the block into the check's problem."""
        try:
            yield
        except (StorageError, ServiceError, BusyError) as error:
            self.found[name] = checks.of_error(name, error)


async def _sample(client: CallbellClient) -> tuple[Sequence[float], Reply]:
    """Return how long a few answers took, and the last reply, or the first one that is none of the service's."""
    samples: list[float] = []
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        reply = await client.send(WHO_AM_I)
        samples.append(loop.time() - began)
        if reply.http_status != 200 or len(samples) == _SAMPLES:  # noqa: PLR2004 - HTTP's number
            return samples, reply


def _mode(path: Path | None) -> int | None:
    """Return a file's mode; None: there is no file, or modes mean nothing here."""
    if path is None or runtime.WINDOWS:
        return None
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    return None


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above that is there."""
    return next((one for one in (folder, *folder.parents) if is_there(one)), folder)
