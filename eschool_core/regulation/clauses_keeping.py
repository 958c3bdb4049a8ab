"""Clauses 4.5 and 4.6: what the teacher and the class teacher do in the journal."""

from __future__ import annotations

from eschool_core.regulation import checks
from eschool_core.regulation.clause import Clause

TEACHER: tuple[Clause, ...] = (
    Clause(
        number="4.5",
        kinds=("information",),
        paraphrase="Heading: what the teacher does.",
        status="organisational",
    ),
    Clause(
        number="4.5.1",
        kinds=("permission",),
        paraphrase="A teacher works on the pages of own classes and groups, and of those taken "
        "over by a substitution, following curriculum and plan.",
        status="done",
        checks=(
            checks.FOREIGN_PAGE,
            checks.SUBSTITUTION_UNREGISTERED,
            checks.SUBSTITUTION_LIMIT,
            checks.EXTRACURRICULAR_MARK,
            checks.EXTRACURRICULAR_HOMEWORK,
        ),
        parameters=("mark_entry_limit_days",),
        place="eschool_core.commands.rights",
    ),
    Clause(
        number="4.5.2",
        kinds=("rule", "deadline"),
        paraphrase="A teacher assesses regularly, records attendance and sets marks in time as "
        "the school's assessment act says.",
        status="done",
        checks=(
            checks.MARK_SCALE,
            checks.LESSON_NOT_BEGUN,
            checks.ROLL_NOT_TAKEN,
            checks.ASSESSMENT_MODE,
            checks.FAMILY_FORM,
        ),
        parameters=("lowest_mark", "written_mark_days"),
        place="eschool_core.regulation.marks",
    ),
    Clause(
        number="4.5.3",
        kinds=("flag", "deadline"),
        paraphrase="Homework, when there is any, is written during the lesson or within 1.5 h "
        "after the last lesson of that class or group.",
        status="done",
        checks=(
            checks.HOMEWORK_LATE,
            checks.HOMEWORK_UNDETERMINED,
            checks.HOMEWORK_CHANGED_LATE,
        ),
        parameters=("homework_grace_minutes", "homework_anchor"),
        place="eschool_core.regulation.homework",
    ),
    Clause(
        number="4.5.4",
        kinds=("workflow", "deadline"),
        paraphrase="A teacher tells class teacher and guardians about failing pupils and pupils "
        "who miss lessons.",
        status="done",
        parameters=("failing_mean", "missed_lessons_notice", "notice_confirm_days"),
        place="eschool_core.commands.concerns",
    ),
    Clause(
        number="4.5.5",
        kinds=("deadline", "rule"),
        paraphrase="Term and year marks are set by the dates of the order; a closed term takes "
        "them only through a review.",
        status="done",
        checks=(
            checks.TERM_CLOSED,
            checks.TERM_NOT_BEGUN,
            checks.TERM_NOT_OVER,
            checks.TERM_GAPS,
            checks.TERM_MARKS_MISSING,
            checks.TERM_MARK_LATE,
            checks.TERM_MARK_UNDETERMINED,
            checks.NOT_ATTESTED_GROUND,
            checks.EXEMPT_DOCUMENT,
            checks.REOPENING_ORDER,
            checks.EXAM_BY_ORDER,
            checks.RETAKE_LIMIT,
            checks.RETAKE_COMMISSION,
        ),
        parameters=("not_attested_missed_percent",),
        place="eschool_core.commands.term_marks",
    ),
    Clause(
        number="4.5.6",
        kinds=("flag",),
        paraphrase="Entries of all subjects are in Russian, with the topic of the lesson and of "
        "each practical, laboratory and control work.",
        status="done",
        checks=(checks.TOPIC_MISSING, checks.WORK_TOPIC_MISSING, checks.TEXT_NOT_RUSSIAN),
        parameters=("language_min_letters", "topic_grace_minutes"),
        place="eschool_core.regulation.entries",
    ),
    Clause(
        number="4.5.7",
        kinds=("notice", "rule"),
        paraphrase="No pupil ever works in the journal under a teacher's login.",
        status="done",
        parameters=("idle_lock_minutes",),
        place="eschool_web.door",
    ),
)

CLASS_TEACHER: tuple[Clause, ...] = (
    Clause(
        number="4.6",
        kinds=("information",),
        paraphrase="Heading: what the class teacher does.",
        status="organisational",
        checks=(checks.CLASS_TEACHER_ONLY,),
    ),
    Clause(
        number="4.6.1",
        kinds=("permission",),
        paraphrase="The class teacher reads all subjects of the own class and edits none.",
        status="done",
        checks=(checks.READ_ONLY_CLASS_TEACHER,),
        place="eschool_core.commands.rights",
    ),
    Clause(
        number="4.6.2",
        kinds=("deadline",),
        paraphrase="The class teacher checks missed lessons every week.",
        status="done",
        place="eschool_core.queries.duties.attendance_check",
    ),
    Clause(
        number="4.6.3",
        kinds=("query",),
        paraphrase="The class teacher watches that the teachers of the class set marks.",
        status="done",
        place="eschool_core.reports.control.unmarked",
    ),
    Clause(
        number="4.6.4",
        kinds=("rule", "workflow"),
        paraphrase="The class is split into subgroups once, and pupils change them on paper only.",
        status="done",
        place="eschool_core.commands.group_drafts",
    ),
    Clause(
        number="4.6.4/1",
        kinds=("rule", "workflow", "deadline"),
        paraphrase="At the start of the year class teacher and teachers split the class; no "
        "pupil is left out without a reason.",
        status="done",
        checks=(checks.GROUPS_UNPLACED,),
        parameters=("placing_window_days",),
        place="eschool_core.commands.group_drafts",
    ),
    Clause(
        number="4.6.4/2",
        kinds=("rule",),
        paraphrase="During the year a pupil changes subgroup only on a written application of "
        "the guardians, or by an order that reorganises groups.",
        status="done",
        checks=(checks.GROUP_CHANGE_APPLICATION,),
        place="eschool_core.commands.groups",
    ),
    Clause(
        number="4.6.5",
        kinds=("deadline", "form"),
        paraphrase="Guardians without electronic access get a printed list of results at least "
        "once a week.",
        status="done",
        place="eschool_core.queries.duties.paper_slips",
    ),
    Clause(
        number="4.6.6",
        kinds=("workflow", "rule"),
        paraphrase="The class teacher reports newcomers and leavers; a pupil has records only "
        "between the dates of enrolment.",
        status="done",
        checks=(
            checks.PUPIL_NOT_ENROLLED,
            checks.PROVISIONAL_ACCOUNT,
            checks.PROVISIONAL_REJECTED,
        ),
        place="eschool_core.commands.pupil_requests",
    ),
    Clause(
        number="4.6.7",
        kinds=("deadline", "workflow"),
        paraphrase="At least once a month the class teacher checks pupils' data and corrects "
        "what has changed.",
        status="done",
        checks=(checks.CARDS_LEFT_OUT,),
        parameters=("card_check_months",),
        place="eschool_core.queries.duties.card_check",
    ),
    Clause(
        number="4.6.8",
        kinds=("workflow", "permission"),
        paraphrase="The class teacher hands credentials to families and pupils and watches over "
        "their access.",
        status="done",
        place="eschool_core.commands.credentials",
    ),
    Clause(
        number="4.6.9",
        kinds=("query",),
        paraphrase="The class teacher sees who among pupils and guardians uses the system.",
        status="done",
        place="eschool_core.reports.control.families",
    ),
)
