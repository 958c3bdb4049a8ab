"""The pages' source over a person's session at the school's own server (ADR 0029)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.issuing import IssueDocument
from eschool_core.domain.enums import Verdict
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.errors import EschoolError, InputError, RegulationError
from eschool_core.forms.wishes import Wish
from eschool_core.regulation import checks
from eschool_core.reports.frame import FamilyWeek
from eschool_core.store.store import Store
from eschool_sync.history.paper_code import ProvenCode
from eschool_sync.history.proof import Proof
from eschool_sync.issuing import NOT_ISSUED, Code, Issuer
from eschool_sync.replica import FileContent, Receipt, RefusedCommand
from eschool_sync.replica.files import file_of
from eschool_sync.server.portal import Portal
from eschool_sync.server.standing import Visit
from eschool_sync.server.windows import Window
from eschool_web.source import Standing

T = TypeVar("T")


class PortalSource:
    """Answers for the time of one request; see ``Source``.

    Args:
        portal: Of the school.
        token: Of the session.
        visit: What the token opens.
        window: Shows what the person may see, and nothing else.
        site: Under which the pages are reached, and the school's number.
    """

    def __init__(
        self, portal: Portal, token: str, visit: Visit, window: Window, site: tuple[str, int]
    ) -> None:
        self.site, self.school = site
        self.portal = portal
        self.token = token
        self.visit = visit
        self._window = window

    @property
    def person_id(self) -> int:
        """Whose session it is."""
        return self.visit.person_id

    def now(self) -> int:
        """Return the server's time."""
        return self.portal.standing()[1]

    def read(self, question: Callable[[Store], T]) -> T:
        """Return what a query finds among the rows that the person may see."""
        return question(self._window.store)

    def do(self, command: Command, *, replaces: int | None = None) -> Receipt:
        """Let the school judge a command at once.

        Raises:
            RegulationError, InputError: It is refused.
            AccessError: ``access.prove``: the password is wanted first.
        """
        if replaces is not None:
            raise InputError("command.not_refused", number=replaces)
        outcome = self.portal.act(self.token, command)
        self._window.look_again(self.portal.seen_by(self.visit))
        if outcome.verdict is Verdict.REJECTED:
            raise refusal_of(outcome)
        return Receipt(self.portal.standing()[0], outcome)

    def attach(self, lesson_id: int, name: str, content: bytes, *, for_homework: bool) -> Receipt:
        """Let the school judge a file and keep it."""
        given = file_of(lesson_id, name, content, for_homework=for_homework)
        outcome = self.portal.attach(self.token, given, content)
        self._window.look_again(self.portal.seen_by(self.visit))
        if outcome.verdict is Verdict.REJECTED:
            raise refusal_of(outcome)
        return Receipt(self.portal.standing()[0], outcome)

    def file(self, file_id: int) -> FileContent:
        """Return a file of the school."""
        row, content = self.portal.file_for(self.visit, file_id)
        return FileContent(row.name, row.media_type, content)

    def unsent_files(self) -> frozenset[bytes]:
        """Return nothing: what is given here is here."""
        return frozenset()

    def last_seen(self) -> Mapping[int, int]:
        """Return when each person was last heard of; reports narrow it to whom one may see."""
        return self.portal.last_seen()

    def family_weeks(self) -> Sequence[FamilyWeek]:
        """Return how many families were in touch by week; reports narrow it as well."""
        return self.portal.family_weeks()

    def unconfirmed(self) -> frozenset[tuple[int, int]]:
        """Return nothing: what stands here, stands."""
        return frozenset()

    def refused(self) -> list[RefusedCommand]:
        """Return nothing: a refusal is told at once, and nothing of it is kept here."""
        return []

    def dismiss(self, number: int) -> None:
        """Refuse: there is no such list.

        Raises:
            InputError: ``command.not_refused``.
        """
        raise InputError("command.not_refused", number=number)

    def standing(self) -> Standing:
        """Return that nothing waits."""
        seq, now = self.portal.standing()
        return Standing(pending=0, refused=0, last_sync=now, seq=seq, online=True)

    def sync_soon(self) -> None:
        """Do nothing: the server is here."""

    def page_key(self) -> bytes:
        """Return a key of this session."""
        return self.portal.page_key(self.visit)

    def proof_of(self, table: int, row_id: int) -> Proof:
        """Return the proof of what stands in a cell."""
        return self.portal.proof_for(self.visit, table, row_id)

    def issuer(self) -> Issuer:
        """Issue and prove at once: the school is here."""
        return self

    def give(self, commands: Sequence[IssueDocument]) -> list[int]:
        """Let the school judge papers at once, all or none (``Issuer``)."""
        ids, outcomes = self.portal.act_together(self.token, commands)
        self._window.look_again(self.portal.seen_by(self.visit))
        for outcome in outcomes:
            if outcome.verdict is Verdict.REJECTED:
                raise refusal_of(outcome)
            if outcome.verdict is Verdict.HELD:
                raise InputError(NOT_ISSUED)
        return ids

    def codes(self, row_ids: Sequence[int], wishes: Sequence[Wish]) -> list[Code]:
        """Return the proven code of each paper (``Issuer``)."""
        return [ProvenCode(self.proof_of(IssuedDocument.number, row_id)) for row_id in row_ids]

    def reading(self) -> AbstractContextManager[Store]:
        """Give the rows that the person may see (``Issuer``)."""
        return nullcontext(self._window.store)

    def school_key(self) -> bytes:
        """Return the school's public key."""
        return self.portal.school_key


def refusal_of(outcome: Outcome) -> EschoolError:
    """Return a refused outcome as the error that it was."""
    if outcome.clause:
        return RegulationError(checks.check(outcome.key), **dict(outcome.params))
    return InputError(outcome.key, **dict(outcome.params))
