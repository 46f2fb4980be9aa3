"""The units that run a command every night under systemd, as a service of the system or of a person. Pure.

Checked with `systemd-analyze`'s `verify` and `security` (tests/integration/test_schedule.py).
Sources: systemd.exec(5), systemd.service(5), systemd.timer(5), sysusers.d(5) of systemd 252.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from importer.system.nightly_job import (
    DELAY_MINUTES,
    JOURNAL_COMMENT,
    MOST_STARTS,
    RETRY_MINUTES,
    SERVICE_HOME,
    STATE_FOLDER,
    KnownSchedule,
    NightlyJob,
)

DRAIN_SECONDS = 180
"""Time to stop gracefully: 25 s for requests in flight (`worker_pool.pool.GRACE_SECONDS`), the rest for the reports,
of which the workbook of 200,000 rows takes longest."""
_FINAL_CODES = "1 2 3 4 6 70 130 143 200 203 209 226 243 SIGKILL SIGABRT SIGBUS SIGSEGV SIGSYS"
"""After all of these the same command would end in the same way, or a person wanted it to end: only exit code 5, the
service, is worth another start. systemd has `RestartForceExitStatus` for that, but not for Type=oneshot."""
_PLAIN_WORD = re.compile(r"[\w@+=:,./~-]+")
USERS = PurePosixPath("/etc/sysusers.d")
"""Where the lines are that make the services' users, in a file for each schedule."""
LOADED = "LoadCredential="
"""Before a credential's name, a colon, and the path of its file."""
TOKEN_CREDENTIAL = "token"  # noqa: S105 - a name
NO_SECRET = "none"  # noqa: S105 - says that there is none
"""What is handed over where a file of notices is not there: without it systemd would not start the service."""
_TIME = re.compile(r"^OnCalendar=.*?(\d\d):(\d\d)", re.MULTILINE)
_JOURNAL = re.compile(rf"^{JOURNAL_COMMENT}(.*)$", re.MULTILINE)
_USER = re.compile(r"^User=(.*)$", re.MULTILINE)
_START = re.compile(r"^ExecStart=(.*)$", re.MULTILINE)
_HOMES = ("/home", "/root", "/run/user")

_THIS_RUN = " + ".join(f"{field}INVOCATION_ID=$MONITOR_INVOCATION_ID" for field in ("_SYSTEMD_", "", "USER_"))
"""What the service said in the run that failed, and what systemd said of it: not what an earlier night said."""

_BY_SYSTEM_CALLS = """\
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""
"""What also a person's own systemd can enforce: the rest needs namespaces, which not every system lets people make."""
_BY_NAMESPACES = """\
CapabilityBoundingSet=
PrivateDevices=yes
PrivateMounts=yes
PrivateTmp=yes
PrivateUsers=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
"""


def systemd_word(text: str) -> str:
    """Return a word of a command line as systemd takes it for one word, with nothing in it that means anything."""
    return _quoted(text.replace("$", "$$"))


def sysusers_text(job: NightlyJob) -> str:
    """Return the line that makes the service's user, for sysusers.d(5)."""
    return f'u {job.user} - "Nightly import into Callbell" {job.home}\n'


def unit_folder(job: NightlyJob, *, of_person: bool) -> str:
    """Return the folder of the units: the system's, or a person's."""
    # Not in this shell's XDG_CONFIG_HOME, of which the person's systemd, started before it, need not know.
    return str(PurePosixPath(job.home, ".config/systemd/user")) if of_person else "/etc/systemd/system"


def service_unit(job: NightlyJob, *, of_person: bool = False) -> str:
    """Return the unit of the service.

    Args:
        job: The command.
        of_person: Whether it is a person's own service; else the system's.

    """
    return "\n".join(
        [
            "[Unit]",
            "Description=Import of customers into Callbell",
            *([] if of_person else ["Wants=network-online.target", "After=network-online.target"]),
            f"OnFailure={job.name}-failed.service",
            f"StartLimitIntervalSec=20h\nStartLimitBurst={MOST_STARTS}",
            "",
            "[Service]",
            *([f"{JOURNAL_COMMENT}{job.journal}"] if job.journal else []),
            "Type=oneshot",
            f"ExecStart={' '.join(map(systemd_word, job.words))}",
            *(_environment(job.environment)),
            *(_of_person(job) if of_person else _of_system(job)),
            "UMask=0077",
            f"# Only what exit code 5 means, a service out of reach, is tried again, at most {MOST_STARTS - 1} times.",
            "Restart=on-failure",
            f"RestartSec={RETRY_MINUTES}min",
            f"RestartPreventExitStatus={_FINAL_CODES}",
            "SuccessExitStatus=143 SIGTERM",
            "TimeoutStartSec=20h",
            f"TimeoutStopSec={DRAIN_SECONDS}",
            _BY_SYSTEM_CALLS + ("" if of_person else _BY_NAMESPACES),
        ]
    )


def timer_unit(job: NightlyJob) -> str:
    """Return the unit that starts the service; a night on which the computer was off is made up for."""
    return (
        "[Unit]\nDescription=Import of customers into Callbell every night\n\n"
        f"[Timer]\nOnCalendar=*-*-* {job.hour:02}:{job.minute:02}:00\n"
        f"RandomizedDelaySec={DELAY_MINUTES}min\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def failure_unit(job: NightlyJob, *, of_person: bool = False) -> str:
    """Return the unit that tells of a failure: an error in the system's log, and a mail where there is a mail program.

    It tells of what the importer itself cannot tell of: that it could not be started, or was killed. A mail program may
    have to take on another user's rights, so this unit has none of what forbids that.

    From systemd 254 on it is started before each further trial too (systemd issue 33710), which is no failure for good:
    then it is one line in the log. RestartMode=direct would keep it from that, but older ones warn of that setting.
    """
    of_unit = f"--user-unit={job.name}" if of_person else f"--unit={job.name}"
    to = "$(id -un)" if of_person else "root"
    of_whom = " --user" if of_person else ""
    script = (
        f"case $(systemctl{of_whom} show --property=SubState --value {job.name}.service 2>/dev/null) in auto-restart*)"
        f' echo "<4>{job.name} failed, exit code ${{MONITOR_EXIT_STATUS:-?}}, and is tried again."; exit 0;; esac; '
        f'echo "<3>{job.name} failed: ${{MONITOR_SERVICE_RESULT:-unknown}}, exit code ${{MONITOR_EXIT_STATUS:-?}}.'
        f' See journalctl {of_unit}"; '
        "command -v sendmail >/dev/null || exit 0; "
        f'{{ echo "To: {to}"; echo "Subject: {job.name} failed on $(uname -n)"; echo; '
        f"journalctl{of_whom} --output=cat --no-pager {_THIS_RUN}; }} | sendmail -i -t"
    )
    rights = "" if of_person else f"User={_raw(job.user)}\nSupplementaryGroups=systemd-journal\nProtectSystem=full\n"
    return (
        "[Unit]\nDescription=Tells that an import into Callbell failed\n\n"
        f"[Service]\nType=oneshot\n{rights}ExecStart=/bin/sh -c {systemd_word(script)}\n"
    )


def known_timer(name: str, timer: str, service: str, person: str = "") -> KnownSchedule | None:
    """Return the schedule that two units are, a person's or the system's; None if they are not as printed here."""
    time, journal = _TIME.search(timer), _JOURNAL.search(service)
    if not (time and journal):
        return None
    user, command = (
        found[1].replace("%%", "%") if found else "" for found in (_USER.search(service), _START.search(service))
    )
    minute = 60 * int(time[1]) + int(time[2])
    return KnownSchedule(name=name, minute=minute, journal=journal[1], user=person or user, command=command)


def needed_folders(job: NightlyJob) -> tuple[str, ...]:
    """Return the folders outside of the service's state that it writes in; none lies within another."""
    folders = sorted({*job.writes}, key=lambda folder: PurePosixPath(folder).parts)
    kept: list[str] = []
    for folder in folders:
        if not any(PurePosixPath(folder).is_relative_to(above) for above in (*kept, SERVICE_HOME)):
            kept.append(folder)
    return tuple(kept)


def _of_system(job: NightlyJob) -> Iterator[str]:
    yield f"User={_raw(job.user)}"
    yield f"StateDirectory={STATE_FOLDER}\nStateDirectoryMode=0700"
    yield f"WorkingDirectory={_raw(job.folder)}"
    if job.token_file:
        yield f"{LOADED}{TOKEN_CREDENTIAL}:{_raw(job.token_file)}"
        yield "Environment=CALLBELL_IMPORTER_TOKEN_FILE=%d/token"
    for name, file in sorted(job.secrets.items()):
        yield f"{LOADED}{name}:{_raw(file)}\nSetCredential={name}:{NO_SECRET}"
    if folders := needed_folders(job):
        yield f"ReadWritePaths={' '.join(map(_quoted, folders))}"
    used = (*job.reads, *folders)
    # A home must be seen where something of it is used; what is written in it is named above.
    yield f"ProtectHome={'read-only' if any(map(_is_in_a_home, used)) else 'yes'}"


def _of_person(job: NightlyJob) -> Iterator[str]:
    yield f"WorkingDirectory={_raw(job.folder)}"


def _is_in_a_home(path: str) -> bool:
    return any(PurePosixPath(path).is_relative_to(home) for home in _HOMES)


def _environment(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(variables.items()):
        yield f"Environment={_quoted(f'{name}={value}')}"


def _quoted(text: str) -> str:
    """Return the text as one word: in quotes if it needs them, with specifiers (`%`) out of force."""
    if _PLAIN_WORD.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _raw(text: str) -> str:
    """Return the text for a setting that takes the rest of its line as it is."""
    return text.replace("%", "%%")
