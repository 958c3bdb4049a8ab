"""The journal grid in a real browser: 30 pupils by 90 lessons, opened and typed into.

``python -m benchmarks.pages [--json] [--runs N]``. A teacher's encrypted replica is served on
loopback as ``eschool web`` serves it, and Chromium drives the page. Measured inside the page:

- ``open``: from the last byte of the page to the grid that takes keys (bar: 300 ms); ``served``
  is the time before it, from the request to that last byte, and ``shown`` from the same last byte
  to the first picture of the page, which is one of a grid that takes keys;
- ``painted``: from the key's own time stamp to the frame that shows it (bar: 50 ms, p95);
- ``echo``: from the key to the sign that it is saved, durably, in the replica (bar: 50 ms, p95).

- ``open_cpu`` and ``key_cpu``: what the page's own thread worked for opening and for one key, and
  ``view_cpu`` what the server's thread worked for the page: they hold on a busy machine too.

The limit of the same run is a durable commit of one row in an encrypted database.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from eschool_web import render
from eschool_web.asking import Asked
from eschool_web.shell import shell_of
from eschool_web.views.journal import journal_page

from benchmarks.big_class import PUPILS, BigClass, Frame, add_class
from benchmarks.report import Arguments, percentile, print_report, read_arguments, timing
from eschool_core import calendar
from eschool_core.commands.base import Command
from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import AcademicYear, BellSchedule, Term
from eschool_core.ids import make_id
from eschool_core.queries.in_force import term_on
from eschool_sync.replica import Replica, enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.transport import LocalTransport
from eschool_sync.sandbox import Sandbox
from eschool_sync.security.cipher import create_encrypted
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import SystemRandom
from tests.browser.chromium import running_chromium
from tests.clients.web.pages import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

DAY: Final = date(2026, 12, 15)
LESSONS: Final = 90
PERIODS: Final = (1, 2, 3)
MARKED: Final = 10
PASSPHRASE: Final = "a page of thirty by ninety"
DIGITS: Final = "5443"
WATCH: Final = """() => {
    const cells = document.querySelector("#grid");
    window.measured = {painted: [], echo: []};
    let begun = 0, open = false;
    cells.addEventListener("keydown", (event) => {
        begun = event.timeStamp; open = true;
        requestAnimationFrame(() => setTimeout(() =>
            window.measured.painted.push(performance.now() - event.timeStamp)));
    }, {capture: true});
    new MutationObserver((changes) => {
        for (const change of changes) {
            if (open && change.oldValue === "t" && change.target.dataset.s === "h") {
                open = false;
                window.measured.echo.push(performance.now() - begun);
            }
        }
    }).observe(cells, {subtree: true, attributeFilter: ["data-s"], attributeOldValue: true});
}"""


@dataclass
class Figures:
    """Seconds of each thing, and the limit's."""

    served: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    echo: list[float] = field(default_factory=list)
    commit: list[float] = field(default_factory=list)
    open_cpu: list[float] = field(default_factory=list)
    key_cpu: list[float] = field(default_factory=list)
    view_cpu: list[float] = field(default_factory=list)
    page_bytes: int = 0
    nodes: int = 0


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report."""
    figures = Figures()
    with Sandbox(DAY) as school, TemporaryDirectory() as name, running_chromium() as browser:
        built = _big_class(school)
        with _replica(school, built, Path(name)) as replica:
            _fill(replica, built)
            with serving(replica) as pages:
                for run in range(arguments.runs):
                    _view(pages, built, figures)
                    figures.commit += _commits(Path(name) / f"limit{run}.db")
                    _measure(browser, pages, built, figures)
    return _report(arguments, figures)


def _big_class(school: Sandbox) -> BigClass:
    stage, store = school.stage, school.stage.school.store
    term = term_on(store, stage.day, 6)
    assert isinstance(term, Term)

    def give(command: Command) -> int:
        number = stage.school.next_number()
        outcome = stage.school.act(command)
        if outcome.key:
            raise AssertionError(f"the school refused {command.kind}: {outcome.key}")
        return make_id(stage.school.state.server_device, number)

    year = store.select(AcademicYear)[0]
    frame = Frame(
        year_id=year.id,
        schedule_id=store.select(BellSchedule)[0].id,
        first_day=year.first_day,
        slots=tuple((weekday, period) for weekday in range(5) for period in PERIODS),
        lessons_from=term.last_day - LESSONS // len(PERIODS) * 7 // 5 + 1,
        lessons_to=term.last_day,
    )
    return add_class(give, frame, seed=1)


@contextmanager
def _replica(school: Sandbox, built: BigClass, folder: Path) -> Iterator[Replica]:
    stage = school.stage
    transport = LocalTransport(
        lambda route, body: stage.directory.handle(stage.number, route, body, "benchmark")
    )
    code = stage.school.issue_code(built.teacher_id)
    profile = Profile("https://benchmark.invalid", stage.number)
    at = folder / "replica"
    enrol_through(transport, profile, at, code, PASSPHRASE, clock=school.clock)
    with Replica.open(at, PASSPHRASE, clock=school.clock, transport=transport) as replica:
        replica.sync()
        yield replica


def _fill(replica: Replica, built: BigClass) -> None:
    """Mark a third of the class in each lesson that is over; today's last one stays empty."""
    today = calendar.day_number(DAY)
    past = [
        lesson
        for lesson in replica.store.select(Lesson, journal_id=built.journal_id)
        if lesson.day < today
    ]
    pupils = list(built.names)
    for number, lesson in enumerate(past):
        for offset in range(MARKED):
            pupil = pupils[(number * 7 + offset * 3) % PUPILS]
            value = int(DIGITS[(number + offset) % len(DIGITS)])
            replica.do(
                RecordMark(
                    lesson_id=lesson.id, pupil_id=pupil, value=value, work_kind=WorkKind.ORAL
                )
            )
    replica.sync()


def _measure(browser: Browser, pages: Served, built: BigClass, figures: Figures) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(pages.link())
    page.wait_for_url(lambda url: "/start" not in url)
    page.goto(f"{pages.url}/journal/{built.journal_id}")
    page.wait_for_selector("td[data-c]:focus")
    # The first visit has fetched the files; this one is the page of every day.
    wire = context.new_cdp_session(page)
    wire.send("Performance.enable")
    before = _worked(wire)
    answer = page.reload()
    page.wait_for_selector("td[data-c]:focus")
    figures.open_cpu.append(_worked(wire) - before)
    figures.page_bytes = 0 if answer is None else len(answer.body())
    figures.nodes = page.evaluate("document.querySelectorAll('*').length")
    columns = page.locator("#grid thead th.l").count()
    rows = page.locator("#grid tbody tr").count()
    if (rows, columns) != (PUPILS, LESSONS):
        raise ValueError(f"the grid has {rows} rows and {columns} columns")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    times = page.evaluate(
        """() => { const at = performance.getEntriesByType("navigation")[0];
                   const ready = performance.getEntriesByName("grid-ready")[0].startTime;
                   const seen = performance.getEntriesByName("first-contentful-paint")[0];
                   return [at.responseEnd - at.requestStart, ready - at.responseEnd,
                           seen.startTime - at.responseEnd]; }"""
    )
    figures.served.append(times[0] / 1000)
    figures.opened.append(times[1] / 1000)
    figures.shown.append(times[2] / 1000)
    before = _worked(wire)
    _type(page, figures)
    figures.key_cpu.append((_worked(wire) - before) / PUPILS)
    context.close()


def _worked(wire: CDPSession) -> float:
    """Return for how many seconds the page's thread has worked so far."""
    found = wire.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in found if one["name"] == "TaskDuration")


def _view(pages: Served, built: BigClass, figures: Figures) -> None:
    """Make the page in this thread, without a browser."""
    asked = Asked(pages.source, "ru", {"journal": built.journal_id})
    begin = time.thread_time()
    reply = journal_page(asked)
    shell = shell_of(asked, f"/journal/{built.journal_id}", 60)
    render.page(reply.template, "ru", {**shell, **reply.values})
    figures.view_cpu.append(time.thread_time() - begin)


def _type(page: Page, figures: Figures) -> None:
    """Type a column, a key at a time, as fast as each is saved."""
    page.evaluate(WATCH)
    for number in range(PUPILS):
        page.keyboard.press(DIGITS[number % len(DIGITS)])
        page.wait_for_function("(count) => window.measured.echo.length >= count", arg=number + 1)
    found = page.evaluate("window.measured")
    figures.painted += [each / 1000 for each in found["painted"][-PUPILS:]]
    figures.echo += [each / 1000 for each in found["echo"]]


def _commits(path: Path) -> list[float]:
    """Return how long a durable commit of one row takes in an encrypted database."""
    connection = create_encrypted(path, DatabaseKey.generate(SystemRandom()))
    try:
        connection.execute("CREATE TABLE mark (id INTEGER PRIMARY KEY, value INTEGER)")
        taken = []
        for number in range(PUPILS):
            begin = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO mark VALUES (?, 5)", (number,))
            connection.execute("COMMIT")
            taken.append(time.perf_counter() - begin)
    finally:
        connection.close()
    return taken


def _report(arguments: Arguments, figures: Figures) -> dict[str, object]:
    return {
        "case": "pages: a grid of 30 by 90",
        "n": arguments.runs,
        "served_ms": _in_ms(figures.served),
        "open_ms": _in_ms(figures.opened),
        "shown_ms": _in_ms(figures.shown),
        "painted_ms": _in_ms(figures.painted),
        "echo_ms": _in_ms(figures.echo),
        "open_cpu_ms": _in_ms(figures.open_cpu),
        "key_cpu_ms": _in_ms(figures.key_cpu),
        "view_cpu_ms": _in_ms(figures.view_cpu),
        "page_bytes": figures.page_bytes,
        "nodes": figures.nodes,
        "echo": timing(
            [percentile(figures.echo, 95)], [percentile(figures.commit, 95)]
        ),
    }  # fmt: skip


def _in_ms(seconds: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(median(seconds) * 1000, 1),
        "p95": round(percentile(seconds, 95) * 1000, 1),
        "worst": round(max(seconds) * 1000, 1),
    }


if __name__ == "__main__":
    main()
