from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from eschool_cli.localised import say

from eschool_core.imports.class_list import read_class_list
from eschool_core.imports.fet import read_timetable
from eschool_sync.clock import SystemClock
from eschool_sync.server.directory import Directory
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server
from tests.clients.first_steps import ADDRESS, Walk, code_in
from tests.repo.files import PROJECT

EXAMPLES = PROJECT / "examples"
TIMETABLE = "examples/small_school.fet"
CLASS_LIST = "examples/class_list.csv"
WEDNESDAY_EVENING = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
MAX_SAMPLE_BYTES = 100_000


@pytest.fixture
def walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    shift = int(WEDNESDAY_EVENING.timestamp()) - int(time.time())
    monkeypatch.setattr(SystemClock, "wall", lambda self: int(time.time()) + shift)
    data = str(tmp_path / "school")
    values = {"school": data, TIMETABLE: str(PROJECT / TIMETABLE)}
    values[CLASS_LIST] = str(PROJECT / CLASS_LIST)
    made = Walk(tmp_path / "home", values)
    founded = made.next("eschool server init")
    school, officer = re.findall(r"(?:№|человек) (\d+)", founded.splitlines()[0])
    assert f"--school {school}" in founded
    made.skip("eschool server serve")
    made.values |= {"SCHOOL": school, "OFFICER": officer}
    with closing(Directory(Path(data))) as directory, Server(make_app(directory)) as server:
        made.values[ADDRESS] = server.url
        yield made


@pytest.mark.clause("3.1")
@pytest.mark.clause("4.7.4")
def test_the_page_leads_from_an_empty_server_to_the_diary(walk: Walk) -> None:
    walk.enrol("officer", code_in(walk.next("eschool server enrol-code")))
    _enter_year_and_staff(walk)
    walk.enrol("deputy", _slip(walk, "officer"))
    _take_timetable_over(walk)
    leader, teacher = _admit_class(walk)
    walk.enrol("leader", leader)
    shown = walk.next("eschool --profile leader people")
    assert "Аннинский Степан Павлович (мать)" in shown
    mother = _slip(walk, "leader")
    walk.enrol("teacher", teacher)
    _teach(walk)
    walk.enrol("mother", mother)
    diary = walk.next("eschool --profile mother diary")
    assert "Квадратные уравнения" in diary
    assert re.search(r"Алгебра.*\b5\b", diary)
    assert "Евстратова" not in diary
    _sync(walk, "deputy")
    found = walk.next("eschool --profile deputy findings")
    _waive(walk, found)
    walk.next("eschool --profile deputy substitute")
    _sync(walk, "deputy")
    assert walk.rest == []
    for who in ("officer", "deputy", "leader", "teacher", "mother"):
        refused = walk.call(["--profile", who, "rejected", "--json"])
        assert json.loads(refused.stdout) == [], who


def _enter_year_and_staff(walk: Walk) -> None:
    assert "осенние каникулы" in walk.next("eschool open-year 2026 --dry-run")
    walk.next("eschool --profile officer open-year")
    again = walk.call(["--profile", "officer", "open-year", "2026"])
    assert again.exit_code == 4
    assert "2026/2027" in again.stderr
    assert re.search(r"Принято новых\s+14", walk.next("eschool --profile officer import staff"))
    again = walk.call(["--profile", "officer", "import", "staff", walk.values[TIMETABLE]])
    assert "всё из файла внесено" in again.stdout
    walk.next("eschool --profile officer hire")
    walk.next("eschool --profile officer appoint")
    shown = walk.next("eschool --profile officer people")
    assert re.search(r"Соколова Ирина Павловна\s+заместитель директора по УВР\s+нет", shown)
    assert re.search(r"Иванова Анна Петровна\s+ответственный за ЭШ 2.0\s+подключён", shown)


def _slip(walk: Walk, who: str) -> str:
    code = code_in(walk.next(f"eschool --profile {who} slip"))
    _sync(walk, who)
    return code


def _sync(walk: Walk, who: str) -> None:
    """Sync; whatever is refused on the way of this page is a mistake."""
    shown = walk.next(f"eschool --profile {who} sync")
    assert say("cli.sync.rejected") not in shown
    assert say("cli.sync.held") not in shown


def _take_timetable_over(walk: Walk) -> None:
    walk.next("eschool --profile deputy import timetable")
    shown = walk.next("eschool --profile deputy import timetable")
    assert re.search(r"Принимается\s+128", shown)
    _sync(walk, "deputy")


def _admit_class(walk: Walk) -> tuple[str, str]:
    walk.next("eschool --profile officer sync")
    assert re.search(r"Обучающихся\s+10", walk.next("eschool --profile officer import roster"))
    walk.next("eschool --profile officer appoint")
    codes = [code_in(walk.next("eschool --profile officer slip")) for _ in range(2)]
    _sync(walk, "officer")
    return codes[0], codes[1]


def _teach(walk: Walk) -> None:
    assert "Алгебра" in walk.next("eschool --profile teacher today")
    for command in ("absent", "topic", "mark", "homework"):
        walk.next(f"eschool --profile teacher {command}")
    _sync(walk, "teacher")


def _waive(walk: Walk, findings: str) -> None:
    number = re.findall(r"№ (\d{6,})", findings)[0]
    reason = ["--reason", "сбой по акту"]
    waived = walk.call(["--profile", "deputy", "waive", number, *reason])
    assert waived.exit_code == 0, waived.output


def test_the_samples_are_small_and_whole() -> None:
    file = EXAMPLES / "small_school.fet"
    assert file.stat().st_size <= MAX_SAMPLE_BYTES
    draft = read_timetable(file)
    assert (len(draft.activities), draft.not_taken) == (128, ())
    roster = read_class_list(EXAMPLES / "class_list.csv")
    assert (len(roster.pupils), roster.not_taken) == (10, ())
    assert {pupil.class_name for pupil in roster.pupils} == {"7А"}
