"""Post a CSV file's customers with dlt: `dlt_destination.py CSV BASE_URL RATE IN_FLIGHT FOLDER`.

As dlt's documentation has it ("Custom destination: Reverse ETL", "Optimizing dlt"): `@dlt.destination` with
`batch_size=1`, for a service that takes no duplicates, and its `requests`, which asks again after a 429. More in flight
by its settings for that: a file for each worker (`data_writer.file_max_items`), load jobs in parallel (`load.workers`).
dlt has no rate limit for destinations, so RATE is not used.
"""

import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of the CSV file: one page of them, as dlt recommends."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{"phone": row["Phone"][1:], "name": row["Name"], "tags": row["Tags"]} for row in csv.DictReader(file)]


def settings(rows: int, in_flight: int, folder: Path) -> dict[str, str]:
    """Return dlt's settings, as environment variables; no telemetry, for nothing may leave the machine."""
    return {
        "DATA_WRITER__BUFFER_MAX_ITEMS": "1",  # a file is only changed when its buffer is written
        "DATA_WRITER__FILE_MAX_ITEMS": str(-(-rows // in_flight)),
        "LOAD__WORKERS": str(in_flight),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": str(folder),
    }


def post_all(rows: list[dict[str, str]], base_url: str) -> None:
    """Run the pipeline."""
    # Only now: it reads its settings when it is imported.
    import dlt  # type: ignore[import-not-found]  # noqa: PLC0415 - it is in an environment of its own
    from dlt.sources.helpers import requests  # type: ignore[import-not-found]  # noqa: PLC0415 - the same

    headers = {"Authorization": "Bearer sandbox-token"}

    @dlt.destination(batch_size=1, loader_parallelism_strategy="parallel")  # type: ignore[untyped-decorator]  # the same
    def contacts(items: list[dict[str, Any]], _table: dict[str, Any]) -> None:
        for row in items:
            contact = {"identifier": row["phone"], "source": "whatsapp", "name": row["name"], "tags": [row["tags"]]}
            requests.post(f"{base_url}/contacts", json=contact, headers=headers).raise_for_status()

    def pages() -> Iterator[list[dict[str, str]]]:
        yield rows

    dlt.pipeline("contacts", destination=contacts).run(pages(), table_name="contacts")


if __name__ == "__main__":
    csv_path, service_url, _rate, most_in_flight, place = sys.argv[1:]
    all_rows = rows_of(Path(csv_path))
    os.environ.update(settings(len(all_rows), int(most_in_flight), Path(place)))
    os.chdir(place)
    post_all(all_rows, service_url)
