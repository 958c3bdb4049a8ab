"""The bytes of an import file and what they are; the name's ending must agree with them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eschool_core.errors import InputError
from eschool_core.imports import limits

Kind = Literal["zip", "xml", "text", "other"]
Source = Path | str | bytes
"""A path, or the content itself."""

_SUFFIX_KINDS: dict[str, Kind] = {
    ".csv": "text",
    ".fet": "xml",
    ".tsv": "text",
    ".txt": "text",
    ".xlsx": "zip",
    ".xml": "xml",
    ".zip": "zip",
}
_OTHER_MAGIC = (
    b"\xd0\xcf\x11\xe0",  # old .xls and .doc
    b"%PDF",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"{\\rtf",
    b"SQLite format 3",
)
_PROBE_BYTES = 4096
_NUL_SHARE = 10
"""Text has fewer than one NUL in so many bytes."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One file: ``name`` without folders, for messages."""

    name: str
    data: bytes
    kind: Kind


def load(source: Source, expected: tuple[Kind, ...], name: str = "-") -> ImportFile:
    """Return the file, of one of the expected kinds and within the size limit.

    Args:
        source: Where it is, or what it holds.
        expected: Kinds that the caller can read.
        name: What messages call a file that comes as bytes.

    Raises:
        InputError: There is no such file, it is too large or empty, its content is of another
            kind, or its name ends as another kind's does.
    """
    if isinstance(source, bytes):
        limits.check_file_size(len(source), name)
        file = ImportFile(name, source, kind_of(source))
        suffix_kind = None
    else:
        path = Path(source)
        data = _read(path)
        file = ImportFile(path.name, data, kind_of(data))
        suffix_kind = _SUFFIX_KINDS.get(path.suffix.lower())
    if file.kind not in expected or suffix_kind not in (None, file.kind):
        raise InputError("import.file_kind", file=file.name)
    return file


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise InputError("import.file_missing", file=path.name)
        limits.check_file_size(path.stat().st_size, path.name)
        with path.open("rb") as stream:
            data = stream.read(limits.FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError("import.file_missing", file=path.name) from error
    limits.check_file_size(len(data), path.name)
    return data


def is_folder(source: Source) -> bool:
    """Tell whether the source is the path of a folder."""
    try:
        return not isinstance(source, bytes) and Path(source).is_dir()
    except (OSError, ValueError):
        return False


def kind_of(data: bytes) -> Kind:
    r"""Return what the first bytes tell.

    >>> kind_of(b"\xef\xbb\xbf<fet/>"), kind_of(b"PK\x03\x04"), kind_of(b"\xd0\xcf\x11\xe0")
    ('xml', 'zip', 'other')
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if data.startswith(_OTHER_MAGIC):
        return "other"
    probe = data[:_PROBE_BYTES]
    if probe.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = probe.decode("utf-16", "ignore")
    elif probe.count(0) * _NUL_SHARE > len(probe):
        return "other"
    else:
        start = probe.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    return "xml" if start.lstrip().startswith("<") else "text"
