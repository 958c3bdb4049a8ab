"""Pages over a school in memory: every command is judged at once, as its server would."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from eschool_web.source import Standing

from eschool_core.commands.base import Command
from eschool_core.domain.enums import Verdict
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks
from eschool_core.store.store import Store
from eschool_sync.history.proof import Proof
from eschool_sync.issuing import Issuer
from eschool_sync.replica import FileContent, Receipt, RefusedCommand
from eschool_sync.replica.files import file_of
from tests.school import SmallSchool

T = TypeVar("T")


class SchoolSource:
    """See ``eschool_web.source.Source``."""

    def __init__(self, school: SmallSchool, person_id: int) -> None:
        self._school = school
        self._person_id = person_id

    @property
    def person_id(self) -> int:
        return self._person_id

    @property
    def site(self) -> str:
        return "https://school.invalid"

    @property
    def school(self) -> int:
        return 1

    def now(self) -> int:
        return self._school.now

    def read(self, question: Callable[[Store], T]) -> T:
        return question(self._school.store)

    def do(self, command: Command, *, replaces: int | None = None) -> Receipt:
        outcome = self._school.do(command, self._person_id)
        if outcome.verdict is Verdict.REJECTED and outcome.clause:
            raise RegulationError(checks.check(outcome.key), **dict(outcome.params))
        if outcome.verdict is Verdict.REJECTED:
            raise InputError(outcome.key, **dict(outcome.params))
        return Receipt(self._school.seq, outcome)

    def attach(self, lesson_id: int, name: str, content: bytes, *, for_homework: bool) -> Receipt:
        return self.do(file_of(lesson_id, name, content, for_homework=for_homework))

    def file(self, file_id: int) -> FileContent:
        raise InputError("file.waiting")

    def unsent_files(self) -> frozenset[bytes]:
        return frozenset()

    def last_seen(self) -> None:
        return None

    def family_weeks(self) -> None:
        return None

    def unconfirmed(self) -> frozenset[tuple[int, int]]:
        return frozenset()

    def refused(self) -> list[RefusedCommand]:
        return []

    def dismiss(self, number: int) -> None:
        raise InputError("command.not_refused", number=number)

    def standing(self) -> Standing:
        return Standing(0, 0, self._school.now, 1)

    def sync_soon(self) -> None:
        return

    def page_key(self) -> bytes:
        return bytes(32)

    def proof_of(self, table: int, row_id: int) -> Proof:
        raise InputError("proof.none")

    def issuer(self) -> Issuer:
        raise AssertionError("no paper is issued from a school in memory: it has no server")

    def school_key(self) -> bytes:
        return bytes(32)

    def prove(self, passphrase: str) -> None:
        return

    def close(self) -> None:
        return
