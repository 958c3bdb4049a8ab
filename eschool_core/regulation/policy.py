"""The catalogue of policy parameters: what a school may set by local act, and within what.

Values are dated rows that name the act they rest on; this module knows only names, types,
bounds and the defaults that hold until a school sets its own. A decimal is kept as an integer
number of hundredths (2.5 is 250), so that every replica counts with the same number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from eschool_core.errors import InputError
from eschool_core.regulation.language import MIN_LETTERS

Value = int | str | tuple[int, ...]
Kind = Literal["int", "decimal", "choice", "ints", "names"]

_INTEGER = re.compile(r"[0-9]{1,6}")
_DECIMAL = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,2}))?")
_SEPARATOR = re.compile(r"[,;\s]+")
_BETWEEN_NAMES = re.compile(r"[,;\n]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a school's local act decides.

    Attributes:
        name: Identifier, units last; its title is the text ``policy.title.<name>``.
        kind: ``int``; ``decimal`` (kept in hundredths); ``choice`` of words; ``ints`` (a list);
            ``names`` (a list, kept as one text with commas).
        unit: What a number counts, or what the items of a list stand for.
        default: Holds while the school has set nothing.
        clause: The clause that reads it first; the registry names all that do.
        act: Which act sets it, or why the default is what it is.
        minimum: Least number, each item of a list included; of a decimal in hundredths.
        maximum: Greatest number, likewise.
        choices: The allowed words of a ``choice``.
        items: Least and greatest length of a list.
        unique: No item of the list may come twice.
    """

    name: str
    kind: Kind
    unit: str
    default: Value
    clause: str
    act: str
    minimum: int = 0
    maximum: int = 0
    choices: tuple[str, ...] = ()
    items: tuple[int, int] = (1, 1)
    unique: bool = False


def _number(
    name: str, default: int, between: tuple[int, int], unit: str, clause: str, act: str
) -> Parameter:
    return Parameter(
        name, "int", unit, default, clause, act, minimum=between[0], maximum=between[1]
    )


def _choice(name: str, choices: tuple[str, ...], clause: str, act: str) -> Parameter:
    """The first choice is the default."""
    return Parameter(name, "choice", "word", choices[0], clause, act, choices=choices)


_REGULATION = "the regulation itself"
_ASSESSMENT = "assessment act of the school"
_PRACTICE = "common practice; order of the head"

PARAMETERS: tuple[Parameter, ...] = (
    _number("backup_period_days", 1, (1, 31), "days", "1.2", "backup plan; not in the regulation"),
    _number("plan_weeks", 34, (33, 34), "teaching weeks", "2.3", "curriculum of the year"),
    _choice("zero_shown", ("dash", "empty"), "2.4", _PRACTICE),
    Parameter(
        name="least_means",
        kind="ints",
        unit="least mean of «3», «4», «5», hundredths of a mark",
        default=(250, 350, 450),
        clause="2.6",
        act=_ASSESSMENT + "; default: mathematical rounding",
        minimum=200,
        maximum=500,
        items=(3, 3),
        unique=True,
    ),
    Parameter(
        name="work_weights",
        kind="ints",
        unit="weight of each kind of work, in the order of WorkKind",
        default=(1,) * 10,
        clause="2.6",
        act=_ASSESSMENT + "; default: all alike",
        minimum=1,
        maximum=100,
        items=(10, 10),
    ),
    _choice("external_marks", ("counted", "shown"), "2.6", _ASSESSMENT),
    _choice("owed_expired", ("two", "not_counted"), "2.6", _ASSESSMENT),
    _number(
        "forecast_interval_percent", 80, (50, 95), "percent", "2.8", "how the forecast is measured"
    ),
    _number("unseen_marks_days", 7, (1, 30), "days", "2.9", _PRACTICE),
    _choice("adult_pupil_access", ("consent", "ends"), "2.10", "civil law: of age at 18"),
    _number("attachment_max_megabytes", 2, (1, 2), "megabytes", "2.12", _PRACTICE),
    _number("attachments_total_megabytes", 500, (1, 100_000), "megabytes", "2.12", _PRACTICE),
    _number(
        "slip_valid_days", 7, (1, 7), "days", "3.1/2", "security bar: a first secret lives a week"
    ),
    _choice("control_period", ("monthly", "term"), "3.5", "control plan of the school"),
    Parameter(
        name="markless_grades",
        kind="ints",
        unit="grades; an additional first year counts as grade 1",
        default=(1,),
        clause="3.6",
        act=_REGULATION + "; adapted programmes may name more grades",
        minimum=1,
        maximum=11,
        items=(1, 11),
        unique=True,
    ),
    _number("sections_due_day", 5, (1, 30), "day of September, inclusive", "4.3", _REGULATION),
    _choice("sections_confirm", ("monthly", "on_change"), "4.3", _PRACTICE),
    _choice("report_denominator", ("all", "attested"), "4.4.3", _ASSESSMENT),
    _number("class_size_norm", 25, (1, 60), "pupils of a class", "4.4.3/3", "order of the founder"),
    _number("contingent_day", 20, (1, 30), "day of September", "4.4.3/3", "state statistics"),
    Parameter(
        name="marks_per_quarter",
        kind="ints",
        unit="least marks of a pupil at 1, 2, 3 … hours a week; the last holds beyond",
        default=(3, 5, 7),
        clause="4.4.4/2",
        act=_ASSESSMENT + "; 3 at one hour is a published norm, the rest common practice",
        minimum=1,
        maximum=60,
        items=(1, 12),
    ),
    Parameter(
        name="marks_per_half_year",
        kind="ints",
        unit="least marks of a pupil at 1, 2, 3 … hours a week; the last holds beyond",
        default=(5, 8, 11),
        clause="4.4.4/2",
        act=_ASSESSMENT + "; 5 at one hour is a published norm, the rest common practice",
        minimum=1,
        maximum=120,
        items=(1, 12),
    ),
    _number("density_warning_days", 14, (1, 60), "days before the term ends", "4.4.4/2", _PRACTICE),
    _number("long_illness_days", 10, (3, 60), "days of one sickness", "4.4.4/2", _ASSESSMENT),
    _number("coverage_lag_hours", 3, (1, 50), "lessons behind the plan", "4.4.4/3", _PRACTICE),
    _choice("homework_blank", ("remind", "flag"), "4.4.4/4", _PRACTICE),
    Parameter(
        name="homework_not_usual",
        kind="names",
        unit="subjects in which a lesson without a word of homework has none",
        default="Музыка, Физическая культура, Физкультура",
        clause="4.4.4/4",
        act=_PRACTICE,
        items=(1, 20),
        unique=True,
    ),
    _number("family_activity_days", 7, (1, 60), "days", "4.4.4/5", _PRACTICE),
    _number(
        "mark_entry_limit_days",
        7,
        (1, 60),
        "days after the lesson",
        "4.5.1",
        _ASSESSMENT + "; generous, as teachers complain of one-day windows",
    ),
    _number("lowest_mark", 2, (1, 2), "mark", "4.5.2", _ASSESSMENT),
    _number("written_mark_days", 7, (1, 30), "days after the work", "4.5.2", _ASSESSMENT),
    _number(
        "homework_grace_minutes", 90, (0, 1440), "minutes, the last included", "4.5.3", _REGULATION
    ),
    _choice("homework_anchor", ("class_day_end", "lesson_end"), "4.5.3", _REGULATION),
    Parameter(
        name="failing_mean",
        kind="decimal",
        unit="mean mark; below it a pupil is failing",
        default=250,
        clause="4.5.4",
        act=_ASSESSMENT,
        minimum=200,
        maximum=350,
    ),
    _number("missed_lessons_notice", 6, (1, 100), "lessons missed in a term", "4.5.4", _PRACTICE),
    _number("notice_confirm_days", 3, (1, 14), "days", "4.5.4", _PRACTICE),
    _number(
        "not_attested_missed_percent", 50, (50, 75), "percent of lessons", "4.5.5", _ASSESSMENT
    ),
    _number(
        "language_min_letters",
        MIN_LETTERS,
        (5, 200),
        "letters",
        "4.5.6",
        "so that numbers and references never warn",
    ),
    _number(
        "topic_grace_minutes", 90, (0, 1440), "minutes after the class's day", "4.5.6", "as 4.5.3"
    ),
    _number("idle_lock_minutes", 5, (1, 30), "minutes", "4.5.7", "security bar: at most 5"),
    _number("placing_window_days", 14, (1, 60), "days from 1 September", "4.6.4/1", _PRACTICE),
    Parameter(
        name="card_check_months",
        kind="ints",
        unit="months of the year",
        default=(9, 10, 11, 12, 1, 2, 3, 4, 5),
        clause="4.6.7",
        act=_REGULATION + ": every month of teaching",
        minimum=1,
        maximum=12,
        items=(1, 12),
        unique=True,
    ),
    _number("regime_due_day", 1, (1, 30), "day of September", "4.7.2", _PRACTICE),
    _choice("retention_start", ("next_january", "year_end"), "5.3", "rules of archives"),
    _number("journal_years", 5, (5, 75), "years", "5.3/1", _REGULATION),
    _number("register_years", 25, (25, 75), "years", "5.3/2", _REGULATION),
    _number("device_overlap_minutes", 10, (1, 120), "minutes", "6.1", _PRACTICE),
    _number("breach_report_working_days", 1, (0, 1), "working days", "6.3", _REGULATION),
    _number(
        "office_weekdays",
        5,
        (5, 6),
        "working days of the office's week",
        "6.3",
        "staff regulations",
    ),
    _number("read_lease_days", 14, (1, 60), "school days without contact", "7.1", "security bar"),
)

_BY_NAME = {known.name: known for known in PARAMETERS}


def parameter(name: str) -> Parameter:
    """Return the parameter of this name.

    Raises:
        InputError: ``policy.unknown``: there is none.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise InputError("policy.unknown", name=name) from None


def default(name: str) -> Value:
    """Return what holds while the school has set nothing.

    Raises:
        InputError: ``policy.unknown``.
    """
    return parameter(name).default


def parse_value(name: str, text: str) -> Value:
    """Return the value that ``text`` spells, ready to be stored.

    Args:
        name: Of the parameter.
        text: ``90``, ``2.5`` or ``2,5`` (gives 250 hundredths), a word, or ``1, 2, 3``.

    Raises:
        InputError: ``policy.unknown``, ``policy.not_a_number``, ``policy.out_of_bounds``,
            ``policy.not_a_choice``, ``policy.wrong_length``, ``policy.repeated``.

    >>> parse_value("failing_mean", "2.5")
    250
    """
    known = parameter(name)
    stripped = text.strip()
    if known.kind == "choice":
        if stripped not in known.choices:
            raise InputError("policy.not_a_choice", policy=name, choices=", ".join(known.choices))
        return stripped
    if known.kind == "decimal":
        return _within(known, _hundredths(known, stripped))
    if known.kind == "int":
        return _within(known, _integer(known, stripped))
    if known.kind == "names":
        return ", ".join(_names(known, stripped))
    return _list(known, stripped)


def is_among(subject: str, names: Value) -> bool:
    """Return whether a subject is one of a list of names, in capitals or not.

    >>> is_among("МУЗЫКА", default("homework_not_usual"))
    True
    """
    found = _BETWEEN_NAMES.split(str(names))
    return subject.strip().casefold() in {name.strip().casefold() for name in found}


def format_value(name: str, value: Value) -> str:
    """Return the text that ``parse_value`` reads back to ``value``.

    Raises:
        InputError: ``policy.unknown``.
    """
    known = parameter(name)
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return _shown(known, value) if isinstance(value, int) else value


def bounds(known: Parameter) -> str:
    """Return what is allowed, as people write it: ``1…7`` or ``remind, flag``."""
    if known.kind == "choice":
        return ", ".join(known.choices)
    return "…".join(limits(known))


def limits(known: Parameter) -> tuple[str, str]:
    """Return the least and the greatest number, of names how many, as people write them."""
    if known.kind == "names":
        return str(known.items[0]), str(known.items[1])
    return _shown(known, known.minimum), _shown(known, known.maximum)


def _list(known: Parameter, text: str) -> tuple[int, ...]:
    fields = _SEPARATOR.split(text) if text else []
    _check_length(known, len(fields))
    values = tuple(_within(known, _integer(known, item)) for item in fields)
    if known.unique and len(set(values)) < len(values):
        raise InputError("policy.repeated", policy=known.name)
    return values


def _names(known: Parameter, text: str) -> list[str]:
    fields = [" ".join(field.split()) for field in _BETWEEN_NAMES.split(text)]
    names = [field for field in fields if field]
    _check_length(known, len(names))
    if len({name.casefold() for name in names}) < len(names):
        raise InputError("policy.repeated", policy=known.name)
    return names


def _check_length(known: Parameter, length: int) -> None:
    least, most = known.items
    if not least <= length <= most:
        raise InputError("policy.wrong_length", policy=known.name, least=least, most=most)


def _integer(known: Parameter, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise InputError("policy.not_a_number", policy=known.name)
    return int(text)


def _hundredths(known: Parameter, text: str) -> int:
    found = _DECIMAL.fullmatch(text)
    if not found:
        raise InputError("policy.not_a_number", policy=known.name)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _within(known: Parameter, value: int) -> int:
    if not known.minimum <= value <= known.maximum:
        raise InputError(
            "policy.out_of_bounds",
            policy=known.name,
            minimum=_shown(known, known.minimum),
            maximum=_shown(known, known.maximum),
        )
    return value


def _shown(known: Parameter, value: int) -> str:
    if known.kind != "decimal":
        return str(value)
    return f"{value // 100}.{value % 100:02d}"
