"""The task that runs a command every night on Windows."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from importer.system.windows_task import known_tasks, task_xml
from tests.support.nightly_jobs import ODD_WORDS, nightly_job

DAY = date(2026, 11, 28)
_SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def texts(xml: str) -> dict[str, str]:
    """Return what each element says."""
    root = ET.fromstring(xml.encode("utf-16"))  # noqa: S314 - our own
    return {element.tag.removeprefix(_SPACE): (element.text or "").strip() for element in root.iter()}


def words(line: str) -> list[str]:
    """Return the words that a program on Windows makes of its command line (CommandLineToArgvW)."""
    found: list[str] = []
    word, in_quotes, begun, slashes = "", False, False, 0
    for sign in f"{line} ":
        if sign == "\\":
            slashes += 1
            continue
        if sign == '"':
            word += "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                in_quotes = not in_quotes
            begun = True
        else:
            word += "\\" * slashes
            begun = begun or slashes > 0
            if sign in " \t" and not in_quotes:
                if begun:
                    found.append(word)
                word, begun = "", False
            else:
                word, begun = word + sign, True
        slashes = 0
    return found


def test_it_says_when_and_what_after_a_bad_start() -> None:
    """A night that was slept through is made up for, it starts at another second than others, and is tried again."""
    said = texts(task_xml(nightly_job(), DAY))
    assert said["StartBoundary"] == "2026-11-28T02:05:00"
    assert said["DaysInterval"] == "1"
    assert said["StartWhenAvailable"] == "true"
    assert (said["Interval"], said["Count"]) == ("PT30M", "5")
    assert said["RandomDelay"] == "PT10M"
    assert said["LogonType"] == "S4U"
    assert said["MultipleInstancesPolicy"] == "IgnoreNew"
    assert said["DisallowStartIfOnBatteries"] == "false"


def test_tasks_of_ours_are_known_with_their_time_and_journal() -> None:
    """Among those of others, in one document or several."""
    ours = task_xml(nightly_job(name="callbell-importer-b", journal="C:\\x & y\\j.sqlite3"), DAY)
    other = ours.replace("callbell-importer-b, with", "by hand, with")
    (found,) = known_tasks(f"<!-- \\one -->{other}<!-- \\callbell-importer-b -->{ours}")
    assert (found.name, found.minute, found.journal) == ("callbell-importer-b", 125, "C:\\x & y\\j.sqlite3")


@pytest.mark.parametrize("word", [*ODD_WORDS, "<&>", "C:\\a b\\"])
def test_a_word_comes_out_as_it_went_in(word: str) -> None:
    """Through XML, and through the command line of Windows."""
    job = nightly_job(program=("C:\\x & y\\python.exe", "-m", "importer"), arguments=("run", word), user="PC\\año")
    said = texts(task_xml(job, DAY))
    assert said["Command"] == "C:\\x & y\\python.exe"
    assert words(said["Arguments"]) == ["-m", "importer", "run", word]
    assert said["UserId"] == "PC\\año"
