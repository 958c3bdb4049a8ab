"""A package says of every byte whether it is what the school packed (4.4.5/3, design §6)."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pikepdf
import pytest

from eschool_core.domain.journal import CellHistory, JournalLine, Mark
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.errors import AccessError, DamageError, InputError
from eschool_sync.packages import check, layout
from eschool_sync.packages.check import State, Wrong, check_package
from eschool_sync.packages.layout import PackageSignature, digest_of
from eschool_sync.security.signing import SigningKey
from tests.sync.packages.conftest import FORMULA, Bank

OTHER = SigningKey(bytes(32))


def flip(file: Path) -> None:
    """Change one byte in the middle of a file."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def resign(folder: Path, key: SigningKey, school: int, *, shown: bytes | None = None) -> None:
    """Make checksums and signature anew over what is there now."""
    for name in layout.TAG_FILES:
        (folder / name).unlink(missing_ok=True)
    inner = folder / "data"
    moved = folder.with_name(f"{folder.name}.moved")
    inner.rename(moved)
    bagit.make_bag(str(moved), {}, checksums=[layout.ALGORITHM])
    folder.rmdir()
    moved.rename(folder)
    sign(folder, key, school, shown=shown)


def sign(folder: Path, key: SigningKey, school: int, *, shown: bytes | None = None) -> None:
    made = PackageSignature.make(school, digest_of(folder / layout.TAG_MANIFEST), key)
    signature = PackageSignature(made.school, shown or made.school_key, made.digest, made.signature)
    (folder / layout.SIGNATURE).write_bytes(signature.to_json())


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    found = json.loads((folder / "data" / "tables" / f"{table}.json").read_bytes())
    assert isinstance(found, list)
    return found


@pytest.mark.clause("4.4.5/3")
def test_what_was_packed_is_whole(bank: Bank) -> None:
    for one, kind, until in (
        (bank.journals, ArchiveKind.JOURNAL_PACKAGE, "2032-12-31"),
        (bank.register, ArchiveKind.REGISTER_PACKAGE, "2052-12-31"),
    ):
        found = check_package(one, bank.key)
        assert found.is_whole
        assert found.kind is kind
        assert found.about["keep_until"] == until
        assert found.history_entries == found.about["history_entries"] > 0
        assert found.history_size == bank.world.server.head().seq
        [packed] = [p for p in bank.done.packed if p.folder == one]
        assert (found.digest, found.files) == (packed.digest, packed.files)


@pytest.mark.scenario("4.4.5/3:1")
@pytest.mark.clause("4.4.5")
@pytest.mark.clause("4.4.5/3")
@pytest.mark.threat("T7")
def test_one_byte_changed_in_any_file_fails_and_names_it(bank: Bank) -> None:
    files = [file for file in bank.register.rglob("*") if file.is_file()]
    assert len(files) > 20
    for file in files:
        name = file.relative_to(bank.register).as_posix()
        if name == layout.SIGNATURE:
            continue
        before = file.read_bytes()
        flip(file)
        assert check_package(bank.register, bank.key).wrong == (Wrong(State.CHANGED, name),)
        file.write_bytes(before)
    assert check_package(bank.register, bank.key).is_whole


@pytest.mark.clause("4.4.5/3")
@pytest.mark.threat("T7")
def test_a_missing_and_an_added_file_are_named(bank: Bank) -> None:
    (bank.journals / "data" / "tables" / "mark.json").unlink()
    (bank.journals / "data" / "tables" / "more.json").write_text("[]")
    (bank.journals / "note.txt").write_text("1")
    found = check_package(bank.journals, bank.key)
    assert found.wrong == (
        Wrong(State.MISSING, "data/tables/mark.json"),
        Wrong(State.ADDED, "data/tables/more.json"),
        Wrong(State.ADDED, "note.txt"),
    )
    assert found.about == {}


@pytest.mark.parametrize("name", layout.TAG_FILES)
def test_a_missing_tag_file_is_named(bank: Bank, name: str) -> None:
    (bank.register / name).unlink()
    assert Wrong(State.MISSING, name) in check_package(bank.register, bank.key).wrong


@pytest.mark.threat("T7")
def test_a_wrong_key_is_told_apart_from_a_change(bank: Bank) -> None:
    flip(bank.register / "data" / "about.json")
    with pytest.raises(AccessError) as refused:
        check_package(bank.register, OTHER.public_bytes)
    assert refused.value.key == "package.other_key"


@pytest.mark.threat("T7")
def test_checksums_made_anew_by_somebody_else_do_not_help(bank: Bank) -> None:
    flip(bank.register / "data" / "about.json")
    school = bank.world.number
    resign(bank.register, OTHER, school)
    with pytest.raises(AccessError):
        check_package(bank.register, bank.key)
    sign(bank.register, OTHER, school, shown=bank.key)
    found = check_package(bank.register, bank.key)
    assert found.wrong == (Wrong(State.CHANGED, layout.SIGNATURE),)


def entries_of(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / layout.ENTRIES).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def write_entries(folder: Path, entries: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    (folder / layout.ENTRIES).write_text(lines, encoding="utf-8")


@pytest.mark.threat("T7")
@pytest.mark.parametrize(
    "forge",
    [
        lambda entries: entries[-1].update(fields={"value": 5}),
        lambda entries: entries[-1].update(actor=1),
        lambda entries: entries[-1].update(received=entries[-1]["received"] + 1),
        lambda entries: entries[-1].update(payload=entries[0]["payload"]),
        lambda entries: entries[-1].update(salt="", payload="", fields=None, header="AA=="),
        lambda entries: entries[-1].update(seq="1"),
        lambda entries: entries.append(entries[-1]),
        lambda entries: entries.pop(),
        lambda entries: entries.clear(),
    ],
    ids=["words", "actor", "time", "payload", "header", "no_number", "twice", "less", "none"],
)
def test_a_forged_entry_is_found_even_under_the_schools_own_signature(
    bank: Bank, forge: Any
) -> None:
    entries = entries_of(bank.journals)
    forge(entries)
    write_entries(bank.journals, entries)
    resign(bank.journals, bank.signing_key, bank.world.number)
    with pytest.raises(DamageError) as refused:
        check_package(bank.journals, bank.key)
    assert refused.value.key == "package.history"


@pytest.mark.threat("T7")
@pytest.mark.parametrize("take", [slice(1, None), slice(None, -1)])
def test_a_proof_with_a_hash_too_few_proves_nothing(bank: Bank, take: slice) -> None:
    file = bank.journals / layout.PROOF
    fields = json.loads(file.read_bytes())
    fields["hashes"] = fields["hashes"][take]
    file.write_text(json.dumps(fields))
    resign(bank.journals, bank.signing_key, bank.world.number)
    with pytest.raises(DamageError):
        check_package(bank.journals, bank.key)


@pytest.mark.clause("4.4.5/3")
def test_the_tables_and_papers_are_read_without_this_program(bank: Bank) -> None:
    store = bank.world.server.store
    about = json.loads((bank.journals / layout.ABOUT).read_bytes())
    for name, count in about["tables"].items():
        found = rows(bank.journals, name)
        schema = json.loads((bank.journals / "data/tables" / f"{name}.schema.json").read_bytes())
        wanted = schema["items"]
        kinds = {"integer": int, "string": str, "null": type(None)}
        for row in found:
            assert list(row) == wanted["required"]
            for key, value in row.items():
                allowed = tuple(kinds[kind] for kind in wanted["properties"][key]["type"])
                assert isinstance(value, allowed), (name, key)
        with (bank.journals / "data/tables" / f"{name}.csv").open(encoding="utf-8-sig") as file:
            table = list(csv.DictReader(file))
        assert len(table) == len(found) == count
        assert [row["id"] for row in table] == [str(row["id"]) for row in found]
    lines = {row["part"] for row in rows(bank.journals, "journal_line")}
    for model, name in ((Mark, "mark"), (CellHistory, "cell_history")):
        packed = {row["id"] for row in rows(bank.journals, name)}
        assert packed == {row.id for row in store.select(model) if row.part in lines}
    assert {row["value"] for row in rows(bank.journals, "mark")} == {4}
    journals = {row["id"] for row in rows(bank.journals, "journal")}
    assert lines == {row.part for row in store.select(JournalLine) if row.journal_id in journals}
    texts = [row["text"] for row in rows(bank.journals, "topic")]
    assert FORMULA in texts
    content = (bank.journals / "data/tables/topic.csv").read_text(encoding="utf-8")
    assert f"'{FORMULA}" in content
    names = [json.loads(row["content"])["name"] for row in rows(bank.register, "register_row")]
    assert names[0] == "Абрамов Саша"


@pytest.mark.clause("4.4.5/3")
def test_the_papers_are_pdf_a_that_other_programs_read(bank: Bank) -> None:
    papers = [
        *(bank.journals / "data/papers").iterdir(),
        *(bank.register / "data/papers").iterdir(),
    ]
    assert len(papers) == 5
    for paper in papers:
        with pikepdf.open(paper) as pdf:
            assert pdf.pages
            assert pdf.check_pdf_syntax() == []
            with pdf.open_metadata() as metadata:
                assert metadata.pdfa_status == "3B"


@pytest.mark.clause("4.4.5/3")
def test_another_bagit_program_finds_it_valid_and_then_changed(bank: Bank) -> None:
    command = [sys.executable, "-m", "bagit", "--validate", "--quiet", str(bank.journals)]
    subprocess.run(command, check=True, capture_output=True)
    flip(bank.journals / "data" / "README.txt")
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1


@pytest.mark.clause("4.4.5/3")
def test_the_history_tells_every_value_of_a_mark(bank: Bank) -> None:
    entries = entries_of(bank.journals)
    values = [one["fields"]["value"] for one in entries if one["kind"] == "record_mark"]
    assert values == [5, 4]
    written = {
        row["seq"] for name in ("mark", "topic", "term_mark") for row in rows(bank.journals, name)
    }
    assert written <= {one["seq"] for one in entries}
    assert {one["kind"] for one in entries_of(bank.register)} == {"draw_up_register"}


@pytest.mark.asvs("5.3.2")
@pytest.mark.asvs("row 80")
@pytest.mark.asvs("5.2.5")
def test_links_and_other_things_are_refused_unread(bank: Bank, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("1")
    place = bank.register / "data" / "more"
    makers: tuple[Callable[[], None], ...] = (
        lambda: place.symlink_to(outside / "secret"),
        lambda: place.symlink_to(outside),
        lambda: os.mkfifo(place),
    )
    for make in makers:
        make()
        with pytest.raises(InputError) as refused:
            check_package(bank.register, bank.key)
        assert refused.value.key == "package.strange"
        assert refused.value.params == {"file": "data/more"}
        place.unlink()
    link = tmp_path / "link"
    link.symlink_to(bank.register)
    with pytest.raises(InputError):
        check_package(link, bank.key)


@pytest.mark.asvs("5.3.2")
@pytest.mark.asvs("row 80")
def test_a_list_that_leads_out_is_refused_even_when_it_is_signed(bank: Bank) -> None:
    listed = bank.register / layout.MANIFEST
    for name in ("../../../../etc/passwd", "/etc/passwd", "~/.profile", "data/../../x"):
        listed.write_text(f"{'0' * 64}  {name}\n")
        tags = [layout.BAG_FILE, layout.INFO, layout.MANIFEST]
        lines = [f"{digest_of(bank.register / tag).hex()} {tag}\n" for tag in tags]
        (bank.register / layout.TAG_MANIFEST).write_text("".join(lines))
        sign(bank.register, bank.signing_key, bank.world.number)
        try:
            wrong = check_package(bank.register, bank.key).wrong
        except InputError as error:
            assert error.key == "package.none"  # noqa: PT017 - either way nothing was read
        else:
            assert {one.state for one in wrong} == {State.ADDED, State.MISSING}


@pytest.mark.asvs("5.2.3")
def test_too_many_files_and_too_many_bytes_are_not_read(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in (
        ("MAX_FILES", 22),
        ("MAX_PACKAGE_BYTES", 10_000),
        ("MAX_TAG_FILE_BYTES", 100),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(check, name, limit)
            with pytest.raises(InputError) as refused:
                check_package(bank.register, bank.key)
            assert refused.value.key == "package.too_large"
    deep = bank.register / "data" / "a" / "b" / "c" / "d"
    deep.mkdir(parents=True)
    with pytest.raises(InputError) as refused:
        check_package(bank.register, bank.key)
    assert refused.value.key == "package.strange"


def test_what_is_no_package_is_said_to_be_none(bank: Bank, tmp_path: Path) -> None:
    (bank.register / layout.SIGNATURE).write_text("{")
    for place in (bank.register, tmp_path / "nothing"):
        with pytest.raises(InputError) as refused:
            check_package(place, bank.key)
        assert refused.value.key == "package.none"


def test_it_asks_neither_network_nor_database(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError(args)

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("sqlcipher3.dbapi2.connect", refuse)
    monkeypatch.setattr("sqlite3.connect", refuse)
    assert check_package(bank.journals, bank.key).is_whole


def test_only_the_owner_reads_it(origin: Bank) -> None:
    for file in origin.journals.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0
