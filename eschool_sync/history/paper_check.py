"""Do a paper and the archive agree, and was the paper issued at all? Without a network (design §6).

Three failures are told apart. A figure was changed on the sheet: it no longer says what its code
commits to. A row was changed in the archive: the rows give another paper than the code commits to.
Never issued: no entry of the school's history stands behind the code. A form that the program
prints otherwise now is none of them (ADR 0043).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from eschool_core.errors import AccessError, InputError
from eschool_core.forms.content import Paper
from eschool_core.forms.differences import Difference, cell_of, differences, figures_agree
from eschool_sync.history.paper_code import BareCode, Claim, ProvenCode


class PaperState(StrEnum):
    """What a check has found, the gravest last."""

    GENUINE = "genuine"
    ISSUED = "issued"
    """The code is the school's; what the sheet shows beside it was not there to be compared."""
    UNPROVEN = "unproven"
    """Printed without a network; nothing here says more of it."""
    FORM_DIFFERS = "form_differs"
    """The form has other columns or words now; every figure that both have is the same."""
    ARCHIVE_DIFFERS = "archive_differs"
    SHEET_CHANGED = "sheet_changed"
    NEVER_ISSUED = "never_issued"


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody reads in a cell of the paper."""

    row: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a paper is held against.

    Attributes:
        sheet: The data inside the PDF, if there is one.
        shown: Where its pages show something else than these; None where they are laid out by
            another version of the program, so that nobody but the eye can compare them.
        archive: The same paper as the archive gives it now.
        logged: Hash in the school's log under the paper's number, as a replica holds it
            confirmed; empty where the log has no such number; None where no log was asked.
        typed: What was read on the paper.
    """

    sheet: Paper | None = None
    shown: Sequence[Difference] | None = ()
    archive: Paper | None = None
    logged: str | None = None
    typed: Sequence[Typed] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The result.

    Attributes:
        claim: What the code says; None where it proves nothing of this school.
        differences: On the sheet, or in the archive, as ``state`` has it.
        issued: The paper as it was issued; None where nobody here has it.
    """

    state: PaperState
    claim: Claim | None = None
    differences: tuple[Difference, ...] = ()
    issued: Paper | None = None


def check_paper(code: ProvenCode | BareCode, school_key: bytes, evidence: Evidence) -> Checked:
    """Return whether a paper and the archive agree.

    Args:
        code: From the sheet.
        school_key: The school's public key, from somewhere one trusts.
        evidence: What is at hand; with nothing, the check is of the code alone.

    Raises:
        InputError: ``paper.no_cell``: a typed cell is none of the paper's.
    """
    try:
        claim = code.check(school_key)
    except AccessError:
        return Checked(PaperState.NEVER_ISSUED)
    proven = claim.command is not None or evidence.logged == claim.sheet_hash
    if not proven and evidence.logged is not None:
        return Checked(PaperState.NEVER_ISSUED)
    sheet, archive = evidence.sheet, evidence.archive
    issued = next((one for one in (sheet, archive) if one and one.hash() == claim.sheet_hash), None)
    changed = _on_sheet(claim, evidence, issued)
    if changed is not None:
        return Checked(PaperState.SHEET_CHANGED, claim, changed, issued)
    if archive is not None and archive.hash() != claim.sheet_hash:
        found = differences(issued, archive) if issued else _typed(evidence.typed, archive)
        agree = issued is not None and figures_agree(issued, archive)
        if not agree or proven:
            differs = PaperState.FORM_DIFFERS if agree else PaperState.ARCHIVE_DIFFERS
            return Checked(differs, claim, tuple(found), issued)
    if not proven:
        return Checked(PaperState.UNPROVEN, claim, (), issued)
    compared = sheet is not None and evidence.shown is not None
    state = PaperState.GENUINE if compared else PaperState.ISSUED
    return Checked(state, claim, (), issued)


def _on_sheet(
    claim: Claim, evidence: Evidence, issued: Paper | None
) -> tuple[Difference, ...] | None:
    """Return where the sheet says something else than was issued; None where it does not."""
    sheet = evidence.sheet
    if sheet is not None and sheet.hash() != claim.sheet_hash:
        return tuple(differences(issued, sheet) if issued else ())
    found = [*(evidence.shown or ()), *(_typed(evidence.typed, issued) if issued else ())]
    return tuple(found) or None


def _typed(typed: Sequence[Typed], paper: Paper) -> list[Difference]:
    made = []
    for one in typed:
        cell = cell_of(paper, one.row, one.column)
        if cell is None:
            raise InputError("paper.no_cell")
        if cell.strip() != one.value.strip():
            made.append(Difference(one.row, one.column, cell, one.value))
    return made
