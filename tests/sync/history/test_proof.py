from __future__ import annotations

import json
from dataclasses import replace

import pytest

from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.people import PupilCard
from eschool_core.errors import AccessError, DamageError, EschoolError, InputError
from eschool_sync.history.proof import Proof
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey
from tests.core.commands.acts import mark, topic
from tests.sync.harness import Member, World, lesson, pupils

CHILD = 0


def marked(world: World) -> tuple[Member, Mark]:
    """Return a guardian who sees the own child's mark, and the mark; others have marks too."""
    maths, guardian = world.synced("maths", "guardian")
    for pupil in pupils(world):
        maths.do(mark(lesson(world), pupil, 4))
    maths.do(topic(lesson(world), "Дроби"))
    maths.sync()
    guardian.sync()
    [row] = guardian.replica.store.select(Mark)
    return guardian, row


@pytest.mark.threat("T7")
def test_a_guardian_proves_a_mark_with_the_public_key_alone(any_world: World) -> None:
    guardian, row = marked(any_world)
    proof = guardian.replica.prove(Mark.number, row.id)
    kept = Proof.of_json(proof.to_json())
    entry, head = kept.check(any_world.server.public_key)
    assert entry.header.kind == "record_mark"
    assert entry.fields[:3] == [lesson(any_world), pupils(any_world)[CHILD], 4]
    assert entry.header.actor == any_world.person("maths")
    assert entry.outcome.verdict is Verdict.ACCEPTED
    assert (head.size, head.school) == (any_world.server.head().seq, any_world.number)


def test_the_proof_of_an_old_entry_holds_in_a_longer_history(world: World) -> None:
    guardian, row = marked(world)
    maths = world.member("maths")
    for number in range(40):
        maths.do(topic(lesson(world), f"Тема {number}"))
    maths.sync()
    entry, head = guardian.replica.prove(Mark.number, row.id).check(world.server.public_key)
    assert head.size >= entry.seq + 40


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 3},
        {"device": 3},
        {"received": 5},
        {"pushed": 1},
        {"payload": b"\x90"},
        {"salt": b"1" * 16},
        {"outcome": b"\x90"},
        {"header": b"\x90"},
        {"path": ()},
    ],
)
@pytest.mark.threat("T7")
def test_a_changed_proof_proves_nothing(world: World, changes: dict[str, object]) -> None:
    guardian, row = marked(world)
    proof = guardian.replica.prove(Mark.number, row.id)
    with pytest.raises(DamageError) as caught:
        replace(proof, **changes).check(world.server.public_key)  # type: ignore[arg-type]
    assert caught.value.key == "damage.proof"


def test_another_schools_key_proves_nothing(world: World) -> None:
    guardian, row = marked(world)
    proof = guardian.replica.prove(Mark.number, row.id)
    other = SigningKey.generate(SeededRandom(5)).public_bytes
    with pytest.raises(AccessError):
        proof.check(other)


@pytest.mark.asvs("8.2.2")
def test_what_is_not_ones_own_looks_as_if_it_were_not_there(world: World) -> None:
    guardian, own = marked(world)
    store = world.server.store
    foreign = next(row for row in store.select(Mark) if row.part != own.part)
    card = store.select(PupilCard)[0]
    told = []
    for table, row_id in (
        (Mark.number, foreign.id),
        (Mark.number, 12_345),
        (PupilCard.number, card.id),
        (9_999, own.id),
    ):
        with pytest.raises(EschoolError) as caught:
            guardian.replica.prove(table, row_id)
        told.append((type(caught.value), caught.value.key, caught.value.params))
    assert set(map(str, told)) == {str((InputError, "proof.none", {}))}


def test_the_topic_of_the_childs_lesson_can_be_proven(world: World) -> None:
    guardian, _ = marked(world)
    [row] = guardian.replica.store.select(Topic)
    entry, _ = guardian.replica.prove(Topic.number, row.id).check(world.server.public_key)
    assert "Дроби" in entry.fields


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"format": "eschool-proof/1"}', '{"format": "other"}'],
)
def test_another_file_is_no_proof(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Proof.of_json(text)
    assert caught.value.key == "input.proof"


def test_a_proof_with_wrong_types_is_none(world: World) -> None:
    guardian, row = marked(world)
    text = guardian.replica.prove(Mark.number, row.id).to_json()
    for name, value in (("seq", "1"), ("path", "x"), ("header", 5), ("salt", "&&")):
        with pytest.raises(InputError):
            Proof.of_json(json.dumps(json.loads(text) | {name: value}))
