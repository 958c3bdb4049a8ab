"""Clauses 4.1–4.4: rights, and the work of administration and deputy head for studies."""

from __future__ import annotations

from eschool_core.regulation import checks
from eschool_core.regulation.clause import Clause

RIGHTS: tuple[Clause, ...] = (
    Clause(
        number="4.1",
        kinds=("permission",),
        paraphrase="Everybody works within the rights and duties of the own role; what no rule "
        "grants is denied.",
        status="done",
        checks=(checks.ROLE_DENIED, checks.ACTING_ORDER),
        place="eschool_core.regulation.permissions",
    ),
    Clause(
        number="4.2",
        kinds=("permission",),
        paraphrase="Four categories of staff keep the system.",
        status="done",
        place="eschool_core.regulation.permissions",
    ),
    Clause(
        number="4.2/1",
        kinds=("permission",),
        paraphrase="The administration keeps its sections and writes no marks.",
        status="done",
        checks=(checks.ADMINISTRATION_MARKS,),
        place="eschool_core.commands.rights",
    ),
    Clause(
        number="4.2/2",
        kinds=("permission",),
        paraphrase="The personnel specialist keeps the staff section and nothing else.",
        status="done",
        checks=(checks.HR_STAFF_ONLY,),
        place="eschool_core.regulation.permissions",
    ),
    Clause(
        number="4.2/3",
        kinds=("permission",),
        paraphrase="Teaching staff work by teaching load and by own class.",
        status="done",
        place="eschool_core.commands.rights",
    ),
    Clause(
        number="4.2/4",
        kinds=("permission",),
        paraphrase="The system officer keeps users, rights and monitoring and writes no marks.",
        status="done",
        checks=(checks.SYSTEM_OFFICER_MARKS,),
        place="eschool_core.commands.rights",
    ),
    Clause(
        number="4.3",
        kinds=("deadline",),
        paraphrase="By 5 September deputies and personnel fill the sections on education and "
        "staff, and keep them right all year.",
        status="done",
        checks=(checks.SECTION_INCOMPLETE,),
        parameters=("sections_due_day", "sections_confirm"),
        place="eschool_core.queries.duties.sections",
    ),
)

DEPUTY_STUDIES: tuple[Clause, ...] = (
    Clause(
        number="4.4",
        kinds=("information",),
        paraphrase="Heading: what the deputy head for studies does.",
        status="organisational",
    ),
    Clause(
        number="4.4.1",
        kinds=("workflow",),
        paraphrase="With colleagues the deputy head drafts the local acts that values rest on.",
        status="done",
        checks=(checks.ACT_NOT_REGISTERED,),
        place="eschool_core.commands.acts",
    ),
    Clause(
        number="4.4.2",
        kinds=("permission", "rule"),
        paraphrase="The deputy head makes the timetable of classes and groups and corrects it; "
        "what is published has no clash.",
        status="done",
        checks=(checks.TIMETABLE_CLASH, checks.ROOM_CLASH, checks.LESSON_OUTSIDE_TIMETABLE),
        place="eschool_core.commands.timetable_drafts",
    ),
    Clause(
        number="4.4.3",
        kinds=("query", "form"),
        paraphrase="The deputy head analyses results and prints the reports of a term.",
        status="planned",
        parameters=("report_denominator",),
    ),
    Clause(
        number="4.4.3/1",
        kinds=("form",),
        paraphrase="Report: general data on the pupils of a class.",
        status="planned",
    ),
    Clause(
        number="4.4.3/2",
        kinds=("form",),
        paraphrase="Report: pupils who came, left and changed class.",
        status="planned",
    ),
    Clause(
        number="4.4.3/3",
        kinds=("form",),
        paraphrase="Report: sizes of classes.",
        status="planned",
        parameters=("class_size_norm", "contingent_day"),
    ),
    Clause(
        number="4.4.3/4",
        kinds=("form",),
        paraphrase="Report: results of every pupil in every subject.",
        status="planned",
    ),
    Clause(
        number="4.4.3/5",
        kinds=("form",),
        paraphrase="Report: hours given and quality of a teacher's work.",
        status="planned",
    ),
    Clause(
        number="4.4.3/6",
        kinds=("form",),
        paraphrase="Report: how the journal is filled and visited.",
        status="planned",
    ),
    Clause(
        number="4.4.3/7",
        kinds=("form",),
        paraphrase="Report: the class teacher's summary of a term.",
        status="planned",
    ),
    Clause(
        number="4.4.3/8",
        kinds=("form",),
        paraphrase="Report: progress over the whole school.",
        status="planned",
    ),
    Clause(
        number="4.4.3/9",
        kinds=("form",),
        paraphrase="Report: summary register of attendance.",
        status="planned",
    ),
    Clause(
        number="4.4.4",
        kinds=("query",),
        paraphrase="The deputy head regularly checks how staff keep the journal.",
        status="planned",
    ),
    Clause(
        number="4.4.4/1",
        kinds=("query",),
        paraphrase="Control: how actively teachers work in the journal, offline work included.",
        status="done",
        place="eschool_core.reports.control.activity",
    ),
    Clause(
        number="4.4.4/2",
        kinds=("query",),
        paraphrase="Control: whether there are enough current marks for each pupil.",
        status="done",
        parameters=(
            "marks_per_quarter",
            "marks_per_half_year",
            "density_warning_days",
            "long_illness_days",
        ),
        place="eschool_core.reports.control.density",
    ),
    Clause(
        number="4.4.4/3",
        kinds=("query",),
        paraphrase="Control: material taught against the plan.",
        status="done",
        parameters=("coverage_lag_hours",),
        place="eschool_core.reports.control.coverage",
    ),
    Clause(
        number="4.4.4/4",
        kinds=("query",),
        paraphrase="Control: homework set, not set, left blank, late, changed late.",
        status="done",
        parameters=("homework_blank", "homework_grace_minutes"),
        place="eschool_core.reports.control.homework",
    ),
    Clause(
        number="4.4.4/5",
        kinds=("query",),
        paraphrase="Control: how actively families and pupils use the diary.",
        status="done",
        parameters=("family_activity_days",),
        place="eschool_core.reports.control.families",
    ),
    Clause(
        number="4.4.5",
        kinds=("workflow", "form", "deadline"),
        paraphrase="At the end of the year the deputy head closes, prints and archives.",
        status="planned",
    ),
    Clause(
        number="4.4.5/1",
        kinds=("rule", "workflow", "deadline"),
        paraphrase="Every section is checked for gaps before the year is archived.",
        status="done",
        checks=(checks.SECTIONS_UNFILLED,),
        place="eschool_core.results.year_gaps",
    ),
    Clause(
        number="4.4.5/2",
        kinds=("form", "workflow"),
        paraphrase="Summary registers of progress are printed, bound, signed and archived.",
        status="planned",
    ),
    Clause(
        number="4.4.5/3",
        kinds=("workflow",),
        paraphrase="Journals go to the school's electronic data bank as sealed packages.",
        status="planned",
    ),
)
