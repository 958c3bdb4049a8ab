"""All planted bugs."""

from __future__ import annotations

from tests.simulation.mutants.of_replica import REPLICA
from tests.simulation.mutants.of_server import SERVER
from tests.simulation.mutants.of_store import STORE

MUTANTS = (*REPLICA, *STORE, *SERVER)
