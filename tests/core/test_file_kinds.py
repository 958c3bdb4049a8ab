from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import InputError
from eschool_core.file_kinds import KINDS, media_type_of, require_kind
from eschool_core.file_names import MOST_CHARACTERS, file_name

PDF = b"%PDF-1.7\n1 0 obj\n"
HTML = b"<!doctype html><script>alert(1)</script>"


def packed(*members: str, content: bytes = b"x", mimetype: bytes = b"") -> bytes:
    """Return a zip with members of these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        if mimetype:
            package.writestr("mimetype", mimetype)
        for name in members:
            package.writestr(name, content)
    return file.getvalue()


DOCX = packed("[Content_Types].xml", "word/document.xml")
ODT = packed("content.xml", mimetype=b"application/vnd.oasis.opendocument.text")
SOUND = {
    "а.pdf": PDF,
    "а.PNG": b"\x89PNG\r\n\x1a\n....",
    "а.jpg": b"\xff\xd8\xff\xe0....",
    "а.jpeg": b"\xff\xd8\xff\xe0....",
    "а.gif": b"GIF89a....",
    "а.webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "а.txt": "§ 12, № 3\r\n".encode(),
    "а.csv": "а;б\n".encode("cp1251"),
    "а.rtf": b"{\\rtf1\\ansi}",
    "а.docx": DOCX,
    "а.xlsx": packed("[Content_Types].xml", "xl/workbook.xml"),
    "а.pptx": packed("[Content_Types].xml", "ppt/presentation.xml"),
    "а.odt": ODT,
    "а.ods": packed("content.xml", mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
    "а.odp": packed("content.xml", mimetype=b"application/vnd.oasis.opendocument.presentation"),
    "а.mp3": b"ID3\x04\0",
    "а.zip": packed("задание.txt"),
}


def test_every_kind_on_the_list_has_a_sample() -> None:
    assert {name.rpartition(".")[2].lower() for name in SOUND} == set(KINDS)


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize("name", SOUND)
def test_what_its_ending_says_is_taken(name: str) -> None:
    assert require_kind(name, SOUND[name]) == media_type_of(name)


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize("name", SOUND)
def test_under_another_ending_it_is_refused(name: str) -> None:
    other = "а.pdf" if name != "а.pdf" else "а.png"
    with pytest.raises(InputError, match=r"file\.content"):
        require_kind(other, SOUND[name])


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("страница.pdf", HTML),
        ("рисунок.png", HTML + b"\x89PNG\r\n\x1a\n"),
        ("отчёт.docx", packed("word/document.xml")),
        ("отчёт.docx", packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("отчёт.odt", packed("mimetype", content=b"application/vnd.oasis.opendocument.textA")),
        ("отчёт.zip", b"PK\x03\x04" + b"\0" * 40),
        ("отчёт.txt", b"MZ\x90\0\x03"),
    ],
)
def test_a_polyglot_a_macro_and_a_broken_package_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(InputError, match=r"file\.content"):
        require_kind(name, content)


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize(
    "name", ["а.html", "а.svg", "а.exe", "а.docm", "а.doc", "а", "pdf.", "а.js"]
)
def test_other_endings_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"file\.kind"):
        media_type_of(name)


def test_a_package_whose_names_lead_out_is_only_kept() -> None:
    assert require_kind("а.zip", packed("../../etc/passwd")) == "application/zip"


@given(st.text(max_size=300))
def test_a_name_made_safe_is_safe_and_stays(name: str) -> None:
    safe = file_name(name)
    assert file_name(safe) == safe
    assert 0 < len(safe) <= MOST_CHARACTERS
    assert not set(safe) & set('\\/:*?"<>|\r\n\0\u202e')


@pytest.mark.parametrize("name", ["nul", "CON.txt", "lpt1.pdf"])
def test_no_name_is_a_device_of_windows(name: str) -> None:
    assert file_name(name) == f"_{name}"
