"""``eschool notices``: what the system has told this person."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Screen
from eschool_cli.session import Session
from eschool_cli.wording import DASH, moment, remedy, sentence, short_date
from eschool_core.domain.enums import NoticeKind
from eschool_core.labels import Language
from eschool_core.queries.notices import MAX_NOTICES, Conflict, NoticeAnswer, Version, notices

DEFAULT_LIMIT = 20


@click.command(name="notices", cls=LocalCommand)
@option(
    "--limit",
    type=NumberType(1, MAX_NOTICES),
    default=DEFAULT_LIMIT,
    says="limit",
    shown_as="number",
)
@as_json
@click.pass_obj
def notices_command(session: Session, limit: int, as_json: bool) -> None:  # noqa: FBT001
    """Show own notices, the newest first; of a conflict both values."""
    with session.replica() as replica:
        shown = notices(replica.store, replica.person_id, session.language)[:limit]
    if as_json:
        session.screen.json([_as_json(notice, session.language) for notice in shown])
        return
    if not shown:
        session.screen.line(say("cli.notices.none"))
    for notice in shown:
        _show(session.screen, notice, session.language)


def _as_json(notice: NoticeAnswer, language: Language) -> dict[str, Any]:
    return {
        **notice.as_json(),
        "text": sentence(notice.key, notice.params, language),
        "remedy": remedy(notice.key, notice.params, language),
    }


def _show(screen: Screen, notice: NoticeAnswer, language: Language) -> None:
    head = f"{moment(notice.made_at)} · {say(f'NoticeKind.{notice.kind.name.lower()}')}"
    refused = notice.kind in (NoticeKind.REJECTED, NoticeKind.HELD)
    screen.heading(f"{head} № {notice.number}" if refused else head)
    screen.line(sentence(notice.key, notice.params, language), indent=2)
    if notice.conflict is not None:
        for line in _conflict(notice.conflict):
            screen.line(line, indent=2)
    said = remedy(notice.key, notice.params, language)
    if said:
        screen.line(said, "dim", indent=2)


def _conflict(conflict: Conflict) -> list[str]:
    parts = (
        conflict.school_class,
        conflict.subject,
        short_date(conflict.day) if conflict.day else "",
        conflict.pupil,
    )
    return [
        ", ".join(part for part in parts if part),
        say("cli.notices.replaced", **_said(conflict.replaced)),
        say("cli.notices.standing", **_said(conflict.standing)),
    ]


def _said(version: Version) -> dict[str, str]:
    return {
        "value": version.text or DASH,
        "author": version.author or DASH,
        "at": moment(version.made_at),
    }
