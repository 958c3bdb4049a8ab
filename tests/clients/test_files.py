"""``eschool files`` as a teacher uses it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from eschool_core.domain.files import LessonFile
from eschool_sync.replica import FilesReport
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.core.commands.acts import homework

PLACE = ("5А", "мат")
CONTENT = b"%PDF-1.7 1"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "Дроби.pdf"
    file.write_bytes(CONTENT)
    return file


@pytest.mark.clause("2.12")
def test_a_file_is_given_listed_saved_and_removed(
    world: World, terminal: Terminal, paper: Path, tmp_path: Path
) -> None:
    world.school.must(homework(world.school.lesson("5А", "Математика")), "maths")
    shown = terminal.shown("files", "add", *PLACE, str(paper), "--homework")
    assert "файл приложен" in shown
    assert "eschool sync" in shown
    listed = terminal.shown("files", "list", *PLACE)
    assert "Дроби.pdf" in listed
    assert "1 КиБ" in listed
    assert "задание" in listed
    [told] = json.loads(terminal.shown("files", "list", *PLACE, "--json"))["files"]
    assert (told["name"], told["media_type"], told["size"]) == ("Дроби.pdf", "application/pdf", 10)
    saved = tmp_path / "сохранено.pdf"
    terminal.shown("files", "save", *PLACE, "1", str(saved))
    assert saved.read_bytes() == CONTENT
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert "убран" in terminal.shown("files", "remove", *PLACE, "1")
    assert world.school.all(LessonFile) == []
    assert "Файлов нет" in terminal.shown("files", "list", *PLACE)


@pytest.mark.asvs("row 66")
def test_saving_writes_over_nothing(terminal: Terminal, paper: Path) -> None:
    terminal.shown("files", "add", *PLACE, str(paper))
    paper.write_bytes(b"other")
    refused = terminal.run("files", "save", *PLACE, "1", str(paper))
    assert refused.exit_code == 4
    assert paper.read_bytes() == b"other"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("игра.exe", b"MZ", "с таким окончанием"),
        ("страница.pdf", b"<html>", "Содержимое не такое"),
        ("пусто.txt", b"", "пуст"),
        ("большой.txt", b"a" * (2 * 1024 * 1024 + 1), "больше 2 МБ"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_remedy(
    world: World, terminal: Terminal, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    refused = terminal.run("files", "add", *PLACE, str(file))
    assert refused.exit_code == 4
    assert says in " ".join(refused.stderr.split())
    assert world.school.all(LessonFile) == []


def test_a_file_that_is_not_there_is_a_clear_error(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run("files", "add", *PLACE, str(tmp_path / "нет.pdf")).exit_code == 5
    assert terminal.run("files", "save", *PLACE, "1", str(tmp_path / "a")).exit_code == 4


def test_the_sync_tells_what_became_of_files_and_does_not_fail_for_them(
    world: World, terminal: Terminal
) -> None:
    assert "Файлов" not in terminal.shown("sync")
    world.sending = FilesReport(sent=2, waiting=1, trouble="transport.unreachable")
    shown = " ".join(terminal.shown("sync").split())
    assert "Файлов отправлено 2" in shown
    assert "Файлов ждёт отправки 1" in shown
    assert "Файлы остались до следующего раза" in shown
    told = json.loads(terminal.shown("sync", "--json"))
    assert (told["files_sent"], told["files_waiting"]) == (2, 1)


@pytest.mark.clause("2.12")
def test_the_diary_names_the_file(world: World, terminal: Terminal, paper: Path) -> None:
    terminal.shown("files", "add", *PLACE, str(paper))
    shown = " ".join(terminal.shown("diary", "Абрамов 5А").split())
    assert "Дроби.pdf" in shown
    assert "до 2 МБ" in shown
