"""The one door: judge a command and carry it out, on a replica and on the server alike."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.commands.base import Command, Findings, HoldForReview, Occasion
from eschool_core.commands.carrying import carry
from eschool_core.commands.catalogue import BY_MODEL
from eschool_core.commands.held import Content, keep_held, replace_held
from eschool_core.commands.imported import kept_for_undo
from eschool_core.commands.telling import tell
from eschool_core.domain.enums import NoticeKind, Verdict
from eschool_core.errors import EschoolError, InputError, RegulationError
from eschool_core.ids import ROWS_PER_NUMBER, make_id
from eschool_core.store.database import savepoint
from eschool_core.store.store import Store, UnknownFactError

GROUP_FELL = "command.group_fell"
"""Why a command fell that another one of its group has taken with it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command.

    Attributes:
        key: Key of the text that says why it was rejected or held; empty where accepted.
        params: What that text is filled with.
        clause: The clause that refused; empty where the data did.
        findings: (check id, parameters) of what was recorded.
        overwritten: Cells in which somebody else's unseen value was replaced.
    """

    verdict: Verdict
    key: str = ""
    params: tuple[tuple[str, str | int], ...] = ()
    clause: str = ""
    findings: tuple[tuple[str, tuple[tuple[str, str | int], ...]], ...] = ()
    overwritten: int = 0


def carry_out(store: Store, command: Command, occasion: Occasion) -> Outcome:
    """Judge ``command`` and write what follows from it, or nothing.

    Runs in a savepoint of the caller's transaction. The caller's ledger follows it where it has
    levels of its own.

    Returns:
        The outcome; REJECTED and HELD have written nothing.

    Raises:
        UnknownFactError: On a replica: a fact lies outside it, so the server must decide.
    """
    try:
        with savepoint(store.database), store.step():
            findings = _apply(store, command, occasion)
    except UnknownFactError:
        raise
    except HoldForReview as held:
        return Outcome(Verdict.HELD, held.check.id, tuple(held.params.items()), held.check.clause)
    except (RegulationError, InputError) as refusal:
        return rejected(refusal)
    return _done(findings, occasion)


def reenact(store: Store, command: Command, occasion: Occasion) -> Outcome:
    """Carry out once more what was accepted before: nobody asks for its right again (I2).

    Raises:
        RegulationError, InputError, HoldForReview: It cannot be carried out on these rows, so
            these are not the rows it was accepted on.
    """
    with savepoint(store.database), store.step():
        findings = _apply(store, command, occasion, judged=True)
    return _done(findings, occasion)


def _done(findings: Findings, occasion: Occasion) -> Outcome:
    return Outcome(
        Verdict.WITH_FINDINGS if findings else Verdict.ACCEPTED,
        findings=tuple((finding.check.id, tuple(finding.params.items())) for finding in findings),
        overwritten=occasion.overwritten,
    )


def rejected(refusal: EschoolError) -> Outcome:
    """Return the outcome of a refused command."""
    clause = refusal.check.clause if isinstance(refusal, RegulationError) else ""
    return Outcome(Verdict.REJECTED, refusal.key, tuple(refusal.params.items()), clause)


def record_refusal(store: Store, occasion: Occasion, outcome: Outcome, content: Content) -> None:
    """Leave the actor a notice of a command that was rejected or held, and keep a held one.

    Runs beside ``carry_out``, which has written nothing for such a command. One that only fell
    with its group says nothing: there is a notice of the one at fault.
    """
    if outcome.verdict is Verdict.HELD:
        keep_held(store, occasion, content, outcome.key, dict(outcome.params))
    if outcome.key == GROUP_FELL:
        return
    kind = NoticeKind.HELD if outcome.verdict is Verdict.HELD else NoticeKind.REJECTED
    # A resend inherits the row ids of the command it replaces, from the first on: the notice
    # takes the last.
    row_id = make_id(occasion.device, occasion.number + occasion.take - 1, ROWS_PER_NUMBER - 1)
    params = dict(outcome.params)
    tell(store, occasion, occasion.actor_id, kind, outcome.key, params, occasion.number, row_id)


def _apply(store: Store, command: Command, occasion: Occasion, *, judged: bool = False) -> Findings:
    spec = BY_MODEL[type(command)]
    if not judged:
        spec.right(store, command, occasion)
    with kept_for_undo(store, command, occasion):
        findings = carry(store, spec, command, occasion)
    replace_held(store, occasion)
    return findings
