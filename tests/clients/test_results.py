"""Term marks, averages, corrections and debts by command line."""

from __future__ import annotations

import pytest

from eschool_core import calendar
from eschool_core.domain.archive import MarksRelease
from eschool_core.domain.enums import TermKind
from eschool_core.domain.journal import CellHistory, Mark
from eschool_core.domain.result_enums import AssessmentMode
from eschool_core.domain.results import (
    AcademicDebt,
    AssessmentRule,
    Correction,
    CouncilDecision,
    ExternalMark,
    OrderDate,
    OwedWork,
    TermClosing,
    TermMark,
    TermScheme,
)
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.core.commands.acts import mark
from tests.school import LAST_DAY, MONDAY, TUESDAY, ZONE, clock
from tests.terms import (
    FRIDAY_11,
    MATHS,
    Q1_OVER,
    YEAR_OVER,
    close,
    fill,
    fill_year,
    set_terms,
    term_mark,
)


@pytest.fixture(autouse=True)
def terms(world: World) -> None:
    school = world.school
    set_terms(school.must, school.year)
    pupil = school.pupils["5А"][0]
    for day, value in ((MONDAY, 3), (TUESDAY, 3), (MONDAY + 2, 4)):
        command = mark(school.lesson(*MATHS, day), pupil, value)
        school.must(command, "maths", at=clock(day, 12))
    school.now = Q1_OVER


@pytest.mark.clause("2.6")
class TestAverage:
    def test_what_counts_and_what_is_proposed(self, terminal: Terminal) -> None:
        shown = " ".join(terminal.shown("average", "5А", "мат", "Абр").split())
        assert "3,33" in shown
        assert "средневзвешенный балл 3,33 по отметкам: 3 – «3»" in shown
        assert "07.09" in shown

    def test_a_class_in_a_table_and_as_json(self, terminal: Terminal) -> None:
        assert "Абрамов" in terminal.shown("average", "5А", "мат", "--term", "1")
        answer = terminal.json("average", "5А", "мат")
        assert answer["rows"][0]["proposed"] == "3"
        assert [entry["value"] for entry in answer["rows"][0]["counted"]] == [3, 3, 4]

    def test_a_deviation_is_marked(self, world: World, terminal: Terminal) -> None:
        pupil = world.school.pupils["5А"][0]
        world.school.must(term_mark(world.school, pupil, 5, "итоговая"), "maths")
        shown = terminal.shown("average", "5А", "мат")
        assert "5 !" in shown
        assert "итоговая" in shown


@pytest.mark.clause("4.5.5")
class TestTermMark:
    def test_it_is_set_and_a_difference_asks_a_reason(
        self, world: World, terminal: Terminal
    ) -> None:
        refused = terminal.run("term-mark", "5А", "мат", "Абр", "5")
        assert (refused.exit_code, "(п. 2.6)" in refused.stderr) == (3, True)
        shown = terminal.shown("term-mark", "5А", "мат", "Абр", "5", "--reason", "итоговая")
        assert "Абрамов Саша – 5" in shown
        assert "(п. 2.6)" in shown
        assert world.school.one(TermMark).value == 5

    @pytest.mark.parametrize(
        ("typed", "value"), [("н/а", 13), ("not_attested", 13), ("3", 3), ("0", 0)]
    )
    def test_values_as_people_type_them(
        self, world: World, terminal: Terminal, typed: str, value: int
    ) -> None:
        if value == 0:
            terminal.shown("term-mark", "5А", "мат", "Абр", "3")
        terminal.shown("term-mark", "5А", "мат", "Абр", typed, "--reason", "болел")
        assert world.school.one(TermMark).value == value

    def test_the_year_by_its_name(self, terminal: Terminal) -> None:
        for year in ("год", "year"):
            refused = terminal.run("term-mark", "5А", "мат", "Абр", "4", "--term", year)
            assert "4.5.5" in refused.stderr

    @pytest.mark.parametrize("typed", ["0", "13", "весна"])
    def test_no_such_term(self, terminal: Terminal, typed: str) -> None:
        assert terminal.run("term-mark", "5А", "мат", "Абр", "4", "--term", typed).exit_code != 0

    def test_the_journal_shows_marks_and_proposals(self, terminal: Terminal) -> None:
        assert "(3)" in terminal.shown("journal", "5А", "мат")
        terminal.shown("term-mark", "5А", "мат", "Абр", "3")
        answer = terminal.json("journal", "5А", "мат")
        assert answer["results"]["rows"][0]["value"] == "3"


class TestRules:
    """How terms are marked is entered by command line (2.6, 4.5.2, 4.5.5)."""

    @pytest.mark.clause("2.6")
    def test_a_grade_and_a_journal_get_their_terms(self, world: World, terminal: Terminal) -> None:
        terminal.shown("term", "scheme", "half_year", "--grade", "5", who="deputy")
        terminal.shown("term", "scheme", "четв", "--class", "5А", "--subject", "мат", who="deputy")
        found = world.school.all(TermScheme)
        assert [(row.grade, row.journal_id, row.kind) for row in found] == [
            (5, 0, TermKind.HALF_YEAR),
            (0, world.school.journals[MATHS], TermKind.QUARTER),
        ]

    @pytest.mark.parametrize(
        "args", [(), ("--class", "5А"), ("--grade", "5", "--class", "5А", "--subject", "мат")]
    )
    def test_it_is_asked_whose_terms_are_meant(
        self, terminal: Terminal, args: tuple[str, ...]
    ) -> None:
        refused = terminal.run("term", "scheme", "quarter", *args, who="deputy")
        assert (refused.exit_code, "--grade" in refused.stderr) == (4, True)

    @pytest.mark.clause("4.5.2")
    def test_a_journal_is_marked_otherwise_and_one_pupil_on_a_document(
        self, world: World, terminal: Terminal
    ) -> None:
        terminal.shown("term", "assess", "5А", "мат", "pass_fail", "--term", "1", who="deputy")
        refused = terminal.run(
            "term", "assess", "5А", "мат", "none", "--pupil", "Абр", who="deputy"
        )
        assert refused.exit_code == 4
        terminal.shown(
            "term", "assess", "5А", "мат", "none", "--pupil", "Абр", "--document", "ИУП 3",
            who="deputy",
        )  # fmt: skip
        whole, one = world.school.all(AssessmentRule)
        assert (whole.mode, whole.pupil_id, bool(whole.term_id)) == (
            AssessmentMode.PASS_FAIL,
            0,
            True,
        )
        assert (one.mode, one.document, one.term_id) == (AssessmentMode.NONE, "ИУП 3", 0)
        assert terminal.run("term-mark", "5А", "мат", "Абр", "4").exit_code == 3

    @pytest.mark.clause("4.5.5")
    def test_a_deferral_mends_a_closed_term_and_leaves_it_closed(
        self, world: World, terminal: Terminal
    ) -> None:
        fill(world.school)
        terminal.shown("term-mark", "5А", "мат", "Абр", "н/а", "--term", "1", "--reason", "болел")
        terminal.shown("term", "close", "5А", "1", who="deputy")
        changed = ("term-mark", "5А", "мат", "Абр", "4", "--term", "1", "--reason", "reviewed")
        assert "рассмотрено вручную" in terminal.shown(*changed)
        terminal.shown(
            "term", "defer", "5А", "мат", "Абр", "30.09", "--term", "1", "--order", "№ 30",
            who="deputy",
        )  # fmt: skip
        assert "рассмотрено вручную" not in terminal.shown(*changed)
        assert world.school.all(TermClosing)[-1].reopened_at == 0


@pytest.mark.clause("4.5.5")
class TestTerm:
    def test_from_the_order_to_the_release(self, world: World, terminal: Terminal) -> None:
        terminal.shown(
            "term", "due", "18.09", "--term", "1", "--class", "5А", "--grade", "5",
            "--order", "№ 21", who="deputy",
        )  # fmt: skip
        row = world.school.one(OrderDate)
        assert (row.day, row.grade) == (FRIDAY_11, 5)
        shown = terminal.shown("term", "check", "5А", "1", who="deputy")
        assert "Абрамов" in shown
        assert terminal.json("term", "check", "5А", "1", who="deputy")[0]["pupils"]
        refused = terminal.run("term", "close", "5А", "1", who="deputy")
        assert refused.exit_code == 3
        fill(world.school)
        assert "можно закрывать" in terminal.shown("term", "check", "5А", "1", who="deputy")
        assert "закрыт" in terminal.shown("term", "close", "5А", "1", who="deputy")
        assert "опубликованы" in terminal.shown("term", "release", "5А", "1", who="deputy")
        listed = terminal.json("term", "list", who="deputy")
        [state] = [e for e in listed[0]["classes"] if e["school_class"] == "5А"]
        assert state["closed_at"]
        assert state["released_at"]
        assert "четверть 1" in terminal.shown("term", "list", who="deputy")
        waits = terminal.shown("term-mark", "5А", "мат", "Абр", "5", "--reason", "пересмотр")
        assert "(п. 4.5.5)" in waits
        assert world.school.one(TermClosing).reopened_at == 0

    @pytest.mark.scenario("2.9:2")
    @pytest.mark.clause("2.9")
    def test_who_has_not_seen_and_who_has(self, world: World, terminal: Terminal) -> None:
        fill(world.school)
        world.school.must(close(world.school), "deputy")
        assert "нет" in terminal.shown("term", "seen", who="mother")
        terminal.shown("term", "release", "5А", "1", who="deputy")
        released = calendar.local_day(world.school.one(MarksRelease).released_at, ZONE)
        world.school.now = clock(released + 7, 23)
        assert terminal.json("term", "unseen", "5А", who="russian") == []
        world.school.now = clock(released + 8, 0)
        assert len(terminal.json("term", "unseen", "5А", who="russian")) == 4
        shown = terminal.shown("diary", who="mother")
        assert "Отметки за периоды" in shown
        assert "подтверждён" in terminal.shown("term", "seen", who="mother")
        unseen = terminal.json("term", "unseen", "5А", who="russian")
        assert unseen[0]["pupil"].startswith("Белова")
        assert "Белова" in terminal.shown("term", "unseen", "5А", who="russian")


@pytest.mark.clause("2.2")
class TestCorrecting:
    def test_a_mark_goes_to_its_right_row(self, world: World, terminal: Terminal) -> None:
        shown = terminal.shown(
            "move-mark", "5А", "мат", "Абр", "Бел", "--date", "09.09", "--reason", "не та строка"
        )
        assert "Абрамов Саша → Белова Саша" in shown
        assert len(world.school.all(CellHistory)) == 2
        assert [row.value for row in world.school.all(Mark)] == [3, 3, 0, 4]

    def test_one_proposes_another_decides(self, world: World, terminal: Terminal) -> None:
        fill(world.school, 3)
        world.school.must(close(world.school), "deputy")
        terminal.shown("correction", "propose", "5А", "мат", "Абр", "4", "--ground", "апелляция")
        terminal.shown(
            "correction", "propose", "5А", "мат", "Абр", "5", "--ground", "ошибка",
            "--date", "07.09",
        )  # fmt: skip
        listed = terminal.json("correction", "list", who="deputy")
        assert [entry["target"] for entry in listed] == ["mark", "result"]
        assert "апелляция" in terminal.shown("correction", "list", who="deputy")
        first, second = (str(entry["correction_id"]) for entry in listed)
        terminal.shown("correction", "approve", second, who="deputy")
        terminal.shown("correction", "decline", first, "--answer", "нет", who="deputy")
        assert [row.state for row in world.school.all(Correction)] == [2, 3]
        assert "утверждено" in terminal.shown("correction", "list")


class TestBeside:
    @pytest.mark.clause("2.6")
    def test_marks_of_a_former_school(self, world: World, terminal: Terminal) -> None:
        assert "нет" in terminal.shown("external", "list")
        terminal.shown(
            "external", "add", "5А", "мат", "Абр", "5", "--source", "Школа № 2",
            "--document", "Ведомость 5", who="russian",
        )  # fmt: skip
        assert "Школа № 2" in terminal.shown("external", "list")
        [entry] = terminal.json("external", "list")
        terminal.shown("external", "accept", str(entry["external_mark_id"]))
        assert world.school.one(ExternalMark).state == 2
        assert "прежняя школа" in terminal.shown("average", "5А", "мат", "Абр")
        assert terminal.run("external", "decline", str(entry["external_mark_id"])).exit_code == 4

    @pytest.mark.clause("4.5.2")
    def test_works_owed(self, world: World, terminal: Terminal) -> None:
        terminal.shown("owed", "give", "5А", "мат", "Бел", "--date", "16.09", "--due", "25.09")
        assert "Белова" in terminal.shown("owed", "list")
        assert len(terminal.json("owed", "list")) == 1
        terminal.shown("owed", "settle", "5А", "мат", "Бел", "--date", "16.09")
        assert world.school.one(OwedWork).state == 2
        assert "нет" in terminal.shown("owed", "list", "--expired")

    @pytest.mark.clause("4.5.5")
    def test_debts_retakes_and_the_council(self, world: World, terminal: Terminal) -> None:
        school = world.school
        assert "нет" in terminal.shown("debt", "list", who="deputy")
        school.now = YEAR_OVER
        for ordinal in (1, 2, 3, 4):
            fill(school, ordinal=ordinal)
        fill_year(school, {school.pupils["5А"][0]: 2})
        assert terminal.shown("final-mark", "5А", "мат", "Абр").count("2") >= 1
        assert terminal.json("final-mark", "5А", "мат", "Абр")["proposed"] == "2"
        terminal.shown("final-mark", "5А", "мат", "Абр", "2", who="deputy")
        refused = terminal.run("exam", "5А", "мат", "Абр", "3", "--protocol", "№ 1", who="deputy")
        assert "(п. 4.5.5)" in refused.stderr
        school.must(close(school, ordinal=0), "deputy")
        assert "открыта" in terminal.shown("debt", "list", who="deputy")
        day = f"--date={LAST_DAY and '2027-06-10'}"
        who = ("5А", "мат", "Абр")
        terminal.shown("debt", "council", "Абр 5А", "conditional", "--grade", "6",
                       "--protocol", "№ 12", who="deputy")  # fmt: skip
        terminal.shown("debt", "retake", *who, "3", "--protocol", "№ 8", day, who="deputy")
        assert terminal.json("debt", "list", who="deputy")[0]["value"] == "3"
        assert "№ 8" in terminal.shown("debt", "list", who="deputy")
        assert school.one(AcademicDebt).state == 2
        assert school.one(CouncilDecision).next_grade == 6
