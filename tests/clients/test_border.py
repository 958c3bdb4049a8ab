from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from eschool_cli.main import cli, language_first
from eschool_cli.screen import safe, safe_json

from eschool_core.commands.lessons import RecordTopic
from eschool_core.errors import (
    AccessError,
    BusyError,
    DamageError,
    EschoolError,
    InputError,
    TransportError,
)
from tests.clients.conftest import Terminal
from tests.clients.fakes import PASSPHRASE, World
from tests.school import SmallSchool

MATHS = ("5А", "Математика")
PROGRAM = "from eschool_cli.main import main; main()"


def program(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program as its own process."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *args],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **variables},
    )


@pytest.mark.asvs("row 67")
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("data.surely_unknown"), 4),
        (AccessError("access.passphrase"), 5),
        (DamageError("damage.surely_unknown"), 6),
        (TransportError("transport.unreachable"), 7),
        (BusyError("busy.surely_unknown"), 8),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_error_has_its_exit_code(
    world: World, terminal: Terminal, error: EschoolError, code: int
) -> None:
    world.failure = error
    result = terminal.run("today")
    assert result.exit_code == code
    assert result.stderr.strip()
    assert "Traceback" not in result.output


@pytest.mark.asvs("row 67")
def test_a_wrong_passphrase_is_told_calmly(terminal: Terminal) -> None:
    result = terminal.run("today", typed="wrong\n")
    assert result.exit_code == 5
    assert "Парольная фраза не подходит." in result.stderr
    assert "wrong" not in result.output


@pytest.mark.asvs("16.5.1", "row 67")
@pytest.mark.asvs("row 86")
def test_a_failure_of_ours_is_one_sentence_and_a_log_without_values(
    world: World, terminal: Terminal
) -> None:
    try:
        raise KeyError("Абрамов Саша, 5 по алгебре")
    except KeyError as cause:
        world.failure = ValueError("Белова Саша")
        world.failure.__cause__ = cause
    result = terminal.run("mark", "5А", "мат", "Абрамов", "5")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "Саша" not in result.output
    log = terminal.home / "incidents.log"
    record = json.loads(log.read_text(encoding="utf-8"))
    assert record["incident"] in result.stderr
    assert record["command"] == "mark"
    assert [error["type"] for error in record["errors"]] == ["ValueError", "KeyError"]
    written = log.read_text(encoding="utf-8")
    for value in ("Абрамов", "Белова", "Саша", "мат", str(terminal.home)):
        assert value not in written


def test_interruption_is_told(world: World, terminal: Terminal) -> None:
    world.failure = KeyboardInterrupt()
    result = terminal.run("today")
    assert result.exit_code == 130
    assert "Прервано" in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nope",), "Команды nope нет."),
        (("mark", "--colour"), "Параметра --colour нет."),
        (("mark", "--dat", "x"), "Похожие: --date."),
        (("mark", "5А"), "Не указано: ПРЕДМЕТ."),
        (("mark", "5А", "мат", "Абр", "пять"), "ОТМЕТКА: отметка пишется цифрой"),
        (("mark", "5А", "мат", "Абр", "5", "extra"), "Лишние"),
        (("today", "--date", "32.13"), "--date: дата не понята"),
        (("today", "--date"), "--date"),
        (("mark", "5А", "мат", "Абр", "5", "--kind", "пение"), "слово не из списка"),
        (("mark", "5А", "мат", "Абр", "5", "--weight", "-1"), "целое число от 0"),
        (("history", "5А", "мат", "--of", "soul"), "--of: допускается одно из: mark, absence"),
        (("--lang", "fr", "today"), "--lang: допускается одно из: ru, en"),
        (("demo", "--date", "x"), "--date: значение не подходит"),
    ],
    ids=str,
)
def test_wrong_usage_is_said_in_russian(
    terminal: Terminal, args: tuple[str, ...], said: str
) -> None:
    result = terminal.run(*args)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "--help" in result.stderr
    assert "Invalid" not in result.stderr


def test_errors_are_said_in_english_too(terminal: Terminal) -> None:
    result = terminal.run("--lang", "en", "mark", "9Я", "мат", "Абр", "5")
    assert result.exit_code == 4
    assert "There is no class or group of that name." in result.stderr


# What a terminal must never obey (row 65).

HOSTILE = (
    "\x1b[31mИванов\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "a\u202eb",
    "\u2066x\u2069",
    "\u200eмарк\u200f",
    "x\u2028y",
    "\ufeff",
    "\ud800",
    "\U000e0041",
    "a\rb\x08c",
    "[red]Иванов[/red]",
    ":smile:",
)


def naughty(shared_data: Path) -> list[str]:
    listed = json.loads((shared_data / "naughty_strings" / "blns_even.json").read_text("utf-8"))
    return [str(text) for text in listed]


def harmless(text: str) -> bool:
    import unicodedata

    return not any(
        unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for letter in text
        if letter != "\n"
    )


@pytest.mark.asvs("row 65")
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_moves_a_terminal_is_shown_not_obeyed(text: str) -> None:
    assert harmless(safe(text))
    assert harmless(safe_json({"name": text}))
    assert json.loads(safe_json({"name": text})) == {"name": text}


@pytest.mark.asvs("row 65")
def test_markup_in_names_is_only_text(world: World, terminal: Terminal) -> None:
    world.school.must(
        RecordTopic(lesson_id=world.school.lesson(*MATHS), text="[red]Дроби[/red] :smile:"), "maths"
    )
    assert "[red]Дроби[/red] :smile:" in " ".join(
        terminal.shown("topic", "5А", "мат", "[b]х[/b]").split()
    ) + (" ".join(terminal.shown("history", "5А", "мат", width=200).split()))


@pytest.mark.asvs("row 65")
def test_hostile_texts_of_the_journal_reach_no_terminal(
    school_of: SmallSchool, world: World, terminal: Terminal, shared_data: Path
) -> None:
    lesson = world.school.lesson(*MATHS)
    for text in [*HOSTILE, *naughty(shared_data)][::7]:
        family = "".join(letter for letter in text if ord(letter) > 31)[:60].strip() or "x"
        if any(0xD800 <= ord(letter) <= 0xDFFF or 0x7F <= ord(letter) < 0xA0 for letter in family):
            continue
        world.school.add_pupil("5А", family)
    for args in (("journal", "5А", "мат"), ("mark", "5А", "мат", "а", "5"), ("today",)):
        result = terminal.run(*args)
        assert result.exit_code in (0, 4)
        assert harmless(result.output)
    assert lesson


@pytest.fixture
def school_of(world: World) -> SmallSchool:
    return world.school


@pytest.mark.asvs("row 65")
def test_hostile_words_on_the_command_line_are_answered(
    terminal: Terminal, shared_data: Path
) -> None:
    for text in [*HOSTILE, *naughty(shared_data)][::11]:
        for args in (
            ("mark", "5А", "мат", "--", text, "5"),
            ("journal", "--", text, text),
            ("topic", "5А", "мат", "--", text),
            ("diary", "--", text),
            ("--", text),
        ):
            result = terminal.run(*args)
            assert result.exit_code in (0, 2, 4), (args, result.output)
            assert harmless(result.output), args
            assert "Traceback" not in result.output


def test_the_screen_is_the_only_place_that_writes() -> None:
    import ast

    from tests.repo.files import PROJECT

    for path in (PROJECT / "clients" / "eschool_cli").rglob("*.py"):
        if path.name == "screen.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in ("print", "click.echo", "Console"), path


# Secrets (row 64), files (row 66).


@pytest.mark.asvs("row 64")
def test_no_option_takes_a_secret_and_no_variable_gives_one() -> None:
    import click

    from tests.clients.test_help import commands

    for path, command in (((), cli), *commands()):
        for param in command.params:
            named = " ".join(param.opts)
            secret = any(word in named for word in ("passphrase", "password", "code", "secret"))
            assert not secret or named.endswith("-fd"), (path, named)
            assert not (secret and isinstance(param, click.Option) and param.envvar)


@pytest.mark.asvs("row 64")
def test_the_passphrase_comes_by_a_descriptor(terminal: Terminal) -> None:

    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASE}\nsecond line\n".encode())
    os.close(writing)
    result = terminal.run("--passphrase-fd", str(reading), "today", typed="")
    rest = os.read(reading, 100)
    os.close(reading)
    assert result.exit_code == 0, result.output
    assert rest == b"second line\n"


@pytest.mark.asvs("row 64")
@pytest.mark.parametrize("content", [b"\xff\xfe\n", b"x" * 2_000])
def test_a_descriptor_with_rubbish_is_refused(terminal: Terminal, content: bytes) -> None:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    result = terminal.run("--passphrase-fd", str(reading), "today")
    os.close(reading)
    assert result.exit_code == 4


def test_a_closed_descriptor_is_refused(terminal: Terminal) -> None:
    assert terminal.run("--passphrase-fd", "987", "today").exit_code == 4


@pytest.mark.asvs("row 64")
def test_without_a_terminal_no_secret_is_read_with_echo(tmp_path: Path) -> None:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "profile.json").write_text("{}", encoding="utf-8")
    result = program("--home", str(tmp_path), "today")
    assert result.returncode == 4
    assert "--passphrase-fd" in result.stderr


@pytest.mark.asvs("row 66")
@pytest.mark.parametrize("name", ["..", "../x", "a/b", "/etc", ".hidden", "a\x00b", "", "x" * 65])
def test_a_profile_cannot_lead_out_of_its_folder(terminal: Terminal, name: str) -> None:
    result = terminal.run("today", who=name)
    assert result.exit_code == 4
    assert not terminal.world.given


def test_a_missing_profile_is_told_with_the_way_out(terminal: Terminal) -> None:
    result = terminal.run("today", who="someone")
    assert result.exit_code == 4
    assert "eschool enrol" in result.stderr


def test_several_profiles_ask_for_the_name(terminal: Terminal) -> None:
    result = CliRunner().invoke(cli, ["--home", str(terminal.home), "today"])
    assert result.exit_code == 4
    assert "--profile" in result.stderr
    assert "maths" in result.stderr


@pytest.mark.asvs("row 66")
@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    script = "import eschool_cli.session as s; s.existing_folder = lambda *_: 1 / 0; " + PROGRAM
    result = subprocess.run(
        [sys.executable, "-c", script, "--home", str(home), "today"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert stat.S_IMODE((home / "incidents.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.asvs("row 66")
def test_enrolment_overwrites_nothing(terminal: Terminal) -> None:
    result = terminal.run("enrol", "https://x.example", "--school", "1")
    assert result.exit_code == 4
    assert terminal.world.enrolled == []


def test_enrolment_asks_and_shows_the_recovery_code_once(terminal: Terminal) -> None:
    args = ("enrol", "https://x.example", "--school", "7", "--label", "кабинет 12")
    terminal.world.people["new"] = terminal.world.school.staff["nobody"]
    typed = f"да\ngood-code\n{PASSPHRASE}\n{PASSPHRASE}\n"
    result = terminal.run(*args, who="new", typed=typed)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("AAAA-BBBB-CCCC") == 1
    assert terminal.world.enrolled == [
        ("https://x.example", 7, "good-code", PASSPHRASE, "кабинет 12")
    ]
    assert PASSPHRASE not in result.output


@pytest.mark.scenario("3.2:1")
@pytest.mark.clause("3.2")
@pytest.mark.clause("6.1")
@pytest.mark.clause("6.2")
def test_nothing_is_fetched_before_the_duties_are_taken_on(terminal: Terminal) -> None:
    args = ("enrol", "https://x.example", "--school", "7")
    result = terminal.run(*args, who="new", typed="нет\n")
    assert result.exit_code == 4
    assert "Никому не передавайте" in result.stdout
    assert terminal.world.enrolled == []
    assert not (terminal.home / "new").exists()


@pytest.mark.clause("3.2")
def test_the_acknowledgement_is_recorded_as_the_first_command(terminal: Terminal) -> None:
    terminal.world.people["new"] = terminal.world.school.staff["nobody"]
    args = ("enrol", "https://x.example", "--school", "7", "--acknowledge")
    result = terminal.run(*args, who="new", typed=f"good-code\n{PASSPHRASE}\n{PASSPHRASE}\n")
    assert result.exit_code == 0, result.output
    assert [command.kind for command, _ in terminal.world.given] == ["acknowledge_duties"]


@pytest.mark.parametrize(
    ("typed", "code"), [("bad-code\np\np\n", 5), ("good-code\np\nq\n", 4)], ids=["code", "repeat"]
)
def test_a_failed_enrolment_is_told(terminal: Terminal, typed: str, code: int) -> None:
    args = ("enrol", "https://x.example", "--school", "1", "--acknowledge")
    result = terminal.run(*args, who="new", typed=typed)
    assert result.exit_code == code
    assert not (terminal.home / "new").exists()


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    command = f'{sys.executable} -c "{PROGRAM}" regulation | head -1'
    result = subprocess.run(
        ["bash", "-c", command], check=False, capture_output=True, text=True, timeout=60
    )
    assert result.stderr == ""
    assert result.stdout.strip()


@pytest.mark.parametrize(
    "arguments",
    ["--help", "mark --help", "regulation", "regulation --json", "explain 4.5.3", "demo --help"],
)
@pytest.mark.parametrize("both", ["", "2>&1"])
def test_a_closed_pipe_ends_the_program_as_it_ends_others(arguments: str, both: str) -> None:
    # The reader is gone before the first word: a whole answer fits into the pipe's buffer.
    script = (
        f'exec 3> >(exec <&-; exit); wait $!; "{sys.executable}" -c "{PROGRAM}" {arguments} '
        f"{both.replace('1', '3')} >&3; echo $?"
    )
    result = subprocess.run(
        ["bash", "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    assert (result.stdout, result.stderr) == ("141\n", "")


def test_an_error_told_into_a_closed_pipe_ends_quietly_too() -> None:
    script = (
        f'exec 3> >(exec <&-; exit); wait $!; "{sys.executable}" -c "{PROGRAM}" '
        "nosuch 2>&3; echo $?"
    )
    result = subprocess.run(
        ["bash", "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    assert (result.stdout, result.stderr) == ("141\n", "")


def test_a_console_without_cyrillic_gets_numbers_not_an_error() -> None:
    result = program("regulation", "3.6", PYTHONIOENCODING="ascii")
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["today", "--lang", "en"], ["--lang", "en", "today"]),
        (["today", "--lang=en", "x"], ["--lang=en", "today", "x"]),
        (["topic", "--", "--lang", "en"], ["topic", "--", "--lang", "en"]),
        (["today"], ["today"]),
        (["today", "--lang"], ["--lang", "today"]),
    ],
)
def test_the_language_comes_first(given: list[str], expected: list[str]) -> None:
    assert language_first(given) == expected


@pytest.mark.asvs("row 64")
def test_a_passphrase_is_changed(terminal: Terminal) -> None:
    typed = f"{PASSPHRASE}\nnew long phrase\nnew long phrase\n"
    result = terminal.run("passphrase", typed=typed)
    assert result.exit_code == 0, result.output
    assert terminal.world.passphrases == ["new long phrase"]
    assert "phrase" not in result.output


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(terminal: Terminal) -> None:
    typed = "AAAA-BBBB-CCCC\nnew long phrase\nnew long phrase\n"
    result = terminal.run("passphrase", "--recovery", typed=typed)
    assert result.exit_code == 0, result.output
    assert "DDDD-EEEE-FFFF" in result.stdout
    told = json.loads(terminal.run("passphrase", "--recovery", "--json", typed=typed).stdout)
    assert told == {"changed": True, "recovery": "DDDD-EEEE-FFFF"}
    wrong = terminal.run("passphrase", "--recovery", typed="AAAA\nx\nx\n")
    assert wrong.exit_code == 5


@pytest.mark.asvs("row 67")
def test_even_broken_texts_show_no_traceback(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eschool_core import labels

    def broken() -> dict[str, dict[str, str]]:
        raise ValueError("text x is defined twice")

    monkeypatch.setattr(labels, "catalogue", broken)
    result = terminal.run("today")
    assert result.exit_code == 1
    assert "incident" in result.stderr
    assert "Traceback" not in result.output
