"""Every command of every clause: offline and then synced, online, and forged (REGULATION §1).

Rules, rights and workflows hold on a replica without network, on the server, and against a client
that signs with the key of an enrolled device and judges nothing itself.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import SPECS
from eschool_core.domain.enums import NoticeKind, Verdict
from eschool_core.domain.office import Notice
from eschool_core.errors import AccessError, TransportError
from eschool_core.regulation import checks
from eschool_core.regulation.registry import CLAUSES
from tests.matrix import tables
from tests.matrix.stage import COLUMNS
from tests.sync.forger import Forger
from tests.sync.harness import Rows, all_rows, request_lost
from tests.sync.regulation.scenarios import ANYBODY, by_forgers, by_people, scenarios
from tests.sync.regulation.staged import StagedWorld, Template, template

PEOPLE = by_people()
FORGERS = by_forgers()
DONE = (Verdict.ACCEPTED, Verdict.WITH_FINDINGS)

WITHOUT_COMMAND = {
    "2.1": "a query: tests/core/queries",
    "2.5": "reading earlier years: tests/sync/test_earlier_years.py",
    "4.5.7": "the lock of a page: tests/browser/test_lock.py",
    "6.2": "a secret is shown once: tests/sync/server",
    "7.1": "encryption: tests/sync/security",
}
"""Rules, rights and workflows that no command is about, and where their tests are."""

LEFT_TO_THE_SERVER = {
    "claim_substitution",
    "decide_guardian_access",
    "open_feed/ward",
    "open_thread",
    "open_thread/staff",
    "see_marks",
}
"""Commands whose giver does not hold all that they are judged by: kept, and judged at the sync."""

ELSEWHERE = {
    "1.4/scope": "no command is refused by it: rows do not travel",
    "3.1/2/slip": "only the server uses a slip",
    "4.4.2/clash": "takes a draft with a clash: tests/core/commands/test_timetable_drafts.py",
    "4.4.5/1/gaps": "takes a year that is over: tests/core/commands/test_archive.py",
    "4.5.1/limit": "takes days to pass: tests/core/commands/test_substitutions.py",
    "4.5.1/no-homework": "takes such a journal: tests/core/commands/test_homework.py",
    "4.5.1/no-marks": "takes an extracurricular journal: tests/core/commands/test_marks.py",
    "4.5.5/missing": "takes a term without gaps: tests/core/commands/test_closing.py",
    "4.6.4/1/unplaced": "takes a draft without a pupil: tests/core/commands/test_group_drafts.py",
    "4.7.2/bells": "takes a class without bells: tests/core/commands/test_timetable.py",
}
"""Checks that no single command on the stage can meet, and where their tests are."""

CUTS_OFF = {"report_breach"}
"""Commands after which the giver's own device is shut out."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The closed world that every scenario begins from."""
    names = {name for name, _ in PEOPLE} | set(FORGERS) | {"physics", "primary"}
    return template(tmp_path_factory.mktemp("regulation"), tuple(sorted(names)))


def state(world: StagedWorld) -> Rows:
    """Return every row of the server but the notices, which a refusal leaves."""
    return {
        name: rows for name, rows in all_rows(world.server.database).items() if name != "notice"
    }


def sent_by_forger(world: StagedWorld, name: str, commands: list[Command]) -> list[Outcome]:
    """Send commands past the replica's own judgement; return their verdicts."""
    [member] = world.synced(name)
    forger = Forger(member)
    envelopes = [forger.envelope(one, take=one.numbers_taken()) for one in commands]
    verdicts = forger.send(*envelopes)
    return [verdicts[envelope.header.number] for envelope in envelopes]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        # The clauses stand in the name: ``pytest -k 4.5.3`` finds the scenarios of one.
        pytest.param(*pair, id="-".join((*dict.fromkeys(clauses), *pair)))
        for pair, clauses in PEOPLE.items()
    ],
)
def test_it_is_done_without_network_and_stands_after_the_sync(
    origin: Template, tmp_path: Path, name: str, label: str
) -> None:
    with origin.copied(tmp_path, name) as world:
        member, before = world.member(name), state(world)
        member.wire.faults.append(request_lost)
        receipt = member.do(origin.commands[label])
        assert (receipt.outcome is None) == (label in LEFT_TO_THE_SERVER)
        with pytest.raises(TransportError):
            member.sync()
        assert state(world) == before
        if label in CUTS_OFF:
            with pytest.raises(AccessError, match="revoked"):
                member.sync()
        else:
            member.sync()
            assert member.replica.refused() == []
            world.check(name)
        assert state(world) != before


@pytest.mark.parametrize(
    ("who", "label"),
    sorted({(entry.who, entry.label) for entry in scenarios()} - {("server", "found_school")}),
)
def test_it_is_done_on_the_server(origin: Template, tmp_path: Path, who: str, label: str) -> None:
    name = {ANYBODY: "guardian", "server": ""}.get(who, who)
    with origin.copied(tmp_path) as world:
        before = all_rows(world.server.database)
        outcome = world.server.act(origin.commands[label], world.person(name) if name else 0)
        assert outcome.verdict in DONE, outcome
        assert all_rows(world.server.database) != before


@pytest.mark.threat("T8")
@pytest.mark.parametrize("name", FORGERS)
def test_a_forged_one_is_not_applied_and_the_verdict_names_the_clause(
    origin: Template, tmp_path: Path, name: str
) -> None:
    forged = FORGERS[name]
    with origin.copied(tmp_path, name) as world:
        before = state(world)
        outcomes = sent_by_forger(world, name, [origin.commands[one.label] for one in forged])
        found = [
            (entry.clause, entry.label, outcome.verdict, outcome.key)
            for entry, outcome in zip(forged, outcomes, strict=True)
        ]
        assert found == [
            (entry.clause, entry.label, Verdict.REJECTED, entry.check) for entry in forged
        ]
        assert [outcome.clause for outcome in outcomes] == [
            checks.check(entry.check).clause for entry in forged
        ]
        assert state(world) == before
        told = world.server.store.select(
            Notice, person_id=world.person(name), kind=NoticeKind.REJECTED
        )
        assert len(told) == len(forged)


@pytest.mark.scenario("3.6:1")
@pytest.mark.threat("T8")
def test_content_that_a_rule_forbids_is_not_applied_whoever_signs_it(
    origin: Template, tmp_path: Path
) -> None:
    names = sorted({entry.who for entry in origin.forbidden})
    with origin.copied(tmp_path, *names) as world:
        for name in names:
            entries = [entry for entry in origin.forbidden if entry.who == name]
            before = state(world)
            outcomes = sent_by_forger(world, name, [entry.command for entry in entries])
            found = [(outcome.verdict in DONE, outcome.key, outcome.clause) for outcome in outcomes]
            assert found == [(False, entry.check.id, entry.check.clause) for entry in entries]
            after = state(world)
            # What was made in time of a term that is closed by now waits for a person.
            assert {name for name in before if before[name] != after[name]} <= {"held_command"}


def test_every_rule_right_and_workflow_has_its_row() -> None:
    kinds = {"rule", "flag", "permission", "workflow"}
    wanted = {entry.number for entry in CLAUSES if kinds & set(entry.kinds)}
    found = {entry.clause for entry in scenarios()}
    assert wanted - found == set(WITHOUT_COMMAND)
    assert found <= {entry.number for entry in CLAUSES}


def test_every_command_stands_under_a_clause() -> None:
    labels = set(tables.read("commands.txt", len(COLUMNS)))
    assert {entry.label for entry in scenarios()} == labels
    assert {label.partition("/")[0] for label in labels} == {spec.model.kind for spec in SPECS}


def test_every_pair_of_the_table_is_a_cell_of_the_matrix() -> None:
    """Both tables are written by hand; neither may say the other's opposite."""
    matrix = tables.read("commands.txt", len(COLUMNS))
    wrong = [
        (entry.label, name)
        for entry in scenarios()
        for name, signs in ((entry.name, "+="), (entry.forger, "-="))
        if name != ANYBODY and matrix[entry.label][COLUMNS.index(name)] not in signs
    ]
    assert wrong == []


def test_every_rule_that_refuses_content_has_a_forbidden_one(origin: Template) -> None:
    by_content = {entry.check.id for entry in origin.forbidden}
    by_right = {entry.check for entry in scenarios()}
    refusing = {check.id for check in checks.CHECKS if check.on_breach == "refuse"}
    assert refusing - by_content - by_right == set(ELSEWHERE)
