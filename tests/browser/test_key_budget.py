"""The budget of keys (a column of thirty, a whole lesson) on twenty generated classes."""

from __future__ import annotations

import copy
import sqlite3
from dataclasses import dataclass
from statistics import median

import pytest
from eschool_web.door import Door
from playwright.sync_api import Browser, Page, expect

from benchmarks.big_class import PUPILS, Frame, add_class
from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import TermKind
from eschool_core.store.database import SqliteDatabase
from tests.browser.conftest import DESK, LIMIT_MS
from tests.browser.keyboard import Keyboard
from tests.browser.lesson_keys import ABSENT, Lesson, keys_down, keys_of, lesson_of
from tests.browser.school_source import SchoolSource
from tests.clients.web.pages import serving_locked, start_link
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school, clock

SEEDS = range(1, 21)
MEDIAN_KEYS = 36
MOST_KEYS = 46
ROLL_KEYS = 10


def frame(year_id: int, schedule_id: int) -> Frame:
    """Two weeks of one lesson a day; Monday's is running."""
    slots = tuple((weekday, 1) for weekday in range(5))
    return Frame(year_id, schedule_id, FIRST_DAY, slots, FIRST_DAY, MONDAY + 11)


@dataclass(frozen=True)
class Generated:
    """A generated class in two schools that are equal to the byte: one for each layout."""

    seed: int
    russian: SchoolSource
    latin: SchoolSource


def generated(seed: int) -> Generated:
    school = built_school()
    school.must(
        SetTerm(
            year_id=school.year,
            term_kind=TermKind.QUARTER,
            ordinal=1,
            first_day=FIRST_DAY,
            last_day=FIRST_DAY + 55,
        )
    )
    built = add_class(school.must, frame(school.year, school.bells["I"]), seed)
    school.now = clock(MONDAY, 8, 20)
    return Generated(seed, *(SchoolSource(copied(school), built.teacher_id) for _ in range(2)))


def copied(school: SmallSchool) -> SmallSchool:
    """Return the same school on a connection that the pages' thread may use."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    assert isinstance(school.database, SqliteDatabase)
    connection.deserialize(school.database.connection.serialize())
    other = copy.copy(school)
    other.numbers, other.devices = dict(school.numbers), dict(school.devices)
    other.attach(SqliteDatabase(connection))
    return other


def enter(door: Door, page: Page, source: SchoolSource, url: str) -> list[str]:
    """Show the lesson that is running and return the roll as the page has it."""
    door.source = source
    page.goto(url)
    page.wait_for_selector("td[data-c]:focus")
    cells = page.locator("#grid tbody th.who").all_inner_texts()
    return [text.split(maxsplit=1)[1] for text in cells]


def typed(page: Page, keys: list[str], layout: str) -> list[str]:
    """Press keys and return what then stands in the column, with topic and homework."""
    Keyboard(page, layout).press(*keys)
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    fields = [page.locator(name).input_value() for name in ("#topic", "#homework")]
    return [*page.locator("#grid tbody td.on").all_inner_texts(), *fields]


def wanted(lesson: Lesson) -> list[str]:
    marks = {row: str(value) for row, value in lesson.marks}
    column = ["н" if row in lesson.absent else marks.get(row, "") for row in range(PUPILS)]
    return [*column, "Дроби, урок 1", "§ 1, № 1–9"]


def roll_keys(keys: list[str]) -> int:
    """Return how many keys call the roll: F4, letters and Enter for each who is absent."""
    return [n for n, key in enumerate(keys) if key == "Enter"][ABSENT - 1] + 1


@pytest.mark.clause("4.5.2")
def test_a_lesson_stays_within_its_keys_in_both_layouts(chromium: Browser) -> None:
    counts, rolls = [], []
    context = chromium.new_context(viewport=DESK, locale="ru-RU")
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    first = generated(1)
    with serving_locked(lambda passphrase: first.russian) as (url, door):
        door.source = first.russian
        page.goto(start_link(url, door))
        page.wait_for_selector("td[data-c]:focus")
        for seed in SEEDS:
            made = generated(seed)
            roll = enter(door, page, made.russian, url)
            lesson = lesson_of(seed, PUPILS)
            by_name = keys_of(roll, lesson)
            keys = min(by_name, keys_down(lesson), key=len)
            assert typed(page, keys, "ru") == wanted(lesson), seed
            assert enter(door, page, made.latin, url) == roll
            assert typed(page, keys, "en") == wanted(lesson), seed
            counts.append(len(keys))
            rolls.append(roll_keys(by_name))
    context.close()
    assert (median(counts) <= MEDIAN_KEYS, max(counts) <= MOST_KEYS) == (True, True), counts
    assert median(rolls) <= ROLL_KEYS, rolls
