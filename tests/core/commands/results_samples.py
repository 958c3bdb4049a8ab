"""One lawful sample of every command about terms, their marks and what the year leaves behind."""

from __future__ import annotations

from eschool_core.commands.archive import (
    DecideDestruction,
    DrawUpRegister,
    ProposeDestruction,
    SealJournal,
    WaiveSection,
)
from eschool_core.commands.base import Command
from eschool_core.commands.closing import CloseTerm, ReopenTerm
from eschool_core.commands.corrections import DecideCorrection, MoveMark, ProposeCorrection
from eschool_core.commands.debts import RecordCouncilDecision, RecordRetake
from eschool_core.commands.erasing import EraseRecord
from eschool_core.commands.external import DecideExternalMark, EnterExternalMark
from eschool_core.commands.finals import ConfirmFinalMark, SetExamMark
from eschool_core.commands.former import ProposeErasure
from eschool_core.commands.owed import GiveOwedWork, SettleOwedWork
from eschool_core.commands.packages import RecordPackage
from eschool_core.commands.releases import ReleaseMarks, SeeMarks
from eschool_core.commands.term_marks import SetTermMark, SetYearMark
from eschool_core.commands.terms import SetAssessment, SetOrderDate, SetTermScheme
from eschool_core.domain.enums import TermKind, WorkKind
from eschool_core.domain.result_enums import (
    ArchiveKind,
    AssessmentMode,
    CorrectionTarget,
    CouncilDecisionKind,
    DateKind,
    OwedState,
    YearSection,
)
from tests.school import MONDAY, SmallSchool

TERM = 77
"""The small school has no terms; a sample needs no more than a number."""


def results_samples(school: SmallSchool) -> list[Command]:
    """Return the samples, about 5А, its maths and its second pupil."""
    journal, klass = school.journals["5А", "Математика"], school.classes["5А"]
    pupil, other = school.pupils["5А"][1], school.pupils["5А"][2]
    lesson = school.lesson("5А", "Математика")
    where = {"journal_id": journal, "pupil_id": pupil}
    return [
        SetTermScheme(year_id=school.year, term_kind=TermKind.HALF_YEAR, grade=5),
        SetAssessment(**where, mode=AssessmentMode.PASS_FAIL, document="Приказ 11"),
        SetOrderDate(
            date_kind=DateKind.DUE,
            year_id=school.year,
            grade=5,
            day=MONDAY,
            act="Приказ 12",
            act_day=MONDAY,
        ),
        SetTermMark(**where, term_id=TERM, value=4, reason="итоговая работа", document="Справка"),
        SetYearMark(**where, value=4, reason="итоговая работа", document="Справка"),
        SetExamMark(
            **where, value=4, protocol="Протокол 3", protocol_day=MONDAY, reason="апелляция"
        ),
        ConfirmFinalMark(journal_id=journal, pupil_id=pupil, value=4, reason="апелляция"),
        EnterExternalMark(
            **where, term_id=TERM, value=4, day=MONDAY, source="Школа № 2", document="Ведомость 5"
        ),
        DecideExternalMark(external_mark_id=TERM, accept=1),
        GiveOwedWork(
            lesson_id=lesson,
            pupil_id=pupil,
            work_kind=WorkKind.TEST,
            due_day=MONDAY + 7,
            comment="болел",
        ),
        SettleOwedWork(
            lesson_id=lesson, pupil_id=pupil, state=OwedState.FORGIVEN, comment="Приказ 13"
        ),
        CloseTerm(class_id=klass, term_id=TERM),
        ReopenTerm(class_id=klass, term_id=TERM, act="Приказ 14", reason="ошибка"),
        MoveMark(
            lesson_id=lesson,
            pupil_id=pupil,
            to_lesson_id=lesson,
            to_pupil_id=other,
            reason="не та строка",
        ),
        ProposeCorrection(
            **where,
            target=CorrectionTarget.MARK,
            lesson_id=lesson,
            value=5,
            work_kind=WorkKind.TEST,
            ground="ошибка в подсчёте",
        ),
        DecideCorrection(correction_id=TERM, approve=1, answer="согласна"),
        ReleaseMarks(class_id=klass, term_id=TERM),
        SeeMarks(release_id=TERM, pupil_id=pupil),
        RecordRetake(**where, value=4, commission=1, protocol="Протокол 6", protocol_day=MONDAY),
        WaiveSection(
            year_id=school.year,
            section=YearSection.DECISIONS,
            object_id=klass,
            reason="Приказ 15",
        ),
        SealJournal(journal_id=journal),
        DrawUpRegister(class_id=klass),
        RecordPackage(
            class_id=klass,
            package=ArchiveKind.REGISTER_PACKAGE,
            digest="0" * 64,
            files=20,
            history_size=1000,
        ),
        ProposeDestruction(entry_id=TERM, act="Акт 1", act_day=MONDAY),
        ProposeErasure(what=ArchiveKind.PUPIL, person_id=pupil, act="Акт 2", act_day=MONDAY),
        DecideDestruction(entry_id=TERM, approve=1),
        EraseRecord(entry_id=TERM, remains="0" * 64),
        RecordCouncilDecision(
            pupil_id=pupil,
            year_id=school.year,
            decision=CouncilDecisionKind.PROMOTED,
            next_grade=6,
            protocol="Протокол 7",
            protocol_day=MONDAY,
        ),
    ]
