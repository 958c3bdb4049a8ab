"""``eschool findings``: recorded breaches, with the evidence."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Screen
from eschool_cli.session import Session
from eschool_cli.wording import DASH, clause_of_check, moment, remedy, sentence, short_date
from eschool_core.domain.enums import FindingState
from eschool_core.labels import Language
from eschool_core.queries.findings import MAX_FINDINGS, Evidence, FindingAnswer, findings

DEFAULT_LIMIT = 50
UNDETERMINED = "/undetermined"


@click.command(name="findings", cls=LocalCommand)
@option("--all", "everything", is_flag=True, says="all_findings")
@option("--mine", is_flag=True, says="mine")
@option(
    "--limit",
    type=NumberType(1, MAX_FINDINGS),
    default=DEFAULT_LIMIT,
    says="limit",
    shown_as="number",
)
@as_json
@click.pass_obj
def findings_command(
    session: Session,
    everything: bool,  # noqa: FBT001
    mine: bool,  # noqa: FBT001
    limit: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show findings, the newest first (4.4.4)."""
    with session.replica() as replica:
        found = findings(
            replica.store,
            replica.person_id if mine else 0,
            None if everything else FindingState.OPEN,
            limit + 1,
        )
    shown, more = found[:limit], len(found) > limit
    if as_json:
        session.screen.json([_as_json(finding, session.language) for finding in shown])
        return
    if not shown:
        session.screen.line(say("cli.findings.none"))
    for finding in shown:
        _show(session.screen, finding, session.language)
    if more:
        session.screen.line(say("cli.findings.more", limit=limit), "dim")


def _as_json(finding: FindingAnswer, language: Language) -> dict[str, Any]:
    return {
        **finding.as_json(),
        "clause": clause_of_check(finding.check),
        "text": sentence(finding.check, finding.params, language),
        "remedy": remedy(finding.check, finding.params, language),
    }


def _show(screen: Screen, finding: FindingAnswer, language: Language) -> None:
    state = say(f"FindingState.{finding.state.name.lower()}")
    where = ", ".join(part for part in (finding.school_class, finding.subject) if part)
    when = say("cli.when", date=short_date(finding.day), period=finding.period)
    number = say("cli.findings.number", number=finding.finding_id)
    head = (number, finding.person or DASH, where, when if finding.day else "", state)
    screen.heading(" · ".join(part for part in head if part))
    screen.line(sentence(finding.check, finding.params, language), indent=2)
    if finding.state is FindingState.OPEN:
        screen.line(remedy(finding.check, finding.params, language), "dim", indent=2)
        if finding.evidence is not None and finding.check.endswith(UNDETERMINED):
            screen.line(_evidence(finding.evidence), indent=2)
    else:
        closed = say(
            "cli.findings.closed", at=moment(finding.closed_at), by=finding.closed_by or DASH
        )
        screen.line(closed, indent=2)


def _evidence(evidence: Evidence) -> str:
    return say(
        "cli.findings.evidence",
        earliest=moment(evidence.earliest),
        latest=moment(evidence.latest),
        claimed=moment(evidence.claimed),
    )
