"""The settings of a run: a frozen value per table of the config, with every default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from importer.mapper.options import MappingOptions
from importer.model.policy import Ambiguous, FailOn, Policy
from importer.model.requests import CALLBELL_URL
from importer.model.runs import REPORT_KINDS
from importer.notify.options import NotifyOptions
from importer.readers.options import InputOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """The service and how fast and how patiently to call it: the `[service]` table; the token is not among them."""

    base_url: str = CALLBELL_URL
    """Without a slash at its end."""
    rate: float = 300.0
    """Requests per second that the account allows; 0.0: no limit."""
    concurrency: int = 0
    """Most requests in flight; 0: as many as the rate needs."""
    token_file: Path | None = None
    settle_seconds: float = 90.0
    """How long a row in doubt waits before the service is asked about it."""
    account: str = ""
    """What people call the account; empty: the e-mail of the token's owner. Its teams and channels tell which it is."""
    ambiguous: Ambiguous = Ambiguous.RECONCILE
    """What to do with a row that may or may not have arrived."""
    max_outage_seconds: float = 1800.0
    """How long the service may be unreachable before the run ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How the run proceeds and where it writes: the `[run]` table."""

    report_dir: Path = Path("reports")
    reports: tuple[str, ...] = REPORT_KINDS
    """Which are written besides summary.json and the file of rows to fix."""
    csv_for_excel: bool = False
    """results.csv has a byte order mark, and the delimiter that Excel expects here."""
    journal: Path | None = None
    """None: in the user's state folder."""
    of_account: str = ""
    """Which of the config's accounts is chosen; the journal in the state folder has its name. Empty: there are none."""
    done_dir: Path | None = None
    """The folder to which files are moved whose rows are where they should be; None: they stay."""
    limit: int = 0
    """Only the first rows; 0: all."""
    dry_run: bool = False
    sandbox: bool = False
    max_failures: str = ""
    """`N` or `N%` of the rows done; empty: no such limit."""
    min_rows: str = ""
    """`N`, or `N%` of the median of the last five finished runs of the same import; empty: no such limit."""
    fail_on: FailOn = FailOn.ANY
    """Which rows that are invalid or in conflict make the exit code 1."""
    max_duration_seconds: float = 0.0
    """0.0: no such limit."""
    wait: bool = False
    """Wait for another run that uses the journal."""
    yes: bool = False
    quiet: bool = False
    verbose: bool = False
    json: bool = False
    """The summary goes to standard output as JSON."""
    log_format: str = "text"
    """`text` or `json`."""
    log_file: Path | None = None
    metrics: Path | None = None
    """Where the metrics of the last import go; None: nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionOptions:
    """How long people's data is kept: the `[retention]` table."""

    older_than_days: int = 0
    """At the end of a run, runs that are older are forgotten (`importer.commands.purge.runs`); 0: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All checked settings of a run."""

    service: ServiceOptions = field(default_factory=ServiceOptions)
    input: InputOptions = field(default_factory=InputOptions)
    mapping: MappingOptions = field(default_factory=MappingOptions)
    run: RunOptions = field(default_factory=RunOptions)
    notify: NotifyOptions = field(default_factory=NotifyOptions)
    retention: RetentionOptions = field(default_factory=RetentionOptions)
    account_journals: Mapping[str, Path | None] = field(default_factory=lambda: MappingProxyType({}))
    """The journal that the config gives each of its accounts; None: one of its name in the user's state folder."""
    is_journal_known: bool = True
    """Whether `run.journal` is what was meant; not where the config cannot be read, or says something impossible."""
    mapping_given: bool = False
    """Whether the config names the identifier's column; else the mapping is guessed."""

    @property
    def policy(self) -> Policy:
        """How patient the worker pool is, and what it does with contacts that are there already."""
        contact = self.mapping.contact
        return Policy(
            ambiguous=self.service.ambiguous,
            settle_seconds=self.service.settle_seconds,
            existing=contact.existing,
            on_conflict=contact.on_conflict,
            gone=contact.gone,
            tags=contact.tags,
        )
