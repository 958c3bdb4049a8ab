"""Reads a printed page back with poppler, an independent reader."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
import pikepdf
import pytest
import zxingcpp

Picture = npt.NDArray[np.uint8]


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


def _poppler(data: bytes, *options: str, program: str = "pdftotext") -> bytes:
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed (scripts/setup test)")
    return subprocess.run(
        [found, *options], input=data, capture_output=True, check=True, timeout=120
    ).stdout


def text_of(data: bytes) -> str:
    """Return the text of a PDF; runs of blanks are one."""
    return re.sub(r"\s+", " ", _poppler(data, "-layout", "-", "-").decode().replace("\u200b", ""))


def pages_of(data: bytes) -> list[Page]:
    """Return the pages with the boxes of their words."""
    # Our own PDF, so no hostile XML.
    root = ET.fromstring(_poppler(data, "-bbox", "-", "-"))
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


def pictures_of(data: bytes, dpi: int) -> list[Picture]:
    """Return the pages of a PDF as a printer would set them, in shades of grey."""
    streamed = io.BytesIO(_poppler(data, "-r", str(dpi), "-gray", "-", program="pdftoppm"))
    found = []
    while (kind := streamed.readline()) != b"":
        assert kind == b"P5\n"
        width, height = map(int, streamed.readline().split())
        assert streamed.readline() == b"255\n"
        pixels = np.frombuffer(streamed.read(width * height), np.uint8)
        found.append(pixels.reshape(height, width))
    return found


def scanned(data: bytes, dpi: int = 300) -> list[str]:
    """Return the codes that an independent reader finds on the pages of a PDF."""
    return [
        found.text
        for picture in pictures_of(data, dpi)
        for found in zxingcpp.read_barcodes(picture)
    ]
