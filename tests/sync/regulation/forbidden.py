"""Commands whose content a rule forbids, each from the device of somebody who has the right.

A modified client judges nothing; the server must. Each entry is a lawful command of the stage
with the one change that breaks the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eschool_core.commands.access import IssueSlip
from eschool_core.commands.archive import ProposeDestruction
from eschool_core.commands.base import Command
from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.closing import CloseTerm
from eschool_core.commands.corrections import DecideCorrection
from eschool_core.commands.inspection_answers import RemedyResult
from eschool_core.commands.inspections import ReleaseInspection
from eschool_core.commands.releases import ReleaseMarks
from eschool_core.commands.school import SetTerm
from eschool_core.commands.term_marks import SetTermMark
from eschool_core.commands.terms import SetAssessment
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.care import PupilRequest
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import ExemptionKind, TermKind
from eschool_core.domain.inspection import InspectionResult
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import ArchiveKind, AssessmentMode, ResultValue
from eschool_core.domain.results import AcademicDebt, Correction
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import Term
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Check
from tests.core.commands.acts import homework, mark
from tests.matrix.stage import Stage
from tests.school import FIRST_DAY, MONDAY, TUESDAY, clock

FIRST_ID = 1 << 40
"""Rows put here have ids that no command of the stage gives."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A command that ``check`` turns away whoever signs it."""

    check: Check
    who: str
    command: Command


def prepare(built: Stage) -> None:
    """Put what some of the commands are about: a term to come, papers that are kept."""
    school = built.school
    unmarked = SetAssessment(
        journal_id=school.journals["5А", "Русский язык"],
        pupil_id=school.pupils["5А"][1],
        mode=AssessmentMode.NONE,
        document="Приказ 8",
    )
    school.must(unmarked, "deputy")
    second = SetTerm(
        year_id=school.year,
        term_kind=TermKind.HALF_YEAR,
        ordinal=2,
        first_day=MONDAY + 7,
        last_day=MONDAY + 60,
    )
    school.must(second)
    in_family = ExemptPupil(
        pupil_id=school.pupils["5А"][3],
        exemption_kind=ExemptionKind.FAMILY,
        first_day=MONDAY,
        last_day=MONDAY,
        document="7-с",
    )
    school.must(in_family, "russian")
    [proposed, *_] = school.all(Correction)
    school.store.put(
        proposed.replace(id=FIRST_ID, proposed_by_id=school.staff["deputy"], term_id=0)
    )
    [debt] = school.all(AcademicDebt)
    line = school.line("5А", "Математика", school.pupils["5А"][3])
    school.store.put(debt.replace(id=FIRST_ID + 1, part=line.part + TO_RESULT, retakes=2))
    kept = school.all(ArchiveEntry)[0]
    for place, kind in enumerate((ArchiveKind.JOURNAL, ArchiveKind.REGISTER)):
        school.store.put(kept.replace(id=FIRST_ID + 2 + place, kind=kind, keep_until=MONDAY))
    result = school.all(InspectionResult, staff_id=school.staff["maths"])[0]
    school.store.put(result.replace(id=FIRST_ID + 4, remediable=0))


def forbidden(built: Stage, commands: Mapping[str, Command]) -> list[Forbidden]:
    """Return the commands, in the order of the checks."""

    def changed(label: str, **fields: object) -> Command:
        return commands[label].model_copy(update=fields)

    return [
        *_marks(built),
        *_results(built, changed("record_retake", commission=0), commands),
        Forbidden(checks.PLAN_DEVIATION, "studies", changed("approve_plan", reason="")),
        Forbidden(checks.GUARDIAN_DOCUMENT, "officer", changed("end_guardianship", document="")),
        Forbidden(checks.ACTING_ORDER, "head", changed("appoint", acting=1, act="")),
        Forbidden(
            checks.SECTION_INCOMPLETE, "hr", changed("confirm_section", section=Section.STAFF)
        ),
        Forbidden(checks.ACT_NOT_REGISTERED, "studies", changed("set_policy", act="99-х")),
        Forbidden(checks.GRANT_ENDLESS, "officer", changed("grant_access", last_day=FOREVER)),
        Forbidden(checks.CARDS_LEFT_OUT, "russian", changed("check_cards", pupil_ids=())),
        Forbidden(
            checks.GROUP_CHANGE_APPLICATION,
            "russian",
            changed("change_group", document="", document_day=0, applicant_id=0),
        ),
        *_papers(built, commands),
    ]


def _marks(built: Stage) -> list[Forbidden]:
    school = built.school
    fifth, gone = school.pupils["5А"], school.pupils["5Б"][3]
    first = school.lesson("1А", "Математика")
    monday = school.lesson("5А", "Математика")
    earlier = school.lesson("5А", "Математика", FIRST_DAY)
    tomorrow = school.lesson("5А", "Математика", TUESDAY)
    return [
        Forbidden(checks.CORRECTION_REASON, "maths", mark(earlier, fifth[2], 5)),
        Forbidden(checks.MARKLESS_MARK, "primary", mark(first, school.pupils["1А"][0])),
        Forbidden(checks.MARKLESS_HOMEWORK, "primary", homework(first)),
        Forbidden(checks.MARK_SCALE, "maths", mark(monday, fifth[1], 1)),
        Forbidden(
            checks.ASSESSMENT_MODE,
            "russian",
            mark(school.lesson("5А", "Русский язык", TUESDAY - 7), fifth[1]),
        ),
        Forbidden(
            checks.FAMILY_FORM,
            "maths",
            mark(monday, fifth[3]),
        ),
        Forbidden(checks.LESSON_NOT_BEGUN, "maths", mark(tomorrow, fifth[1])),
        Forbidden(
            checks.PUPIL_NOT_ENROLLED, "maths", mark(school.lesson("5Б", "Математика"), gone)
        ),
    ]


def _results(built: Stage, alone: Command, commands: Mapping[str, Command]) -> list[Forbidden]:
    school = built.school
    [term] = school.all(Term, kind=TermKind.QUARTER)
    [_, to_come] = school.all(Term, kind=TermKind.HALF_YEAR)
    own, fifth, tenth = (school.pupils["5А"], school.classes["5А"], school.classes["10А"])

    def term_mark(pupil: int, value: int, group: str = "5А") -> SetTermMark:
        journal = school.journals[group, "Математика"]
        return SetTermMark(journal_id=journal, pupil_id=pupil, term_id=term.id, value=value)

    early = SetTermMark(
        journal_id=school.journals["10А+10Б", "Физика"],
        pupil_id=school.pupils["10А"][0],
        term_id=to_come.id,
        value=4,
    )

    last = commands["record_retake"].model_copy(update={"pupil_id": own[3]})
    return [
        Forbidden(
            checks.SELF_APPROVAL, "studies", DecideCorrection(correction_id=FIRST_ID, approve=1)
        ),
        Forbidden(checks.DEVIATION_REASON, "maths", term_mark(own[2], 5)),
        Forbidden(checks.NOT_ATTESTED_GROUND, "maths", term_mark(own[0], ResultValue.NOT_ATTESTED)),
        Forbidden(checks.EXEMPT_DOCUMENT, "maths", term_mark(own[0], ResultValue.EXEMPT)),
        Forbidden(checks.TERM_CLOSED, "maths", term_mark(school.pupils["5Б"][1], 4, "5Б")),
        Forbidden(checks.TERM_NOT_BEGUN, "physics", early),
        Forbidden(checks.TERM_NOT_OVER, "studies", CloseTerm(class_id=tenth, term_id=to_come.id)),
        Forbidden(checks.TERM_GAPS, "studies", CloseTerm(class_id=fifth, term_id=term.id)),
        Forbidden(
            checks.RELEASE_TOO_EARLY, "studies", ReleaseMarks(class_id=tenth, term_id=to_come.id)
        ),
        Forbidden(checks.RETAKE_COMMISSION, "studies", alone),
        Forbidden(checks.RETAKE_LIMIT, "studies", last),
    ]


def _papers(built: Stage, commands: Mapping[str, Command]) -> list[Forbidden]:
    school = built.school
    [request] = school.all(PupilRequest)
    account = IssueSlip(
        person_id=request.pupil_id, secret_hash="c" * 64, expires_at=clock(MONDAY + 1, 12)
    )
    unordered = commands["register_inspection_order"].model_dump()["inspection_id"]
    return [
        Forbidden(checks.PROVISIONAL_ACCOUNT, "maths", account),
        Forbidden(
            checks.INSPECTION_UNORDERED, "studies", ReleaseInspection(inspection_id=unordered)
        ),
        Forbidden(
            checks.FACT_NOT_REMEDIED, "maths", RemedyResult(result_id=FIRST_ID + 4, remedy="Да")
        ),
        *(
            Forbidden(
                check, "studies", ProposeDestruction(entry_id=entry, act="Акт 9", act_day=MONDAY)
            )
            for check, entry in (
                (checks.JOURNAL_KEPT, FIRST_ID + 2),
                (checks.REGISTER_KEPT, FIRST_ID + 3),
            )
        ),
    ]
