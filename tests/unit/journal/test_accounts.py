"""Which account of the journal it is that a run imports into, and what becomes of accounts that are one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.journal import AccountMatch, Journal
from importer.journal.integrity import examine
from importer.model.account import AccountIdentity
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import RecordedOutcome
from importer.model.rows import Contact, Status
from tests.support.journals import SHEET, START, Ticking, contact, entry, record, recorded

ADDRESS = "https://api.callbell.eu/v1"
ANA, LEO = f"{ADDRESS} ana@example.com", f"{ADDRESS} leo@example.com"


def identity(name: str = ANA, *uuids: str, main: str = "", email: str = "") -> AccountIdentity:
    """Return an account."""
    channels = frozenset([main] if main else [])
    return AccountIdentity(name=name, email=email, uuids=frozenset(uuids) | channels, main_channels=channels)


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with closing(Journal.open(path, Ticking())) as opened:
        yield opened


def ran(
    journal: Journal,
    account: AccountIdentity,
    contacts: Sequence[Contact] = (),
    status: Status = Status.CREATED,
    *,
    yes: bool = False,
) -> list[str]:
    """Import contacts, and return the rows' statuses; yes: a person said that it is the account."""
    match = journal.match_account(account)
    assert match.is_doubtful is yes
    name = f"run-{len(journal.runs()) + 1}"
    journal.begin(record(name, match.name), match)
    journal.enqueue(journal.add_sheet(SHEET), [entry(one, row) for row, one in enumerate(contacts, 2)])
    journal.finish(record(name, match.name), [recorded(one, status) for one in journal.claim(100)])
    return [result.status.value for result in journal.report_source(name).results()]


def fetched(journal: Journal, sql: str) -> list[tuple[object, ...]]:
    """Return what a SELECT finds."""
    return journal._database.fetch(sql)


def account_ids(journal: Journal) -> list[object]:
    """Return the accounts that are there."""
    return [one for (one,) in fetched(journal, "SELECT id FROM accounts ORDER BY id")]


# Which one it is


def test_a_new_account_is_in_no_doubt(journal: Journal) -> None:
    """Nothing is known of it, and looking changes nothing."""
    match = journal.match_account(identity(ANA, "t1"))
    assert match == AccountMatch(identity=identity(ANA, "t1"), name=ANA)
    assert account_ids(journal) == []


@pytest.mark.parametrize(
    ("again", "is_known", "is_doubtful"),
    [
        (identity(LEO, "t1"), True, False),
        (identity(LEO, "c1", "c9"), True, False),
        (identity(ANA, "t1", "t9"), True, False),
        (identity(ANA, "t9"), True, True),
        (identity(LEO, "t9"), False, False),
        (identity("http://localhost/v1 ana@example.com", "t9", email="ana@example.com"), True, True),
        (identity(ANA), True, False),
        (identity(f"{ADDRESS} main", email="ana@example.com"), True, False),
        (identity(LEO, email="leo@example.com"), False, False),
    ],
)
def test_uuids_tell_and_then_names(
    journal: Journal,
    again: AccountIdentity,
    is_known: bool,  # noqa: FBT001 - a table of cases
    is_doubtful: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """Any UUID in common; else a name is enough only for an account whose UUIDs are not known on both sides."""
    ran(journal, identity(ANA, "t1", "c1", email="ana@example.com"))
    match = journal.match_account(again)
    assert (match.ids != (), match.is_doubtful) == (is_known, is_doubtful)
    assert match.name == (ANA if is_known else again.name)
    assert match.names == ({ANA, "ana@example.com"} if is_known else set())


def test_an_account_without_uuids_gains_those_of_its_first_run(journal: Journal) -> None:
    """As those of old journals do; from then on they tell."""
    ran(journal, identity(ANA), [contact(1)])
    assert ran(journal, identity(ANA, "t1"), [contact(1)]) == ["unchanged"]
    assert ran(journal, identity(LEO, "t1"), [contact(1)]) == ["unchanged"]
    assert journal.match_account(identity(ANA, "t9")).is_doubtful


def test_only_an_email_in_common_is_a_doubt_where_the_new_one_has_uuids(journal: Journal) -> None:
    """A user may be in several accounts, at several addresses."""
    ran(journal, identity(ANA, email="ana@example.com"))
    assert journal.match_account(identity("http://localhost/v1 x", "t1", email="ana@example.com")).is_doubtful


def test_a_name_of_several_accounts_is_a_doubt_without_uuids(journal: Journal) -> None:
    """It is then the one that was used last, if a person says so."""
    ran(journal, identity(ANA, "t1"), [contact(1)])
    ran(journal, identity(LEO, "t2"), [contact(2)])
    ran(journal, identity(ANA, "t2"))
    assert ran(journal, identity(ANA), [contact(2)], yes=True) == ["unchanged"]
    assert len(account_ids(journal)) == 2


def test_a_confirmed_account_keeps_all_its_uuids(journal: Journal) -> None:
    """The old and the new ones are of one account from then on."""
    ran(journal, identity(ANA, "t1"), [contact(1)])
    assert ran(journal, identity(ANA, "t9"), [contact(1)], yes=True) == ["unchanged"]
    for uuid in ("t1", "t9"):
        assert ran(journal, identity(LEO, uuid), [contact(1)]) == ["unchanged"]


# Accounts that are one


def test_accounts_that_turn_out_to_be_one_are_merged(journal: Journal, path: Path) -> None:
    """Their contacts, runs, limits and names are those of one, and the journal stays whole."""
    ran(journal, identity(ANA, "t1"), [contact(1), contact(2)])
    ran(journal, identity(LEO, "t2"), [contact(2), contact(3)])
    journal.begin(record("limit", LEO), journal.match_account(identity(LEO, "t2")))
    journal.learn(20.0)
    journal.finish(record("limit", LEO))
    assert ran(journal, identity("third", "t1", "t2"), [contact(1), contact(2), contact(3), contact(4)]) == [
        "unchanged", "unchanged", "unchanged", "created",
    ]  # fmt: skip
    assert account_ids(journal) == [1]
    assert {run.account for run, _ in journal.runs()} == {ANA}
    assert journal.match_account(identity(LEO)).names == {ANA, LEO, "third"}
    assert journal.learned_limit(ANA) == 20.0
    assert examine(path).faults == ()


@pytest.mark.parametrize(
    ("first", "second", "then"),
    [
        (Status.CREATED, Status.FAILED, "unchanged"),
        (Status.FAILED, Status.CREATED, "unchanged"),
        (Status.CREATED, Status.IN_DOUBT, "unchanged"),
        (Status.IN_DOUBT, Status.EXISTS, "unchanged"),
        (Status.IN_DOUBT, Status.FAILED, "in doubt"),
        (Status.FAILED, Status.IN_DOUBT, "in doubt"),
        (Status.FAILED, Status.FAILED, "sent"),
    ],
)
def test_of_contacts_that_become_one_the_surest_counts(
    journal: Journal, first: Status, second: Status, then: str
) -> None:
    """What is in Callbell is not sent; what may be is looked up first."""
    ran(journal, identity(ANA, "t1"), [contact(1)], first)
    ran(journal, identity(LEO, "t2"), [contact(1)], second)
    journal.begin(record("merged", ANA), journal.match_account(identity(ANA, "t1", "t2")))
    journal.enqueue(journal.add_sheet(SHEET), [entry(contact(1), 2)])
    claimed = journal.claim(1)
    assert {(): "unchanged", (True,): "in doubt", (False,): "sent"}[tuple(one.in_doubt for one in claimed)] == then


def test_an_undo_of_a_merged_accounts_run_takes_its_contact_back(journal: Journal) -> None:
    """A later run makes it anew."""
    ran(journal, identity(LEO, "t2"), [contact(2)])
    ran(journal, identity(ANA, "t1"), [contact(1)])
    ran(journal, identity(ANA, "t1", "t2"))
    undo = journal.undo_of("run-2")
    undo.begin("undo-1", Path("/home/reports/undo-1"), START)
    claimed = undo.claim(9)
    undo.record(
        [RecordedOutcome(seq=one.seq, outcome=Deletion(status=Fate.DELETED), attempts=1, at=START) for one in claimed]
    )
    assert ran(journal, identity(ANA, "t1"), [contact(1), contact(2)]) == ["created", "unchanged"]


def test_a_rehearsal_merges_nothing(journal: Journal, path: Path) -> None:
    """A dry run tells what the run would do."""
    ran(journal, identity(ANA, "t1"), [contact(1)])
    ran(journal, identity(LEO, "t2"), [contact(2)])
    journal.close()
    with closing(Journal.open(path, Ticking(), rehearsal=True)) as dry:
        assert ran(dry, identity(ANA, "t1", "t2"), [contact(1), contact(2)]) == ["unchanged", "unchanged"]
    with closing(Journal.open(path)) as again:
        assert account_ids(again) == [1, 2]


# Channels


def test_contacts_of_the_main_channel_are_found_once_it_is_known(journal: Journal) -> None:
    """What was sent before anybody knew which one it is, and the undo of it, go on."""
    in_main = replace(contact(1), channel_uuid="C1")
    ran(journal, identity(ANA), [in_main, contact(2), replace(contact(3), channel_uuid="c2")])
    again = [contact(1), replace(contact(2), channel_uuid="c1"), contact(3)]
    assert ran(journal, identity(ANA, main="c1"), again) == ["unchanged", "unchanged", "created"]
    undo = journal.undo_of("run-1")
    undo.begin("undo-1", Path("/home/reports/undo-1"), START)
    first, *_ = undo.claim(1)
    undo.record([RecordedOutcome(seq=first.seq, outcome=Deletion(status=Fate.DELETED), attempts=1, at=START)])
    assert ran(journal, identity(ANA, main="c1"), again[:2]) == ["created", "unchanged"]


def test_two_contacts_of_the_main_channel_become_one(journal: Journal) -> None:
    """One that failed does not hide the one that is there."""
    ran(journal, identity(ANA), [contact(1)])
    ran(journal, identity(ANA), [replace(contact(1), channel_uuid="c1")], Status.FAILED)
    assert ran(journal, identity(ANA, main="c1"), [replace(contact(1), channel_uuid="c1")]) == ["unchanged"]


def test_two_channels_are_told_where_the_content_differs(journal: Journal) -> None:
    """A contact that is known under the main channel of before is not sent to the new one, and the report says so."""
    ran(journal, identity(ANA, main="c1"), [replace(contact(1), channel_uuid="c1")])
    assert ran(journal, identity(ANA, "c1", main="c2"), [replace(contact(1), channel_uuid="c2")]) == ["exists"]
    (row,) = journal.report_source("run-2").results()
    assert row.reason == "differs from what was sent: channel_uuid"


# Identifiers


def written(text: str, normalised: str = "34600000001") -> Contact:
    """Return a contact whose number is written so."""
    return replace(contact(1), identifier=text, normalised=normalised)


def test_a_contact_is_known_by_its_normalised_identifier(journal: Journal) -> None:
    """In one run and in later ones; what is claimed is what was written, with the identifier to look it up by."""
    rows = [written("+34 600 000 001"), written("600000001"), written("+34600000002", "34600000002")]
    journal.begin(record())
    journal.enqueue(journal.add_sheet(SHEET), [entry(one, row) for row, one in enumerate(rows, 2)])
    claimed = journal.claim(9)
    assert [(one.contact.identifier, one.contact.normalised_identifier) for one in claimed] == [
        ("+34 600 000 001", "34600000001"),
        ("+34600000002", "34600000002"),
    ]
    journal.finish(record(), [recorded(one) for one in claimed])
    assert [row.identifier for row in journal.report_source("run-1").results()] == [one.identifier for one in rows]
    assert ran(journal, identity("main"), [contact(1), written("(600) 000 001")]) == ["unchanged", "duplicate"]


def test_a_released_row_frees_the_contact_of_its_key(journal: Journal) -> None:
    """Whatever it is written like."""
    journal.begin(record())
    journal.enqueue(journal.add_sheet(SHEET), [entry(written("+34 600 000 001"), 2)])
    journal.release(journal.claim(1))
    assert fetched(journal, "SELECT * FROM contacts") == []


# Whatever the sequence


@dataclass(frozen=True, slots=True)
class _Run:
    """A run for one of two shops, as a person may give it."""

    shop: int
    email: str
    label: str
    address: str
    teams: frozenset[int]
    """Which of the shop's three teams the token sees, besides the main channel."""
    reads: bool
    """Whether the token may read the lists."""
    format: int
    numbers: tuple[int, ...]
    channels: tuple[str, ...]
    fate: Status


_FORMATS = ("34600{:06}", "+34600{:06}", "+34 600-{:06}", "600{:06}")
_RUNS = st.lists(
    st.builds(
        _Run,
        shop=st.integers(0, 1),
        email=st.sampled_from(["ana@x.org", "leo@x.org"]),
        label=st.sampled_from(["", "main", "shop"]),
        address=st.sampled_from([ADDRESS, "http://localhost/v1"]),
        teams=st.frozensets(st.integers(0, 2)),
        reads=st.booleans(),
        format=st.integers(0, len(_FORMATS) - 1),
        numbers=st.lists(st.integers(0, 4), max_size=4).map(tuple),
        channels=st.lists(st.sampled_from(["", "c", "d"]), min_size=4, max_size=4).map(tuple),
        fate=st.sampled_from([Status.CREATED, Status.CREATED, Status.FAILED, Status.IN_DOUBT, Status.UNSENT]),
    ),
    max_size=8,
)


def _seen(run: _Run) -> AccountIdentity:
    """Return which account it is, as far as the token may see."""
    uuids = {f"t{run.shop}{team}" for team in run.teams} if run.reads else set()
    return identity(
        f"{run.address} {run.label or run.email}", *uuids, main=f"c{run.shop}" if run.reads else "", email=run.email
    )


def _contacts(run: _Run, main: str) -> list[tuple[Contact, tuple[str, str]]]:
    """Return the run's contacts, and what each is for its shop: a number in a channel."""
    made = []
    for number, channel in zip(run.numbers, run.channels, strict=False):
        uuid = f"{channel}{run.shop}" if channel and (run.reads or channel != "c") else ""
        sent = _FORMATS[run.format].format(number)
        normalised = f"34600{number:06}"
        one = Contact(identifier=sent, source="whatsapp", name="Ana", channel_uuid=uuid, normalised=normalised)
        made.append((one, (normalised, uuid or main)))
    return made


def _play(path: Path, runs: Sequence[_Run]) -> None:
    """Import the runs one after the other; a person who is asked knows which shop it is."""
    created: Counter[tuple[int, tuple[str, str]]] = Counter()
    shops: dict[int, int] = {}
    with closing(Journal.open(path, Ticking())) as journal:
        for number, run in enumerate(runs):
            name, match = f"run-{number}", journal.match_account(_seen(run))
            if match.is_doubtful and shops[match.ids[0]] != run.shop:
                continue
            assert {shops[one] for one in match.ids} <= {run.shop}, "another shop's account"
            journal.begin(record(name, match.name), match)
            ((account,),) = fetched(journal, "SELECT account FROM runs ORDER BY id DESC LIMIT 1")
            shops[int(str(account))] = run.shop
            contacts = _contacts(run, f"c{run.shop}")
            journal.enqueue(journal.add_sheet(SHEET), [entry(sent, row) for row, (sent, _) in enumerate(contacts, 2)])
            claimed = journal.claim(9)
            for pending in claimed:
                of_shop = (run.shop, contacts[pending.seq - 1][1])
                assert not created[of_shop], "sent again"
                created[of_shop] += run.fate is Status.CREATED
            journal.finish(record(name, match.name), [recorded(pending, run.fate) for pending in claimed])
            for result in journal.report_source(name).results():
                if result.status in (Status.UNCHANGED, Status.EXISTS):
                    assert created[run.shop, contacts[result.row - 2][1]] == 1, "not there"
    assert examine(path).faults == ()


_play_settings = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)


@_play_settings
@given(_RUNS)
def test_nobody_is_created_twice_by_whomever_the_account_is_called(
    tmp_path_factory: pytest.TempPathFactory, runs: list[_Run]
) -> None:
    """Tokens, labels and addresses change and are the same for two shops, and each token sees other teams.

    As long as the lists can be read, a shop's contact is created once, and what is not sent is there.
    """
    _play(tmp_path_factory.mktemp("names") / "j", [replace(run, reads=True) for run in runs])


@_play_settings
@given(_RUNS)
def test_nobody_is_created_twice_while_the_lists_cannot_be_read(
    tmp_path_factory: pytest.TempPathFactory, runs: list[_Run]
) -> None:
    """Now and then nothing tells but the e-mail, or a label, which then have to be the shop's own."""
    own = [replace(run, email=f"{run.shop}@x.org", label=run.label and f"{run.label}{run.shop}") for run in runs]
    _play(tmp_path_factory.mktemp("lists") / "j", own)
