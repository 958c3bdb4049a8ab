"""Support without personal data (4.7.7), and the contingent for other systems (1.2/3)."""

from __future__ import annotations

import json
import zipfile

import pytest

from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.domain.enums import Verdict
from eschool_core.domain.tables import TABLES
from eschool_core.imports.oneroster import read_oneroster
from tests.clients.conftest import Terminal
from tests.clients.fakes import RefusedCommand, World

LEAST_LETTERS = 3


def words_of(world: World) -> set[str]:
    """Every text that the school holds, but for words of the program."""
    found: set[str] = set()
    for spec in TABLES:
        for row in world.school.store.select(spec.table):
            found |= {value for value in row.values() if isinstance(value, str)}
    return {word for word in found if len(word) >= LEAST_LETTERS and not word.isdigit()}


@pytest.mark.scenario("4.7.7:1")
@pytest.mark.clause("4.7.7")
def test_the_bundle_holds_no_text_of_the_school(world: World, terminal: Terminal) -> None:
    school = world.school
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(RecordTopic(lesson_id=lesson, text="Дроби и доли"), "maths")
    mark = RecordMark(lesson_id=lesson, pupil_id=pupil, value=5, comment="молодец")
    school.must(mark, "maths")
    world.refused = [
        RefusedCommand(
            7, mark, "record_mark", Verdict.REJECTED, "3.6/mark", {"grade": 1}, "3.6", school.now
        )
    ]
    (terminal.home / "incidents.log").write_text(
        json.dumps({"time": "t", "incident": "ab", "command": "mark", "errors": [], "x": "Абрамов"})
        + "\nАбрамов\n",
        encoding="utf-8",
    )
    file = terminal.home / "support.zip"
    terminal.shown("support", "bundle", str(file))
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["support.json"]
        text = archive.read("support.json").decode()
    for word in words_of(world):
        assert word not in text, word
    told = json.loads(text)
    assert told["replica"]["rows"]["mark"] == 1
    assert told["replica"]["refused"] == [{"kind": "record_mark", "key": "3.6/mark"}]
    assert told["incidents"] == [{"time": "t", "incident": "ab", "command": "mark", "errors": []}]
    assert terminal.run("support", "bundle", str(file)).exit_code == 4


@pytest.mark.clause("4.7.7")
def test_the_contact_is_entered_and_shown(world: World, terminal: Terminal) -> None:
    assert "не внесена" in terminal.shown("support", "show")
    terminal.shown("support", "set", "Служба", "--email", "help@example.org", who="officer")
    assert "help@example.org" in terminal.shown("support", "show")
    assert terminal.json("support", "show")["name"] == "Служба"
    assert terminal.run("support", "set", "Чужая", "--phone", "1", who="maths").exit_code == 3


def test_without_a_replica_the_bundle_tells_of_the_program(terminal: Terminal) -> None:
    file = terminal.home / "support.zip"
    terminal.shown("support", "bundle", str(file), who="nobody-here")
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("support.json"))
    assert told["replica"] is None
    assert told["program"]["eschool"]


@pytest.mark.clause("1.2/3")
def test_the_contingent_goes_out_by_command(world: World, terminal: Terminal) -> None:
    file = terminal.home / "contingent.zip"
    shown = terminal.shown("export", "oneroster", str(file), who="deputy")
    assert "обучающихся 20" in shown
    assert len(read_oneroster(file).pupils) == 20
    assert terminal.run("export", "oneroster", str(file), who="deputy").exit_code == 4


@pytest.mark.clause("1.2/3")
def test_marks_go_along_when_asked_for(world: World, terminal: Terminal) -> None:
    mark = RecordMark(
        lesson_id=world.school.lesson("5А", "Математика"),
        pupil_id=world.school.pupils["5А"][0],
        value=5,
    )
    world.school.must(mark, "maths")
    file = terminal.home / "marks.zip"
    told = terminal.json("export", "oneroster", str(file), "--results", who="deputy")
    assert (told["line_items"], told["results"]) == (1, 1)
    assert "отметок (results): 1" in terminal.shown(
        "export", "oneroster", str(terminal.home / "more.zip"), "--results", who="deputy"
    )


def test_a_calendar_and_ones_own_data_go_out(world: World, terminal: Terminal) -> None:
    file = terminal.home / "my.ics"
    told = terminal.json("export", "calendar", str(file))
    assert told["lessons"] > 0
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert file.stat().st_mode & 0o077 == 0
    of_child = terminal.home / "child.ics"
    assert terminal.json("export", "calendar", str(of_child), who="mother")["lessons"] > 0
    data = terminal.home / "person.json"
    pupil = str(world.school.pupils["5А"][0])
    terminal.shown("export", "person", pupil, str(data), who="deputy")
    assert json.loads(data.read_text(encoding="utf-8"))["kind"] == "pupil"
    assert terminal.run("export", "person", pupil, str(data), who="deputy").exit_code == 4
    data.unlink()
    told = terminal.json("export", "person", pupil, str(data), who="deputy")
    assert told["file"] == str(data)
    kept = json.loads(data.read_text(encoding="utf-8"))["tables"]
    assert told["rows"] == sum(len(rows) for rows in kept.values()) > 0
