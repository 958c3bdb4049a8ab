"""Reads a printed PDF back: the data inside it, and what its pages show to the eye."""

from __future__ import annotations

import logging
import zlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BytesIO
from typing import Final

import pypdf
from pypdf.errors import PyPdfError

from eschool_core.errors import InputError
from eschool_core.forms import attached
from eschool_core.forms.differences import Difference
from eschool_core.forms.document import Document
from eschool_core.forms.to_pdf import to_pdf

MAX_PDF_BYTES: Final = 64 * 1024 * 1024
MAX_PAGES: Final = 2_000
MAX_PLACES: Final = 20
"""Places of one page that are told."""
CONTEXT_WORDS: Final = 4
UNREADABLE: Final = (
    PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError,
    AssertionError, NotImplementedError, OSError, zlib.error,
)  # fmt: skip
"""What a reader of damaged PDFs raises."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """A PDF of ours as it was read.

    Attributes:
        document: Its data.
        pages: Words of each page in the order in which they were set.
    """

    document: Document
    pages: tuple[Words, ...]


def read_pdf(data: bytes) -> ReadPdf:
    """Return what a PDF from anywhere holds.

    Raises:
        InputError: ``paper.not_ours``: it is no PDF, or none that issues a paper.
    """
    if len(data) > MAX_PDF_BYTES:
        raise InputError(attached.NOT_OURS)
    # What a stranger's file makes it say belongs into no log.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        within = reader.attachments.get(attached.NAME)
        if not within or len(reader.pages) > MAX_PAGES:
            raise InputError(attached.NOT_OURS)
        pages = tuple(_words(page) for page in reader.pages)
    except UNREADABLE as error:
        raise InputError(attached.NOT_OURS) from error
    return ReadPdf(attached.unpack(within[-1]), pages)


def shown_differences(read: ReadPdf) -> list[Difference] | None:
    """Return where the pages show something else than the data inside the file.

    The data are typeset once more and both are read by the same reader, so that another version of
    the typesetter makes no difference while it sets the same words. None where the file says that
    its sheets are laid out otherwise than this program does it: then they cannot be compared.
    """
    if read.document.layout != attached.LAYOUT:
        return None
    meant = read_pdf(to_pdf(read.document)).pages
    if len(meant) != len(read.pages):
        return [Difference("", "", str(len(meant)), str(len(read.pages)))]
    return [
        place
        for issued, found in zip(meant, read.pages, strict=True)
        for place in _places(issued, found)
    ]


def _words(page: pypdf.PageObject) -> Words:
    return tuple(page.extract_text().replace("\u200b", "").split())


def _places(issued: Words, found: Words) -> list[Difference]:
    if issued == found:
        return []
    matcher = SequenceMatcher(None, issued, found, autojunk=False)
    made = [
        Difference(
            " ".join(issued[max(0, first - CONTEXT_WORDS) : first]),
            "",
            " ".join(issued[first:last]),
            " ".join(found[other_first:other_last]),
        )
        for tag, first, last, other_first, other_last in matcher.get_opcodes()
        if tag != "equal"
    ]
    return made[:MAX_PLACES]
