"""What is posted to a webhook: Slack's form, Teams', or the summary as JSON. Pure."""

import json
from typing import Any
from urllib.parse import urlsplit

from importer.notify.notice import Notice
from importer.notify.options import WebhookFormat

_SLACK_HOSTS = ("slack.com", "slack-gov.com")
_TEAMS_HOSTS = ("webhook.office.com", "logic.azure.com", "api.powerplatform.com")
_CARD = "application/vnd.microsoft.card.adaptive"


def webhook_body(notice: Notice, address: str, form: WebhookFormat) -> bytes:
    """Return the body of the POST, JSON in UTF-8.

    Args:
        notice: What is told.
        address: Of the webhook; its host tells the form where nobody says it.
        form: Which is wanted.

    """
    match form if form is not WebhookFormat.AUTO else form_of(address):
        case WebhookFormat.SLACK:
            content = _slack(notice)
        case WebhookFormat.TEAMS:
            content = _teams(notice)
        case _:
            content = dict(notice.summary)
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def form_of(address: str) -> WebhookFormat:
    """Return the form that the address's host wants."""
    host = urlsplit(address).hostname or ""
    homes = {WebhookFormat.SLACK: _SLACK_HOSTS, WebhookFormat.TEAMS: _TEAMS_HOSTS}
    for form, hosts in homes.items():
        if any(host == one or host.endswith(f".{one}") for one in hosts):
            return form
    return WebhookFormat.JSON


def _slack(notice: Notice) -> dict[str, Any]:
    """Return a message without markup, in which Slack's three signs are escaped (its "Formatting text", 2026)."""
    text = notice.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text, "mrkdwn": False, "unfurl_links": False}


def _teams(notice: Notice) -> dict[str, Any]:
    """Return an adaptive card, which both workflows and the older connectors take; text runs have no markup."""
    subject, _, rest = notice.text.partition("\n")
    lines = [{"type": "RichTextBlock", "inlines": [_run(subject, weight="bolder")]}]
    lines += [{"type": "RichTextBlock", "inlines": [_run(line)]} for line in rest.splitlines() if line.strip()]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": lines,
    }
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}


def _run(text: str, **style: str) -> dict[str, str]:
    return {"type": "TextRun", "text": text, **style}
