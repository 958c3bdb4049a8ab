"""Reads a printed page back with poppler, an independent reader."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree as ET

import pikepdf
import pytest


@dataclass(frozen=True)
class Word:
    """A word with its box, in points from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Page:
    """A page as poppler sees it."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def _poppler(data: bytes, *options: str) -> bytes:
    program = shutil.which("pdftotext")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("pdftotext is not installed")
        pytest.skip("pdftotext is not installed (scripts/setup test)")
    return subprocess.run(
        [program, *options, "-", "-"], input=data, capture_output=True, check=True, timeout=60
    ).stdout


def text_of(data: bytes) -> str:
    """Return the text of a PDF; runs of blanks are one."""
    return re.sub(r"\s+", " ", _poppler(data, "-layout").decode().replace("\u200b", ""))


def pages_of(data: bytes) -> list[Page]:
    """Return the pages with the boxes of their words."""
    # Our own PDF, so no hostile XML.
    root = ET.fromstring(_poppler(data, "-bbox"))
    space = "{http://www.w3.org/1999/xhtml}"
    return [
        Page(
            float(page.attrib["width"]),
            float(page.attrib["height"]),
            tuple(
                Word(
                    word.text or "",
                    *(float(word.attrib[name]) for name in ("xMin", "yMin", "xMax", "yMax")),
                )
                for word in page.iter(f"{space}word")
            ),
        )
        for page in root.iter(f"{space}page")
    ]


def sheets_of(data: bytes) -> int:
    """Return how many pages a PDF has; qpdf finds nothing wrong with it."""
    with pikepdf.open(BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
        return len(pdf.pages)
