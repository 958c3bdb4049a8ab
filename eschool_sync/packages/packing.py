"""Packs the classes of a year on the server: one check of the history, then package by package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from eschool_core import calendar
from eschool_core.commands.issuing import REGISTER
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import DamageError, InputError
from eschool_core.exports.class_year import ClassYear, class_year, tables_of
from eschool_core.forms.archive_papers import journal_papers, register_paper
from eschool_core.forms.document import Document
from eschool_core.forms.remaking import LANGUAGES
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.forms.wishes import issued_as, of_table, stamped
from eschool_core.labels import Language
from eschool_sync.backup.tables import one_moment
from eschool_sync.history.entries import read_entries, read_log
from eschool_sync.history.paper_code import ProvenCode
from eschool_sync.history.touched import Touched
from eschool_sync.history.verify import Verifier
from eschool_sync.issuing import stamp_of
from eschool_sync.packages.build import Log, Packed, folder_name, make_package
from eschool_sync.packages.catalogue import folded, listed, read_catalogue, write_catalogue
from eschool_sync.packages.history import Leaves
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.proving import proof_of_own
from eschool_sync.server.school import ServerSchool

PAPER = ".pdf"
KINDS = (ArchiveKind.JOURNAL_PACKAGE, ArchiveKind.REGISTER_PACKAGE)

Sign = Callable[[bytes], bytes]
Tell = Callable[[str, int, int], None]
"""Told what is done now, how many papers are made, and how many there will be."""


def unsigned(pdf: bytes) -> bytes:
    """Return a paper as it is, where nobody signs."""
    return pdf


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be packed.

    Attributes:
        classes: Of one year.
        sign: Signs each paper.
        today: On the school's calendar, as a day number.
    """

    classes: Sequence[SchoolClass]
    today: int
    sign: Sign = unsigned
    language: Language = "ru"


@dataclass(slots=True)
class Done:
    """What came of it.

    Attributes:
        packed: New packages.
        there: Folders of those that the data bank had already.
        not_sealed: Classes with kinds of which the archive lacks a journal or the register.
        not_issued: Classes whose register, as the rows give it, nobody has issued (5.2).
    """

    packed: list[Packed] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    not_sealed: list[tuple[str, ArchiveKind]] = field(default_factory=list)
    not_issued: list[str] = field(default_factory=list)


def pack(school: ServerSchool, bank: Path, wanted: Wanted, tell: Tell = silent) -> Done:
    """Put packages of some classes into a data bank and list them there.

    A package stands or does not; those that are finished stay when a later one fails. Takes as long
    as one check of the whole history, and the papers; and the memory of the check, whatever the
    number of classes.

    Raises:
        DamageError: ``damage.tables``: the history is not sound; ``package.catalogue``.
        AccessError: ``access.file``; ``package.other_key``: the data bank is another school's.
    """
    key = SigningKey(bytes.fromhex(school.state.school_seed))
    known = read_catalogue(bank, key.public_bytes)
    done = Done()
    with school.turn, one_moment(school.database):
        contents = list(_contents(school, bank, wanted, done))
        if not contents:
            return done
        steps = _Steps(tell, sum(_steps_of(content) for content in contents))
        steps.tell("verify")
        touched, log = _history(school, contents)
        for content in contents:
            packed = make_package(
                bank,
                content,
                tables_of(school.store, content),
                _papers(school, content, wanted),
                touched.seqs(content.parts, content.kept),
                log,
                key,
                wanted.today,
                wanted.language,
                steps.tell,
            )
            done.packed.append(packed)
            until = calendar.date_of(packed.keep_until).isoformat()
            known = [one for one in known if folded(one.folder) != folded(packed.folder.name)]
            known.append(listed(packed, until))
            write_catalogue(bank, known, key)
    return done


class _Steps:
    """Counts the papers that are made, for a bar that moves evenly: they take most of the time."""

    def __init__(self, tell: Tell, total: int) -> None:
        self._tell = tell
        self._total = total
        self._done = 0

    def tell(self, stage: str) -> None:
        """Take account of the file that is written now."""
        self._done += stage.endswith(PAPER)
        self._tell(stage, self._done, self._total)


def _steps_of(content: ClassYear) -> int:
    return len(content.entries)


def _contents(school: ServerSchool, bank: Path, wanted: Wanted, done: Done) -> Iterator[ClassYear]:
    for school_class in wanted.classes:
        for kind in KINDS:
            try:
                content = class_year(school.store, school_class, kind)
            except InputError as error:
                if error.key not in ("archive.not_sealed", "archive.journals_gone"):
                    raise
                done.not_sealed.append((school_class.name, kind))
                continue
            if (bank / folder_name(content)).exists():
                done.there.append(folder_name(content))
            elif not _is_issued(school, content, wanted):
                done.not_issued.append(school_class.name)
            else:
                yield content


def _history(school: ServerSchool, contents: Sequence[ClassYear]) -> tuple[Touched, Log]:
    """Check the whole history and note which entries wrote what is packed."""
    touched = Touched(
        frozenset().union(*(content.parts for content in contents)),
        frozenset().union(*(content.kept for content in contents)),
    )
    digest_key = bytes.fromhex(school.state.digest_key)
    verifier = Verifier(
        school.database, school.state.school, school.public_key, digest_key, touched
    )
    found = verifier.verify()
    if not found.is_sound:
        raise DamageError("damage.tables", count=found.count)
    read = partial(read_entries, school.database)
    leaves = Leaves(read_log(school.database))
    return touched, Log(school.state.school, leaves, read, school.head().signed)


def _papers(
    school: ServerSchool, content: ClassYear, wanted: Wanted
) -> Iterator[tuple[str, bytes]]:
    first_day, language = content.year.first_day, wanted.language
    if content.kind is ArchiveKind.REGISTER_PACKAGE:
        register = _register(school, content, wanted)
        assert register is not None
        yield "register.pdf", wanted.sign(to_pdf(register))
        return
    journals = [entry.object_id for entry in content.entries]
    for journal_id, paper in journal_papers(
        school.store, journals, first_day, wanted.today, language
    ):
        yield f"journal_{journal_id}.pdf", wanted.sign(to_pdf(paper))


def _is_issued(school: ServerSchool, content: ClassYear, wanted: Wanted) -> bool:
    """Return whether what counts in a package is issued; journals are no issued papers (5.2)."""
    if content.kind is not ArchiveKind.REGISTER_PACKAGE:
        return True
    return _register(school, content, wanted) is not None


def _register(school: ServerSchool, content: ClassYear, wanted: Wanted) -> Document | None:
    """Return the register of a class as it was issued; None where nobody has issued this one."""
    spoken = sorted(LANGUAGES, key=lambda known: known != wanted.language)
    for language in spoken:
        paper = register_paper(
            school.store, content.school_class, content.year.first_day, wanted.today, language
        )
        wish = of_table(paper.tables[0], REGISTER, content.school_class.id)
        row = issued_as(school.store, wish)
        if row is not None:
            code = ProvenCode(proof_of_own(school, row))
            stamp = stamp_of(school.store, row, wish.about, code, school.public_key, language)
            return stamped(paper, [wish], [stamp])
    return None
