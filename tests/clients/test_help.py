from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from eschool_cli.localised import LocalArgument, LocalCommand, LocalGroup, LocalOption
from eschool_cli.main import PLACES, SECTIONS, cli

from eschool_core.labels import catalogue
from tests.repo.files import PROJECT

SOURCES = sorted((PROJECT / "clients" / "eschool_cli").glob("*.py"))
CYRILLIC = re.compile("[А-Яа-яЁё]")
ENGLISH = re.compile(r"\b(Usage|Options|Commands|Arguments|Show|default|required)\b")


def commands(
    group: click.Group = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            assert command is not None, name
            yield (*path, name), command
            if isinstance(command, click.Group):
                yield from commands(command, (*path, name))


ALL = [(), *(path for path, _ in commands())]
OWN = [path for path in ALL if path[:1] not in (("server",), ("demo",))]


def help_of(*args: str) -> str:
    result = CliRunner(env={"COLUMNS": "100"}).invoke(cli, [*args], prog_name="eschool")
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("path", ALL, ids="-".join)
def test_every_command_has_help_in_russian(path: tuple[str, ...]) -> None:
    shown = help_of(*path, "--help")
    assert shown.startswith("Вызов: eschool")
    assert not ENGLISH.search(shown)


@pytest.mark.parametrize("path", ALL, ids="-".join)
def test_every_command_has_help_in_english(path: tuple[str, ...]) -> None:
    shown = help_of(*path, "--help", "--lang", "en")
    assert shown.startswith("Usage: eschool")


NAMES_IN_EXAMPLES = frozenset(
    "7А англ 1 алгебра Алгебра Иванов Иванова Пётр Петрова Сидоров Соколова".split()
)
"""People and subjects are found by the letters that the school writes them with."""


def answers_programs(command: click.Command) -> bool:
    return any("--json" in param.opts for param in command.params)


def test_every_command_answers_programs() -> None:
    """A group does where it does something by itself; ``api`` speaks nothing but JSON."""
    silent = {
        path
        for path, command in commands()
        if not isinstance(command, click.Group) or command.invoke_without_command
        if not answers_programs(command)
    }
    assert silent == {("api",)}


@pytest.mark.parametrize("path", OWN, ids="-".join)
def test_english_help_has_russian_only_in_examples_of_names(path: tuple[str, ...]) -> None:
    shown = help_of("--lang", "en", *path, "--help")
    words = {word.strip('."«»:;,()') for word in shown.split() if CYRILLIC.search(word)}
    assert words <= NAMES_IN_EXAMPLES


@pytest.mark.parametrize("path", OWN, ids="-".join)
def test_every_argument_and_option_is_explained(path: tuple[str, ...]) -> None:
    command = dict(commands()).get(path, cli)
    assert isinstance(command, LocalCommand)
    with click.Context(command) as ctx:
        for param in command.params:
            if isinstance(param, LocalOption):
                record = param.get_help_record(ctx)
                assert record is not None
                assert record[1]
            else:
                assert isinstance(param, LocalArgument), param
                assert all(param.help_record(ctx))


def test_the_program_alone_shows_its_help() -> None:
    assert help_of() == help_of("--help")


def test_every_command_stands_under_one_heading() -> None:
    listed = [name for _, names in SECTIONS for name in names]
    assert sorted(listed) == sorted(PLACES)


@pytest.mark.parametrize("args", [("--lang=en", "mark", "-h"), ("mark", "-h", "--lang=en")])
def test_the_language_may_stand_anywhere(args: tuple[str, ...]) -> None:
    assert help_of(*args).startswith("Usage: eschool mark")


def test_a_text_after_two_dashes_is_no_language() -> None:
    result = CliRunner().invoke(cli, ["regulation", "--", "--lang"], prog_name="eschool")
    assert result.exit_code == 4


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_text_that_is_named_in_code_exists(path: Path) -> None:
    texts = catalogue()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("say", "text")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            assert node.args[0].value in texts


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_russian_stands_in_texts_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    words = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CYRILLIC.search(node.value)
        and id(node) not in documented
    ]
    # What a person may type for a day is read in both languages.
    assert set(words) <= {"сегодня", "вчера", "завтра"}


def test_groups_import_no_command_to_list_it() -> None:
    assert isinstance(cli, LocalGroup)
    assert cli.commands == {}
