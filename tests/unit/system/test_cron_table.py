"""The lines of a crontab; a real cron runs one in tests/integration/cron_line.py."""

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.errors import StorageError
from importer.system.cron_table import cron_block, cron_command, cron_marks, known_lines, with_job
from tests.support.nightly_jobs import ODD_WORDS, nightly_job


def as_vixie_reads(command: str) -> str:
    r"""Return what cron gives to sh: `\%` is a per cent sign (do_command.c); a bare one would end the command."""
    assert "%" not in command.replace("\\%", "")
    return command.replace("\\%", "%")


def as_busybox_reads(command: str) -> str:
    """Return what busybox' cron gives to sh: the command as it is."""
    return command


@pytest.mark.parametrize("cron", [as_vixie_reads, as_busybox_reads])
@given(word=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])) | st.sampled_from(ODD_WORDS))
def test_a_word_comes_out_of_cron_and_sh_as_it_went_in(cron: "type", word: str) -> None:
    """Per cent signs, quotes, dollars, blanks and whatever else."""
    job = nightly_job(arguments=("run", word), folder=f"/srv/{word}", environment={"A": word})
    words = shlex.split(cron(cron_command(job)), comments=False)
    assert words[:3] == ["cd", f"/srv/{word}", "&&"]
    assert f"A={word}" in words[3:5]
    assert words[5:] == [*job.program, "run", word, "--quiet"]


def test_the_line_says_when_and_is_silent_after_a_good_night() -> None:
    """It has cron's five fields, the shell's path, and --quiet, so that cron has nothing to mail."""
    (line,) = [line for line in cron_block(nightly_job()).splitlines() if not line.startswith("#")]
    assert line.startswith("5 2 * * * cd /var/lib/callbell-importer && PATH=")
    assert line.endswith(" run /srv/contacts.csv --yes --quiet")


def test_comments_fit_a_terminal() -> None:
    """A line of a crontab cannot be broken, but what is said beside it can."""
    lines = cron_block(nightly_job(journal="/j")).splitlines()
    assert max(len(line) for line in lines if line.startswith("#")) < 80


def test_a_crontab_keeps_what_is_not_ours() -> None:
    """The job comes at its end; a last line without an end gets one, as cron would not run it."""
    assert with_job("", nightly_job()) == cron_block(nightly_job())
    assert with_job("MAILTO=a\n* * * * * x", nightly_job()).startswith(
        "MAILTO=a\n* * * * * x\n# begin callbell-importer "
    )


def test_a_job_takes_the_place_of_its_earlier_one() -> None:
    """The same name stands once; another name is another job, also where one begins like the other."""
    first = with_job("0 1 * * * before\n", nightly_job(name="a-b"))
    both = with_job(first, nightly_job(name="a"))
    table = f"{both}0 9 * * * after\n"
    changed = with_job(table, nightly_job(name="a", hour=4, arguments=("run", r"\1 \g<0>")))
    assert [line[:9] for line in changed.splitlines() if not line.startswith("#")] == [
        "0 1 * * *",
        "5 2 * * *",
        "5 4 * * *",
        "0 9 * * *",
    ]
    assert with_job(changed, nightly_job(name="a", hour=4, arguments=("run", r"\1 \g<0>"))) == changed
    assert len(re.findall("^# begin", changed, re.MULTILINE)) == 2


def test_a_job_takes_the_place_of_all_its_earlier_ones() -> None:
    """A pipe may have added it twice; what stands between them stays."""
    once = cron_block(nightly_job())
    between = f"0 1 * * * a\n{once}0 2 * * * b\n{once}0 3 * * * c\n"
    changed = with_job(between, nightly_job(hour=4))
    assert changed == f"0 1 * * * a\n{cron_block(nightly_job(hour=4))}0 2 * * * b\n0 3 * * * c\n"


def test_jobs_of_a_crontab_are_known_by_their_marks_or_their_command() -> None:
    """With the journal that the mark or the command names; a table of the system names a user in each line."""
    marked = with_job("", nightly_job(name="callbell-importer-a", journal="/j 1"))
    table = (
        "5 1 * * * callbell-importer check x.csv\n"
        f"{marked}30 4 * * * cd /srv && callbell-importer run x.csv --journal '/j 2' --quiet\n"
        "0 5 * * * /opt/bin/python -m importer run x.csv\n"
        "0 * * * * callbell-importer run every-hour.csv\n"
    )
    found = [(one.name, one.minute, one.journal) for one in known_lines(table, "here", "ana")]
    assert found == [("callbell-importer-a", 125, "/j 1"), ("here", 270, "/j 2"), ("here", 300, "")]
    of_system = "0 2 * * * callbell callbell-importer run x.csv\n0 3 * * * root callbell-importer run x.csv\n"
    assert [one.minute for one in known_lines(of_system, "there") if one.user == "root"] == [180]


def test_a_line_after_the_marks_is_none_of_ours() -> None:
    """Though the one between them was taken out, or runs once a week by now."""
    begin, comment, _, _, end = cron_block(nightly_job()).splitlines()
    for between in ("", "0 2 * * 1 callbell-importer run x.csv\n"):
        table = f"{begin}\n{comment}\n# Journal: /j\n{between}{end}\n0 3 * * * /usr/bin/backup\n"
        assert not list(known_lines(table, "here"))


def test_a_job_of_before_the_journal_was_named_is_replaced() -> None:
    """It has one comment, where there are three now."""
    line = re.search("^5 2.*$", cron_block(nightly_job()), re.MULTILINE)
    assert line
    begin, end = cron_marks("callbell-importer")
    before = f"{begin}\n# cron mails what it says.\n{line[0]}\n{end}\n"
    assert with_job(before, nightly_job(journal="/j")) == cron_block(nightly_job(journal="/j"))
    assert with_job(cron_block(nightly_job(journal="/j")), nightly_job(journal="/k")).count("\n") == 6


def test_nobodys_line_is_taken_for_ours() -> None:
    """Where the marks are not as they were written, nothing is changed: what lies between may be anybody's."""
    begin, comment, _, line, end = cron_block(nightly_job()).splitlines()
    for table in (f"{begin}\n0 1 * * * mine\n", f"{begin}\n{comment}\n{line}\n0 1 * * * mine\n{end}\n"):
        with pytest.raises(StorageError, match="not the lines that should follow"):
            with_job(table, nightly_job())
