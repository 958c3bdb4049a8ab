from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from eschool_core.commands.base import Command
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.school import TurnDay
from eschool_core.domain.inspection_enums import InspectionState
from eschool_core.domain.privacy import PersonalRead
from eschool_core.forms.inspection_papers import order_deed
from eschool_core.queries.inspections import InspectionAnswer, ItemAnswer
from tests.clients.conftest import Terminal
from tests.core.commands.acts import homework
from tests.core.forms.pages import sheets_of, text_of
from tests.core.reports.results import set_terms
from tests.school import FIRST_DAY, MONDAY, clock


def printed(result: Result, file: Path) -> bytes:
    """Return the PDF that a command has written for its owner alone."""
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sheets_of(file.read_bytes())
    return file.read_bytes()


@pytest.mark.clause("2.4")
def test_a_report_on_paper(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "sizes.pdf"
    args = ("print", "report", "class-sizes", str(file), "--from", "01.09.2026", "--copy")
    said = text_of(printed(terminal.run(*args, who="deputy"), file))
    assert "Наполняемость" in said
    assert "КОПИЯ ВЕРНА" in said
    assert "По данным на" in said
    told = terminal.json(*args, "--overwrite", who="deputy")
    assert told["file"] == str(file)
    assert "Наполняемость" in told["title"]


def test_a_file_that_is_there_is_kept_unless_overwriting_is_asked_for(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "sizes.pdf"
    file.write_text("mine", encoding="utf-8")
    args = ("print", "report", "class-sizes", str(file), "--from", "01.09.2026")
    refused = terminal.run(*args, who="deputy")
    assert refused.exit_code != 0
    assert "--overwrite" in refused.output
    assert file.read_text(encoding="utf-8") == "mine"
    printed(terminal.run(*args, "--overwrite", who="deputy"), file)
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_a_folder_that_cannot_be_written_is_said(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "sizes.pdf"
    result = terminal.run(
        "print", "report", "class-sizes", str(file), "--from", "01.09.2026", who="deputy"
    )
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    assert not file.exists()


def test_a_report_that_is_not_for_somebody_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "movement.pdf"
    result = terminal.run("print", "report", "movement", str(file), who="maths")
    assert result.exit_code == 3
    assert not file.exists()


@pytest.mark.scenario("4.4.3:1")
@pytest.mark.clause("4.4.3")
def test_the_bundle_is_nine_files(terminal: Terminal, tmp_path: Path) -> None:
    set_terms(terminal.world.school)
    folder = tmp_path / "bundle"
    told = terminal.json("print", "bundle", str(folder), "--term", "1", who="deputy")
    files = sorted(folder.iterdir())
    assert sorted(one["file"] for one in told) == [str(file) for file in files]
    assert [int(file.name[0]) for file in files] == list(range(1, 10))
    assert all(sheets_of(file.read_bytes()) for file in files)
    again = terminal.run("print", "bundle", str(folder), "--term", "1", who="deputy")
    assert again.exit_code != 0


@pytest.mark.parametrize(
    ("name", "title"),
    [
        pytest.param("particulars", "Общие сведения", marks=pytest.mark.clause("4.4.3/1")),
        pytest.param("movement", "Динамика движения", marks=pytest.mark.clause("4.4.3/2")),
        pytest.param("class-sizes", "Наполняемость", marks=pytest.mark.clause("4.4.3/3")),
        pytest.param(
            "register", "Сводная ведомость учёта усп", marks=pytest.mark.clause("4.4.3/4")
        ),
        pytest.param("hours", "Учёт учебных часов", marks=pytest.mark.clause("4.4.3/5")),
        pytest.param("filling", "Заполнение", marks=pytest.mark.clause("4.4.3/6")),
        pytest.param("class-summary", "Сводный отчёт", marks=pytest.mark.clause("4.4.3/7")),
        pytest.param("progress", "успеваемост", marks=pytest.mark.clause("4.4.3/8")),
        pytest.param("attendance", "посещаемости", marks=pytest.mark.clause("4.4.3/9")),
    ],
)
def test_each_of_the_nine_has_its_heading_school_and_signatures(
    terminal: Terminal, tmp_path: Path, name: str, title: str
) -> None:
    set_terms(terminal.world.school)
    file = tmp_path / "made.pdf"
    of_class = ("particulars", "register", "class-summary", "attendance")
    named = ("--class", "5А") if name in of_class else ()
    args = ("print", "report", name, str(file), "--term", "1", *named)
    said = text_of(printed(terminal.run(*args, who="deputy"), file))
    for wanted in (title, "Школа № 1", "(подпись)", "лист 1 из"):
        assert wanted in said


@pytest.mark.scenario("4.4.5/2:1")
@pytest.mark.clause("4.4.5/2")
def test_registers_of_the_school_end_with_the_sheet_for_sewing(
    terminal: Terminal, tmp_path: Path
) -> None:
    set_terms(terminal.world.school)
    file = tmp_path / "registers.pdf"
    data = printed(terminal.run("print", "registers", str(file), "--year", who="deputy"), file)
    said = text_of(data)
    assert f"скреплено печатью листов: {sheets_of(data)} " in said
    one = tmp_path / "one.pdf"
    args = ("print", "registers", str(one), "--class", "5А", "--year")
    assert "7А," not in text_of(printed(terminal.run(*args, who="deputy"), one))


@pytest.mark.clause("5.2")
def test_pages_of_a_journal(terminal: Terminal, tmp_path: Path) -> None:
    school = terminal.world.school
    lesson = school.lesson("5А", "Математика")
    school.must(homework(lesson), "maths", at=clock(MONDAY, 12))
    terminal.shown("mark", "5А", "мат", "Абр", "5", "--date", "07.09.2026")
    file = tmp_path / "journal.pdf"
    args = ("print", "journal", "5А", str(file), "--subject", "мат", "--from", "01.09.2026")
    said = text_of(printed(terminal.run(*args, "--to", "30.09.2026"), file))
    for wanted in ("сентябрь", "07", "5А, Математика", "07.09.2026", "лист 2 из 2"):
        assert wanted in said


def test_a_journal_without_lessons_is_not_printed(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "journal.pdf"
    args = ("print", "journal", "5А", str(file), "--subject", "мат", "--from", "01.06.2027")
    result = terminal.run(*args, "--to", "02.06.2027")
    assert result.exit_code != 0
    assert "печатать нечего" in result.output
    assert not file.exists()


@pytest.mark.scenario("4.6.5:4", "outage:4")
@pytest.mark.clause("4.6.5")
def test_weekly_lists_are_printed_for_each_application(terminal: Terminal, tmp_path: Path) -> None:
    school = terminal.world.school
    pupil = school.pupils["5А"][0]
    file = tmp_path / "weekly.pdf"
    args = ("print", "weekly", "5А", str(file), "--week", "07.09.2026")
    nobody = terminal.run(*args, who="russian")
    assert "на бумаге" in nobody.output
    assert nobody.exit_code != 0
    command: Command = FilePaperApplication(
        pupil_id=pupil,
        guardian_id=terminal.world.people["mother"],
        document="заявление 3",
        first_day=FIRST_DAY,
    )
    school.must(command, "russian")
    said = text_of(printed(terminal.run(*args, who="russian"), file))
    for wanted in ("Неделя 07.09", "Математика", "Подпись родителя", "По данным на"):
        assert wanted in said


@pytest.mark.clause("5.1")
def test_the_note_and_the_order_of_a_check(terminal: Terminal, tmp_path: Path) -> None:
    school = terminal.world.school
    terminal.world.people["head"] = school.staff["head"]
    (terminal.home / "head").mkdir()
    (terminal.home / "head" / "profile.json").write_text("{}", encoding="utf-8")
    school.must(TurnDay(day=MONDAY + 1), at=clock(MONDAY + 1, 0))
    school.now = clock(MONDAY + 1, 9)
    terminal.shown("inspection", "draft", "Ведение", "--from", "01.09.2026", who="deputy")
    [check] = terminal.json("inspection", "list", who="deputy")
    number = str(check["inspection_id"])
    terminal.shown("inspection", "add", number, "Maths", "Мало отметок", "--fact", who="deputy")
    file = tmp_path / "note.pdf"
    early = terminal.run("print", "inspection", number, str(file), who="deputy")
    assert "нет справки" in early.output
    terminal.shown(
        "inspection", "note", number, "3-с", "--conclusions", "Отметок мало.", who="deputy"
    )
    data = printed(terminal.run("print", "inspection", number, str(file), who="deputy"), file)
    for wanted in ("Справка № 3-с от 08.09.2026", "Мало отметок", "Выводы", "Отметок мало."):
        assert wanted in text_of(data)
    order = tmp_path / "order.pdf"
    args = ("print", "inspection", number, str(order), "--order")
    assert "нет приказа" in terminal.run(*args, who="deputy").output
    terminal.shown("inspection", "order", number, "17-о", who="head")
    said = text_of(printed(terminal.run(*args, who="head"), order))
    places = [
        said.index(wanted)
        for wanted in ("Приказ № 17-о", "справки № 3-с", "ПРИКАЗЫВАЮ", "Директор", "ознакомлены")
    ]
    assert places == sorted(places), "who has seen an order signs beneath the head"


@pytest.mark.clause("5.1")
def test_the_order_on_a_check_without_findings_has_nobody_sign_and_nothing_remedied() -> None:
    day = date(2026, 9, 8)
    item = ItemAnswer(
        1, 2, "Петрова А. А.", "", {}, "Мало отметок",
        remediable=True, group="5А", subject="Математика", day=day, period=1,
    )  # fmt: skip
    found = InspectionAnswer(
        1, "Ведение", day, day, InspectionState.ORDERED, "Петрова А. А.", "1", day, "", "", day,
        "2", day, "Громова А. П.", None, items=(),
    )  # fmt: skip
    clean = order_deed(found, "Школа")
    assert clean.annexed == ()
    said = " ".join(line for section in clean.sections for line in section.lines)
    assert "до сведения педагогических работников" in said
    assert "устранить" not in said
    with_findings = order_deed(replace(found, items=(item,)), "Школа")
    assert [section.heading for section in with_findings.annexed] == ["С приказом ознакомлены:"]
    said = " ".join(line for section in with_findings.sections for line in section.lines)
    assert "указанных в листе ознакомления" in said
    assert "устранить замечания до 08.09.2026" in said


@pytest.mark.clause("4.6.2")
@pytest.mark.clause("4.6.7")
def test_the_act_of_a_hand_over(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "act.pdf"
    args = ("print", "hand-over", "5А", str(file))
    early = terminal.run(*args, who="officer")
    assert (early.exit_code, "не оформлен" in early.output) == (4, True)
    school = terminal.world.school
    pupil = school.pupils["5А"][0]
    school.must(
        FilePaperApplication(
            pupil_id=pupil, guardian_id=school.guardian(pupil), document="З-12", first_day=MONDAY
        ),
        "russian",
    )
    physics = str(school.staff["physics"])
    terminal.shown("hand-over", "5А", physics, "--act", "10-к", "--from", "завтра", who="officer")
    said = text_of(printed(terminal.run(*args, who="officer"), file))
    # The present week ends under the new class teacher; the one before was the former one's.
    passed, stayed = said.index("переходят к принявшему"), said.index("остаются за сдавшим")
    assert "4.6.2 13.09.2026" in said[passed:stayed]
    assert "4.6.2 06.09.2026" not in said[passed:stayed]
    assert "4.6.2 06.09.2026" in said[stayed:]
    assert school.all(PersonalRead), "shown without an entry in the log"
    told = terminal.json(*args, "--overwrite", who="officer")
    assert told["file"] == str(file)
    for wanted in ("Основание: 10-к", "Сдал(а) класс: Russian", "Принял(а) класс: Physics", "З-12"):
        assert wanted in said


@pytest.mark.clause("3.1/2")
def test_slips_of_a_class_go_to_paper_and_not_to_the_screen(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "slips.pdf"
    result = terminal.run("slips", "batch", "5А", "--pdf", str(file), who="officer")
    said = text_of(printed(result, file))
    assert said.count("Одноразовый код") >= 2
    assert "Одноразовый код" not in result.output
    before = len(terminal.json("slips", who="officer"))
    refused = terminal.run("slips", "batch", "5А", "--pdf", str(file), who="officer")
    assert refused.exit_code != 0
    # Nothing is issued where the codes could not be kept.
    assert len(terminal.json("slips", who="officer")) == before


def test_nothing_is_left_beside_the_file_when_the_disk_refuses(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", refused)
    file = tmp_path / "sizes.pdf"
    result = terminal.run(
        "print", "report", "class-sizes", str(file), "--from", "01.09.2026", who="deputy"
    )
    assert result.exit_code != 0
    assert list(tmp_path.glob(".sizes*")) == []
    assert not file.exists()
