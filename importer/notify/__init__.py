"""Who is told how a run ended, and how: webhook, e-mail, dead-man's-switch ping, any command.

The only home of smtplib. Which events there are is a pure decision on the run's summary (`event`), and so is the text
(`notice`). A notice that cannot be delivered changes nothing: what became of each is returned, for the log.
"""

from importer.notify.delivery import DeliveryResult
from importer.notify.event import Event, events_of
from importer.notify.notice import Place
from importer.notify.options import NotifyOptions
from importer.notify.receivers import send_notices, send_start, send_test

__all__ = ["DeliveryResult", "Event", "NotifyOptions", "Place", "events_of", "send_notices", "send_start", "send_test"]
