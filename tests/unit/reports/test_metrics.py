"""The metrics of the last import: Prometheus' own parser reads them, and node_exporter's user may."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from importer.model.errors import StorageError
from importer.model.runs import NO_PROBLEMS
from importer.reports.metrics import metrics_text, write_metrics

NOW = datetime(2026, 11, 27, 2, 0, 5, 500_000, tzinfo=UTC)
LABELS = {"import": "callbell", "account": "main"}
ENDING: dict[str, Any] = {
    "command": "run",
    "exit_code": 1,
    "seconds": 61.5,
    "rows": {"created": 3, "invalid": 2, "unsent": 0, "read": 5, "blank": 1, "left_out": 0},
    "requests": {"sent": 4, "retried": 1, "throttled": 0},
    "problems": [
        {"code": "phone_letters", "column": "Phone", "count": 1},
        {"code": "phone_letters", "column": "Mobile", "count": 1},
    ],
    "error": None,
}
PREFIX = "callbell_importer_last_run_"


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return each sample's value, by its name without the prefix and its own labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for one in family.samples:
            assert one.name.startswith(PREFIX)
            own = frozenset((name, value) for name, value in one.labels.items() if name not in LABELS)
            assert (one.name.removeprefix(PREFIX), own) not in found
            found[one.name.removeprefix(PREFIX), own] = one.value
    return found


def test_prometheus_reads_what_the_summary_says() -> None:
    """Each status has a sample, also one that no row has."""
    found = samples(metrics_text(ENDING, LABELS, NOW))
    assert {(name, *(value for _, value in own)): value for (name, own), value in found.items()} == {
        ("timestamp_seconds",): NOW.timestamp(),
        ("exit_code",): 1,
        ("duration_seconds",): 61.5,
        ("rows", "created"): 3,
        ("rows", "invalid"): 2,
        ("rows", "unsent"): 0,
        ("rows_read",): 5,
        ("requests_sent",): 4,
        ("requests_retried",): 1,
        ("requests_throttled",): 0,
        ("problems", "phone_letters"): 2,
    }


def test_rows_that_need_nobody_are_no_problems() -> None:
    """Whoever was in Callbell before the first night is so in each sample of the status alone; a conflict is one."""
    codes = (*sorted(NO_PROBLEMS), "conflict")
    problems = [{"code": code, "column": "", "count": 2_000} for code in codes]
    found = samples(metrics_text(ENDING | {"problems": problems}, LABELS, NOW))
    assert [dict(own) for name, own in found if name == "problems"] == [{"code": "conflict"}]


def test_what_is_new_or_degraded_is_told_where_it_is_known() -> None:
    """Nothing is said to be old that nobody compared."""
    problems = [{**one, "new": 1} for one in ENDING["problems"]]
    found = samples(metrics_text(ENDING | {"problems": problems, "degraded": []}, LABELS, NOW))
    assert (found["problems_new", frozenset()], found["degraded", frozenset()]) == (2, 0)
    degraded = metrics_text(ENDING | {"degraded": [{"code": "few_rows", "message": ""}]}, LABELS, NOW)
    assert samples(degraded)["degraded", frozenset()] == 1


def test_where_nothing_ran_only_the_exit_code_and_the_time_are_told() -> None:
    """A zero would be a lie: nobody counted."""
    failed = {"command": "run", "exit_code": 2, "error": {"code": "settings", "message": "", "hint": ""}}
    names = {name for name, _ in samples(metrics_text(failed, LABELS, NOW))}
    assert names == {"timestamp_seconds", "exit_code"}


def test_two_imports_in_one_folder_do_not_clash() -> None:
    """node_exporter reads a folder's files as one: no sample may stand twice, and a metric has one meaning."""
    north, south = (metrics_text(ENDING, {"import": name, "account": ""}, NOW) for name in ("north", "south"))
    lines = [line for text in (north, south) for line in text.splitlines() if not line.startswith("#")]
    names = [line.rpartition(" ")[0] for line in lines]
    assert len(set(names)) == len(names)
    helps = [{line for line in text.splitlines() if line.startswith("#")} for text in (north, south)]
    assert helps[0] == helps[1]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_an_account_is_called_the_metrics_are_read(name: str) -> None:
    """Quotes, backslashes and line breaks too."""
    (first, *_) = next(iter(text_string_to_metric_families(metrics_text(ENDING, {"account": name}, NOW)))).samples
    assert first.labels["account"] == name


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_others_may_read_the_file_and_never_see_half_of_it(tmp_path: Path) -> None:
    """Whatever the umask: node_exporter is another user. Nothing else is left in its folder."""
    path, before = tmp_path / "callbell.prom", os.umask(0o077)
    try:
        write_metrics(path, ENDING, LABELS, NOW)
        first = path.stat().st_ino
        write_metrics(path, ENDING, LABELS, NOW)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.stat().st_ino != first
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """One that was made privately would be one that node_exporter cannot look into."""
    with pytest.raises(StorageError, match=r"callbell\.prom cannot be written"):
        write_metrics(tmp_path / "none" / "callbell.prom", ENDING, LABELS, NOW)
    assert list(tmp_path.iterdir()) == []
