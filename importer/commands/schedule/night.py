"""A night as it will be: the command that `schedule` prints, and the settings, user and folders that it will have."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importer.client.kept_token import kept_token_file
from importer.commands.context import CommandContext, load_settings
from importer.commands.journal_path import journal_of
from importer.commands.report_folder import has_service_folder, is_usual_report_dir
from importer.commands.schedule.folders import written_folders
from importer.model.addresses import scheme_of
from importer.model.errors import UsageError
from importer.settings import Settings
from importer.settings.config_tables import keys_of
from importer.settings.layers import PLAIN_TABLES
from importer.system import runtime
from importer.system.nightly_job import SERVICE_HOME, SERVICE_USER, NightlyJob, ScheduleKind, likely_kind
from importer.system.program import importer_program, program_files
from importer.system.service_user import ServiceUser, find_user, is_root, own_name
from importer.system.shell import option_words

USUAL_TIME = "02:00"
"""When a schedule is, if nobody says."""
ALWAYS = {"fail_on": "new", "yes": True}
"""Options of the printed command, where nothing else was said: nobody is there at night."""
_KNOWN = {key for table in PLAIN_TABLES for key in keys_of(table)} | {"tag"}
_TOKEN_FILE = "CALLBELL_IMPORTER_TOKEN_FILE"  # noqa: S105 - the name of a variable
_CONFIG_VARIABLE = "CALLBELL_IMPORTER_CONFIG"
_PASSED_VARIABLES = {"SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONPATH"}
CONFIG_FOLDER = "/etc/callbell-importer"
"""Where the token of the system's service is, where no config says so."""
_NOWHERE = "/run"
"""Where the system's service starts: nothing of ours lies in it, so that its messages name whole paths."""
_SECRET = re.compile("TOKEN|PASSWORD|SECRET|_WEBHOOK$|_PING$")
"""In the names of variables that go nowhere: units can be read by everybody."""
_PATH_VARIABLES = {f"CALLBELL_IMPORTER_{key}" for key in ("REPORT_DIR", "JOURNAL", "LOG_FILE", "DONE_DIR", "METRICS")}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NAME = re.compile(r"(?!.*failed$)[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest:
    """What was asked for."""

    files: Sequence[str]
    """None: what is in place is asked for."""
    at: str
    kind: str = ""
    """Empty: the likely one."""
    user: str = ""
    name: str = ""
    """What tells it from other schedules; empty: there is no other."""
    options: Mapping[str, object]
    """Options of `run` by their config keys, in the order of its help; what is None was not given."""
    install: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A night as it will be."""

    context: CommandContext
    """With the settings and the environment that it will have."""
    now: CommandContext
    """With those of this shell."""
    job: NightlyJob
    kind: ScheduleKind
    user: ServiceUser
    files: Sequence[str]
    token_file: str
    """Empty: the run finds the token by itself, or there is none."""
    journal: Path

    @property
    def has_systemd(self) -> bool:
        """Whether it is a service of the system."""
        return self.kind is ScheduleKind.SYSTEMD


def scheduled_night(context: CommandContext, request: ScheduleRequest) -> Night:
    """Return the job, and the settings that it will have at night: without this shell and this folder.

    Raises:
        UsageError: Something in the request is wrong.

    """
    request = replace(request, name=request.name or context.settings.run.of_account)
    kind = _kind(request, context)
    user = _user(request, kind)
    by_system = kind is ScheduleKind.SYSTEMD
    options, variables = _options(context, request), _variables(context.environment) | _places(context, kind, user)
    settings = _settings_at_night(context, options, variables, kind)
    if is_usual_report_dir(settings.run) and (by_system or has_service_folder(user)):  # nobody named one: not here
        options["report_dir"] = f"{SERVICE_HOME}/{settings.run.report_dir.as_posix()}"
        settings = _settings_at_night(context, options, variables, kind)
    token_file = _token_file(context, settings, options, kind, user)
    if not by_system and _TOKEN_FILE in context.environment:
        variables[_TOKEN_FILE] = token_file
    files = [file if scheme_of(file) else os.path.abspath(file) for file in request.files]  # noqa: PTH100 - no links
    journal = _journal(settings, user, kind)
    job = replace(
        _job(request, files, options),
        folder=_NOWHERE if by_system else os.getcwd(),  # noqa: PTH109 - a text like the others
        environment=variables,
        user=user.name,
        home=user.home,
        token_file=token_file if by_system else "",
        secrets={name: str(file) for name, file in settings.notify.secret_files.items() if by_system},
        journal=str(journal),
        writes=written_folders(settings, files, journal),
        public_folders=(str(settings.run.metrics.absolute().parent),) if settings.run.metrics else (),
    )
    _require_printable(job)
    then = replace(context, settings=settings, environment=_environment_at_night(context, variables))
    return Night(
        context=then, now=context, job=job, kind=kind, user=user, files=files, token_file=token_file, journal=journal
    )


def _job(request: ScheduleRequest, files: Sequence[str], options: Mapping[str, object]) -> NightlyJob:
    """Return the job as far as the request alone tells it.

    Raises:
        UsageError: Its time or its name is none.

    """
    found = _TIME.fullmatch(request.at.strip())
    if not found:
        raise UsageError(f"--at is {request.at}.", "Give a time of day, such as --at 02:00.")
    if request.name and not _NAME.fullmatch(request.name):
        raise UsageError(
            f"--name is {request.name}.", "Letters, digits, - and _ can be in it, but not failed at its end."
        )
    program, config = importer_program(), str(options.get("config", ""))
    return NightlyJob(
        name="-".join(filter(None, ("callbell-importer", request.name))),  # never the name of anybody else's unit
        hour=int(found[1]),
        minute=int(found[2]),
        program=program,
        arguments=("run", *files, *option_words([*options.items()])),
        config=config,
        reads=(*program_files(program), *files, *filter(None, [config])),
    )


def _user(request: ScheduleRequest, kind: ScheduleKind) -> ServiceUser:
    by_system = kind is ScheduleKind.SYSTEMD
    if request.user and not by_system and kind is not ScheduleKind.CRON:
        raise UsageError(f"--user is for --kind systemd and cron, and this is {kind}.", "Leave it out.")
    if request.user and not _USER.fullmatch(request.user):
        raise UsageError(f"--user is {request.user}, which is no name of a user.")
    name = request.user or (SERVICE_USER if by_system else own_name())
    home = os.path.expanduser("~") if name == own_name() else f"/home/{name}"  # noqa: PTH111 - a text
    return find_user(name, SERVICE_HOME if by_system or name == SERVICE_USER else home)


def _options(context: CommandContext, request: ScheduleRequest) -> dict[str, object]:
    """Return the options of the printed command."""
    given = {"config": context.options.get("config"), **request.options}
    chosen = {key: value for key, value in given.items() if not (value is None or value is False or value == [])}
    absolute = {key: str(value.absolute()) for key, value in chosen.items() if isinstance(value, Path)}
    return {**chosen, **absolute, **{key: value for key, value in ALWAYS.items() if key not in chosen}}


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of this shell that the night needs too: there is no shell then, and no .profile."""
    passed = {name: value for name, value in environment.items() if value and _is_passed(name)}
    paths = {name: os.path.expanduser(value) for name, value in passed.items() if name in _PATH_VARIABLES}  # noqa: PTH111
    absolute = {name: os.path.abspath(value) for name, value in paths.items()}  # noqa: PTH100
    language = {} if runtime.WINDOWS else {"LANG": environment.get("LANG") or "C.UTF-8"}
    return {**passed, **absolute, **language}


def _places(context: CommandContext, kind: ScheduleKind, user: ServiceUser) -> dict[str, str]:
    """Return the variables by which this shell's person has journal or token elsewhere than the night would look."""
    if runtime.WINDOWS or kind is ScheduleKind.SYSTEMD or user.name != own_name():
        return {}
    usual = {
        "HOME": user.home,
        "XDG_STATE_HOME": f"{user.home}/.local/state",
        "XDG_CONFIG_HOME": f"{user.home}/.config",
    }
    given = {name: context.environment.get(name, "") for name in usual}
    return {name: value for name, value in given.items() if os.path.isabs(value) and value != usual[name]}  # noqa: PTH117 - a text


def _is_passed(name: str) -> bool:
    is_ours = name.startswith("CALLBELL_") and name != _CONFIG_VARIABLE and not _SECRET.search(name)
    return is_ours or name in _PASSED_VARIABLES


def _environment_at_night(context: CommandContext, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the night's variables, with those of this shell that the system sets for everybody."""
    own = {name: value for name, value in context.environment.items() if name in {"HOME", "PATH", "USERPROFILE"}}
    return {**own, **variables}


def _settings_at_night(
    context: CommandContext, options: Mapping[str, object], variables: Mapping[str, str], kind: ScheduleKind
) -> Settings:
    """Return the settings that the printed command will have.

    Raises:
        UsageError: They contradict each other.

    """
    quiet = {"quiet": True} if kind is ScheduleKind.CRON else {}
    given = {**{key: value for key, value in options.items() if key in _KNOWN}, **quiet}
    path = Path(str(options["config"])) if "config" in options else None
    return load_settings(given, _environment_at_night(context, variables), path, find_config=False)[0]


def _token_file(
    context: CommandContext, settings: Settings, options: Mapping[str, object], kind: ScheduleKind, user: ServiceUser
) -> str:
    """Return the file that the token is in, or is to be in; empty: none is needed, or none is known."""
    named = context.environment.get(_TOKEN_FILE) or settings.service.token_file
    if named:
        return os.path.abspath(named)  # noqa: PTH100 - a text
    kept = kept_token_file(settings.service.account)
    if kept.is_file() and (kind is ScheduleKind.SYSTEMD or user.name == own_name()):
        return str(kept) if kind is ScheduleKind.SYSTEMD else ""  # the person's own run finds it by itself
    if kind is not ScheduleKind.SYSTEMD:
        return ""
    folder = Path(str(options["config"])).parent if "config" in options else Path(CONFIG_FOLDER)
    return str(folder / "token")


def _journal(settings: Settings, user: ServiceUser, kind: ScheduleKind) -> Path:
    """Return the night's journal: in its user's home, unless another is named."""
    path = journal_of(settings)
    is_in_other_home = settings.run.journal is None and (kind is ScheduleKind.SYSTEMD or user.name != own_name())
    return user.state_folder / path.name if is_in_other_home else path


def _require_printable(job: NightlyJob) -> None:
    """See that no line break or half character is in what becomes lines of a file.

    Raises:
        UsageError: There is one.

    """
    for text in job.texts:
        if _UNPRINTABLE.search(text):
            raise UsageError(f"{text!r} has a line break or a control character in it.", "Give it another name.")


def _kind(request: ScheduleRequest, context: CommandContext) -> ScheduleKind:
    if not request.kind:
        return likely_kind(context.environment, is_root=is_root())
    if request.kind not in set(ScheduleKind):
        raise UsageError(f"--kind is {request.kind}.", f"It is one of: {', '.join(ScheduleKind)}.")
    return ScheduleKind(request.kind)
