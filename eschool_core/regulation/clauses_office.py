"""Clauses 4.7 and sections V–VII: the system officer, storage, users' duties, protection."""

from __future__ import annotations

from eschool_core.regulation import checks
from eschool_core.regulation.clause import Clause

SYSTEM_OFFICER: tuple[Clause, ...] = (
    Clause(
        number="4.7",
        kinds=("information",),
        paraphrase="Heading: what the system officer does.",
        status="organisational",
    ),
    Clause(
        number="4.7.1",
        kinds=("permission", "rule"),
        paraphrase="The system officer gives each category of users its rights, with an end.",
        status="done",
        checks=(checks.GRANT_ENDLESS,),
        place="eschool_core.commands.grants",
    ),
    Clause(
        number="4.7.2",
        kinds=("workflow", "deadline", "rule"),
        paraphrase="The system officer sees that the deputies' data come true and in time, and "
        "enters the school's data and working regime of the year.",
        status="done",
        checks=(checks.BELLS_MISSING,),
        parameters=("regime_due_day",),
        place="eschool_core.queries.duties.sections",
    ),
    Clause(
        number="4.7.3",
        kinds=("query",),
        paraphrase="The system officer sees how administration and teachers use the system.",
        status="done",
        place="eschool_core.reports.control.activity",
    ),
    Clause(
        number="4.7.4",
        kinds=("permission",),
        paraphrase="Only the system officer enters new users.",
        status="done",
        checks=(checks.ACCOUNT_CREATOR,),
        place="eschool_core.commands.people",
    ),
    Clause(
        number="4.7.5",
        kinds=("notice",),
        paraphrase="The system officer advises users; help and the explanation of every refusal "
        "are built in.",
        status="done",
        place="eschool_core.regulation.actors",
    ),
    Clause(
        number="4.7.6",
        kinds=("workflow",),
        paraphrase="The system officer supplies credentials to staff, and to class teachers "
        "those for their families.",
        status="done",
        place="eschool_core.commands.access",
    ),
    Clause(
        number="4.7.7",
        kinds=("workflow",),
        paraphrase="The system officer keeps contact with the developers' support.",
        status="done",
        place="eschool_core.queries.support",
    ),
)

STORAGE: tuple[Clause, ...] = (
    Clause(
        number="5.1",
        kinds=("workflow", "rule"),
        paraphrase="Results of a check reach teachers once its note and the head's order are "
        "registered.",
        status="done",
        checks=(checks.INSPECTION_UNORDERED, checks.FACT_NOT_REMEDIED),
        place="eschool_core.commands.inspections",
    ),
    Clause(
        number="5.2",
        kinds=("form",),
        paraphrase="Electronic data serve as a paper document once printed and certified.",
        status="done",
        checks=(checks.PAPER_ISSUER,),
        place="eschool_core.commands.issuing",
    ),
    Clause(
        number="5.3",
        kinds=("rule",),
        paraphrase="The school stores journals and summary registers for fixed times.",
        status="done",
        parameters=("retention_start",),
        place="eschool_core.regulation.retention",
    ),
    Clause(
        number="5.3/1",
        kinds=("rule", "deadline"),
        paraphrase="Journals are kept on electronic media for 5 years.",
        status="done",
        checks=(checks.JOURNAL_KEPT,),
        parameters=("journal_years", "retention_start"),
        place="eschool_core.commands.archive",
    ),
    Clause(
        number="5.3/2",
        kinds=("rule", "deadline"),
        paraphrase="Summary registers are kept electronically and on paper for 25 years.",
        status="done",
        checks=(checks.REGISTER_KEPT,),
        parameters=("register_years", "retention_start"),
        place="eschool_core.results.register",
    ),
)

CONFIDENTIALITY: tuple[Clause, ...] = (
    Clause(
        number="6.1",
        kinds=("notice", "rule"),
        paraphrase="Nobody passes an own login or password on to others.",
        status="done",
        parameters=("device_overlap_minutes",),
        place="eschool_sync.server.computers",
    ),
    Clause(
        number="6.2",
        kinds=("notice", "rule"),
        paraphrase="Everybody keeps the way into the own workspace secret.",
        status="done",
        place="eschool_sync.server.door",
    ),
    Clause(
        number="6.3",
        kinds=("deadline", "workflow"),
        paraphrase="Whoever learns of a leak tells the school within one working day.",
        status="done",
        checks=(checks.BREACH_LATE,),
        parameters=("breach_report_working_days", "office_weekdays"),
        place="eschool_core.commands.breach",
    ),
    Clause(
        number="7.1",
        kinds=("rule",),
        paraphrase="Pupils' personal data are protected from unauthorised access as the law "
        "demands.",
        status="done",
        parameters=("read_lease_days",),
        place="eschool_core.queries.lease",
    ),
)
