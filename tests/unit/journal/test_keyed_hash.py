"""Hashes that stand for numbers."""

from contextlib import closing
from pathlib import Path

from importer.journal.database import Database
from importer.journal.keyed_hash import KeyedHash, known_hash, made_hash


def test_each_journal_has_a_key_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    """It is made when the first number is forgotten, and stands in no text about it."""
    with closing(Database(tmp_path / "a")) as one, closing(Database(tmp_path / "b")) as other:
        with one.transaction() as connection:
            assert known_hash(connection) is None
            made = made_hash(connection)
            assert made_hash(connection) == made == known_hash(connection)
        with other.transaction() as connection:
            assert made_hash(connection).of("1") != made.of("1")
        assert repr(made) == "KeyedHash()"


def test_a_copy_takes_the_key_of_its_journal(tmp_path: Path) -> None:
    """So that the list of people means the same in a backup."""
    with closing(Database(tmp_path / "a")) as one, one.transaction() as connection:
        assert made_hash(connection, b"k" * 32).of("1") == KeyedHash(b"k" * 32).of("1")


def test_a_person_has_one_hash_in_both_forms_and_a_contact_one_in_each() -> None:
    """The key of a contact is as it is written; a person is one."""
    keyed = KeyedHash(b"k" * 32)
    assert keyed.of_person("5215512345678") == keyed.of_person("525512345678")
    assert keyed.of("5215512345678") != keyed.of("525512345678")
    assert keyed.of_national("0600111222") == keyed.of_national("600111222")
