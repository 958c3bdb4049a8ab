"""Packing: what is left out, what is never overwritten, and what a crash leaves."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import pytest

from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.journal import JournalLine, Lesson, Mark
from eschool_core.domain.people import Pupil
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.domain.results import TermMark
from eschool_core.domain.row import Row
from eschool_core.domain.school import School, SchoolClass
from eschool_core.errors import AccessError, DamageError, InputError
from eschool_core.exports.class_year import ClassYear, Tables, class_year, tables_of
from eschool_core.store.store import Store
from eschool_sync.packages.catalogue import FILE, read_catalogue
from eschool_sync.packages.packing import Done, Wanted, pack
from eschool_sync.security.signing import SigningKey
from tests.sync.packages.conftest import Bank

MANY = (Pupil, Lesson, JournalLine, Mark, TermMark)
OTHER = SigningKey(bytes(32))


def again(bank: Bank, folder: Path, *names: str) -> Done:
    server = bank.world.server
    [school] = server.store.select(School)
    classes = [server.store.require(SchoolClass, bank.world.school.classes[name]) for name in names]
    return pack(server, folder, Wanted(classes, school.current_day))


@pytest.mark.clause("4.4.5/3")
def test_what_is_there_is_left_as_it_is(bank: Bank) -> None:
    before = {file: file.read_bytes() for file in bank.folder.rglob("*") if file.is_file()}
    done = again(bank, bank.folder, "5А", "5Б")
    assert done.packed == []
    assert sorted(done.there) == ["2026-27_5А_journals", "2026-27_5А_register"]
    assert [name for name, _ in done.not_sealed] == ["5Б", "5Б"]
    assert before == {file: file.read_bytes() for file in bank.folder.rglob("*") if file.is_file()}


@pytest.mark.clause("4.4.5/3")
def test_a_class_that_is_not_sealed_is_left_out(bank: Bank, tmp_path: Path) -> None:
    done = again(bank, tmp_path, "5Б")
    assert done.not_sealed == [
        ("5Б", ArchiveKind.JOURNAL_PACKAGE),
        ("5Б", ArchiveKind.REGISTER_PACKAGE),
    ]
    assert list(tmp_path.iterdir()) == [bank.folder]


def test_a_bar_moves_with_every_paper_to_its_end(bank: Bank, tmp_path: Path) -> None:
    server, told = bank.world.server, []
    [school] = server.store.select(School)
    klass = server.store.require(SchoolClass, bank.world.school.classes["5А"])
    wanted = Wanted([klass], school.current_day)
    (tmp_path / "new").mkdir()
    pack(server, tmp_path / "new", wanted, lambda *said: told.append(said))
    papers = [one for one in told if one[0].endswith(".pdf")]
    assert [done for _, done, _ in papers] == list(range(1, len(papers) + 1))
    assert {total for *_, total in told} == {len(papers)}
    assert told[0][:2] == ("verify", 0)


def test_rows_of_one_package_are_held_at_a_time(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What grows with the number of classes is names of partitions, never rows."""
    alive: list[weakref.ref[Row]] = []

    def watched(store: Store, content: ClassYear) -> Tables:
        gc.collect()
        assert not [one for one in alive if one() is not None]
        tables = tables_of(store, content)
        alive.extend(weakref.ref(row) for table in MANY for row in tables.get(table, ()))
        return tables

    monkeypatch.setattr("eschool_sync.packages.packing.tables_of", watched)
    (tmp_path / "new").mkdir()
    done = again(bank, tmp_path / "new", "5А")
    assert len(done.packed) == 2
    assert alive


@pytest.mark.threat("T7")
def test_an_unsound_history_is_not_packed(bank: Bank, tmp_path: Path) -> None:
    database = bank.world.server.database
    folder = tmp_path / "other"
    folder.mkdir()
    database.execute("UPDATE mark SET value = 2 WHERE value = 4")
    try:
        with pytest.raises(DamageError) as refused:
            again(bank, folder, "5А")
    finally:
        database.execute("UPDATE mark SET value = 4 WHERE value = 2")
    assert refused.value.key == "damage.tables"
    assert list(folder.iterdir()) == []


@pytest.mark.threat("T14")
def test_what_fails_in_the_middle_leaves_nothing(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()

    def full(*args: object) -> bytes:
        raise OSError(28, "no space")

    monkeypatch.setattr("eschool_sync.packages.build.proof_file", full)
    with pytest.raises(AccessError):
        again(bank, folder, "5А")
    assert list(folder.iterdir()) == []


def test_journals_that_are_destroyed_are_packed_no_more(bank: Bank) -> None:
    store = bank.world.server.store
    klass = store.require(SchoolClass, bank.world.school.classes["5А"])
    entry = store.select(ArchiveEntry, kind=int(ArchiveKind.JOURNAL))[0]
    store.database.execute("BEGIN")
    store.database.execute(
        "UPDATE archive_entry SET state = ? WHERE id = ?", (ArchiveState.ERASED, entry.id)
    )
    try:
        for kind in (ArchiveKind.JOURNAL_PACKAGE, ArchiveKind.REGISTER_PACKAGE):
            with pytest.raises(InputError) as refused:
                class_year(store, klass, kind)
            assert refused.value.key == "archive.journals_gone"
    finally:
        store.database.execute("ROLLBACK")


class TestCatalogue:
    def test_it_lists_every_package(self, bank: Bank) -> None:
        found = {one.folder: one for one in read_catalogue(bank.folder, bank.key)}
        for packed in bank.done.packed:
            assert found[packed.folder.name].digest == packed.digest
        assert {one.keep_until for one in found.values()} == {"2032-12-31", "2052-12-31"}

    @pytest.mark.threat("T7")
    def test_a_line_less_or_changed_is_found(self, bank: Bank) -> None:
        file = bank.folder / FILE
        fields = json.loads(file.read_bytes())
        for change in (
            fields["packages"].pop,
            lambda: fields["packages"][0].update(digest="0" * 64),
            lambda: fields.update(packages=None),
        ):
            change()
            file.write_text(json.dumps(fields))
            with pytest.raises(DamageError) as refused:
                read_catalogue(bank.folder, bank.key)
            assert refused.value.key == "package.catalogue"

    def test_another_schools_is_told_apart(self, bank: Bank) -> None:
        with pytest.raises(AccessError) as refused:
            read_catalogue(bank.folder, OTHER.public_bytes)
        assert refused.value.key == "package.other_key"

    def test_nothing_is_packed_into_a_bank_whose_catalogue_was_changed(self, bank: Bank) -> None:
        (bank.folder / FILE).write_text("{}")
        with pytest.raises(DamageError):
            again(bank, bank.folder, "5А")
