"""The picture of a paper's code: a QR code as lines of an SVG image, sharp at any size.

Level L: what is printed once and kept in a file needs little repair, and a lower level keeps the
modules of one size in less room. The quiet zone that scanners ask for is part of the picture.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import segno

QUIET_MODULES: Final = 4
SHEET_MODULE_MM: Final = 0.42
"""At 300 dots an inch, five dots."""
SLIP_MODULE_MM: Final = 0.34
"""Four dots."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A code to be put on paper.

    Attributes:
        modules: Of one side, with the quiet zone.
    """

    svg: str
    modules: int


def picture_of(code: str) -> Picture:
    """Return the picture of some digits."""
    made = segno.make(code, error="l", boost_error=False, micro=False)
    out = io.BytesIO()
    made.save(
        out, kind="svg", border=QUIET_MODULES, xmldecl=False, omitsize=True,
        svgclass=None, lineclass=None,
    )  # fmt: skip
    return Picture(out.getvalue().decode(), int(made.symbol_size(border=QUIET_MODULES)[0]))
