"""What files may be given with a lesson: kinds by ending, and whether the content is of its kind.

Ending, first bytes and structure have to agree (SECURITY row 78). No file is unpacked here: of a
package its directory is read and nothing else. Office files with macros and the old binary ones,
whose macros cannot be told from outside, are not on the list.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from eschool_core.errors import InputError

MACROS: Final = "vbaproject.bin"
_OOXML: Final = "application/vnd.openxmlformats-officedocument"
_ODF: Final = b"application/vnd.oasis.opendocument."
_LOCAL_HEADER_BYTES: Final = 30
_PLAIN_CONTROLS: Final = frozenset(b"\t\n\r\f")
_SPACE: Final = 32

Fits = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    Attributes:
        media_type: Under which it is handed out.
        fits: Whether a content is of this kind.
    """

    media_type: str
    fits: Fits


def _begins(*starts: bytes) -> Fits:
    return lambda content: content.startswith(starts)


def _is_text(content: bytes) -> bool:
    """Return whether it is text in any encoding in which one byte below 32 is a control sign."""
    return not any(byte < _SPACE and byte not in _PLAIN_CONTROLS for byte in set(content))


def _members(content: bytes) -> list[str]:
    """Return the names in a package's directory; none where it is no package."""
    if not content.startswith(b"PK\x03\x04"):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return package.namelist()
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError):
        return []


def _office(main: str) -> Fits:
    def fits(content: bytes) -> bool:
        names = [name.lower() for name in _members(content)]
        macros = any(name.endswith(MACROS) for name in names)
        return main in names and "[content_types].xml" in names and not macros

    return fits


def _open_document(kind: bytes) -> Fits:
    wanted = b"mimetype" + _ODF + kind

    def fits(content: bytes) -> bool:
        # The standard puts the type first and unpacked, so that it stands at a fixed place.
        return content[_LOCAL_HEADER_BYTES:].startswith(wanted + b"PK") and bool(_members(content))

    return fits


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_sound(content: bytes) -> bool:
    return content[:3] == b"ID3" or content[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


_JPEG: Final = FileKind("image/jpeg", _begins(b"\xff\xd8\xff"))

KINDS: Final[Mapping[str, FileKind]] = MappingProxyType(
    {
        "pdf": FileKind("application/pdf", _begins(b"%PDF-")),
        "png": FileKind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
        "jpg": _JPEG,
        "jpeg": _JPEG,
        "gif": FileKind("image/gif", _begins(b"GIF87a", b"GIF89a")),
        "webp": FileKind("image/webp", _is_webp),
        "txt": FileKind("text/plain", _is_text),
        "csv": FileKind("text/csv", _is_text),
        "rtf": FileKind("application/rtf", _begins(b"{\\rtf1")),
        "docx": FileKind(f"{_OOXML}.wordprocessingml.document", _office("word/document.xml")),
        "xlsx": FileKind(f"{_OOXML}.spreadsheetml.sheet", _office("xl/workbook.xml")),
        "pptx": FileKind(f"{_OOXML}.presentationml.presentation", _office("ppt/presentation.xml")),
        "odt": FileKind(f"{_ODF.decode()}text", _open_document(b"text")),
        "ods": FileKind(f"{_ODF.decode()}spreadsheet", _open_document(b"spreadsheet")),
        "odp": FileKind(f"{_ODF.decode()}presentation", _open_document(b"presentation")),
        "mp3": FileKind("audio/mpeg", _is_sound),
        "zip": FileKind("application/zip", lambda content: bool(_members(content))),
    }
)

ENDINGS: Final = ", ".join(sorted(KINDS))


def media_type_of(name: str) -> str:
    """Return the media type that a file's ending stands for.

    Raises:
        InputError: ``file.kind``: it is not on the list.
    """
    return _kind(name).media_type


def require_kind(name: str, content: bytes) -> str:
    """Return the media type of a file whose content is what its ending says.

    Raises:
        InputError: ``file.kind``; ``file.content``: it is something else, or has macros.
    """
    kind = _kind(name)
    if not kind.fits(content):
        raise InputError("file.content", ending=_ending(name))
    return kind.media_type


def _kind(name: str) -> FileKind:
    kind = KINDS.get(_ending(name))
    if kind is None:
        raise InputError("file.kind", endings=ENDINGS)
    return kind


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
