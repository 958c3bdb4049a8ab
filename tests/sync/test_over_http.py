"""The whole way once: replica, HTTP, server."""

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.domain.journal import Mark
from eschool_core.errors import AccessError, TransportError
from eschool_sync.replica import Replica, enrol
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server
from tests.core.commands.acts import mark, topic
from tests.sync.harness import PASSPHRASE, World, lesson, pupils
from tests.sync.server.stage import Kept


def test_a_day_over_http(any_world: World, tmp_path: Path) -> None:
    audit, folder = Kept(), tmp_path / "replica"
    with Server(make_app(any_world.directory, audit=audit)) as server:
        code = any_world.server.issue_code(any_world.person("maths"))
        enrolled = enrol(folder, server.url, any_world.number, code, PASSPHRASE)
        with pytest.raises(AccessError) as caught:
            enrol(tmp_path / "again", server.url, any_world.number, code, PASSPHRASE)
        assert caught.value.key == "access.enrolment"
        with Replica.open(folder, PASSPHRASE, clock=any_world.clock) as replica:
            assert replica.sync().pulled_rows > 100
            replica.do(mark(lesson(any_world), pupils(any_world)[0], 4))
            replica.do(topic(any_world.school.lesson("5А", "Русский язык")))
            report = replica.sync()
            assert (report.accepted, report.rejected, report.rounds) == (1, 1, 1)
            assert [row.value for row in any_world.server.store.select(Mark)] == [4]
            any_world.act(RevokeDevice(device=enrolled.device), "officer")
            with pytest.raises(AccessError) as caught:
                replica.sync()
            assert caught.value.key == "access.revoked"
    [push] = [event for event in audit.events if "commands" in event.facts]
    assert push.facts == {
        "device": enrolled.device,
        "person": any_world.person("maths"),
        "first": 1,
        "last": 2,
        "commands": 2,
        "accepted": 1,
        "findings": 0,
        "rejected": 1,
        "held": 0,
    }
    with (
        Replica.open(folder, PASSPHRASE, clock=any_world.clock) as replica,
        pytest.raises(TransportError),
    ):
        replica.sync()
