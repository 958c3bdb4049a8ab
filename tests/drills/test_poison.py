"""One command that meets a defect of ours, among a thousand good ones (T20)."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from eschool_core.domain.enums import Verdict
from tests.core.commands.acts import mark, topic
from tests.drills.room import opened
from tests.simulation.acts import POISON


@pytest.mark.threat("T20")
def test_nine_hundred_and_ninety_nine_pass_in_the_same_round(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path, "maths") as room, caplog.at_level(logging.CRITICAL):
        device = room.device("maths")
        for number in range(1, 1_001):
            pupil = room.pupils()[number % 4]
            bad = number == 500
            device.replica.do(
                topic(room.lesson(), POISON) if bad else mark(room.lesson(), pupil, 2 + number % 4)
            )
        report = device.replica.sync()
        assert (report.accepted + report.with_findings, report.held) == (999, 1)
        assert report.rounds == 1
        log = dict(room.log(device))
        assert len(log) == 1_000
        assert [number for number, verdict in log.items() if verdict == Verdict.HELD] == [500]
        room.expect_equal(device)
