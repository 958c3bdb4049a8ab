"""Every text that the pages name exists, and every text of their modules is named by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from eschool_web import wording
from eschool_web.shell import links_at_server
from eschool_web.views import led_class, officer, watching

from eschool_core.labels import catalogue, text
from eschool_core.regulation import checks
from tests.repo.test_error_texts import all_raised

WEB = Path(__file__).resolve().parents[2] / "clients" / "eschool_web"
IN_TEMPLATE = re.compile(r"""\bt\("([a-z_.0-9]+)"(?=[,)])""")
IN_MODULE = re.compile(r"\bsay\(\"([a-z_0-9]+)\"")
NAMED = re.compile(r"""["'`]([a-z][a-z_0-9]+)["'`]""")
OF_MODULES = "web.js."


def texts_in(folder: str, suffix: str) -> Iterator[tuple[str, str]]:
    for path in sorted((WEB / folder).glob(f"*{suffix}")):
        yield path.name, path.read_text("utf-8")


def test_every_text_that_a_template_names_exists() -> None:
    missing = [
        (name, key)
        for name, content in texts_in("templates", ".html")
        for key in IN_TEMPLATE.findall(content)
        if key not in catalogue()
    ]
    assert missing == []


def test_every_text_that_a_module_names_exists() -> None:
    missing = [
        (name, key)
        for name, content in texts_in("static", ".js")
        for key in IN_MODULE.findall(content)
        if OF_MODULES + key not in catalogue()
    ]
    assert missing == []


@pytest.mark.parametrize("suffix", ["", "_remedy"])
def test_every_text_of_the_modules_is_used(suffix: str) -> None:
    """A remedy is named by the text that it belongs to."""
    named = {
        key
        for folder, kind in (("static", ".js"), ("templates", ".html"), ("views", ".py"))
        for _, content in texts_in(folder, kind)
        for key in {*NAMED.findall(content), *re.findall(r"web\.js\.([a-z_0-9]+)", content)}
    }
    known = {key.removeprefix(OF_MODULES) for key in catalogue() if key.startswith(OF_MODULES)}
    wanted = {key for key in known if key.endswith("_remedy") == bool(suffix)}
    assert {key for key in wanted if key.removesuffix(suffix) not in named} == set()


OF_PROGRAMS = frozenset(
    "parcel.damaged parcel.direction parcel.foreign_device parcel.not_ours parcel.unequal "
    "input.proof input.tree_head server.no_school server.not_collecting "
    "web.start_used web.no_session web.refused.host".split()
)
"""What only a program is told (files that it reads, the server's folder), or must tell of it."""

COMMAND = re.compile(r"\beschool [a-z]")
NAMED_PAGE = re.compile(r"страниц[аеуы] «([^»]+)»")


def refusals_of_pages() -> set[str]:
    """Return the keys of errors, findings and notices that a page may show."""
    graph = grimp.build_graph("eschool_core", "eschool_sync", "eschool_web")
    reached = graph.find_upstream_modules("eschool_web", as_package=True)
    reached |= graph.find_descendants("eschool_web")
    raised = {raised.key for raised in all_raised() if _module(raised.where) in reached}
    own = {key for key in catalogue() if key.startswith(("notice.", "web."))}
    found = raised | own | {check.id for check in checks.CHECKS}
    return {key for key in found if f"{key}.remedy" in catalogue()} - OF_PROGRAMS


def _module(where: str) -> str:
    file = where.rpartition(":")[0].removeprefix("clients/")
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_the_scan_knows_what_pages_show() -> None:
    assert refusals_of_pages() >= {"4.5.5/gaps", "web.not_found", "policy.unknown"}


@pytest.mark.parametrize("key", sorted(refusals_of_pages()))
def test_a_page_names_no_command(key: str) -> None:
    said = [catalogue()[wording.page_key(one)] for one in (key, f"{key}.remedy")]
    assert [entry for entry in said if any(map(COMMAND.search, entry.values()))] == []


def page_names() -> set[str]:
    sections = (*led_class.SECTIONS, *officer.SECTIONS, *watching.SECTIONS, *links_at_server())
    keys = {key for _, key in sections} | {key for key in catalogue() if key.startswith("web.nav.")}
    keys |= {"web.help", "web.feeds.title", "web.concern.title", "web.results.title"}
    return {text(key) for key in keys | {"web.pupil.results"}}


@pytest.mark.parametrize("key", sorted(one for one in catalogue() if one.endswith(".page")))
def test_what_pages_say_instead_stands_beside_it_and_names_pages_that_there_are(key: str) -> None:
    told = key.removesuffix(".page")
    assert COMMAND.search(catalogue()[told]["ru"]) or told.startswith("policy.")
    assert set(NAMED_PAGE.findall(catalogue()[key]["ru"])) <= page_names()
    known = catalogue()[told.removesuffix(".remedy")]["ru"]
    assert set(re.findall(r"\{(\w+)\}", catalogue()[key]["ru"])) <= set(
        re.findall(r"\{(\w+)\}", known)
    )
