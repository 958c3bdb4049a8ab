from __future__ import annotations

import pytest

from eschool_core.store.ledger import OptimisticLedger
from eschool_core.store.store import Store
from tests.school import SmallSchool, built_school


@pytest.fixture
def school() -> SmallSchool:
    return built_school()


def replica_of(school: SmallSchool, *held: int) -> Store:
    """Return the same rows as a replica sees them that holds only these partitions.

    The rows of other partitions are deleted, as they would never have come.
    """
    from eschool_core.domain.tables import TABLES
    from eschool_core.store.statements import delete

    for spec in TABLES:
        for row in school.store.select(spec.table):
            if row.part not in held:
                school.database.execute(delete(spec.table), (row.id,))
    return Store(school.database, OptimisticLedger(school.database), frozenset(held))
