"""Which commands a person's roles may give: what the pages offer (4.1). The right itself judges."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from eschool_core.domain.enums import Role
from eschool_core.regulation import permissions


def offered(roles: Sequence[Role]) -> frozenset[str]:
    """Return the kinds of commands that some of the roles may give, wholly or to their own.

    Where a command asks for different people by its object, as ``issue_slip/staff`` does, the
    whole name is returned beside the kind.
    """
    return frozenset[str]().union(*(_of_role(role) for role in roles))


@cache
def _of_role(role: Role) -> frozenset[str]:
    subject = role.name.lower()
    names = {
        name
        for name, allowed in permissions.table("commands").items()
        if subject in {one.subject for one in allowed}
    }
    return frozenset(names | {name.partition("/")[0] for name in names})
