"""What is posted: Slack's form, Teams', or the summary as JSON."""

import json
from typing import Any

import pytest

from importer.notify.notice import Notice
from importer.notify.options import WebhookFormat
from importer.notify.webhook_body import form_of, webhook_body

NOTICE = Notice(
    event="new",
    subject="callbell-importer: <a> & *b*",
    text="<a> & *b*\n\nNext: [x](y)",
    summary={"exit_code": 1},
    reports={},
)


def posted(form: WebhookFormat) -> Any:
    """Return what is posted."""
    return json.loads(webhook_body(NOTICE, "https://example.com/x", form))


def test_slack_gets_its_text_without_markup() -> None:
    """Its three signs are escaped, so that no file's name calls everybody; the rest shows as it is."""
    assert posted(WebhookFormat.SLACK) == {
        "text": "&lt;a&gt; &amp; *b*\n\nNext: [x](y)",
        "mrkdwn": False,
        "unfurl_links": False,
    }


def test_teams_gets_an_adaptive_card() -> None:
    """Of text runs, which have no markup; blank lines are left out."""
    content = posted(WebhookFormat.TEAMS)
    (attachment,) = content["attachments"]
    assert content["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    texts = [block["inlines"][0]["text"] for block in attachment["content"]["body"]]
    assert texts == ["<a> & *b*", "Next: [x](y)"]


def test_others_get_the_summary() -> None:
    """As JSON."""
    assert posted(WebhookFormat.JSON) == posted(WebhookFormat.AUTO) == {"exit_code": 1}


@pytest.mark.parametrize(
    ("host", "form"),
    [
        ("hooks.slack.com", "slack"),
        ("hooks.slack-gov.com", "slack"),
        ("contoso.webhook.office.com", "teams"),
        ("prod-1.westeurope.logic.azure.com", "teams"),
        ("x.environment.api.powerplatform.com", "teams"),
        ("notslack.com", "json"),
        ("slack.com.example.com", "json"),
    ],
)
def test_the_host_tells_the_form(host: str, form: str) -> None:
    """Where the config does not."""
    assert form_of(f"https://{host}/x") == form


def test_half_a_character_is_no_defect() -> None:
    """Names of files may hold one."""
    notice = Notice(event="", subject="", text="", summary={"files": ["\ud83d.csv"]}, reports={})
    assert json.loads(webhook_body(notice, "https://example.com", WebhookFormat.JSON)) == {"files": ["?.csv"]}
