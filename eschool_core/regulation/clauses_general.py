"""Sections I–III of the regulation: what the journal is for and how it is worked with."""

from __future__ import annotations

from eschool_core.regulation import checks
from eschool_core.regulation.clause import Clause

GENERAL: tuple[Clause, ...] = (
    Clause(
        number="1.1",
        kinds=("information",),
        paraphrase="The journal rests on nine legal acts, shown with their dates and successors.",
        status="organisational",
    ),
    Clause(
        number="1.2",
        kinds=("workflow", "form", "deadline"),
        paraphrase="Records are reliable, kept safe with backups and paper copies, and families "
        "are informed of progress as a public service.",
        status="planned",
        parameters=("backup_period_days",),
    ),
    Clause(
        number="1.2/1",
        kinds=("flag",),
        paraphrase="The course of teaching and its results are put on record.",
        status="done",
        place="eschool_core.commands.day_end",
    ),
    Clause(
        number="1.2/2",
        kinds=("query",),
        paraphrase="The school is managed from what the journal already holds.",
        status="done",
        place="eschool_core.reports.catalogue",
    ),
    Clause(
        number="1.2/3",
        kinds=("query",),
        paraphrase="Data go to education authorities in formats that they can read.",
        status="planned",
    ),
    Clause(
        number="1.3",
        kinds=("permission", "query"),
        paraphrase="The deputy head for studies answers for records that keep to the norms.",
        status="done",
        place="eschool_core.reports.control.compliance",
    ),
    Clause(
        number="1.4",
        kinds=("rule",),
        paraphrase="Personal data are handled as the law demands: least access, logged.",
        status="planned",
        checks=(checks.OUT_OF_SCOPE,),
    ),
    Clause(
        number="2.1",
        kinds=("rule", "query"),
        paraphrase="The data on the school itself are kept by the system and checked for gaps.",
        status="planned",
    ),
    Clause(
        number="2.2",
        kinds=("rule",),
        paraphrase="Marks and attendance are stored with every earlier value and its author.",
        status="planned",
        checks=(checks.CORRECTION_REASON, checks.SELF_APPROVAL),
    ),
    Clause(
        number="2.3",
        kinds=("workflow",),
        paraphrase="One base holds the lesson plans of all subjects, grades and groups.",
        status="planned",
        parameters=("plan_weeks",),
    ),
    Clause(
        number="2.4",
        kinds=("form",),
        paraphrase="Stored data can be put on paper as a document in legal form.",
        status="planned",
        parameters=("zero_shown",),
    ),
    Clause(
        number="2.5",
        kinds=("permission", "rule"),
        paraphrase="Every user reaches the records of all years at any time.",
        status="planned",
    ),
    Clause(
        number="2.6",
        kinds=("rule",),
        paraphrase="Term and final marks become more objective: the calculation is open.",
        status="planned",
        checks=(checks.DEVIATION_REASON, checks.DEVIATION),
        parameters=("least_means", "work_weights", "external_marks", "owed_expired"),
    ),
    Clause(
        number="2.7",
        kinds=("query", "form"),
        paraphrase="Reports of teachers, class teachers and administration are made by program.",
        status="done",
        place="eschool_core.reports.class_summary",
    ),
    Clause(
        number="2.8",
        kinds=("query",),
        paraphrase="The progress of a pupil and of a class is forecast.",
        status="done",
        place="eschool_core.forecast.journal",
        parameters=("forecast_interval_percent",),
    ),
    Clause(
        number="2.9",
        kinds=("workflow", "deadline"),
        paraphrase="Families and pupils learn the marks of each term and of the year.",
        status="planned",
        checks=(checks.RELEASE_TOO_EARLY,),
        parameters=("unseen_marks_days",),
    ),
    Clause(
        number="2.10",
        kinds=("permission",),
        paraphrase="Families see online the marks, attendance, homework and topics of their own "
        "child only.",
        status="planned",
        checks=(checks.OTHER_CHILD, checks.GUARDIAN_DOCUMENT),
        parameters=("adult_pupil_access",),
    ),
    Clause(
        number="2.11",
        kinds=("workflow",),
        paraphrase="Teachers, administration, guardians and pupils write to each other directly.",
        status="planned",
    ),
    Clause(
        number="2.12",
        kinds=("permission",),
        paraphrase="Lessons and homework can point to learning resources on the network.",
        status="planned",
        parameters=("attachment_max_megabytes",),
    ),
    Clause(
        number="3.1",
        kinds=("workflow", "permission"),
        paraphrase="Credentials travel down a fixed chain of people.",
        status="planned",
    ),
    Clause(
        number="3.1/1",
        kinds=("workflow", "permission"),
        paraphrase="Staff get their credentials from the system officer.",
        status="done",
        checks=(checks.STAFF_CREDENTIALS_ISSUER,),
        place="eschool_core.commands.access",
    ),
    Clause(
        number="3.1/2",
        kinds=("workflow", "permission"),
        paraphrase="Guardians and pupils get their credentials from the class teacher, each on "
        "an own slip that works once.",
        status="planned",
        checks=(checks.FAMILY_CREDENTIALS_ISSUER, checks.SLIP_NOT_VALID),
        parameters=("slip_valid_days",),
    ),
    Clause(
        number="3.2",
        kinds=("notice",),
        paraphrase="Each user answers for keeping the own credentials safe.",
        status="planned",
    ),
    Clause(
        number="3.3",
        kinds=("deadline",),
        paraphrase="Class teachers keep the pupils' data current.",
        status="done",
        parameters=("card_check_months",),
        place="eschool_core.queries.duties.card_check",
    ),
    Clause(
        number="3.4",
        kinds=("deadline", "query"),
        paraphrase="Teachers fill in data, plans, progress, attendance and homework in time.",
        status="done",
        place="eschool_core.reports.control.indices",
    ),
    Clause(
        number="3.5",
        kinds=("deadline", "workflow"),
        paraphrase="Deputy heads check the keeping of the journal at set intervals.",
        status="planned",
        parameters=("control_period",),
    ),
    Clause(
        number="3.6",
        kinds=("rule",),
        paraphrase="First-year pupils get neither marks nor homework; attendance, movement, "
        "topics and messages are kept.",
        status="done",
        checks=(checks.MARKLESS_MARK, checks.MARKLESS_HOMEWORK),
        parameters=("markless_grades",),
        place="eschool_core.commands.lessons",
    ),
)
