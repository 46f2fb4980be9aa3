"""Post a CSV file's customers with a target of singer-sdk: `singer_target.py CSV BASE_URL RATE IN_FLIGHT FOLDER`.

As its documentation and template have it for a service that takes one row per request: a `RecordSink` whose
`process_record` posts, here through a `requests.Session`. Sinks of one stream are not run in parallel, and the SDK has
neither a rate limit nor retries for targets (it has retries for taps), so RATE and IN_FLIGHT are not used, and the
first 429 ends the run.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import requests  # type: ignore[import-untyped,unused-ignore]  # it has no types, and is in an environment of its own
from singer_sdk import RecordSink, Target  # type: ignore[import-not-found]  # in the same
from singer_sdk import typing as th

_TEXTS = ("phone", "name", "tags")


class ContactsSink(RecordSink):  # type: ignore[misc]  # its type is not known here
    """Sends one row per request."""

    session = requests.Session()

    def process_record(self, record: dict[str, Any], _context: dict[str, Any]) -> None:
        contact = {"identifier": record["phone"], "source": "whatsapp", "name": record["name"]}
        url = f"{self.config['base_url']}/contacts"
        headers = {"Authorization": "Bearer sandbox-token"}
        response = self.session.post(url, json=contact | {"tags": [record["tags"]]}, headers=headers, timeout=30)
        response.raise_for_status()


class ContactsTarget(Target):  # type: ignore[misc]  # the same
    """Takes what a tap says, and gives it to the sink."""

    name = "target-contacts"
    config_jsonschema = th.PropertiesList(th.Property("base_url", th.StringType, required=True)).to_dict()
    default_sink_class = ContactsSink


def write_messages(path: Path, messages: Path) -> None:
    """Write what a tap would say of the CSV file."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in _TEXTS}}
    with path.open(encoding="utf-8", newline="") as file, messages.open("w", encoding="utf-8") as out:
        out.write(json.dumps({"type": "SCHEMA", "stream": "contacts", "schema": schema, "key_properties": ["phone"]}))
        for row in csv.DictReader(file):
            record = {"phone": row["Phone"][1:], "name": row["Name"], "tags": row["Tags"]}
            out.write("\n" + json.dumps({"type": "RECORD", "stream": "contacts", "record": record}))
        out.write("\n")


if __name__ == "__main__":
    csv_path, service_url, _rate, _in_flight, place = sys.argv[1:]
    write_messages(Path(csv_path), Path(place, "messages.jsonl"))
    Path(place, "config.json").write_text(json.dumps({"base_url": service_url}), encoding="utf-8")
    ContactsTarget.cli(["--config", f"{place}/config.json", "--input", f"{place}/messages.jsonl"])
