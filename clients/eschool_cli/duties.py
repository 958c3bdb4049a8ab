"""``eschool duties``: what somebody has to do by when (4.3, 4.5.4, 4.6.2, 4.6.7 and others)."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.screen import Screen
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment, sentence
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import PersonKind, Role, WorkKind
from eschool_core.labels import Language
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.people import person
from eschool_core.regulation.registry import clause

STYLES = {DutyState.OVERDUE: "bold red", DutyState.DUE: "", DutyState.DONE: "dim"}
LISTS = {"section": Section, "role": Role, "work_kind": WorkKind}
"""Parameters that are numbers of a closed list."""


@click.command(name="duties", cls=LocalCommand)
@option("--all", "everybody", is_flag=True, says="duties_all")
@option("--of", "whose", says="duties_of", shown_as="person")
@option("--clause", "number", says="duties_clause", shown_as="clause")
@option("--done", "with_done", is_flag=True, says="duties_done")
@as_json
@click.pass_obj
def duties_command(
    session: Session,
    everybody: bool,  # noqa: FBT001
    whose: str | None,
    number: str | None,
    with_done: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show duties, the overdue ones first; of one clause with its parts (4.3, 4.7.2 and others)."""
    wanted = None if number is None else clause(number).number
    with session.replica() as replica:
        person_id = 0 if everybody else replica.person_id
        if whose is not None:
            someone = person(replica.store, whose, today_of(replica), kind=PersonKind.STAFF)
            person_id = someone.person_id
        answer = duties(replica.store, replica.now(), person_id)
    shown = [
        duty
        for duty in answer.duties
        if (with_done or duty.state is not DutyState.DONE) and _is_of(duty, wanted)
    ]
    if as_json:
        listed = [_as_json(duty, session.language) for duty in shown]
        session.screen.json({"duties": listed, "partial": answer.partial})
        return
    if answer.partial:
        session.screen.line(say("cli.duties.partial"))
    if not shown:
        session.screen.line(say("cli.duties.none"))
    for state in DutyState:
        listed_here = [duty for duty in shown if duty.state is state]
        if listed_here:
            session.screen.heading(say(f"DutyState.{state.name.lower()}"))
            for duty in listed_here:
                _show(session.screen, duty, session.language, named=everybody)


def _is_of(duty: Duty, number: str | None) -> bool:
    """Return whether a duty is of a clause or of one of its parts; of any where none is named."""
    return number is None or duty.clause == number or duty.clause.startswith(f"{number}/")


def _as_json(duty: Duty, language: Language) -> dict[str, Any]:
    return {
        **duty.as_json(),
        "said": said_of(duty.text, duty.params, language),
        "lacks": [said_of(each.key, each.params, language) for each in duty.missing],
    }


def _show(screen: Screen, duty: Duty, language: Language, *, named: bool) -> None:
    by = say("cli.duties.by", date=f"{duty.last_day:%d.%m.%Y}")
    parts = [said_of(duty.text, duty.params, language), by, say("cli.clause", clause=duty.clause)]
    if named:
        parts.append(duty.person or say("cli.duties.nobody"))
    screen.line(" · ".join(parts), STYLES[duty.state], indent=2)
    if duty.done_at is not None:
        key = "cli.duties.done_late" if duty.late else "cli.duties.done"
        done = say(key, at=moment(duty.done_at), by=duty.done_by or DASH)
        screen.line(done, "dim", indent=4)
    for each in duty.missing:
        screen.line(f"– {said_of(each.key, each.params, language)}", indent=4)


def said_of(key: str, params: dict[str, str | int], language: Language) -> str:
    """Return a text of a duty or gap, with the words of its lists."""
    spelled: dict[str, object] = dict(params)
    for name, words in LISTS.items():
        if isinstance(value := params.get(name), int):
            spelled[name] = say(f"{words.__name__}.{words(value).name.lower()}")
    return sentence(key, spelled, language)
