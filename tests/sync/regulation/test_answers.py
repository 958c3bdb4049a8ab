"""Watches, reports and queries: a replica answers as the server, or says that it lacks something.

One school, that of the permission matrix; every duty, every report and the queries of the clauses
are asked on the replicas of people of each kind and on the server, for the same person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eschool_core.errors import InputError, RegulationError
from eschool_core.forecast.journal import journal_forecast
from eschool_core.queries.acts import local_acts, policy_states
from eschool_core.queries.completeness import completeness
from eschool_core.queries.concerns import concerns
from eschool_core.queries.corrections import corrections
from eschool_core.queries.diary import diary
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.group_draft import group_draft
from eschool_core.queries.inspections import results_on
from eschool_core.queries.journal_page import journal_page
from eschool_core.queries.messages import threads
from eschool_core.queries.missed_lessons import missed_lessons
from eschool_core.queries.plan_page import plan_page
from eschool_core.queries.support import support_contact
from eschool_core.queries.term_results import journal_results
from eschool_core.queries.unexplained import unexplained
from eschool_core.reports.catalogue import REPORTS, ReportSpec, make_report, readable
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import free_period
from eschool_core.reports.table import Table
from eschool_core.store.store import Store
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock
from tests.sync.harness import NOON
from tests.sync.regulation.staged import StagedWorld, Template, template

OFFICE = ("head", "studies")
NIGHT = clock(MONDAY, 23)
"""Whose replicas hold every journal."""

READERS = (*OFFICE, "maths", "officer", "russian")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The closed world that is asked."""
    names = (*READERS, "guardian", "pupil")
    return template(tmp_path_factory.mktemp("answers"), names)


@pytest.fixture(scope="module")
def world(origin: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagedWorld]:
    """The world with everybody's replica; nothing is written to it."""
    folder: Path = tmp_path_factory.mktemp("asked")
    with origin.copied(folder, *READERS, "guardian", "pupil") as opened:
        yield opened


def made(store: Store, origin: Template, spec: ReportSpec, viewer: int) -> Table | str:
    """Return a report of the first week, of 5А or its teacher where one is needed, or a refusal."""
    school = origin.school
    asked = Asked(
        free_period(store, FIRST_DAY, MONDAY),
        MONDAY,
        class_id=school.classes["5А"] if spec.scope == "class" else 0,
        staff_id=school.staff["maths"] if spec.scope == "teacher" else 0,
    )
    try:
        return make_report(store, spec, asked, viewer)
    except (InputError, RegulationError) as refusal:
        return refusal.key


@pytest.mark.clause("4.4.3")
@pytest.mark.clause("4.4.4")
@pytest.mark.parametrize("name", READERS)
def test_reports_are_the_same_or_say_that_they_are_not_whole(
    origin: Template, world: StagedWorld, name: str
) -> None:
    member, viewer = world.member(name), world.person(name)
    asked_for = readable(member.replica.store, viewer, MONDAY)
    assert asked_for == readable(world.server.store, viewer, MONDAY)
    assert asked_for
    different = []
    for spec in asked_for:
        here = made(member.replica.store, origin, spec, viewer)
        is_whole = isinstance(here, str) or here.complete
        if is_whole and here != made(world.server.store, origin, spec, viewer):
            different.append((spec.section, spec.name))
    assert different == []


@pytest.mark.clause("4.4.3")
@pytest.mark.parametrize("name", OFFICE)
def test_the_administrations_replica_lacks_nothing(
    origin: Template, world: StagedWorld, name: str
) -> None:
    store, viewer = world.member(name).replica.store, world.person(name)
    assert readable(store, viewer, MONDAY) == REPORTS
    unlike = [
        spec.name
        for spec in REPORTS
        if made(store, origin, spec, viewer) != made(world.server.store, origin, spec, viewer)
    ]
    assert unlike == []


@pytest.mark.parametrize("name", [*READERS, "guardian", "pupil"])
def test_duties_are_the_same_or_say_that_some_are_not_known(world: StagedWorld, name: str) -> None:
    person = world.person(name)
    here = duties(world.member(name).replica.store, NOON, person)
    there = duties(world.server.store, NOON, person)
    assert here.partial or here == there


@pytest.mark.clause("3.4")
def test_a_teachers_replica_says_that_it_does_not_know_everybodys_duties(
    world: StagedWorld,
) -> None:
    there = duties(world.server.store, NOON)
    here = duties(world.member("maths").replica.store, NOON)
    assert not there.partial
    assert here.partial
    assert len(here.duties) < len(there.duties)


Question = Callable[[Store, SmallSchool], object]

JOURNAL, ENGLISH = ("5А", "Математика"), "Английский язык"


def pupil_of(school: SmallSchool) -> int:
    return school.pupils["5А"][1]


def forecast(store: Store, school: SmallSchool, who: str) -> object:
    return journal_forecast(store, school.journals[JOURNAL], MONDAY, school.staff[who])


QUERIES: tuple[tuple[str, str, Question], ...] = (
    ("1.1", "officer", lambda store, _: local_acts(store)),
    ("2.1", "studies", lambda store, _: completeness(store, MONDAY)),
    ("2.2", "studies", lambda store, _: corrections(store)),
    ("2.3", "maths", lambda store, s: plan_page(store, s.journals[JOURNAL], MONDAY)),
    ("2.5", "maths", lambda store, s: journal_page(store, s.journals[JOURNAL], FIRST_DAY, MONDAY)),
    ("2.8", "maths", lambda store, s: forecast(store, s, "maths")),
    ("2.8", "studies", lambda store, s: forecast(store, s, "deputy")),
    ("2.10", "guardian", lambda store, s: diary(store, pupil_of(s), MONDAY, NIGHT)),
    ("2.10", "pupil", lambda store, s: diary(store, pupil_of(s), MONDAY, NIGHT)),
    ("2.11", "guardian", lambda store, s: threads(store, s.guardian(pupil_of(s)))),
    ("4.4.1", "maths", lambda store, _: policy_states(store, MONDAY)),
    ("4.5.4", "maths", lambda store, s: concerns(store, [s.journals[JOURNAL]], MONDAY)),
    (
        "4.5.5",
        "maths",
        lambda store, s: journal_results(store, s.journals[JOURNAL], 0),
    ),
    (
        "4.6.2",
        "russian",
        lambda store, s: missed_lessons(store, s.classes["5А"], "5А", FIRST_DAY, MONDAY),
    ),
    (
        "4.6.4/1",
        "russian",
        lambda store, s: group_draft(store, s.classes["5А"], s.subjects[ENGLISH], MONDAY),
    ),
    ("4.6.2", "russian", lambda store, s: unexplained(store, s.classes["5А"], FIRST_DAY, MONDAY)),
    ("4.7.7", "pupil", lambda store, _: support_contact(store)),
    ("5.1", "maths", lambda store, s: results_on(store, s.staff["maths"])),
)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        pytest.param(name, question, id=f"{clause}-{name}-{place}")
        for place, (clause, name, question) in enumerate(QUERIES)
    ],
)
def test_queries_are_the_same(
    origin: Template, world: StagedWorld, name: str, question: Question
) -> None:
    here = question(world.member(name).replica.store, origin.school)
    assert here == question(world.server.store, origin.school)
