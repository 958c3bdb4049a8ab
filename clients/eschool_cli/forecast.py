"""``eschool forecast``: the term marks to come, with what moves them; and how good that is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eschool_cli import forecast_words as words
from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import DefaultGroup, LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_core.forecast.journal import JournalForecast, PupilForecast, journal_forecast
from eschool_core.forecast.overview import SubjectForecast, class_forecasts, pupil_forecasts
from eschool_core.queries import lookup
from eschool_core.queries.lookup import LookupFailedError

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

FORMATS = ("student", "oulad")
FILE = click.Path(path_type=Path)


@click.group(name="forecast", cls=DefaultGroup, default="show")
def forecast_group() -> None:
    """Forecast term marks (2.8)."""


@forecast_group.command(name="show", cls=LocalCommand, says="forecast.show")
@argument("who", says="forecast_who")
@option("--subject", says="forecast_subject", shown_as="subject")
@option("--date", "day", type=DayType(), default=TODAY, says="as_of", shown_as="date")
@as_json
@click.pass_obj
def show_command(
    session: Session,
    who: str,
    subject: str | None,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show the term marks to come of a pupil or of a class."""
    with session.replica() as replica:
        as_of = day.number(today_of(replica))
        class_name = _class_of(replica, who, as_of)
        if class_name and subject:
            place = lookup.journal(replica.store, class_name, subject, as_of, replica.person_id)
            one = journal_forecast(replica.store, place.journal_id, as_of, replica.person_id)
            found: tuple[SubjectForecast, ...] = (SubjectForecast(place.subject, place.group, one),)
            name = place.group
        elif class_name:
            found = class_forecasts(replica.store, class_name, as_of, replica.person_id)
            name = class_name
        else:
            pupil = lookup.any_pupil(replica.store, who, as_of)
            found = pupil_forecasts(replica.store, pupil.pupil_id, as_of, replica.person_id)
            found = tuple(one for one in found if _fits(one, subject))
            name = pupil.name
    if as_json:
        session.screen.json([one.as_json() for one in found])
    elif not found:
        session.screen.line(say("forecast.nothing"))
    elif class_name and not subject:
        _class(session, name, found)
    elif class_name:
        _journal(session, name, found[0])
    else:
        _pupil(session, name, found, detailed=subject is not None)


def longest_word(names: Iterable[str]) -> int:
    """Return the letters of the longest word in some names.

    >>> longest_word(["Физическая культура", "ИЗО"])
    10
    """
    return max((len(word) for name in names for word in name.split()), default=0)


def _class_of(replica: Replica, typed: str, day: int) -> str:
    """Return the name of the class that is meant; empty where a pupil is."""
    try:
        return lookup.school_class(replica.store, typed, day).name
    except LookupFailedError:
        return ""


def _fits(one: SubjectForecast, subject: str | None) -> bool:
    return subject is None or one.subject.casefold().startswith(subject.strip().casefold())


def _heading(session: Session, name: str, forecast: JournalForecast) -> None:
    session.screen.heading(f"{name} · {words.term(forecast, session.language)}")
    if forecast.partial:
        session.screen.line(say("forecast.partial"))


def _class(session: Session, name: str, found: tuple[SubjectForecast, ...]) -> None:
    """Write a line for each journal."""
    _heading(session, name, found[0].forecast)
    columns = (
        # Words of a subject's name are not broken.
        Column(say("cli.column.subject"), least=longest_word(one.subject for one in found)),
        Column(say("forecast.column.group")),
        Column(say("forecast.column.pupils"), "right"),
        Column(say("forecast.column.passing"), "right"),
        Column(say("forecast.column.good"), "right"),
        Column(say("forecast.column.risk")),
    )
    rows = [
        (one.subject, one.group, *words.class_shares(one.forecast), words.at_risk(one.forecast))
        for one in found
        if one.forecast.school_class is not None
    ]
    if rows:
        session.screen.table(columns, rows)
    few = dict.fromkeys(one.subject for one in found if one.forecast.school_class is None)
    if few:
        session.screen.line(say("forecast.few", subjects=", ".join(few)))
    session.screen.line(say("forecast.shares", percent=found[0].forecast.interval_percent), "dim")
    session.screen.line(say("forecast.only_a_forecast"), "dim")


def _journal(session: Session, name: str, one: SubjectForecast) -> None:
    """Write a line for each pupil of a journal."""
    _heading(session, f"{name}, {one.subject}", one.forecast)
    _table(
        session,
        "forecast.column.pupil",
        [(words.short(each.name), each) for each in one.forecast.pupils],
    )
    for line in words.class_lines(one.forecast):
        session.screen.line(line)
    _ground(session, one.forecast)


def _pupil(
    session: Session, name: str, found: tuple[SubjectForecast, ...], *, detailed: bool
) -> None:
    """Write a line for each subject of a pupil; of one subject also what moves it."""
    _heading(session, name, found[0].forecast)
    pairs = [(one.subject, each) for one in found for each in one.forecast.pupils]
    _table(session, "cli.column.subject", pairs)
    for subject, each in pairs if detailed or len(pairs) == 1 else ():
        session.screen.line()
        session.screen.heading(say("forecast.why", subject=subject))
        for line in words.reasons(each, session.language):
            session.screen.line(line, indent=2)
        session.screen.line()
        session.screen.heading(say("forecast.what_is_needed"))
        for line in words.needs(each):
            session.screen.line(line, indent=2)
    if not detailed and len(pairs) > 1:
        session.screen.line(say("forecast.more"), "dim")
    _ground(session, found[0].forecast)


def _table(session: Session, first: str, pairs: list[tuple[str, PupilForecast]]) -> None:
    columns = (
        Column(say(first)),
        Column(say("forecast.column.marks"), "right"),
        Column(say("forecast.column.mean"), "right", keep=True),
        Column(say("forecast.column.forecast"), "center", keep=True),
        Column(say("forecast.column.interval"), "center", keep=True),
        Column(say("forecast.column.chances")),
        Column(say("forecast.column.better")),
    )
    rows = [(name, *words.row(each)) for name, each in pairs]
    session.screen.table(columns, rows)


def _ground(session: Session, forecast: JournalForecast) -> None:
    text = say("forecast.ground", percent=forecast.interval_percent)
    session.screen.line(text, "dim")
    session.screen.line(say("forecast.only_a_forecast"), "dim")


@forecast_group.command(name="backtest", cls=LocalCommand, says="forecast.backtest")
@argument("file", says="backtest_file", type=FILE)
@option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    required=True,
    says="backtest_format",
    shown_as="format",
)
@option("--train", type=FILE, says="backtest_train", shown_as="file")
@as_json
@click.pass_obj
def backtest_command(
    session: Session,
    file: Path,
    kind: str,
    train: Path | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Measure the forecast on known marks; needs no replica."""
    from eschool_core.forecast.backtest import backtest

    answer = backtest(file, "student" if kind == "student" else "oulad", train)
    if as_json:
        session.screen.json(answer.as_json())
        return
    session.screen.heading(say(f"forecast.method.{answer.method}", count=answer.tested))
    columns = (
        Column(say("forecast.column.rule")),
        Column("RMSE", "right", keep=True),
        Column("MAE", "right", keep=True),
        Column(say("forecast.column.levels"), "right"),
        Column(say("forecast.column.passes"), "right"),
    )
    rules = (
        ("forecast", answer.forecast),
        ("naive", answer.naive),
        ("running_mean", answer.running_mean),
    )
    session.screen.table(
        columns, [(say(f"forecast.rule.{name}"), *words.measures(one)) for name, one in rules]
    )
    for line in words.backtest_lines(answer):
        session.screen.line(line)
