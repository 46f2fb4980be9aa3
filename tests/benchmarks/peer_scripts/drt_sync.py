"""Post a CSV file's customers with drt: `drt_sync.py CSV BASE_URL RATE IN_FLIGHT FOLDER`.

As drt's documentation has it: a table in SQLite (drt reads no CSV), a sync with a `rest_api` destination and a
`body_template`, `on_error: skip` as in its examples, its own retries, and `requests_per_second` at the limit, 0 where
there is none. One sync has one request in flight. What its documentation offers for more is `drt run --threads N`, over
several syncs that share the rate limit; so with IN_FLIGHT over 1 the table is divided by hand among as many syncs.
"""

import csv
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

_PROJECT = "name: contacts\nprofile: local\n"
_PROFILE = "local:\n  type: sqlite\n  database: {database}\n"
_SYNC = """
name: contacts_{part}
model: "SELECT phone, name, tags FROM contacts WHERE number % {parts} = {part}"
destination:
  type: rest_api
  url: {base_url}/contacts
  method: POST
  headers:
    Content-Type: application/json
  auth:
    type: bearer
    token_env: CALLBELL_API_TOKEN
  body_template: |
    {{"identifier": "{{{{ row.phone }}}}", "source": "whatsapp", "name": "{{{{ row.name }}}}",
     "tags": ["{{{{ row.tags }}}}"]}}
sync:
  on_error: skip
  rate_limit:
    requests_per_second: {rate}
"""


def to_sqlite(path: Path, database: Path) -> None:
    """Bring the CSV file into a table."""
    with path.open(encoding="utf-8", newline="") as file, closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE contacts (number INTEGER, phone TEXT, name TEXT, tags TEXT)")
        rows = ((number, row["Phone"][1:], row["Name"], row["Tags"]) for number, row in enumerate(csv.DictReader(file)))
        connection.executemany("INSERT INTO contacts VALUES (?, ?, ?, ?)", rows)


def prepare(path: Path, base_url: str, rate: str, parts: int, folder: Path) -> None:
    """Write the project: its profile in `.drt` of the home, its syncs in `syncs`."""
    to_sqlite(path, folder / "contacts.sqlite")
    for name in (".drt", "syncs"):
        (folder / name).mkdir()
    (folder / "drt_project.yml").write_text(_PROJECT, encoding="utf-8")
    profile = _PROFILE.format(database=folder / "contacts.sqlite")
    (folder / ".drt" / "profiles.yml").write_text(profile, encoding="utf-8")
    for part in range(parts):
        sync = _SYNC.format(part=part, parts=parts, base_url=base_url, rate=rate)
        (folder / "syncs" / f"contacts_{part}.yml").write_text(sync, encoding="utf-8")


if __name__ == "__main__":
    csv_path, service_url, per_second, in_flight, place = sys.argv[1:]
    prepare(Path(csv_path), service_url, per_second, int(in_flight), Path(place))
    os.chdir(place)
    # Where profiles are, and no telemetry: nothing may leave the machine.
    own = {"HOME": place, "USERPROFILE": place, "DO_NOT_TRACK": "1", "CALLBELL_API_TOKEN": "sandbox-token"}
    drt = Path(sys.executable).with_name("drt")
    # In place of this process, so that what it cost is one process's.
    os.execve(drt, [str(drt), "run", "--quiet", "--threads", in_flight], os.environ | own)  # noqa: S606 - no shell wanted
