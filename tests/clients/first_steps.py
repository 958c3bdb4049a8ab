"""The commands of ``docs/first_steps.md`` at a real server, one after another and none left out."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result
from eschool_cli.main import cli

from tests.repo.files import PROJECT

PAGE = PROJECT / "docs" / "first_steps.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"\b(?:[0-9a-f]{4}-){4}[0-9a-f]{4}\b")
PASSPHRASE = "correct horse battery staple"
ADDRESS = "http://127.0.0.1:8000"


def commands_of(page: Path) -> list[str]:
    """Return the lines of a page's shell blocks that call the program, without comments."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("eschool ")]


@dataclass
class Walk:
    """Takes the page's commands in turn.

    Attributes:
        values: What placeholders and sample paths stand for.
    """

    home: Path
    values: dict[str, str]
    rest: list[str] = field(default_factory=lambda: commands_of(PAGE))

    def skip(self, begins: str) -> None:
        """Take the next command, which the test does in another way."""
        assert self.rest.pop(0).startswith(begins)

    def next(self, begins: str, typed: str | None = None) -> str:
        """Run the next command, which begins like this, and return what it writes."""
        result = self.run(begins, typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def run(self, begins: str, typed: str | None = None) -> Result:
        line = self.rest.pop(0)
        assert line.startswith(begins), line
        words = [self.values.get(word, word) for word in shlex.split(line)[1:]]
        return self.call(words, f"{PASSPHRASE}\n" if typed is None else typed)

    def call(self, words: list[str], typed: str = f"{PASSPHRASE}\n") -> Result:
        """Run a command of one's own."""
        runner = CliRunner(env={"COLUMNS": "160", "ESCHOOL_HOME": str(self.home)})
        return runner.invoke(cli, words, input=typed, prog_name="eschool")

    def enrol(self, who: str, code: str) -> None:
        """Enrol with a code and sync for the first time."""
        typed = f"да\n{code}\n{PASSPHRASE}\n{PASSPHRASE}\n"
        self.next(f"eschool --profile {who} enrol", typed)
        self.next(f"eschool --profile {who} sync")


def code_in(shown: str) -> str:
    """Return the one-time code that a command showed."""
    [code] = CODE.findall(shown)
    return str(code)
