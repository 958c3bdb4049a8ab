"""Timetables of either program that Russian schools plan with: FET and aSc Timetables."""

from __future__ import annotations

from eschool_core.errors import InputError
from eschool_core.imports.asc import draft_of, is_asc
from eschool_core.imports.drafts import TimetableDraft
from eschool_core.imports.fet import read_timetable
from eschool_core.imports.safe_xml import parse
from eschool_core.imports.source import Source, load


def read_any_timetable(source: Source, placements: Source | None = None) -> TimetableDraft:
    """Return the timetable in a file; what it is for is told by its content.

    Args:
        source: A FET or an aSc file.
        placements: The result export that belongs to a FET file.

    Raises:
        InputError: It is neither, is damaged or hostile; an aSc file has its places in itself.
    """
    file = load(source, ("xml",))
    root = parse(file.data, file.name)
    if not is_asc(root):
        return read_timetable(source, placements)
    if placements is not None:
        raise InputError("import.asc_placements", file=file.name)
    return draft_of(root)
