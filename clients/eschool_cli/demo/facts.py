"""The facts the demo states: each one is checked, and one that fails fails the demo."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from eschool_cli.demo.day import SUBSTITUTES_VALUE, TEACHERS_VALUE, Day
from eschool_cli.demo.players import Player
from eschool_cli.demo.proof import ReplicaProof
from eschool_core.domain.enums import FindingState, Timeliness, Verdict
from eschool_core.domain.journal import Homework, Mark
from eschool_core.domain.office import FindingRecord, Notice
from eschool_core.domain.people import Pupil
from eschool_core.errors import RegulationError
from eschool_core.queries.cell_history import line_of, mark_history
from eschool_sync.sandbox.cast import Cast
from eschool_sync.sandbox.stage import Stage

VERDICT_NAMES = {
    Verdict.ACCEPTED: "accepted",
    Verdict.WITH_FINDINGS: "with_findings",
    Verdict.REJECTED: "rejected",
    Verdict.HELD: "held",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: the key of its text, what fills it, and whether it holds."""

    key: str
    holds: bool
    params: dict[str, object] = field(default_factory=dict)


def count_commands(stage: Stage, players: dict[str, Player], lost: int) -> dict[str, int]:
    """Return what became of everybody's commands, by the server's log."""
    devices = {player.replica.device for player in players.values()}
    rows = stage.school.store.rows("SELECT device, verdict FROM log")
    verdicts = Counter(Verdict(verdict) for device, verdict in rows if device in devices)
    counts = {name: verdicts[verdict] for verdict, name in VERDICT_NAMES.items()}
    overwritten = sum(
        report.overwritten for player in players.values() for report in player.reports
    )
    return {"sent": sum(verdicts.values()), **counts, "overwritten": overwritten, "lost": lost}


def state_facts(
    stage: Stage,
    cast: Cast,
    players: dict[str, Player],
    day: Day,
    proofs: list[ReplicaProof],
    commands: dict[str, int],
) -> list[Fact]:
    """Return every fact of the day, checked against the replicas and the server."""
    return [
        _refused_at_once(day),
        _refused_by_server(players["teacher"], day, commands["rejected"]),
        *_conflict(stage, cast, players),
        *_homework(cast, players),
        _findings_reach_deputy(players["deputy"]),
        *_guardian(cast, players["guardian"]),
        *_replicas(proofs),
        Fact("demo.fact.nothing_lost", commands["lost"] == 0, {"sent": commands["sent"]}),
        Fact(
            "demo.fact.all_sent",
            commands["sent"] == sum(day.sent.values()),
            {"sent": sum(day.sent.values())},
        ),
    ]


def _refused_at_once(day: Day) -> Fact:
    refusal = day.refused_here
    holds = isinstance(refusal, RegulationError) and refusal.check.clause == "4.6.1"
    return Fact("demo.fact.class_teacher", holds)


def _refused_by_server(teacher: Player, day: Day, rejected: int) -> Fact:
    refused = teacher.replica.refused()
    own = [(entry.number, entry.clause) for entry in refused]
    holds = own == [(day.leaver_number, "4.6.6")] and rejected == 1
    return Fact("demo.fact.leaver", holds)


def _conflict(stage: Stage, cast: Cast, players: dict[str, Player]) -> list[Fact]:
    line = line_of(stage.school.store, cast.first.journal_id, cast.child)
    values = [
        entry.content.get("value")
        for history in (mark_history(stage.school.store, cast.first.id, line) if line else ())
        for entry in history.values
    ]
    told = [
        bool([entry for entry in players[role].replica.store.select(Notice) if entry.kind == 1])
        for role in ("teacher", "substitute")
    ]
    standing = {
        role: players[role].replica.store.first(
            Mark, lesson_id=cast.first.id, part=0 if line is None else line.part
        )
        for role in ("teacher", "substitute", "class_teacher", "guardian")
    }
    same = {None if mark is None else mark.value for mark in standing.values()}
    return [
        Fact(
            "demo.fact.both_values",
            sorted(map(str, values)) == sorted(map(str, (TEACHERS_VALUE, SUBSTITUTES_VALUE))),
            {"first": TEACHERS_VALUE, "second": SUBSTITUTES_VALUE},
        ),
        Fact("demo.fact.both_told", all(told)),
        Fact("demo.fact.one_value", same == {SUBSTITUTES_VALUE}, {"value": SUBSTITUTES_VALUE}),
    ]


def _homework(cast: Cast, players: dict[str, Player]) -> list[Fact]:
    store = players["deputy"].replica.store
    first = store.first(Homework, lesson_id=cast.first.id)
    second = store.first(Homework, lesson_id=cast.second.id)
    in_time = first is not None and first.timeliness == Timeliness.CREDIBLE
    late = second is not None and second.timeliness == Timeliness.LATE
    return [Fact("demo.fact.in_time", in_time), Fact("demo.fact.late", late)]


def _findings_reach_deputy(deputy: Player) -> Fact:
    open_findings = deputy.replica.store.select(FindingRecord, state=FindingState.OPEN)
    holds = [entry.check_id for entry in open_findings] == ["4.5.3/late"]
    return Fact("demo.fact.finding", holds)


def _guardian(cast: Cast, guardian: Player) -> list[Fact]:
    store = guardian.replica.store
    names = {entry.id for entry in store.select(Pupil)}
    own = {row[0] for row in store.rows("SELECT pupil_id FROM journal_line")}
    mark = next((entry for entry in store.select(Mark) if entry.lesson_id == cast.first.id), None)
    sees = mark is not None and mark.value == SUBSTITUTES_VALUE
    return [
        Fact("demo.fact.family_sees", sees, {"value": SUBSTITUTES_VALUE}),
        Fact("demo.fact.own_child", cast.child in names and own == names),
    ]


def _replicas(proofs: list[ReplicaProof]) -> list[Fact]:
    return [
        Fact("demo.fact.equal", all(proof.digest_equal for proof in proofs)),
        Fact("demo.fact.no_foreign", all(proof.foreign_rows == 0 for proof in proofs)),
        Fact("demo.fact.no_plaintext", all(proof.plaintext_hits == 0 for proof in proofs)),
    ]
