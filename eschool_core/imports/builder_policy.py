"""A proposal of acts and policy values becomes commands, and shows what it would change (4.4.1)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.commands.acts import RegisterAct
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.acts import LocalAct
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import PolicyValue
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch, make
from eschool_core.imports.policy_file import PolicyFile, ProposedAct, ProposedValue
from eschool_core.regulation.local_acts import act_key
from eschool_core.regulation.policy import default, format_value, parse_value
from eschool_core.store.store import Store

IN_FORCE = "name = ? AND first_day <= ? AND last_day >= ? ORDER BY first_day, id"


@dataclass(frozen=True, slots=True)
class Change:
    """What one proposed value changes: from ``first_day`` on ``old`` becomes ``new``."""

    name: str
    old: str
    new: str
    first_day: int
    last_day: int
    act: str


def build_policy(batch: CommandBatch, store: Store, proposed: PolicyFile) -> list[Change]:
    """Add the commands of a proposal; return what they change.

    Raises:
        InputError: ``acts.unknown``: an act that is to be replaced is not in the register.
    """
    register = {act_key(act.act_number): act.id for act in _open_acts(store)}
    for act in proposed.acts:
        register[act_key(act.number)] = batch.add(_register(act, register))
    for value in proposed.values:
        batch.add(
            make(
                SetPolicy,
                value.name,
                name=value.name,
                value=value.value,
                first_day=value.first_day,
                last_day=value.last_day,
                act=value.act,
            )
        )
    return [changed(store, value) for value in proposed.values]


def changed(store: Store, value: ProposedValue) -> Change:
    """Return what a value would change, by what holds on its first day."""
    rows = store.where(PolicyValue, IN_FORCE, value.name, value.first_day, value.first_day)
    old = parse_value(value.name, rows[-1].value) if rows else default(value.name)
    return Change(
        name=value.name,
        old=format_value(value.name, old),
        new=format_value(value.name, parse_value(value.name, value.value)),
        first_day=value.first_day,
        last_day=value.last_day,
        act=value.act,
    )


def _open_acts(store: Store) -> list[LocalAct]:
    return store.where(LocalAct, "last_day = ? ORDER BY first_day, id", FOREVER)


def _register(act: ProposedAct, register: dict[str, int]) -> RegisterAct:
    replaced = register.get(act_key(act.replaces), 0) if act.replaces else 0
    if act.replaces and not replaced:
        raise InputError("acts.unknown", number=act.replaces)
    return make(
        RegisterAct,
        act.number,
        title=act.title,
        act_number=act.number,
        act_day=act.day,
        first_day=act.first_day,
        replaces_id=replaced,
    )
