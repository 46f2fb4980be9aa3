"""The part of `doctor` that sends a test notice to each receiver, and says how each went."""

import socket
from collections.abc import Sequence

from importer.commands.context import CommandContext
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.notify.delivery import DeliveryResult
from importer.notify.notice import Place
from importer.notify.receivers import send_test

_WRONG_SET_UP = 2
_UNKNOWN_ADDRESS = "it answers 404"


def diagnose_notices(context: CommandContext) -> Sequence[Diagnosis]:
    """Send the test notices, and return how each went."""
    place = Place(host=socket.gethostname())
    results = send_test(context.settings.notify, place, context.environment)
    if results:
        return [diagnose_delivery(result) for result in results]
    step = "Name a webhook, mail_to, ping or a command under [notify] of the config; config.example.toml has each."
    return [Diagnosis(name="notify", level=Level.NOTE, text="nobody is told how a run ends", next_step=step)]


def diagnose_delivery(result: DeliveryResult) -> Diagnosis:
    """Return what became of a test notice."""
    name, _, where = result.receiver.partition(" ")
    said = f"{where.strip('()')}: " if where else ""
    if not result.failure:
        return Diagnosis(name=name, text=f"{said}the test notice was taken")
    if name == "ping" and result.failure == _UNKNOWN_ADDRESS:
        text = f"{said}{result.failure} to /log, which healthchecks.io has for tests; other services may lack it"
        step = "If it is another service, the next run tells. Otherwise correct the address."
        return Diagnosis(name=name, level=Level.NOTE, text=text, next_step=step)
    step = (
        "Correct this in [notify] of the config, or with the receiver, and try again: callbell-importer doctor --notify"
    )
    return problem_diagnosis(name, f"{said}not delivered: {result.failure}", step, _WRONG_SET_UP)
