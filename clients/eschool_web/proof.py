"""What an unlocked computer alone shall not allow: the passphrase is asked for again (T2).

Somebody at a computer that was left for a minute can still write a mark, and the mark can be taken
back. What sums up a term, what lets people in and what leaves the journal as a file needs a proof
that the person is still the one who unlocked the pages.
"""

from __future__ import annotations

from typing import Final

from eschool_web.asking import Asked
from eschool_web.refusals import RefusedRequest

NEEDED: Final = "web.proof"
OF_RESULTS: Final = frozenset(
    {
        "set_term_mark",
        "set_year_mark",
        "set_exam_mark",
        "confirm_final_mark",
        "close_term",
        "reopen_term",
        "release_marks",
        "propose_correction",
        "decide_correction",
        "seal_journal",
        "decide_destruction",
    }
)
OF_ACCESS: Final = frozenset(
    {
        "hire_staff",
        "appoint",
        "end_appointment",
        "dismiss_staff",
        "grant_access",
        "end_grant",
        "issue_slip",
        "block_access",
        "revoke_device",
        "readmit_device",
        "branch_device",
        "decide_guardian_access",
        "set_policy",
    }
)


def lacks_proof(asked: Asked, kind: str) -> bool:
    """Return whether a command of this kind waits for the passphrase."""
    return kind in OF_RESULTS | OF_ACCESS and not asked.proven


def require(asked: Asked) -> None:
    """Let pass who has entered the passphrase again.

    Raises:
        RefusedRequest: ``web.proof``.
    """
    if not asked.proven:
        raise RefusedRequest(403, NEEDED)
