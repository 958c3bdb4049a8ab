"""Whatever a file is called: the header that names it says one name and nothing else."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.responses import Response

from eschool_core.file_names import MOST_CHARACTERS, file_name
from eschool_sync.attachment import disposition

SHAPE = re.compile(r"attachment; filename=\"([^\"\\]*)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)")
HOSTILE = (
    'a"; filename="evil.exe',
    "отчёт\r\nSet-Cookie: a=b",
    "../../etc/passwd",
    "..\\..\\windows\\system.ini",
    "a%0d%0aLocation: x",
    "\u202egpj.exe",
    "\ud800",
    "",
    ".",
    " ",
    "Ж" * 500 + ".xlsx",
    "x." + "y" * 500,
)

pytestmark = [pytest.mark.asvs("5.4.1"), pytest.mark.asvs("5.4.2")]


@given(st.text(st.characters(exclude_categories=())))
def test_the_header_has_one_shape_and_one_name(name: str) -> None:
    check(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_break_headers_elsewhere(name: str) -> None:
    check(name)


def check(name: str) -> None:
    value = disposition(name)
    found = SHAPE.fullmatch(value)
    assert found, value
    assert value.isascii()
    assert not any(ord(letter) < 32 for letter in value)
    assert unquote(found[2], errors="strict") == file_name(name)
    # An independent reader of headers takes the same name out.
    message = Message()
    message["content-disposition"] = Response(headers={"content-disposition": value}).headers[
        "content-disposition"
    ]
    assert message.get_content_disposition() == "attachment"
    assert message.get_filename() is not None


@given(st.text(st.characters(exclude_categories=())))
@example("Ж" * 500 + ".xlsx")
def test_a_name_is_no_path_and_not_endless(name: str) -> None:
    safe = file_name(name)
    assert 1 <= len(safe) <= MOST_CHARACTERS
    assert not set(safe) & set('\\/:*?"<>|;%\r\n\t\0')
    assert safe.strip(". ") == safe


def test_cyrillic_and_the_ending_stay() -> None:
    assert file_name("Отчёт 7А.xlsx") == "Отчёт 7А.xlsx"
    assert file_name("Ж" * 500 + ".xlsx").endswith(".xlsx")
