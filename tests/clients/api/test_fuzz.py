"""The JSON door under requests that schemathesis makes up from the door's own description."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.clients.api.conftest import TOKEN, Door

LEFT_OUT = ("/v1/live", "/v1/close", "/v1/prove")
"""A stream without end, the end itself, and the passphrase whose wrong guesses shut the door."""

EXAMPLES = 15
HELD = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_request_has_an_answer_of_the_described_kind(door: Door) -> None:
    schema = schemathesis.openapi.from_dict(door.get("/v1/openapi.json"))
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    played = [entry for entry in operations if entry.path not in LEFT_OUT]
    assert len(played) == len(operations) - len(LEFT_OUT)
    for operation in played:
        for mode in GenerationMode:
            _play(door, operation, mode)
    assert not door.ended


def _play(door: Door, operation: Any, mode: GenerationMode) -> None:
    # Nothing of a question without parameters can be wrong.
    if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()):
        return

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def play(case: Any) -> None:
        case.call_and_validate(
            base_url=str(door.client.base_url),
            headers={"authorization": f"Bearer {TOKEN}"},
            checks=HELD,
        )

    play()
