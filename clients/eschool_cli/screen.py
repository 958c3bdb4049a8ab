r"""The only place that writes to the terminal, and the only one that decides what may pass.

Names, topics and comments were typed by somebody else: control characters, escape sequences and
marks that turn the direction of writing are shown as ``\x1b`` instead of being obeyed.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

# Control, format (direction, invisible), surrogate, line and paragraph separators.
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BREAKS = re.compile(r"[ ]*[\t\r\n]+[ \t\r\n]*")

Report = Callable[[str, int, int], None]


def safe(text: str) -> str:
    r"""Return one line of text that a terminal only shows.

    >>> safe("Ива\x1b[31mнов\u202e")
    'Ива\\x1b[31mнов\\u202e'
    """
    line = _BREAKS.sub(" ", text)
    return "".join(_escaped(letter) if _refused(letter) else letter for letter in line)


def safe_json(value: object) -> str:
    """Return ``value`` as JSON in which no letter can move a terminal; the value is unchanged."""
    dumped = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(
        json.dumps(letter)[1:-1] if letter != "\n" and _refused(letter) else letter
        for letter in dumped
    )


def _refused(letter: str) -> bool:
    return unicodedata.category(letter) in REFUSED_CATEGORIES


def _escaped(letter: str) -> str:
    number = ord(letter)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        keep: It is never broken into lines.
        least: It is never narrower.
        width: Exactly so wide; None where the terminal decides.
    """

    title: str
    align: Literal["left", "right", "center"] = "left"
    keep: bool = False
    least: int | None = None
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a style of rich; the style never carries a meaning alone.

    Attributes:
        below: Stands on a line of its own under the text.
    """

    text: str
    style: str = ""
    below: str = ""


Shown = str | Cell


class Screen:
    """Writes sentences, tables, JSON and progress."""

    def __init__(self) -> None:
        self._out = Console(markup=False, highlight=False, emoji=False)
        self._err = Console(markup=False, highlight=False, emoji=False, stderr=True)

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self._out.width

    def line(self, text: str = "", style: str = "", *, indent: int = 0) -> None:
        """Write a line; one that is longer than the terminal is broken with its indent kept."""
        shown = Text(safe(text), style=style)
        # An empty text in a padding would take no line at all.
        self._out.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)

    def lines(self, text: str, style: str = "", *, indent: int = 0) -> None:
        """Write a text of our own that stands on several lines; ``line`` would join them."""
        for one in text.splitlines():
            self.line(one, style, indent=indent)

    def whole(self, text: str, style: str = "") -> None:
        """Write a line that is to be copied: an address broken into two would not work."""
        self._out.print(Text(safe(text), style=style), soft_wrap=True)

    def heading(self, text: str) -> None:
        """Write a heading."""
        self._out.print(Text(safe(text), style="bold"))

    def fields(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write names and values one under another."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in pairs:
            grid.add_row(Text(safe(name)), Text(safe(value)))
        self._out.print(grid)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Shown]]) -> None:
        """Write a table."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        for column in columns:
            table.add_column(
                Text(safe(column.title)),
                justify=column.align,
                no_wrap=column.keep,
                min_width=column.least,
                width=column.width,
                overflow="fold",
            )
        for row in rows:
            table.add_row(*(_text(cell) for cell in row))
        self._out.print(table)

    def json(self, value: Any) -> None:
        """Write JSON, not broken into lines of the terminal's width."""
        self._out.print(Text(safe_json(value)), soft_wrap=True)

    def note(self, text: str) -> None:
        """Write a line beside the answer, so that a pipe gets the answer alone."""
        self._err.print(Text(safe(text)))

    def problem(self, text: str, style: str = "") -> None:
        """Write what went wrong, or what to do about it."""
        self._err.print(Text(safe(text), style=style))

    def help(self, lines: Sequence[str]) -> None:
        """Write the help of a command as it stands."""
        for line in lines:
            self._out.print(Text(safe(line)), soft_wrap=True)

    @contextmanager
    def progress(self, first: str) -> Iterator[Report]:
        """Show a bar on a terminal while the block runs; elsewhere nothing."""
        said = TextColumn("{task.description}", markup=False)
        columns = (said, BarColumn(), TimeElapsedColumn())
        shown = sys.stderr.isatty()
        with Progress(*columns, console=self._err, transient=True, disable=not shown) as bar:
            task: TaskID = bar.add_task(safe(first), total=None)

            def report(stage: str, done: int, total: int) -> None:
                bar.update(task, description=safe(stage), completed=done, total=total or None)

            yield report


def _text(cell: Shown) -> Text:
    if not isinstance(cell, Cell):
        return Text(safe(cell))
    shown = Text(safe(cell.text), style=cell.style)
    if cell.below:
        shown.append("\n" + safe(cell.below), style="dim")
    return shown
