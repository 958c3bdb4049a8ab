"""Files that are damaged, disguised or made to do harm."""

from __future__ import annotations

import io
import json
import re
import socket
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.class_list import read_class_list
from eschool_core.imports.fet import read_timetable
from eschool_core.imports.oneroster import read_oneroster
from eschool_core.imports.plan import read_plan
from tests.core.imports.files import (
    activity,
    archive,
    csv_of,
    fet,
    leaf,
    members_of,
    named,
    start,
    workbook,
)

READERS: dict[str, Callable[[Path | str | bytes], object]] = {
    "timetable": read_timetable,
    "oneroster": read_oneroster,
    "class list": read_class_list,
    "plan": read_plan,
}
GOOD_LIST = workbook({"5А": [["ФИО"], ["Иванов Иван"]]})


def refusal(reader: Callable[[bytes], object], content: bytes) -> str:
    with pytest.raises(InputError) as refused:
        reader(content)
    return refused.value.key


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "content",
    [
        b"\x00" * 100,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"\x1f\x8b\x08\x00",
        b"PK\x05\x06" + b"\x00" * 18,
        b"PK\x03\x04",
        b"<fet",
        b"<html><script>alert(1)</script></html>",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"{}",
        b";;;;\n;;;;",
    ],
)
def test_something_else_is_refused_by_every_reader(
    reader: Callable[[bytes], object], content: bytes
) -> None:
    assert refusal(reader, content).startswith("import.")


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_an_empty_file_is_refused(reader: Callable[[bytes], object]) -> None:
    assert refusal(reader, b"") == "import.file_empty"


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", ["missing.xlsx", "", "\x00", "x" * 5000])
def test_a_missing_file_is_refused(
    reader: Callable[[Path | str], object], name: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        reader(f"{tmp_path}/{name or 'none'}")
    assert refused.value.key == "import.file_missing"


def test_a_folder_is_no_timetable(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_timetable(tmp_path)
    assert refused.value.key == "import.file_missing"


@pytest.mark.asvs("5.2.1")
def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.fet"
    with path.open("wb") as stream:
        stream.truncate(limits.FILE_BYTES + 1)
    with pytest.raises(InputError) as refused:
        read_timetable(path)
    assert refused.value.key == "import.file_too_large"


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize(
    ("name", "content", "reader"),
    [
        ("list.csv", GOOD_LIST, read_class_list),
        ("list.fet", GOOD_LIST, read_class_list),
        ("list.xlsx", "ФИО;Класс\nИванов Иван;5А".encode(), read_class_list),
        ("school.xlsx", fet(), read_timetable),
        ("school.zip", fet(), read_timetable),
    ],
)
def test_a_renamed_file_is_refused(
    name: str, content: bytes, reader: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        reader(path)
    assert refused.value.key == "import.file_kind"


@pytest.mark.asvs("5.2.2")
def test_a_zip_that_is_no_workbook_is_refused() -> None:
    assert refusal(read_class_list, archive({"a.txt": b"x"})) == "import.file_kind"


@pytest.mark.parametrize("cut", [1, 10, 100, 500])
def test_a_truncated_timetable_is_refused_with_the_place(cut: int) -> None:
    with pytest.raises(InputError) as refused:
        read_timetable(fet([activity(1)])[:-cut])
    assert refused.value.key == "import.xml_malformed"
    assert isinstance(refused.value.params["line"], int)


@pytest.mark.asvs("5.2.2")
def test_every_truncation_of_a_workbook_is_refused() -> None:
    for length in range(1, len(GOOD_LIST) - 1, 97):
        assert refusal(read_class_list, GOOD_LIST[:length]).startswith("import.")


def document(declaration: str, institution: str) -> bytes:
    text = fet().decode().replace("Школа № 1", institution)
    return text.replace("<fet ", f"{declaration}<fet ").encode()


@pytest.mark.asvs("1.5.1")
@pytest.mark.parametrize(
    ("declaration", "institution"),
    [
        ('<!DOCTYPE fet [<!ENTITY x SYSTEM "/etc/passwd">]>', "&x;"),
        ('<!DOCTYPE fet [<!ENTITY x SYSTEM "http://evil.example/">]>', "&x;"),
        ('<!DOCTYPE fet [<!ENTITY % x SYSTEM "http://evil.example/"> %x;]>', "x"),
        ('<!DOCTYPE fet SYSTEM "http://evil.example/fet.dtd">', "x"),
        ("<!DOCTYPE fet>", "x"),
        (
            '<!DOCTYPE fet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
            "&c;",
        ),
    ],
)
def test_document_types_and_entities_are_refused(declaration: str, institution: str) -> None:
    assert refusal(read_timetable, document(declaration, institution)) == "import.xml_forbidden"


@pytest.mark.asvs("1.5.1")
def test_an_entity_nobody_declared_is_refused() -> None:
    assert refusal(read_timetable, document("", "&x;")) == "import.xml_malformed"


@pytest.mark.parametrize("encoding", ["utf-7", "no-such-encoding", "utf-32", "idna"])
def test_a_strange_encoding_is_refused(encoding: str) -> None:
    content = fet().replace(b"UTF-8", encoding.encode())
    assert refusal(read_timetable, content) == "import.xml_malformed"


@pytest.mark.asvs("5.2.1")
def test_more_tags_than_any_school_has_are_refused_before_parsing() -> None:
    content = b"<fet>" + b"<a/>" * limits.XML_TAGS + b"</fet>"
    assert refusal(read_timetable, content) == "import.xml_too_many_tags"


@pytest.mark.asvs("1.5.1")
def test_very_deep_nesting_does_no_harm() -> None:
    depth = 200_000
    content = b"<fet>" + b"<a>" * depth + b"</a>" * depth + b"</fet>"
    assert refusal(read_timetable, content) == "import.fet_section_missing"


def test_a_name_longer_than_a_cell_is_refused() -> None:
    content = fet(subjects=["x" * (limits.CELL_LENGTH + 1)])
    assert refusal(read_timetable, content) == "import.text_too_long"


def test_a_name_as_long_as_a_cell_is_taken() -> None:
    name = "x" * limits.CELL_LENGTH
    assert read_timetable(fet(subjects=[name])).subjects == (name,)


@pytest.mark.parametrize("character", ["\x85", "\x9b", "\x7f"])
def test_a_control_character_in_a_name_is_refused(character: str) -> None:
    assert refusal(read_timetable, fet(subjects=[f"a{character}b"])) == "import.text_control"


@pytest.mark.asvs("5.2.3")
def test_ten_to_the_fifth_members_are_refused_by_the_directory() -> None:
    crowd = archive({f"xl/{n}.xml": b"" for n in range(limits.ARCHIVE_MEMBERS + 1)})
    assert refusal(read_class_list, crowd) == "import.archive_too_many"
    many = 65_535  # what the field of an archive with 10^5 members says
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, many, many, 46 * 10**5, 0, 0)
    assert refusal(read_class_list, b"PK\x03\x04" + end) == "import.archive_too_many"


@pytest.mark.asvs("5.2.3")
def test_a_zip_bomb_is_refused_by_its_ratio() -> None:
    bomb = members_of(GOOD_LIST) | {"xl/bomb.xml": b"0" * (20 * limits.MIB)}
    assert refusal(read_class_list, archive(bomb)) == "import.archive_ratio"


@pytest.mark.asvs("5.2.3")
def test_a_bomb_of_many_members_is_refused_by_the_sum() -> None:
    sixteenth = limits.ARCHIVE_UNPACKED_BYTES // 16
    bomb = {f"xl/{n}.xml": b"0" * sixteenth for n in range(17)}
    assert refusal(read_class_list, archive(bomb)) == "import.archive_too_big"


@pytest.mark.asvs("5.2.3")
@pytest.mark.parametrize("reader", [read_oneroster, read_class_list], ids=["oneroster", "list"])
def test_an_archive_of_archives_is_opened_once_and_its_members_never(
    reader: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As 42.zip: every member is an archive again, with gigabytes of zeros at the end."""
    bomb = archive({"0": b"0" * limits.MIB})
    for _ in range(3):
        bomb = archive({f"{at}.zip": bomb for at in range(16)}, zipfile.ZIP_STORED)
    hidden = archive(members_of(GOOD_LIST) | {"xl/media/inner.zip": bomb}, zipfile.ZIP_STORED)
    opened: list[object] = []
    whole = zipfile.ZipFile

    def counted(*args: object, **given: object) -> zipfile.ZipFile:
        # What is written anew for the workbook's reader is ours.
        if args[1:2] != ("w",):
            opened.append(args)
        return whole(*args, **given)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(zipfile, "ZipFile", counted)
    assert refusal(reader, bomb).startswith("import.")
    assert len(opened) <= 1
    if reader is read_class_list:
        opened.clear()
        assert [one.name.family for one in read_class_list(hidden).pupils] == ["Иванов"]
        assert len(opened) == 1


@pytest.mark.asvs("5.2.3")
def test_a_gibibyte_of_zeros_is_refused_without_being_unpacked() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = b"\0" * limits.MIB
    packed = b"".join(packer.compress(zeros) for _ in range(1024)) + packer.flush()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(packed), 1 << 30, 1, 0)
    local = b"PK\x03\x04" + head + b"a" + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    central += b"a"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    assert refusal(read_class_list, local + central + end) == "import.archive_too_big"


@pytest.mark.asvs("5.2.3")
def test_a_member_that_lies_about_its_size_is_refused() -> None:
    content = b"<a>" + b"0" * 5000 + b"</a>"
    honest = archive({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": content})
    lying = honest.replace(struct.pack("<L", len(content)), struct.pack("<L", 10))
    assert lying != honest
    assert refusal(read_class_list, lying) == "import.archive_damaged"


@pytest.mark.asvs("5.2.3")
def test_packings_that_only_bombs_use_are_refused() -> None:
    members = members_of(GOOD_LIST)
    assert refusal(read_class_list, archive(members, zipfile.ZIP_LZMA)) == "import.archive_strange"


@pytest.mark.asvs("5.2.5")
def test_two_members_of_one_name_are_refused() -> None:
    members = members_of(GOOD_LIST)
    doubled = archive({**members, "XL/WORKBOOK.xml": members["xl/workbook.xml"]})
    assert refusal(read_class_list, doubled) == "import.archive_strange"


def changed_sheet(before: bytes, after: bytes) -> bytes:
    members = members_of(GOOD_LIST)
    sheet = "xl/worksheets/sheet1.xml"
    assert before in members[sheet]
    return archive(members | {sheet: members[sheet].replace(before, after)})


@pytest.mark.asvs("5.2.1")
def test_a_cell_in_the_last_corner_is_refused_before_the_table_is_made() -> None:
    far = changed_sheet(b'r="A2"', b'r="XFD2"')
    assert refusal(read_class_list, far) == "import.workbook_too_large"
    deep = changed_sheet(b'r="A2"', b'r="A1048576"')
    assert refusal(read_class_list, deep) == "import.too_many_rows"


@pytest.mark.asvs("1.5.1")
def test_a_document_type_in_a_workbook_is_refused() -> None:
    evil = changed_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet')
    assert refusal(read_class_list, evil) == "import.xml_forbidden"


LAUGHS = "".join(f'<!ENTITY l{at} "{"".join([f"&l{at - 1};"] * 10)}">' for at in range(1, 10))
DECLARED = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "a large entity": f'<!DOCTYPE x [<!ENTITY l9 "{"x" * 100_000}">]>',
    "a file": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "%s">]>',
    "an address": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://192.0.2.1/x">]>',
    "a parameter": '<!DOCTYPE x [<!ENTITY %% p SYSTEM "%s"> %%p;]>',
    "a type elsewhere": '<!DOCTYPE x SYSTEM "%s">',
}
"""What is declared before the first tag of a member; ``l9`` is then used in a cell."""


@pytest.mark.asvs("1.5.1")
@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize("member", [name for name in members_of(GOOD_LIST) if "xml" in name])
def test_no_member_of_a_workbook_declares_entities(
    member: str, declared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refused)
    secret = tmp_path / "secret.txt"
    secret.write_text("Секретов", encoding="utf-8")
    told = DECLARED[declared]
    told = told % secret.as_uri() if "%" in told else told
    members = members_of(GOOD_LIST)
    before, tag, after = re.split(r"(<(?![?!])[^>]*>)", members[member].decode(), maxsplit=1)
    hostile = f"{before}{told}{tag}{after}".replace("Иванов Иван", "&l9; Иван")
    changed = archive(members | {member: hostile.encode()})
    assert refusal(read_class_list, changed) == "import.xml_forbidden"


@pytest.mark.asvs("5.2.1")
def test_a_long_string_shared_by_many_cells_is_refused() -> None:
    text = "x" * 30_000
    swelling = workbook({"5А": [["ФИО", text], *([text] * 50 for _ in range(100))]})
    assert refusal(read_class_list, swelling) == "import.workbook_too_large"


def test_two_tables_of_shared_strings_are_refused() -> None:
    members = members_of(GOOD_LIST)
    other = members["xl/sharedStrings.xml"]
    doubled = archive(members | {"xl/other.xml": other})
    assert refusal(read_class_list, doubled) == "import.workbook_damaged"


@pytest.mark.asvs("row 81")
def test_more_rows_than_a_sheet_may_have_are_refused() -> None:
    rows = [["Фамилия", "Имя", "Класс"], *(["А", "Б", "5А"] for _ in range(limits.SHEET_ROWS + 1))]
    assert refusal(read_class_list, csv_of(*rows)) == "import.too_many_rows"


def test_an_open_quotation_mark_is_refused_with_its_line() -> None:
    content = 'ФИО;Класс\n"Иванов Иван;5А\nПетров Пётр;5А\n'.encode()
    assert refusal(read_class_list, content) == "import.csv_malformed"


@pytest.mark.asvs("5.2.1")
def test_an_endless_cell_is_refused() -> None:
    content = f"ФИО;Класс\n{'x' * 200_000};5А\n".encode()
    assert refusal(read_class_list, content) == "import.csv_malformed"


def test_a_byte_that_no_encoding_knows_is_refused() -> None:
    assert refusal(read_class_list, b"\xd4\xc8\xce;\x98\n\xc0;\xc1") == "import.csv_encoding"


@pytest.fixture(scope="module")
def naughty(shared_data: Path) -> list[str]:
    folder = shared_data / "naughty_strings"
    strings: list[str] = json.loads((folder / "blns_even.json").read_text(encoding="utf-8"))
    return strings + (folder / "csv_injection_even.txt").read_text(encoding="utf-8").splitlines()


def is_kept(text: str) -> bool:
    """Tell whether a string of one line, without control characters, must come through.

    U+FFFE cannot stand in XML, so neither format of XML can carry it.
    """
    refused = any(ord(char) < 32 or 127 <= ord(char) < 160 or char == "\ufffe" for char in text)
    return not refused and text.strip() not in ("", "-", "–", "—")


def test_naughty_strings_stay_what_they_are_in_topics(naughty: list[str]) -> None:
    kept = [text for text in naughty if is_kept(text)]
    assert len(kept) > 200
    rows = [["№", "Тема", "Д/з"], *([str(n), text, text] for n, text in enumerate(kept, 1))]
    for content in (csv_of(*rows), workbook({"КТП": rows})):
        plan = read_plan(content)
        assert [item.topic for item in plan.items] == [text.strip() for text in kept]
        assert [item.homework for item in plan.items] == [text.strip() for text in kept]


def test_naughty_strings_stay_what_they_are_in_names(naughty: list[str]) -> None:
    kept = [text for text in naughty if is_kept(text)]
    rows = [["Фамилия", "Имя", "Класс"], *([text, str(n), "5А"] for n, text in enumerate(kept))]
    draft = read_class_list(csv_of(*rows))
    assert [pupil.name.family for pupil in draft.pupils] == [text.strip() for text in kept]


def test_naughty_strings_stay_what_they_are_in_a_timetable(naughty: list[str]) -> None:
    kept = list(dict.fromkeys(text.strip() for text in naughty if is_kept(text)))
    content = fet(
        [activity(n, subject=text) for n, text in enumerate(kept, start=1)], subjects=kept
    )
    draft = read_timetable(content)
    assert [one.subject for one in draft.activities] == kept


def test_naughty_strings_never_break_a_reader(naughty: list[str]) -> None:
    for text in naughty:
        rows = [["ФИО", "Дата рождения", "Пол", "Класс", "Мать"], [text] * 5, ["А Б", "", "", "5А"]]
        draft = read_class_list(csv_of(*rows))
        rows_left_out = len({row.where for row in draft.not_taken})
        assert len(draft.pupils) + rows_left_out == (2 if text.strip() else 1)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1b", "\x7f", "\x9b"])
def test_a_row_with_a_control_character_is_left_out(character: str) -> None:
    rows = [["ФИО", "Класс"], [f"Иванов Ив{character}ан", "5А"], ["Петров Пётр", "5А"]]
    draft = read_class_list(csv_of(*rows))
    assert [pupil.name.family for pupil in draft.pupils] == ["Петров"]
    assert [(row.where, row.reason) for row in draft.not_taken] == [("-:2", "import.text_control")]


def test_a_lone_surrogate_is_refused() -> None:
    content = b"\xff\xfe" + "ФИО\tКласс\nИв".encode("utf-16-le") + b"\x00\xd8x\x00"
    assert refusal(read_class_list, content) == "import.csv_encoding"


def test_formulas_stay_text() -> None:
    formula = "=cmd|'/C calc'!A0"
    plan = read_plan(workbook({"КТП": [["Тема"], [formula], ["+1"], ["@x"]]}))
    assert [item.topic for item in plan.items] == [formula, "+1", "@x"]


def test_a_hostile_list_of_names_in_xml_is_read_in_linear_time() -> None:
    names = [" " * spaces + "А" for spaces in range(1500)]
    teachers = named("Teachers_List", "Teacher", names)
    content = fet().decode().replace("<Teachers_List>", f"{leaf('Comments', '')}<Old>")
    content = content.replace("</Teachers_List>", f"</Old>{teachers}")
    assert len(set(read_timetable(content.encode()).teachers)) == len(names)


def test_a_cell_of_nothing_but_spaces_costs_no_time() -> None:
    draft = read_class_list(csv_of(["ФИО", "Класс"], ["А" + " " * 130_000 + "Б", "5А"]))
    assert [row.reason for row in draft.not_taken] == ["import.text_too_long"]


def test_a_message_repeats_no_control_character_of_the_file() -> None:
    start_at = start(1, "\x9b31mLuna" * 50, "1")
    [row] = read_timetable(fet([activity(1)], time=[start_at])).not_taken
    day = str(dict(row.params)["day"])
    assert day.startswith("?31mLuna")
    assert len(day) <= 40


@pytest.mark.asvs("5.3.3")
@pytest.mark.asvs("5.2.5")
@pytest.mark.parametrize(
    "name",
    [
        "../users.csv",
        "a/../../users.csv",
        "/tmp/users.csv",
        "..\\users.csv",
        "C:\\users.csv",
        "//host/share/users.csv",
    ],
)
@pytest.mark.parametrize("reader", [read_oneroster, read_class_list], ids=["oneroster", "list"])
def test_a_member_that_leads_out_of_its_folder_is_refused(
    reader: Callable[[bytes], object], name: str
) -> None:
    assert (
        refusal(reader, archive(members_of(GOOD_LIST) | {name: b"a"})) == "import.archive_strange"
    )


@pytest.mark.asvs("5.3.3")
@pytest.mark.asvs("5.2.5")
def test_a_link_in_an_archive_is_refused() -> None:
    packed = io.BytesIO(archive(members_of(GOOD_LIST)))
    with zipfile.ZipFile(packed, "a") as changed:
        link = zipfile.ZipInfo("xl/users.csv")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        changed.writestr(link, "/etc/passwd")
    assert refusal(read_class_list, packed.getvalue()) == "import.archive_strange"


@pytest.mark.asvs("5.3.3")
def test_reading_an_archive_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read_class_list(GOOD_LIST)
    assert list(tmp_path.iterdir()) == []
