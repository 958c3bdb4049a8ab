"""A printed file does nothing by itself and its making asks nobody: row 84 of the checklist."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from eschool_core.forms.document import Document, Slip
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.reports.table import Row
from tests.core.forms.test_to_pdf import STAMP, document, wide

pytestmark = pytest.mark.asvs("row 84")

ACTIVE = frozenset(
    {
        *("/JavaScript", "/JS", "/URI", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm"),
        *("/GoToR", "/GoToE", "/Rendition", "/Sound", "/Movie", "/RichMedia", "/3D", "/XFA"),
        *("/OpenAction", "/AA", "/A", "/AcroForm"),
    }
)
"""Names of what a reader would do by itself or at a press, as keys or as values."""

LINKS = (
    'https://evil.example/?x=1 #link("https://evil.example") mailto:a@evil.example '
    "javascript:alert(1)"
)

KINDS: dict[str, Document] = {
    "sheet": document(wide(3, title=LINKS, subject_of=LINKS, rows=(Row((1, LINKS, 5, 4, 3)),))),
    "issued": replace(document(wide(3)), stamps=(STAMP,)),
    "bound": document(wide(40), bound=True),
    "slips": replace(
        document(), tables=(), slips=(Slip(LINKS, (LINKS,), None, (("Логин", LINKS),), (LINKS,)),)
    ),
}

HERE = """
import socket, sys
try:
    socket.create_connection(("192.0.2.1", 80), 1)
    sys.exit("there is a network")
except OSError:
    pass
from tests.core.forms.test_passive import KINDS
from eschool_core.forms.to_pdf import to_pdf
sys.stdout.buffer.write(to_pdf(KINDS[sys.argv[1]]))
"""


def active(pdf: bytes) -> set[str]:
    """Return what a file would do, by the names in all its objects."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return {name for one in opened.objects for name in names(one)} & ACTIVE


def names(one: object) -> Iterator[str]:
    """Yield keys and names of an object and of all that is written within it."""
    if isinstance(one, pikepdf.Name):
        yield str(one)
    elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in one.items():
            yield key
            if not (getattr(value, "is_indirect", False)):
                yield from names(value)
    elif isinstance(one, pikepdf.Array):
        for value in one:
            if not (getattr(value, "is_indirect", False)):
                yield from names(value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_printed_file_has_no_script_no_link_and_no_action(kind: str) -> None:
    assert active(to_pdf(KINDS[kind])) == set()


@pytest.mark.parametrize(
    "added",
    [
        {"/OpenAction": pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")},
        {"/Names": pikepdf.Dictionary(JavaScript=pikepdf.Dictionary())},
    ],
)
def test_the_search_finds_a_script(added: dict[str, pikepdf.Object]) -> None:
    made = BytesIO()
    with pikepdf.open(BytesIO(to_pdf(KINDS["sheet"]))) as pdf:
        for key, value in added.items():
            pdf.Root[key] = value
        pdf.save(made)
    assert "/JavaScript" in active(made.getvalue())


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_same_to_the_byte_where_there_is_no_network(kind: str) -> None:
    """Made in a network namespace of its own, in which nothing can be reached."""
    project = Path(__file__).parents[3]
    alone = ["unshare", "--map-root-user", "--net"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        if os.environ.get("CI") == "true":
            pytest.fail("this system gives no network namespace (unshare --net)")
        pytest.skip("this system gives no network namespace (unshare --net)")
    made = subprocess.run(
        [*alone, sys.executable, "-c", HERE, kind], cwd=project, check=True, capture_output=True
    )
    assert made.stdout == to_pdf(KINDS[kind])
