"""Families of a made-up school look into the diary, week after week, at the server's own door.

Each has a slip from the class teacher (3.1), chooses a password that nobody knows, and looks as
often as it is used to; classes grow keener or lose heart as the weeks go by. Who was away for long
signs in anew.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Final

from eschool_core.commands.access import IssueSlip
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.errors import AccessError
from eschool_core.ids import login_of
from eschool_sync.sandbox.giving import give
from eschool_sync.sandbox.stage import Stage
from eschool_sync.security.codes import code_hash, new_code
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.server.passwords import PasswordCost, Passwords
from eschool_sync.server.portal import Portal

COST: Final = PasswordCost(64, 1, 1)
"""Of passwords that nobody knows: they need no time."""

PASSWORD_BYTES: Final = 16
SLIP_SECONDS: Final = 5 * 24 * 3600
HOME: Final = "demo"
HAS_ACCESS: Final = 0.9
LOOKS: Final = (0.75, 0.2)
"""Mean and spread of the chance of a family to look in a week."""

KEENER: Final = 0.06
"""Spread of what a week adds to the chance in a class, or takes from it."""


class Families:
    """The families of one school, one guardian of each pupil.

    Args:
        stage: On an evening of its first week.
        seed: Of their habits.
    """

    def __init__(self, stage: Stage, seed: int) -> None:
        self._random = Random(f"{seed}/families")  # noqa: S311 - made-up people
        self._stage = stage
        self._secrets = SystemRandom()
        passwords = Passwords(self._secrets, COST)
        self._portal = Portal(stage.school, stage.clock, self._secrets, passwords)
        self._keener = {
            class_id: self._random.gauss(0, KEENER) for class_id in stage.class_teacher_ids
        }
        self._class_of: dict[int, int] = {}
        self._looks: dict[int, float] = {}
        self._passwords: dict[int, str] = {}
        self._tokens: dict[int, str] = {}

    def come_in(self) -> None:
        """Let class teachers give slips, and families use them."""
        store = self._stage.school.store
        guardian_of = {entry.pupil_id: entry.guardian_id for entry in store.select(Guardianship)}
        members = defaultdict(list)
        for entry in sorted(store.select(Enrolment), key=lambda entry: entry.pupil_id):
            guardian_id = guardian_of.get(entry.pupil_id)
            if guardian_id is not None and self._random.random() < HAS_ACCESS:
                members[entry.class_id].append(guardian_id)
        for class_id, leader_id in self._stage.class_teacher_ids.items():
            new = sorted({one for one in members[class_id] if one not in self._class_of})
            codes = {one: new_code(self._secrets) for one in new}
            until = self._stage.clock.wall() + SLIP_SECONDS
            give(
                self._stage,
                [
                    IssueSlip(person_id=one, secret_hash=code_hash(code), expires_at=until)
                    for one, code in codes.items()
                ],
                leader_id,
            )
            for one, code in codes.items():
                self._class_of[one] = class_id
                self._looks[one] = self._random.gauss(*LOOKS)
                self._sign_in(one, code)

    def look(self) -> None:
        """Let those look who do this week."""
        for one, class_id in self._class_of.items():
            if self._random.random() < self._looks[one]:
                try:
                    self._portal.visit(self._tokens[one])
                except AccessError:
                    self._tokens[one] = self._portal.log_in(
                        login_of(one), self._passwords[one], HOME
                    ).token
            self._looks[one] += self._keener[class_id]

    def _sign_in(self, person_id: int, code: str) -> None:
        password = self._passwords[person_id] = self._secrets.bytes(PASSWORD_BYTES).hex()
        entered = self._portal.first_sign_in(login_of(person_id), code, password, HOME)
        self._tokens[person_id] = entered.token
        self._portal.acknowledge(entered.token)
