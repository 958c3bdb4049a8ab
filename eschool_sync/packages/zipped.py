"""A package as one ZIP file: written stored, and unpacked with every limit held while it swells."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_core.imports.archive import leads_out
from eschool_sync.packages.check import MAX_FILES, MAX_PACKAGE_BYTES
from eschool_sync.security.durable import OWNER_ONLY

MAX_RATIO: Final = 200
RATIO_FREE_BYTES: Final = 1024 * 1024
CHUNK_BYTES: Final = 1024 * 1024
PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED: Final = 0x1


def zip_folder(folder: Path, target: Path) -> None:
    """Write a folder, under its own name, as one ZIP file.

    Raises:
        InputError: ``package.there``: the file is there.
        AccessError: ``access.file``.
    """
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError as error:
        raise InputError("package.there", folder=target.name) from error
    except OSError as error:
        raise AccessError("access.file") from error
    try:
        with (
            os.fdopen(descriptor, "wb") as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    archive.write(file, f"{folder.name}/{file.relative_to(folder).as_posix()}")
    except OSError as error:
        target.unlink(missing_ok=True)
        raise AccessError("access.file") from error


@contextmanager
def unzipped(file: Path) -> Iterator[Path]:
    """Unpack a ZIP file for the block, and give the one folder that is in it.

    Raises:
        InputError: ``package.none``: it is no ZIP file of one folder; ``package.strange``: a
            member leads out of it, is a link, or has the name of another; ``package.too_large``.
    """
    with TemporaryDirectory(prefix="eschool-package-") as scratch:
        target = Path(scratch)
        try:
            with zipfile.ZipFile(file) as archive:
                _unpack(archive, target)
        except EschoolError:
            raise
        except (
            zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError,
            ValueError,
        ) as error:  # fmt: skip
            raise InputError("package.none") from error
        inside = list(target.iterdir())
        if len(inside) != 1 or not inside[0].is_dir():
            raise InputError("package.none")
        yield inside[0]


def _unpack(archive: zipfile.ZipFile, target: Path) -> None:
    members = archive.infolist()
    _check(members)
    left = MAX_PACKAGE_BYTES
    for member in members:
        path = target / member.filename
        if member.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # The directory's sizes may lie; what really comes out is counted.
        with archive.open(member) as source, path.open("xb") as sink:
            while chunk := source.read(CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    raise InputError("package.too_large")
                sink.write(chunk)


def _check(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > 2 * MAX_FILES or sum(one.file_size for one in members) > MAX_PACKAGE_BYTES:
        raise InputError("package.too_large")
    for one in members:
        if one.flag_bits & ENCRYPTED or one.compress_type not in PACKINGS or leads_out(one):
            raise InputError("package.strange", file=Path(one.filename).name)
        if one.file_size > RATIO_FREE_BYTES and one.file_size > one.compress_size * MAX_RATIO:
            raise InputError("package.too_large")
    if len({one.filename.casefold() for one in members}) != len(members):
        raise InputError("package.strange", file="")
