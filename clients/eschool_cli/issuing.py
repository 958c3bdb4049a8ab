"""What is printed to count is issued first: the command, the exchange, the stamp on the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eschool_cli.localised import say
from eschool_cli.session import Session
from eschool_cli.stages import staged
from eschool_cli.wording import moment
from eschool_core import calendar
from eschool_core.commands.issuing import IssueDocument
from eschool_core.domain.enums import Role, Verdict
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.errors import BusyError, InputError, TransportError
from eschool_core.forms.content import Paper
from eschool_core.forms.document import Document, Stamp
from eschool_core.ids import make_id
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.issued import certifier, paper_number

if TYPE_CHECKING:
    from eschool_sync.history.paper_code import BareCode, ProvenCode
    from eschool_sync.replica import Receipt, Replica

NO_LINE = (TransportError, BusyError)


@dataclass(frozen=True, slots=True)
class Wish:
    """A paper that is to be issued; the other fields are those of ``IssueDocument``."""

    paper: Paper
    about: str
    form: str
    first_day: int
    last_day: int
    class_id: int = 0
    object_id: int = 0
    certified: bool = False


def heard(session: Session, replica: Replica) -> bool:
    """Sync before anything is read, so that paper shows what the school has; False without a line.

    Raises:
        AccessError, DamageError: As ``Replica.sync``.
    """
    try:
        with session.screen.progress(say("cli.stage.sync")) as report:
            replica.sync(progress=staged(report))
    except NO_LINE:
        return False
    return True


def stamps_of(
    session: Session, replica: Replica, document: Document, wishes: Sequence[Wish], *, online: bool
) -> tuple[Stamp, ...]:
    """Issue papers together and return a stamp for each.

    Args:
        session: Where to say what goes on.
        replica: Of who issues them.
        document: On which they stand: its date and the moment of its data.
        wishes: What to issue.
        online: Whether the school was heard just now; if not, it is not asked again.

    Raises:
        RightsError: They are not for this person to issue (5.2).
        InputError: ``print.not_issued``: the school refuses them or has yet to decide.
    """
    day = calendar.day_number(document.printed)
    as_of = replica.status().last_sync or replica.now()
    receipts = replica.do_all([_command(wish, day, as_of) for wish in wishes])
    _require_issued(replica, receipts)
    ids = [make_id(replica.device, receipt.number) for receipt in receipts]
    codes = _proven(session, replica, ids) if online else None
    _require_issued(replica, receipts)
    if codes is None:
        session.screen.note(say("print.unproven"))
        codes = [_bare(replica, row_id, wish) for row_id, wish in zip(ids, wishes, strict=True)]
    return tuple(
        _stamp(replica, document, row_id, wish, code)
        for row_id, wish, code in zip(ids, wishes, codes, strict=True)
    )


def _command(wish: Wish, day: int, as_of: int) -> IssueDocument:
    return IssueDocument(
        form=wish.form,
        sheet_hash=wish.paper.hash(),
        class_id=wish.class_id,
        object_id=wish.object_id,
        first_day=wish.first_day,
        last_day=wish.last_day,
        day=day,
        as_of=as_of,
        certified=int(wish.certified),
    )


def _require_issued(replica: Replica, receipts: Sequence[Receipt]) -> None:
    """Refuse to print what is not in the log, or waits for a decision.

    Raises:
        InputError: ``print.not_issued``.
    """
    refused = {entry.number for entry in replica.refused()}
    for receipt in receipts:
        held = receipt.outcome is not None and receipt.outcome.verdict is Verdict.HELD
        if held or receipt.number in refused:
            raise InputError("print.not_issued")


def _proven(
    session: Session, replica: Replica, ids: Sequence[int]
) -> list[ProvenCode | BareCode] | None:
    """Send the commands and fetch a proof of each; None where the line is lost on the way."""
    from eschool_sync.history.paper_code import ProvenCode

    codes: list[ProvenCode | BareCode] = []
    try:
        with session.screen.progress(say("print.issuing")) as tell:
            replica.sync(progress=staged(tell))
            for row_id in ids:
                codes.append(ProvenCode(replica.prove(IssuedDocument.number, row_id)))
                tell("", len(codes), len(ids))
    except NO_LINE:
        return None
    except InputError as error:
        if error.key != "proof.none":
            raise
        # The school has not taken the entry: why, is on the list of what was refused.
        raise InputError("print.not_issued") from error
    return codes


def _bare(replica: Replica, row_id: int, wish: Wish) -> BareCode:
    from eschool_sync.history.paper_code import bare_code

    return bare_code(row_id, wish.paper.hash(), replica.witness().tree_head)


def _stamp(
    replica: Replica, document: Document, row_id: int, wish: Wish, code: ProvenCode | BareCode
) -> Stamp:
    from eschool_sync.history.paper_code import ProvenCode

    store = replica.store
    head = code.check(replica.witness().school_key).head
    at = moment(local(head.time, zone_of(store)))
    if isinstance(code, ProvenCode):
        proven = say("paper.line.proven", seq=code.proof.seq, moment=at)
    else:
        proven = say("paper.line.bare", size=head.size, moment=at)
    lines = (
        say("paper.line.number", number=paper_number(row_id)),
        document.as_of,
        proven,
        say("paper.line.check"),
    )
    if not wish.certified:
        return Stamp(code.to_digits(), wish.about, lines)
    post = Role(store.require(IssuedDocument, row_id).post)
    return Stamp(
        code.to_digits(),
        wish.about,
        lines,
        copy=say("form.copy").upper(),
        post=say(f"Role.{post.name.lower()}"),
        name=certifier(store, replica.person_id),
    )
