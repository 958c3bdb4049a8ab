"""What the commands about terms and their marks act on, on the built school."""

from __future__ import annotations

from eschool_core.commands.archive import (
    DecideDestruction,
    DrawUpRegister,
    ProposeDestruction,
    SealJournal,
)
from eschool_core.commands.base import Command
from eschool_core.commands.closing import CloseTerm, ReopenTerm
from eschool_core.commands.corrections import DecideCorrection, MoveMark, ProposeCorrection
from eschool_core.commands.debts import RecordCouncilDecision
from eschool_core.commands.erasing import EraseRecord
from eschool_core.commands.external import DecideExternalMark, EnterExternalMark
from eschool_core.commands.former import ProposeErasure
from eschool_core.commands.owed import SettleOwedWork
from eschool_core.commands.packages import RecordPackage
from eschool_core.commands.releases import ReleaseMarks, SeeMarks
from eschool_core.commands.school import SetTerm
from eschool_core.commands.term_marks import SetTermMark
from eschool_core.domain.archive import ArchiveEntry, MarksRelease
from eschool_core.domain.enums import Role, TermKind, WorkKind
from eschool_core.domain.journal import Mark
from eschool_core.domain.partition import ARCHIVE, SCHOOL, TO_RESULT
from eschool_core.domain.result_enums import (
    ArchiveKind,
    ArchiveState,
    CorrectionState,
    CorrectionTarget,
    CouncilDecisionKind,
    DebtState,
    ExternalState,
    OwedState,
    ResultKind,
)
from eschool_core.domain.results import (
    AcademicDebt,
    Correction,
    ExternalMark,
    OwedWork,
    TermClosing,
    TermMark,
)
from eschool_core.domain.row import Row
from eschool_core.ids import make_id
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool, clock

MATHS = ("5А", "Математика")
OTHER = ("5Б", "Математика")
SIGNED = {"author_id": 1, "device": 1, "made_at": 0}


def of_results(school: SmallSchool) -> dict[str, Command]:
    """Put the rows and return the commands: a term that is over, closed for 5Б and 1В."""
    term = _terms(school)
    rows = _Rows(school, term)
    pupil, journal = school.pupils["5А"][1], school.journals[MATHS]
    where = {"journal_id": journal, "pupil_id": pupil}
    return {
        "set_term_mark": SetTermMark(
            journal_id=journal, pupil_id=pupil, term_id=term, value=4, reason="итог"
        ),
        "enter_external_mark": EnterExternalMark(
            **where, term_id=term, value=4, day=MONDAY, source="Школа № 2", document="№ 5"
        ),
        "decide_external_mark": DecideExternalMark(external_mark_id=rows.external, accept=1),
        "move_mark": MoveMark(
            lesson_id=school.lesson(*MATHS, FIRST_DAY),
            pupil_id=school.pupils["5А"][2],
            to_lesson_id=school.lesson(*MATHS, FIRST_DAY),
            to_pupil_id=pupil,
            reason="не та строка",
        ),
        "settle_owed_work": SettleOwedWork(
            lesson_id=school.lesson(*MATHS, TUESDAY), pupil_id=pupil, state=OwedState.HANDED_IN
        ),
        "close_term": CloseTerm(class_id=school.classes["1Б"], term_id=term),
        "reopen_term": ReopenTerm(
            class_id=school.classes["1В"], term_id=term, act="№ 9", reason="ошибка"
        ),
        "seal_journal": SealJournal(journal_id=rows.own_journal),
        "draw_up_register": DrawUpRegister(class_id=school.classes["1В"]),
        "record_package": RecordPackage(
            class_id=school.classes["5Б"],
            package=ArchiveKind.REGISTER_PACKAGE,
            digest="0" * 64,
            files=20,
            history_size=1000,
        ),
        "propose_destruction": ProposeDestruction(entry_id=rows.kept, act="Акт 1", act_day=MONDAY),
        "propose_erasure": ProposeErasure(
            what=ArchiveKind.ACCESS, person_id=rows.gone, act="Акт 2", act_day=MONDAY
        ),
        "decide_destruction": DecideDestruction(entry_id=rows.proposed, approve=1),
        "erase_record": EraseRecord(entry_id=rows.approved, remains="0" * 64),
        "propose_correction": ProposeCorrection(
            journal_id=school.journals[OTHER],
            pupil_id=school.pupils["5Б"][1],
            target=CorrectionTarget.RESULT,
            result_kind=ResultKind.TERM,
            term_id=term,
            value=5,
            ground="апелляция",
        ),
        "decide_correction": DecideCorrection(correction_id=rows.correction, approve=1),
        "record_council_decision": RecordCouncilDecision(
            pupil_id=pupil,
            year_id=school.year,
            decision=CouncilDecisionKind.CONDITIONAL,
            next_grade=6,
            protocol="Протокол 7",
            protocol_day=MONDAY,
        ),
        "release_marks": ReleaseMarks(class_id=school.classes["1В"], term_id=term),
        "see_marks": SeeMarks(release_id=rows.release, pupil_id=pupil),
    }


def _terms(school: SmallSchool) -> int:
    """Enter a quarter and a half-year that end on the day of the stage; add two classes."""
    for name in ("1Б", "1В"):
        school.add_class(name, 1)
    periods = {"year_id": school.year, "ordinal": 1, "first_day": FIRST_DAY, "last_day": MONDAY}
    school.must(SetTerm(term_kind=TermKind.HALF_YEAR, **periods))
    return school.must(SetTerm(term_kind=TermKind.QUARTER, **periods))


class _Rows:
    """Rows that a command finds, put as they are: how they come to be is told elsewhere."""

    def __init__(self, school: SmallSchool, term: int) -> None:
        self.school = school
        self.numbers = iter(range(make_id(58_000, 1), make_id(58_000, 2)))
        pupil = school.pupils["5А"][1]
        line, other = school.line(*MATHS, pupil), school.line(*MATHS, school.pupils["5А"][2])
        foreign = school.line(*OTHER, school.pupils["5Б"][1])
        for class_name in ("5Б", "1В"):
            self.put(
                TermClosing(
                    id=self.next(),
                    part=SCHOOL,
                    year_id=school.year,
                    term_id=term,
                    class_id=school.classes[class_name],
                    closed_at=clock(MONDAY, 11),
                    closed_by_id=school.staff["deputy"],
                )
            )
        self.put(
            TermClosing(
                id=self.next(),
                part=SCHOOL,
                year_id=school.year,
                term_id=0,
                class_id=school.classes["1В"],
                closed_at=clock(MONDAY, 11),
                closed_by_id=school.staff["deputy"],
            )
        )
        self.own_journal = school.add_journal("1В", "Шахматы", "primary")
        self.kept = self.put(self.entry(ArchiveState.KEPT))
        self.proposed = self.put(self.entry(ArchiveState.DESTRUCTION_PROPOSED))
        self.approved = self.put(self.entry(ArchiveState.DESTROYED))
        self.gone = school.add_staff("gone")
        school.appoint("gone", Role.TEACHER, first_day=MONDAY - 800, last_day=MONDAY - 400)
        register = {"kind": ArchiveKind.REGISTER, "object_id": school.classes["5Б"]}
        self.put(self.entry(ArchiveState.KEPT).replace(**register))
        for kind, of_term in ((ResultKind.TERM, term), (ResultKind.YEAR, 0)):
            self.put(
                TermMark(
                    id=self.next(),
                    part=line.part + TO_RESULT,
                    kind=kind,
                    term_id=of_term,
                    value=2,
                    reason="",
                    document="",
                    act="",
                    **SIGNED,
                )
            )
        self.put(
            AcademicDebt(
                id=self.next(),
                part=line.part + TO_RESULT,
                year_id=school.year,
                state=DebtState.OPEN,
                due_day=MONDAY + 99,
                retakes=1,
                protocol="",
                **SIGNED,
            )
        )
        self.put(
            OwedWork(
                id=self.next(),
                part=line.part,
                lesson_id=school.lesson(*MATHS, TUESDAY),
                kind=WorkKind.TEST,
                due_day=MONDAY + 9,
                state=OwedState.OPEN,
                comment="",
                **SIGNED,
            )
        )
        self.put(
            Mark(
                id=self.next(),
                part=other.part,
                lesson_id=school.lesson(*MATHS, FIRST_DAY),
                value=3,
                kind=WorkKind.ORAL,
                weight=100,
                comment="",
                **SIGNED,
            )
        )
        self.external = self.put(
            ExternalMark(
                id=self.next(),
                part=line.part,
                term_id=term,
                value=5,
                day=MONDAY,
                source="Школа № 2",
                document="№ 5",
                state=ExternalState.ENTERED,
                entered_by_id=school.staff["russian"],
            )
        )
        self.correction = self.put(
            Correction(
                id=self.next(),
                part=foreign.part + TO_RESULT,
                target=CorrectionTarget.RESULT,
                result_kind=ResultKind.TERM,
                term_id=term,
                value=4,
                ground="апелляция",
                proposed_by_id=school.staff["maths"],
                proposed_at=0,
                state=CorrectionState.PROPOSED,
            )
        )
        self.release = self.put(
            MarksRelease(
                id=self.next(),
                part=SCHOOL,
                year_id=school.year,
                term_id=term,
                class_id=school.classes["5А"],
                released_at=0,
                released_by_id=school.staff["deputy"],
            )
        )

    def entry(self, state: ArchiveState) -> ArchiveEntry:
        """Return an entry whose time of keeping is over."""
        return ArchiveEntry(
            id=self.next(),
            part=ARCHIVE,
            year_id=self.school.year,
            kind=ArchiveKind.JOURNAL,
            object_id=1,
            title="2020/21 · 5А · Хор",
            sealed_at=0,
            sealed_by_id=self.school.staff["officer"],
            keep_until=MONDAY - 1,
            state=state,
            proposed_by_id=self.school.staff["officer"],
        )

    def next(self) -> int:
        return next(self.numbers)

    def put(self, row: Row) -> int:
        self.school.store.put(row)
        return row.id
