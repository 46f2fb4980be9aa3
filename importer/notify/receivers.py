"""Who is configured, and what each is sent: when a run begins, when it ends, and to try it out."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from importer.model.errors import UsageError
from importer.notify.address import notice_address, ping_address, shown_host
from importer.notify.delivery import Delivery, DeliveryError, DeliveryResult, deliver_all
from importer.notify.event import Event
from importer.notify.notice import Notice, Place, check_notice, notice_of
from importer.notify.options import VARIABLES, NotifyOptions
from importer.notify.webhook_body import webhook_body
from importer.system.child_process import run_child
from importer.system.daemon_thread import in_daemon_thread
from importer.system.installed_units import secret_copy
from importer.system.logs import hide
from importer.system.secret_file import UNREADABLE, read_secret

LIMIT_SECONDS = 10.0
"""For one receiver, all its tries together. All are told at once, so this bounds the whole but for commands."""
START_SECONDS = 5.0
"""For the ping at the beginning of a run, which waits for it: one try."""
COMMAND_SECONDS = 30.0
_PLAIN, _JSON = "text/plain; charset=utf-8", "application/json"
_SECRETS = frozenset({"CALLBELL_API_TOKEN", *VARIABLES.values()})
"""Variables that commands do not get."""
_START, _LOG = "start", "log"
"""What healthchecks.io calls the signals that neither succeed nor fail."""


def send_start(options: NotifyOptions, environment: Mapping[str, str]) -> list[DeliveryResult]:
    """Tell the dead-man's switch that a run begins."""
    return deliver_all([*_Receivers(options, environment).ping(_START)], is_at_end=False)


def send_notices(
    options: NotifyOptions,
    events: Sequence[Event],
    summary: Mapping[str, object],
    place: Place,
    environment: Mapping[str, str],
) -> list[DeliveryResult]:
    """Tell everybody who wants to know how a run ended; return what became of each notice.

    Args:
        options: Who is told, and of what. A command runs at its event, and the ping tells of every ending.
        events: Of the run (`events_of`), the worst first.
        summary: The object that `--json` prints.
        place: Where the run was.
        environment: The environment variables, which may hold secrets.

    """
    to = _Receivers(options, environment)
    notice = notice_of(events, summary, place, details=options.details)
    code = summary.get("exit_code")
    deliveries = [*to.ping("" if code == 0 else f"{code}", notice.text), *to.commands(events, notice)]
    if set(events) & set(options.on):
        deliveries += [*to.webhook(notice), *to.mail(notice, place.host)]
    return deliver_all(deliveries)


def send_test(options: NotifyOptions, place: Place, environment: Mapping[str, str]) -> list[DeliveryResult]:
    """Send every receiver a test; the dead-man's switch keeps it in its log, which is no success and no failure."""
    to, notice = _Receivers(options, environment), check_notice(place)
    commands = to.commands([*Event], notice)
    return deliver_all([*to.webhook(notice), *to.mail(notice, place.host), *to.ping(_LOG, notice.text), *commands])


@dataclass(frozen=True, slots=True)
class _Receivers:
    """Who is configured."""

    options: NotifyOptions
    environment: Mapping[str, str]

    def ping(self, signal: str, text: str = "") -> Iterator[Delivery]:
        """Yield the ping, with a text that the dead-man's switch keeps."""
        if self.options.has_ping:
            from importer.notify.http_post import post  # noqa: PLC0415 - a run that tells nobody need not load it

            def send(address: str) -> Awaitable[None]:
                return post(ping_address(address, signal), text.encode("utf-8", "replace"), _PLAIN)

            one = self._posted("ping", send)
            yield replace(one, limit_seconds=START_SECONDS, has_retries=False) if signal == _START else one

    def webhook(self, notice: Notice) -> Iterator[Delivery]:
        """Yield the notice for the webhook."""
        if self.options.has_webhook:
            from importer.notify.http_post import post  # noqa: PLC0415 - see above

            def send(address: str) -> Awaitable[None]:
                return post(address, webhook_body(notice, address, self.options.webhook_format), _JSON)

            yield self._posted("webhook", send)

    def _posted(self, kind: str, send: Callable[[str], Awaitable[None]]) -> Delivery:
        try:
            address = self._address(kind)
        except (UsageError, ValueError) as error:
            return Delivery(receiver=kind, deliver=partial(_fail, error), limit_seconds=LIMIT_SECONDS)
        hide(address)  # from entries that libraries write to the log
        receiver = f"{kind} ({shown_host(address)})"
        return Delivery(receiver=receiver, deliver=partial(send, address), limit_seconds=LIMIT_SECONDS)

    def _address(self, kind: str) -> str:
        """Return the address of the webhook or the ping.

        Raises:
            UsageError: Its file cannot be used.
            ValueError: There is no address in it.

        """
        given: str = getattr(self.options, kind)
        return given or notice_address(self._secret(kind, getattr(self.options, f"{kind}_file")))

    def _secret(self, name: str, file: Path) -> str:
        """Return the secret of a name.

        Raises:
            UsageError: Its file cannot be used.

        """
        copy = secret_copy(name, file, self.environment)
        return read_secret(file.absolute(), self.environment, f"The file {name}_file", copy)  # read of elsewhere

    def mail(self, notice: Notice, host: str) -> Iterator[Delivery]:
        """Yield the mail."""
        if self.options.mail_to:
            deliver = partial(self._send_mail, notice, host)
            receiver = f"mail ({self.options.smtp_server})"
            yield Delivery(receiver=receiver, deliver=deliver, limit_seconds=LIMIT_SECONDS)

    async def _send_mail(self, notice: Notice, host: str) -> None:
        from importer.notify.mail import attachments, mail_message, send_mail  # noqa: PLC0415 - see above

        password = self._password() if self.options.smtp_user else ""
        message = mail_message(notice, self.options, host, attachments(self.options, notice.reports))
        await in_daemon_thread(partial(send_mail, message, self.options, password, LIMIT_SECONDS))

    def _password(self) -> str:
        name, file = VARIABLES["smtp_password"], self.options.smtp_password_file
        if given := self.environment.get(name):
            return given
        if file is None:
            raise DeliveryError(f"smtp_user has no password: name smtp_password_file, or set the variable {name}")
        try:
            return self._secret("smtp_password", file)
        except UsageError as error:
            raise _unusable(error) from None

    def commands(self, events: Sequence[Event], notice: Notice) -> Iterator[Delivery]:
        """Yield the commands of the events; one that several events have runs once."""
        names: dict[tuple[str, ...], str] = {}
        for event in events:
            names.setdefault(self.options.command_of(event), f"on_{event}")
        for command, name in names.items():
            if command:
                deliver = partial(self._run, command, notice)
                yield Delivery(receiver=f"command ({name})", deliver=deliver, limit_seconds=COMMAND_SECONDS)

    async def _run(self, command: Sequence[str], notice: Notice) -> None:
        given = json.dumps(notice.summary, ensure_ascii=False).encode("utf-8", "replace")
        environment = {name: value for name, value in self.environment.items() if name not in _SECRETS}
        try:
            code = await run_child(command, given, environment)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name or an argument is none"
            raise DeliveryError(f"it cannot be started: {reason}") from None
        if code:
            raise DeliveryError(f"it ended with exit code {code}")


async def _fail(error: UsageError | ValueError) -> None:
    raise _unusable(error)


def _unusable(error: UsageError | ValueError) -> DeliveryError:
    """Return the error of a receiver whose secret cannot be used."""
    is_unreadable = isinstance(error, UsageError) and error.code == UNREADABLE
    return DeliveryError(str(error), is_unreadable=is_unreadable)
