"""What the README and the first steps call exists as they call it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest
from eschool_cli.main import cli

from tests.clients.first_steps import PAGE, commands_of
from tests.repo.files import PROJECT

README = PROJECT / "README.md"
CALLS = list(dict.fromkeys([*commands_of(README), *commands_of(PAGE)]))


def words_of(call: str) -> list[str]:
    """Return a call's words after the program's name."""
    return shlex.split(call)[1:]


def resolved(words: list[str]) -> Iterator[click.Context]:
    """Parse words as the program does, group by group; every group and the command are given."""
    command: click.Command = cli
    parent: click.Context | None = None
    while True:
        group = isinstance(command, click.Group)
        ctx = command.make_context(str(command.name), list(words), parent=parent)
        yield ctx
        if not group:
            return
        # Where a group keeps the name of the command that follows it.
        words = [*ctx._protected_args, *ctx.args]
        if not words:
            return
        assert isinstance(command, click.Group)
        _, found, words = command.resolve_command(ctx, list(words))
        assert found is not None
        command, parent = found, ctx


def placed(call: str) -> list[str]:
    """Return the words with numbers in place of names that stand for some."""
    return ["17" if word in ("SCHOOL", "PERSON", "OFFICER") else word for word in words_of(call)]


def test_there_are_calls_to_check() -> None:
    assert len(commands_of(README)) >= 12


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_understood(call: str) -> None:
    contexts = list(resolved(placed(call)))
    assert not isinstance(contexts[-1].command, click.Group) or (
        contexts[-1].command.name == "rejected"
    )


def test_a_wrong_option_would_be_found() -> None:
    with pytest.raises(click.UsageError):
        list(resolved(words_of("eschool today --no-such-option")))


def test_a_wrong_command_would_be_found() -> None:
    with pytest.raises(click.UsageError):
        list(resolved(words_of("eschool no-such-command")))
