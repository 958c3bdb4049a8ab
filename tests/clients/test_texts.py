"""Every text that the pages name exists, and every text of their modules is named by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eschool_core.labels import catalogue

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
