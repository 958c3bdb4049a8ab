"""A document as the data file inside its own PDF: what is typeset can be read back and compared.

PDF/A-3 lets a file travel inside the document it belongs to. Only papers that are issued carry
one, so that a sheet with first logins holds nothing but its sheet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter, ValidationError

from eschool_core.errors import InputError
from eschool_core.forms.content import as_written
from eschool_core.forms.document import Document, Slip

NAME: Final = "eschool-paper.json"
LAYOUT: Final = 2
"""Which words the template sets on which sheet: raised when the same data give other pages."""
MAX_BYTES: Final = 32 * 1024 * 1024
NOT_OURS: Final = "paper.not_ours"

_ADAPTER: Final = TypeAdapter(Document)


def pack(document: Document) -> bytes:
    """Return a document as JSON; its cells are the texts that paper shows."""
    written = replace(
        document,
        tables=tuple(as_written(table) for table in document.tables),
        slips=tuple(_slip(slip) for slip in document.slips),
        layout=LAYOUT,
    )
    return _ADAPTER.dump_json(written)


def unpack(data: bytes) -> Document:
    """Return the document of a file from anywhere.

    Raises:
        InputError: ``paper.not_ours``.
    """
    if len(data) > MAX_BYTES:
        raise InputError(NOT_OURS)
    try:
        return _ADAPTER.validate_json(data)
    except (ValidationError, ValueError) as error:
        raise InputError(NOT_OURS) from error


def is_issued(document: Document) -> bool:
    """Return whether anything in a document bears a stamp."""
    return any(document.stamps) or any(slip.stamp for slip in document.slips)


def _slip(slip: Slip) -> Slip:
    return slip if slip.table is None else replace(slip, table=as_written(slip.table))
