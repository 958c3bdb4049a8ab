"""Term marks through sync: offline, online and forged; the closed term as a barrier (4.5.5, T6)."""

from __future__ import annotations

import pytest

from eschool_core.commands.closing import CloseTerm
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.corrections import DecideCorrection, MoveMark, ProposeCorrection
from eschool_core.commands.held import ApplyHeld
from eschool_core.commands.people import Appoint
from eschool_core.commands.school import SetTerm
from eschool_core.commands.term_marks import SetTermMark
from eschool_core.commands.terms import SetOrderDate
from eschool_core.domain.enums import FindingState, Role, TermKind, Timeliness, Verdict
from eschool_core.domain.journal import CellHistory, Mark
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import CorrectionTarget, DateKind, ResultKind
from eschool_core.domain.results import Correction, TermMark
from eschool_core.domain.review import HeldCommand
from eschool_core.domain.school import Term
from eschool_core.errors import RegulationError
from tests.core.commands.acts import homework, mark, topic
from tests.school import FIRST_DAY, MONDAY
from tests.sync.forger import Forger
from tests.sync.harness import World, lesson, pupils
from tests.terms import TEACHERS

MATHS = ("5А", "Математика")
DAY = 24 * 3_600


def one_term(world: World, last_day: int = MONDAY) -> int:
    """Enter a quarter that ends on Monday; return its id."""
    world.act(
        SetTerm(
            year_id=world.school.year,
            term_kind=TermKind.QUARTER,
            ordinal=1,
            first_day=FIRST_DAY,
            last_day=last_day,
        )
    )
    return world.server.store.select(Term)[0].id


def term_mark(world: World, pupil: int, value: int, reason: str = "") -> SetTermMark:
    return SetTermMark(
        journal_id=world.school.journals[MATHS],
        pupil_id=pupil,
        term_id=world.server.store.select(Term)[0].id,
        value=value,
        reason=reason,
    )


def close(world: World, *, but: int = 0) -> None:
    """Set every mark that 5А lacks and close the quarter; ``but`` has one already."""
    term_id = world.server.store.select(Term)[0].id
    for where, teacher in TEACHERS.items():
        journal_id = world.school.journals[where]
        for row in world.server.store.rows(
            "SELECT pupil_id FROM journal_line WHERE journal_id = ? ORDER BY id", journal_id
        ):
            if not (row[0] == but and where == MATHS):
                world.act(
                    SetTermMark(
                        journal_id=journal_id,
                        pupil_id=row[0],
                        term_id=term_id,
                        value=4,
                        reason="итог",
                    ),
                    teacher,
                )
    for finding in world.server.store.select(FindingRecord, state=FindingState.OPEN):
        world.act(WaiveFinding(finding_id=finding.id, reason="акт 4"), "deputy")
    world.act(CloseTerm(class_id=world.school.classes["5А"], term_id=term_id), "deputy")


def results(world: World, pupil: int) -> list[int]:
    line = world.school.line(*MATHS, pupil)
    return [row.value for row in world.server.store.select(TermMark, part=line.part + TO_RESULT)]


@pytest.mark.clause("4.5.5")
@pytest.mark.clause("2.6")
class TestOfflineOnlineForged:
    @pytest.mark.scenario("2.6:1")
    def test_a_term_mark_made_offline_arrives_with_its_finding(self, world: World) -> None:
        one_term(world)
        [maths] = world.synced("maths")
        maths.do(mark(lesson(world), pupils(world)[0], 3))
        with pytest.raises(RegulationError) as caught:
            maths.do(term_mark(world, pupils(world)[0], 5))
        assert caught.value.check.id == "2.6/reason"
        receipt = maths.do(term_mark(world, pupils(world)[0], 5, "итоговая работа"))
        assert receipt.outcome is not None
        assert [check for check, _ in receipt.outcome.findings] == ["2.6/deviation"]
        report = maths.sync()
        assert (report.accepted, report.with_findings, report.rejected) == (1, 1, 0)
        assert results(world, pupils(world)[0]) == [5]
        world.check("maths")

    @pytest.mark.scenario("2.6:1")
    def test_a_forged_one_without_reason_is_refused_by_the_server(self, world: World) -> None:
        one_term(world)
        [maths] = world.synced("maths")
        maths.do(mark(lesson(world), pupils(world)[0], 3))
        maths.sync()
        forger = Forger(maths)
        verdicts = forger.send(forger.envelope(term_mark(world, pupils(world)[0], 5)))
        assert [outcome.key for outcome in verdicts.values()] == ["", "2.6/reason"]
        assert results(world, pupils(world)[0]) == []

    @pytest.mark.scenario("4.2/1:2")
    @pytest.mark.clause("4.2/1")
    @pytest.mark.clause("4.6.1")
    @pytest.mark.parametrize(
        ("name", "key"), [("deputy", "4.2/1/marks"), ("russian", "4.6.1/read-only")]
    )
    def test_a_forged_one_of_others_is_refused(self, world: World, name: str, key: str) -> None:
        one_term(world)
        [member] = world.synced(name)
        forger = Forger(member)
        verdicts = forger.send(forger.envelope(term_mark(world, pupils(world)[0], 4)))
        assert [outcome.key for outcome in verdicts.values()] == [key]

    @pytest.mark.scenario("4.5.5:1")
    def test_the_orders_date_is_judged_by_the_evidence(self, world: World) -> None:
        term_id = one_term(world)
        world.act(
            SetOrderDate(
                date_kind=DateKind.DUE,
                year_id=world.school.year,
                term_id=term_id,
                day=MONDAY,
                act="№ 21",
                act_day=MONDAY,
            ),
            "deputy",
        )
        [maths] = world.synced("maths")
        maths.do(term_mark(world, pupils(world)[0], 4))
        world.advance(DAY)
        maths.do(term_mark(world, pupils(world)[1], 4))
        report = maths.sync()
        assert (report.accepted, report.with_findings, report.rejected) == (1, 1, 0)
        kept = {row.part - TO_RESULT: row.timeliness for row in world.server.store.select(TermMark)}
        first, second = (world.school.line(*MATHS, pupil).part for pupil in pupils(world)[:2])
        assert kept == {first: Timeliness.CREDIBLE, second: Timeliness.LATE}


@pytest.mark.clause("4.5.5")
@pytest.mark.clause("2.2")
@pytest.mark.threat("T6")
@pytest.mark.asvs("2.3.5")
class TestBarrier:
    def test_a_late_outbox_changes_nothing_and_waits_as_a_whole(self, world: World) -> None:
        one_term(world)
        [maths] = world.synced("maths")
        at = lesson(world)
        for pupil in pupils(world):
            for value in range(2, 6):
                for _ in range(12):
                    maths.do(mark(at, pupil, value))
        for number in range(4):
            maths.do(topic(at, f"Дроби, часть {number}"))
            maths.do(homework(at, f"§ {number}"))
        made = maths.replica.status().pending
        assert made == 200
        close(world)
        before = world.server.store.rows("SELECT part, digest FROM part_state ORDER BY part")
        report = maths.sync()
        assert (report.accepted, report.rejected, report.held) == (0, 0, made)
        assert world.server.store.select(Mark) == []
        after: dict[int, bytes] = dict(
            world.server.store.rows("SELECT part, digest FROM part_state ORDER BY part")
        )
        changed = [part for part, digest in before if after[part] != digest]
        # Nothing but the author's own notices of what waits.
        assert {part & 63 for part in changed} <= {9}
        assert {entry.verdict for entry in maths.replica.refused()} == {Verdict.HELD}
        world.check("maths")

    @pytest.mark.scenario("4.5.5:2")
    def test_made_in_time_received_after_closing_waits_with_its_evidence(
        self, world: World
    ) -> None:
        one_term(world)
        [maths] = world.synced("maths")
        pupil = pupils(world)[0]
        receipt = maths.do(term_mark(world, pupil, 5, "итог"))
        assert receipt.outcome is not None
        assert receipt.outcome.verdict is Verdict.ACCEPTED
        world.advance(2 * DAY)
        close(world)
        report = maths.sync()
        assert (report.accepted, report.held) == (0, 1)
        assert results(world, pupil) == [4]
        [held] = maths.replica.refused()
        assert (held.verdict, held.key) == (Verdict.HELD, "4.5.5/closed")
        world.check("maths")

        [waiting] = world.server.store.select(HeldCommand)
        assert (waiting.key, waiting.earliest < waiting.latest) == ("4.5.5/closed", True)
        world.act(ApplyHeld(held_id=waiting.id, reason="сделано до закрытия"), "deputy")
        assert results(world, pupil) == [5]
        line = world.school.line(*MATHS, pupil)
        [row] = world.server.store.select(TermMark, part=line.part + TO_RESULT)
        assert row.author_id == world.person("maths")

    @pytest.mark.scenario("4.5.5:2")
    def test_admitted_it_counts_by_its_own_time(self, world: World) -> None:
        term_id = one_term(world)
        world.act(
            SetOrderDate(
                date_kind=DateKind.DUE,
                year_id=world.school.year,
                term_id=term_id,
                day=MONDAY,
                act="№ 21",
                act_day=MONDAY,
            ),
            "deputy",
        )
        [maths] = world.synced("maths")
        maths.do(term_mark(world, pupils(world)[0], 4))
        world.advance(2 * DAY)
        close(world)
        maths.sync()
        [waiting] = world.server.store.select(HeldCommand)
        outcome = world.act(ApplyHeld(held_id=waiting.id, reason="в срок"), "deputy")
        assert outcome.findings == ()

    def test_its_own_author_does_not_admit_it(self, world: World) -> None:
        one_term(world)
        appointed = Appoint(
            person_id=world.person("maths"), role=Role.DEPUTY_STUDIES, first_day=FIRST_DAY
        )
        world.act(appointed)
        close(world)
        [maths] = world.synced("maths")
        maths.do(mark(lesson(world), pupils(world)[0], 5))
        maths.sync()
        [waiting] = world.server.store.select(HeldCommand)
        command = ApplyHeld(held_id=waiting.id, reason="моё")
        outcome = world.server.act(command, world.person("maths"))
        assert outcome.key == "2.2/self-approval"
        world.act(ApplyHeld(held_id=waiting.id, reason="проверено"), "deputy")
        assert [row.value for row in world.server.store.select(Mark)] == [5]

    def test_who_knows_of_the_closing_is_told_at_once(self, world: World) -> None:
        one_term(world)
        close(world)
        [maths] = world.synced("maths")
        receipt = maths.do(mark(lesson(world), pupils(world)[0], 5))
        assert receipt.outcome is not None
        assert receipt.outcome.key == "4.5.5/closed"
        maths.sync()
        assert world.server.store.select(Mark) == []

    @pytest.mark.scenario("4.5.5:3")
    def test_a_forged_mark_of_a_closed_term_is_held(self, world: World) -> None:
        one_term(world)
        close(world)
        [maths] = world.synced("maths")
        forger = Forger(maths)
        verdicts = forger.send(
            forger.envelope(term_mark(world, pupils(world)[0], 5, "x")),
            forger.envelope(mark(lesson(world), pupils(world)[0], 5)),
        )
        assert {outcome.key for outcome in verdicts.values()} == {"4.5.5/closed"}
        assert results(world, pupils(world)[0]) == [4]


@pytest.mark.clause("2.2")
@pytest.mark.threat("T6")
@pytest.mark.asvs("2.3.5")
class TestTwoPersons:
    def propose(self, world: World) -> ProposeCorrection:
        return ProposeCorrection(
            journal_id=world.school.journals[MATHS],
            pupil_id=pupils(world)[0],
            target=CorrectionTarget.RESULT,
            result_kind=ResultKind.TERM,
            term_id=world.server.store.select(Term)[0].id,
            value=5,
            ground="апелляция, протокол 2",
        )

    def test_proposed_offline_approved_by_another_both_values_kept(self, world: World) -> None:
        one_term(world)
        close(world)
        maths, deputy = world.synced("maths", "deputy")
        maths.do(self.propose(world))
        assert maths.sync().accepted == 1
        deputy.sync()
        [entry] = deputy.replica.store.select(Correction)
        deputy.do(DecideCorrection(correction_id=entry.id, approve=1))
        assert deputy.sync().accepted == 1
        maths.sync()
        line = world.school.line(*MATHS, pupils(world)[0])
        [row] = maths.replica.store.select(TermMark, part=line.part + TO_RESULT)
        assert row.value == 5
        [kept] = maths.replica.store.select(CellHistory, row_id=row.id)
        assert '"value": 4' in kept.content
        world.check("maths", "deputy")

    @pytest.mark.scenario("2.2:5")
    def test_one_person_signing_both_halves_is_refused(self, world: World) -> None:
        one_term(world)
        close(world)
        world.act(
            Appoint(person_id=world.person("maths"), role=Role.DEPUTY_STUDIES, first_day=FIRST_DAY)
        )
        [maths] = world.synced("maths")
        maths.do(self.propose(world))
        maths.sync()
        [entry] = world.server.store.select(Correction)
        with pytest.raises(RegulationError) as caught:
            maths.do(DecideCorrection(correction_id=entry.id, approve=1))
        assert caught.value.check.id == "2.2/self-approval"
        forger = Forger(maths)
        decision = DecideCorrection(correction_id=entry.id, approve=1)
        verdicts = forger.send(forger.envelope(decision))
        assert "2.2/self-approval" in {outcome.key for outcome in verdicts.values()}
        assert results(world, pupils(world)[0]) == [4]


@pytest.mark.scenario("2.2:4")
@pytest.mark.clause("2.2")
def test_a_mark_moved_offline_has_both_ends_in_history_everywhere(world: World) -> None:
    maths, guardian = world.synced("maths", "guardian")
    wrong, right = pupils(world)[:2]
    maths.do(mark(lesson(world), wrong, 2))
    maths.do(
        MoveMark(
            lesson_id=lesson(world),
            pupil_id=wrong,
            to_lesson_id=lesson(world),
            to_pupil_id=right,
        )
    )
    assert maths.sync().accepted == 2
    assert len(world.server.store.select(CellHistory)) == 2
    guardian.sync()
    [kept] = guardian.replica.store.select(CellHistory)
    assert '"value": 2' in kept.content
    world.check("maths", "guardian")
