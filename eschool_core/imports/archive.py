"""Zip archives, judged by their directory before a single member is unpacked."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.source import ImportFile

_END_OF_DIRECTORY = b"PK\x05\x06"
_END_BYTES = 22
_ENCRYPTED = 0x1
_MODE_BITS = 16
"""The mode of a file that a Unix program packed stands above these."""
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpack(file: ImportFile, suffixes: tuple[str, ...]) -> dict[str, bytes]:
    """Return the members whose names end with one of ``suffixes``, by their full names.

    Folders and other members are judged like all and left packed.

    Raises:
        InputError: The archive is damaged, encrypted, ambiguous, or larger than the limits.
    """
    _check_end(file)
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            members = archive.infolist()
            _check_members(members, file.name)
            return {
                member.filename: archive.read(member)
                for member in members
                if member.filename.lower().endswith(suffixes)
            }
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
    ) as error:  # fmt: skip
        raise InputError("import.archive_damaged", file=file.name) from error


def _check_end(file: ImportFile) -> None:
    """Judge the directory's length before it is read: reading it makes objects."""
    end = file.data.rfind(_END_OF_DIRECTORY)
    record = file.data[end : end + _END_BYTES]
    if end < 0 or len(record) < _END_BYTES:
        raise InputError("import.archive_damaged", file=file.name)
    members, directory_bytes = struct.unpack_from("<HI", record, 10)
    limits.check_archive_directory(members, directory_bytes, file.name)


def _check_members(members: list[zipfile.ZipInfo], file: str) -> None:
    limits.check_archive_directory(len(members), 0, file)
    limits.check_member_sizes([(one.compress_size, one.file_size) for one in members], file)
    names = {str(PurePosixPath(one.filename)).casefold() for one in members}
    strange = any(
        one.flag_bits & _ENCRYPTED or one.compress_type not in _PACKINGS or leads_out(one)
        for one in members
    )
    if strange or len(names) != len(members):
        raise InputError("import.archive_strange", file=file)


def leads_out(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is a link, or its name leads out of the archive's own folder.

    Nothing is ever written by these names; who packs such ones means no good.
    """
    name = member.filename.replace("\\", "/")
    path = PurePosixPath(name)
    leads_up = ".." in path.parts or path.is_absolute() or ":" in name
    return leads_up or stat.S_ISLNK(member.external_attr >> _MODE_BITS)
