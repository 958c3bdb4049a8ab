"""Policy values in force on a day, read from their dated rows."""

from __future__ import annotations

from collections.abc import Iterable

from eschool_core.domain.school import PolicyValue
from eschool_core.regulation import policy
from eschool_core.store.store import Store


def policy_value(store: Store, name: str, day: int) -> policy.Value:
    """Return the value of a policy on a day: the row in force, else the catalogue's default."""

    def read() -> policy.Value:
        return value_among(store.select(PolicyValue, name=name), name, day)

    return store.reads.derived(("policy_value", name, day), (PolicyValue,), read)


def value_among(dated: Iterable[PolicyValue], name: str, day: int) -> policy.Value:
    """Return what ``policy_value`` does, from all rows of the policy, read once for many days."""
    rows = [row for row in dated if row.first_day <= day <= row.last_day]
    if not rows:
        return policy.default(name)
    return policy.parse_value(name, max(rows, key=lambda row: (row.first_day, row.id)).value)


def policy_number(store: Store, name: str, day: int) -> int:
    """Return the value of a numeric policy on a day."""
    value = policy_value(store, name, day)
    if not isinstance(value, int):
        raise TypeError(f"policy {name} is not a number")
    return value


def policy_numbers(store: Store, name: str, day: int) -> tuple[int, ...]:
    """Return the value of a policy that is a list of numbers, on a day."""
    value = policy_value(store, name, day)
    if not isinstance(value, tuple):
        raise TypeError(f"policy {name} is not a list")
    return value
