"""What is printed to count is issued first: the exchange before it, and what the screen says."""

from __future__ import annotations

from collections.abc import Sequence

from eschool_cli.localised import say
from eschool_cli.session import Session
from eschool_cli.stages import staged
from eschool_core.forms.document import Document
from eschool_core.forms.wishes import Wish
from eschool_sync.issuing import issue
from eschool_sync.replica import Replica
from eschool_sync.replica.issuing import NO_LINE, ReplicaIssuer


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


def issued(
    session: Session,
    replica: Replica,
    document: Document,
    wishes: Sequence[Wish],
    *,
    online: bool,
) -> Document:
    """Issue the papers of a document and return it with a stamp on each.

    Args:
        session: Where to say what goes on.
        replica: Of who issues them.
        document: On which they stand.
        wishes: What to issue, in the document's order.
        online: Whether the school was heard just now; if not, it is not asked again.

    Raises:
        RightsError: They are not for this person to issue (5.2).
        InputError: ``print.not_issued``: the school refuses them or has yet to decide.
    """
    as_of = replica.status().last_sync or replica.now()
    with session.screen.progress(say("print.issuing")) as report:
        issuer = ReplicaIssuer(
            replica,
            online=online,
            progress=staged(report),
            tell=lambda done, total: report(say("print.issuing"), done, total),
        )
        made = issue(issuer, document, wishes, as_of)
    if not made.proven:
        session.screen.note(say("print.unproven"))
    return made.document
