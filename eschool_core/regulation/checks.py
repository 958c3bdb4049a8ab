"""Every check that a clause puts to commands, as constants that code and tests name.

A check refuses (the command leaves no trace but its verdict) or flags (the command is carried
out and a finding recorded). What happened and what to do are texts under the check's id.
"""

from __future__ import annotations

from eschool_core.errors import InputError
from eschool_core.regulation.clause import Check

OUT_OF_SCOPE = Check("1.4/scope", "1.4", "refuse")
CORRECTION_REASON = Check("2.2/reason", "2.2", "refuse")
SELF_APPROVAL = Check("2.2/self-approval", "2.2", "refuse")
DEVIATION_REASON = Check("2.6/reason", "2.6", "refuse")
DEVIATION = Check("2.6/deviation", "2.6", "flag")
RELEASE_TOO_EARLY = Check("2.9/release", "2.9", "refuse")
PLAN_DEVIATION = Check("2.3/deviation", "2.3", "refuse")
MESSAGE_ADDRESSEE = Check("2.11/addressee", "2.11", "refuse")
MESSAGE_MEMBER = Check("2.11/member", "2.11", "refuse")
OTHER_CHILD = Check("2.10/other-child", "2.10", "refuse")
GUARDIAN_DOCUMENT = Check("2.10/document", "2.10", "refuse")

STAFF_CREDENTIALS_ISSUER = Check("3.1/1/issuer", "3.1/1", "refuse")
FAMILY_CREDENTIALS_ISSUER = Check("3.1/2/issuer", "3.1/2", "refuse")
SLIP_NOT_VALID = Check("3.1/2/slip", "3.1/2", "refuse")
MARKLESS_MARK = Check("3.6/mark", "3.6", "refuse")
MARKLESS_HOMEWORK = Check("3.6/homework", "3.6", "refuse")

ROLE_DENIED = Check("4.1/role", "4.1", "refuse")
ACTING_ORDER = Check("4.1/acting", "4.1", "refuse")
ADMINISTRATION_MARKS = Check("4.2/1/marks", "4.2/1", "refuse")
HR_STAFF_ONLY = Check("4.2/2/staff", "4.2/2", "refuse")
SYSTEM_OFFICER_MARKS = Check("4.2/4/marks", "4.2/4", "refuse")
SECTION_INCOMPLETE = Check("4.3/incomplete", "4.3", "refuse")
ACT_NOT_REGISTERED = Check("4.4.1/act", "4.4.1", "refuse")
TIMETABLE_CLASH = Check("4.4.2/clash", "4.4.2", "refuse")
ROOM_CLASH = Check("4.4.2/room", "4.4.2", "flag")
LESSON_OUTSIDE_TIMETABLE = Check("4.4.2/outside", "4.4.2", "flag")
HOMEWORK_BLANK = Check("4.4.4/4/blank", "4.4.4/4", "flag")
SECTIONS_UNFILLED = Check("4.4.5/1/gaps", "4.4.5/1", "refuse")

FOREIGN_PAGE = Check("4.5.1/page", "4.5.1", "refuse")
SUBSTITUTION_UNREGISTERED = Check("4.5.1/substitution", "4.5.1", "flag")
SUBSTITUTION_LIMIT = Check("4.5.1/limit", "4.5.1", "refuse")
EXTRACURRICULAR_MARK = Check("4.5.1/no-marks", "4.5.1", "refuse")
EXTRACURRICULAR_HOMEWORK = Check("4.5.1/no-homework", "4.5.1", "refuse")
MARK_SCALE = Check("4.5.2/scale", "4.5.2", "refuse")
LESSON_NOT_BEGUN = Check("4.5.2/not-begun", "4.5.2", "refuse")
ASSESSMENT_MODE = Check("4.5.2/mode", "4.5.2", "refuse")
FAMILY_FORM = Check("4.5.2/family", "4.5.2", "refuse")
ROLL_NOT_TAKEN = Check("4.5.2/roll", "4.5.2", "flag")
HOMEWORK_LATE = Check("4.5.3/late", "4.5.3", "flag")
HOMEWORK_UNDETERMINED = Check("4.5.3/undetermined", "4.5.3", "flag")
HOMEWORK_CHANGED_LATE = Check("4.5.3/changed-late", "4.5.3", "flag")
TERM_CLOSED = Check("4.5.5/closed", "4.5.5", "refuse")
TERM_NOT_BEGUN = Check("4.5.5/not-begun", "4.5.5", "refuse")
TERM_NOT_OVER = Check("4.5.5/not-over", "4.5.5", "refuse")
TERM_GAPS = Check("4.5.5/gaps", "4.5.5", "refuse")
TERM_MARKS_MISSING = Check("4.5.5/missing", "4.5.5", "refuse")
TERM_MARK_LATE = Check("4.5.5/late", "4.5.5", "flag")
TERM_MARK_UNDETERMINED = Check("4.5.5/undetermined", "4.5.5", "flag")
NOT_ATTESTED_GROUND = Check("4.5.5/not-attested", "4.5.5", "refuse")
EXEMPT_DOCUMENT = Check("4.5.5/exempt", "4.5.5", "refuse")
REOPENING_ORDER = Check("4.5.5/reopening", "4.5.5", "refuse")
EXAM_BY_ORDER = Check("4.5.5/exam", "4.5.5", "refuse")
RETAKE_LIMIT = Check("4.5.5/retakes", "4.5.5", "refuse")
RETAKE_COMMISSION = Check("4.5.5/commission", "4.5.5", "refuse")
TOPIC_MISSING = Check("4.5.6/topic", "4.5.6", "flag")
WORK_TOPIC_MISSING = Check("4.5.6/work-topic", "4.5.6", "flag")
TEXT_NOT_RUSSIAN = Check("4.5.6/language", "4.5.6", "flag")

CLASS_TEACHER_ONLY = Check("4.6/class-teacher", "4.6", "refuse")
READ_ONLY_CLASS_TEACHER = Check("4.6.1/read-only", "4.6.1", "refuse")
GROUPS_UNPLACED = Check("4.6.4/1/unplaced", "4.6.4/1", "refuse")
GROUP_CHANGE_APPLICATION = Check("4.6.4/2/application", "4.6.4/2", "refuse")
PUPIL_NOT_ENROLLED = Check("4.6.6/enrolment", "4.6.6", "refuse")
PROVISIONAL_ACCOUNT = Check("4.6.6/account", "4.6.6", "refuse")
PROVISIONAL_REJECTED = Check("4.6.6/rejected", "4.6.6", "flag")
CARDS_LEFT_OUT = Check("4.6.7/left-out", "4.6.7", "refuse")
BELLS_MISSING = Check("4.7.2/bells", "4.7.2", "refuse")
GRANT_ENDLESS = Check("4.7.1/end", "4.7.1", "refuse")
ACCOUNT_CREATOR = Check("4.7.4/account", "4.7.4", "refuse")

INSPECTION_UNORDERED = Check("5.1/release", "5.1", "refuse")
FACT_NOT_REMEDIED = Check("5.1/fact", "5.1", "refuse")
PAPER_ISSUER = Check("5.2/issuer", "5.2", "refuse")
JOURNAL_KEPT = Check("5.3/1/kept", "5.3/1", "refuse")
REGISTER_KEPT = Check("5.3/2/kept", "5.3/2", "refuse")
BREACH_LATE = Check("6.3/late", "6.3", "flag")

CHECKS: tuple[Check, ...] = (
    OUT_OF_SCOPE,
    CORRECTION_REASON,
    SELF_APPROVAL,
    DEVIATION_REASON,
    DEVIATION,
    RELEASE_TOO_EARLY,
    OTHER_CHILD,
    PLAN_DEVIATION,
    MESSAGE_ADDRESSEE,
    MESSAGE_MEMBER,
    GUARDIAN_DOCUMENT,
    STAFF_CREDENTIALS_ISSUER,
    FAMILY_CREDENTIALS_ISSUER,
    SLIP_NOT_VALID,
    MARKLESS_MARK,
    MARKLESS_HOMEWORK,
    ROLE_DENIED,
    ACTING_ORDER,
    ADMINISTRATION_MARKS,
    HR_STAFF_ONLY,
    SYSTEM_OFFICER_MARKS,
    SECTION_INCOMPLETE,
    ACT_NOT_REGISTERED,
    TIMETABLE_CLASH,
    ROOM_CLASH,
    LESSON_OUTSIDE_TIMETABLE,
    HOMEWORK_BLANK,
    SECTIONS_UNFILLED,
    FOREIGN_PAGE,
    SUBSTITUTION_UNREGISTERED,
    SUBSTITUTION_LIMIT,
    EXTRACURRICULAR_MARK,
    EXTRACURRICULAR_HOMEWORK,
    MARK_SCALE,
    LESSON_NOT_BEGUN,
    ASSESSMENT_MODE,
    FAMILY_FORM,
    ROLL_NOT_TAKEN,
    HOMEWORK_LATE,
    HOMEWORK_UNDETERMINED,
    HOMEWORK_CHANGED_LATE,
    TERM_CLOSED,
    TERM_NOT_BEGUN,
    TERM_NOT_OVER,
    TERM_GAPS,
    TERM_MARKS_MISSING,
    TERM_MARK_LATE,
    TERM_MARK_UNDETERMINED,
    NOT_ATTESTED_GROUND,
    EXEMPT_DOCUMENT,
    REOPENING_ORDER,
    EXAM_BY_ORDER,
    RETAKE_LIMIT,
    RETAKE_COMMISSION,
    TOPIC_MISSING,
    WORK_TOPIC_MISSING,
    TEXT_NOT_RUSSIAN,
    CLASS_TEACHER_ONLY,
    READ_ONLY_CLASS_TEACHER,
    GROUPS_UNPLACED,
    GROUP_CHANGE_APPLICATION,
    PUPIL_NOT_ENROLLED,
    PROVISIONAL_ACCOUNT,
    PROVISIONAL_REJECTED,
    CARDS_LEFT_OUT,
    BELLS_MISSING,
    GRANT_ENDLESS,
    ACCOUNT_CREATOR,
    INSPECTION_UNORDERED,
    FACT_NOT_REMEDIED,
    PAPER_ISSUER,
    JOURNAL_KEPT,
    REGISTER_KEPT,
    BREACH_LATE,
)


def check(check_id: str) -> Check:
    """Return the check with this id, as findings and verdicts store it.

    Raises:
        InputError: ``regulation.unknown_check``: there is none.
    """
    for known in CHECKS:
        if known.id == check_id:
            return known
    raise InputError("regulation.unknown_check", check=check_id)
