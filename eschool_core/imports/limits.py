"""Upper bounds of import files, and the checks that hold them before anything is unpacked.

The figures are several times what a large school needs, and small enough that a hostile file
costs seconds and some hundreds of megabytes at worst.
"""

from __future__ import annotations

from eschool_core.errors import InputError

MIB = 1024 * 1024

FILE_BYTES = 32 * MIB
"""One file as it lies on the disk; an archive counts packed."""

ARCHIVE_MEMBERS = 1_000
ARCHIVE_DIRECTORY_BYTES = MIB
ARCHIVE_UNPACKED_BYTES = 128 * MIB
ARCHIVE_RATIO = 100
"""Unpacked to packed size of one member; text of a roster or a workbook stays under 40."""
ARCHIVE_RATIO_FREE_BYTES = MIB
"""Members up to this size may have any ratio: they cannot do harm."""

XML_TAGS = 2_000_000
XML_ATTRIBUTES = 2_000_000

CELL_LENGTH = 2_000
"""Characters of one name, topic or other cell."""
SHEETS = 100
SHEET_COLUMNS = 200
SHEET_ROWS = 10_000
SHEET_CELLS = 400_000
SHEET_CHARACTERS = 32 * 1024 * 1024
"""Text of one sheet with every shared string counted as often as it is shown."""
ROSTER_ROWS = 50_000
"""``users.csv`` and the like: the pupils, staff and families of a large school."""
ENROLLMENT_ROWS = 600_000

TIMETABLE_DAYS = 400
TIMETABLE_HOURS = 400
TIMETABLE_ACTIVITIES = 50_000
TIMETABLE_SETS = 100_000
ACTIVITY_PERIODS = 100
"""A longer duration is a slip of the pen and is not counted."""

HEADER_ROWS = 20
"""The header of a table is looked for in so many rows."""


def check_file_size(size_bytes: int, file: str) -> None:
    """Let a file of at most ``FILE_BYTES`` pass.

    Raises:
        InputError: The file is larger, or empty.
    """
    if size_bytes > FILE_BYTES:
        raise InputError("import.file_too_large", file=file, limit_mib=FILE_BYTES // MIB)
    if size_bytes == 0:
        raise InputError("import.file_empty", file=file)


def check_rows(count: int, limit: int, file: str) -> None:
    """Let a table of at most ``limit`` rows pass.

    Raises:
        InputError: There are more.
    """
    if count > limit:
        raise InputError("import.too_many_rows", file=file, limit=limit)


def check_archive_directory(members: int, directory_bytes: int, file: str) -> None:
    """Let an archive pass whose directory can be read without harm.

    Raises:
        InputError: It names more members, or is longer, than any real file.
    """
    if members > ARCHIVE_MEMBERS or directory_bytes > ARCHIVE_DIRECTORY_BYTES:
        raise InputError("import.archive_too_many", file=file, limit=ARCHIVE_MEMBERS)


def check_member_sizes(sizes: list[tuple[int, int]], file: str) -> None:
    """Let an archive pass that does not swell beyond measure.

    Args:
        sizes: Packed and unpacked bytes of each member, as the directory states them.
        file: Name for the message.

    Raises:
        InputError: The whole is too large, or one member is packed too tightly.
    """
    if sum(unpacked for _, unpacked in sizes) > ARCHIVE_UNPACKED_BYTES:
        limit_mib = ARCHIVE_UNPACKED_BYTES // MIB
        raise InputError("import.archive_too_big", file=file, limit_mib=limit_mib)
    for packed, unpacked in sizes:
        if unpacked > ARCHIVE_RATIO_FREE_BYTES and unpacked > packed * ARCHIVE_RATIO:
            raise InputError("import.archive_ratio", file=file, limit=ARCHIVE_RATIO)


def check_xml_size(data: bytes, file: str) -> None:
    """Let a document pass whose tree fits into memory.

    Raises:
        InputError: It has more tags or attributes than any real file.
    """
    if data.count(b"<") > XML_TAGS or data.count(b"=") > XML_ATTRIBUTES:
        raise InputError("import.xml_too_many_tags", file=file, limit=XML_TAGS)
