"""The forecast in words: what moves it, what is needed, how good it is."""

from __future__ import annotations

from eschool_cli.localised import say
from eschool_cli.wording import DASH, hundredths
from eschool_core.forecast.backtest import Backtest, Measures
from eschool_core.forecast.journal import Factor, JournalForecast, PupilForecast
from eschool_core.forecast.term import Needed
from eschool_core.labels import Language, text
from eschool_core.queries.cell_text import word

RISK_PERCENT = 30
"""A chance of the lowest mark from which a pupil is named."""
PASS = 3
NAMES_TOLD = 4
FEW_MARKS = 5


def term(forecast: JournalForecast, language: Language) -> str:
    """Return the term and what is left of it."""
    return say(
        "forecast.term",
        kind=text(f"TermKind.{forecast.term_kind.name.lower()}", language),
        ordinal=forecast.term,
        as_of=f"{forecast.as_of:%d.%m.%Y}",
        last_day=f"{forecast.last_day:%d.%m.%Y}",
    )


def short(name: str) -> str:
    """Return «Иванова М. П.» of a whole name.

    >>> short("Иванова Мария Петровна")
    'Иванова М. П.'
    """
    family, *rest = name.split() or [DASH]
    return " ".join([family, *(f"{part[0]}." for part in rest)])


def row(each: PupilForecast) -> tuple[str, ...]:
    """Return the cells after the name."""
    told = each.outlook
    mean = hundredths(each.mean_hundredths)
    if told is None:
        return (str(each.marks), mean, DASH, DASH, say("forecast.few_marks"), "")
    chances = ", ".join(
        f"«{mark}» {chance} %" for mark, chance in sorted(told.chances.items()) if chance
    )
    better = [need for need in each.needed if need.target == told.mark + 1]
    return (
        str(each.marks),
        mean,
        str(told.mark),
        _span(told.low_mark, told.high_mark),
        chances,
        needed_marks(better[0]) if better else "",
    )


def needed_marks(need: Needed) -> str:
    """Return what a mark takes, short enough for a cell."""
    if need.state == "reachable":
        return say("forecast.short.reachable", target=need.target, marks=_listed(need.marks))
    return say(f"forecast.short.{need.state}", target=need.target, fives=need.fives)


def needs(each: PupilForecast) -> list[str]:
    """Return a sentence for every mark."""
    if not each.needed:
        return [say("forecast.no_lessons_left")]
    intro = say("forecast.expected_marks", count=each.to_come)
    return [
        intro,
        *(
            say(
                f"forecast.need.{need.state}",
                target=need.target,
                marks=_listed(need.marks),
                fives=need.fives,
            )
            for need in each.needed
        ),
    ]


def reasons(each: PupilForecast, language: Language) -> list[str]:
    """Return what the forecast rests on, one sentence each, and the value they give."""
    told = each.outlook
    if told is None:
        return [say("forecast.few_marks_long")]
    lines = [_reason(factor, language) for factor in each.factors]
    share = round(100 * told.share_to_come)
    lines.append(say("forecast.share", done=100 - share, share=share))
    lines.append(
        say(
            "forecast.together",
            mean=hundredths(told.mean),
            low=hundredths(told.low),
            high=hundredths(told.high),
            mark=told.mark,
        )
    )
    return lines


def _reason(factor: Factor, language: Language) -> str:
    value = str(factor.value) if factor.name == "attendance" else hundredths(abs(factor.value))
    key = factor.name
    if key in ("own", "kind"):
        key += ".above" if factor.value >= 0 else ".below"
    said = say(
        f"forecast.factor.{key}",
        value=value,
        mark=factor.value // 100,
        count=factor.count,
        kind=word(factor.work_kind, language) if factor.work_kind else "",
    )
    if factor.effect is None:
        return said
    return f"{said}: {_signed(factor.effect)}"


def class_shares(forecast: JournalForecast) -> tuple[str, str, str]:
    """Return pupils, passing and good shares with their intervals."""
    known = forecast.school_class
    if known is None:
        return (DASH, DASH, DASH)
    return (
        str(known.pupils),
        f"{known.passing} % ({_span(known.passing_low, known.passing_high)})",
        f"{known.good} % ({_span(known.good_low, known.good_high)})",
    )


def class_lines(forecast: JournalForecast) -> list[str]:
    """Return the class's shares as sentences."""
    known = forecast.school_class
    if known is None:
        return []
    _, passing, good = class_shares(forecast)
    return [say("forecast.class", count=known.pupils, passing=passing, good=good)]


def at_risk(forecast: JournalForecast) -> str:
    """Return the names of those who may get less than 3."""
    names = [
        short(each.name)
        for each in forecast.pupils
        if each.outlook is not None
        and sum(chance for mark, chance in each.outlook.chances.items() if mark < PASS)
        >= RISK_PERCENT
    ]
    more = len(names) - NAMES_TOLD
    listed = ", ".join(names[:NAMES_TOLD])
    return f"{listed} +{more}" if more > 0 else listed


def measures(one: Measures) -> tuple[str, ...]:
    """Return the cells of a rule."""
    return (
        _decimal(one.rmse),
        _decimal(one.mae),
        _percent(one.level_accuracy),
        _percent(one.pass_accuracy),
    )


def backtest_lines(answer: Backtest) -> list[str]:
    """Return what is said below the table."""
    lines = [
        say("forecast.gain", gain=_percent(answer.rmse_gain)),
        say(
            "forecast.coverage",
            percent=answer.interval_percent,
            coverage=_percent(answer.interval_coverage),
            width=_decimal(answer.interval_width),
        ),
    ]
    if answer.format == "student":
        lines.append(say("forecast.two_rules"))
    return lines


def _listed(marks: tuple[int, ...]) -> str:
    """Return «4, 4, 3»; of many marks «4 × 8, 3 × 7»."""
    if len(marks) <= FEW_MARKS:
        return ", ".join(str(mark) for mark in marks)
    counts = {mark: marks.count(mark) for mark in marks}
    return ", ".join(f"{mark} × {count}" for mark, count in counts.items())


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}{DASH}{high}"


def _signed(effect: int) -> str:
    sign = "+" if effect >= 0 else "−"
    return sign + hundredths(abs(effect))


def _decimal(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")
