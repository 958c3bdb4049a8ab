"""Sample calendar plans (КТП): plausible sections, topics, works and homework of a year."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

from eschool_core.domain.enums import WorkKind
from eschool_core.imports.drafts import PlanDraft, PlanItemDraft

LESSONS_PER_WORK = 8
LONGEST_PLAN_LESSONS = 1000
_ANY_SUBJECT = "*"
_GRADE_WITHOUT_MARKS = 1


@dataclass(frozen=True, slots=True)
class _Outline:
    """What the file says about a subject; a section is its title and its topics."""

    work: str
    work_title: str
    homework: list[str]
    sections: list[list[str]]


@cache
def _outlines() -> tuple[dict[str, _Outline], tuple[str, ...]]:
    file = files("eschool_core.sample.data").joinpath("plans.toml")
    content = tomllib.loads(file.read_text("utf-8"))
    aspects = tuple(content.pop("aspects"))
    return {subject: _Outline(**entry) for subject, entry in content.items()}, aspects


def sample_plan(subject: str, grade: int | None, lessons: int, seed: int) -> PlanDraft:
    """Return a plan with one item for each lesson of a year, numbered from 1.

    Every eighth lesson is a graded work. Grade 1 has no graded works and no homework. A subject
    without topics of its own gets general ones.

    Args:
        subject: Name, as the curriculum writes it.
        grade: From 1, None where unknown.
        lessons: Hours a year, not a week.
        seed: Same arguments, same plan.

    Raises:
        ValueError: ``lessons`` is negative or above ``LONGEST_PLAN_LESSONS``.
    """
    if not 0 <= lessons <= LONGEST_PLAN_LESSONS:
        raise ValueError(f"a plan has 0 to {LONGEST_PLAN_LESSONS} lessons, not {lessons}")
    outlines, _ = _outlines()
    outline = outlines.get(subject, outlines[_ANY_SUBJECT])
    random = Random(f"{seed}/{subject}/{grade}")
    marked = grade != _GRADE_WITHOUT_MARKS
    items = []
    works = 0
    for number, (section, topic) in enumerate(_lessons(outline, lessons), start=1):
        is_work = marked and number % LESSONS_PER_WORK == 0
        works += is_work
        items.append(
            PlanItemDraft(
                number=number,
                section=section,
                topic=f"{outline.work_title} № {works}. {section}" if is_work else topic,
                work_kind=WorkKind[outline.work] if is_work else None,
                homework=_homework(outline, number, random) if marked and not is_work else "",
            )
        )
    return PlanDraft(tuple(items), ())


def _lessons(outline: _Outline, lessons: int) -> Iterator[tuple[str, str]]:
    """Share the lessons out among the sections; a topic that comes again gets an aspect."""
    _, aspects = _outlines()
    count = len(outline.sections)
    for position, (section, *topics) in enumerate(outline.sections):
        share = lessons * (position + 1) // count - lessons * position // count
        per_topic = -(-share // len(topics))
        for number in range(share):
            topic, again = topics[number // per_topic], number % per_topic
            cycle, aspect_number = divmod(again, len(aspects))
            aspect = aspects[aspect_number] or (aspects[1] if cycle else "")
            yield section, f"{topic}. {aspect}" if aspect else topic


def _homework(outline: _Outline, number: int, random: Random) -> str:
    first = random.randint(1, 9) + number % 40 * 5
    return random.choice(outline.homework).format(
        paragraph=1 + number // 2, first=first, last=first + random.randint(1, 4)
    )
