"""Pages from templates: everything is escaped, texts come from the catalogue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eschool_core.labels import Language, catalogue, text
from eschool_core.queries.answer import plain
from eschool_web import wording

STATIC: Final = "static"
JS_TEXTS: Final = "web.js."
BARE: Final = frozenset({"early.js", "lease.js", "lockpage.js", "start.js"})
"""Scripts that the modules of the frame do not ask for."""

_UNSAFE_IN_SCRIPT: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"}
)


@cache
def assets() -> Mapping[str, bytes]:
    """Return the files that pages load, by name."""
    folder = files("eschool_web").joinpath(STATIC)
    return {
        entry.name: entry.read_bytes()
        for entry in sorted(folder.iterdir(), key=lambda file: file.name)
        if entry.name.endswith((".css", ".js", ".svg"))
    }


@cache
def assets_version() -> str:
    """Return a name that changes with any of the files, so that they may be kept for ever."""
    digest = hashlib.sha256()
    for name, content in assets().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


@cache
def script_texts(language: Language) -> Mapping[str, str]:
    """Return the texts that the modules show, by the last part of their keys."""
    return {
        key.removeprefix(JS_TEXTS): entry[language]
        for key, entry in catalogue().items()
        if key.startswith(JS_TEXTS)
    }


def as_data(value: object) -> Markup:
    """Return JSON that can stand in a data block: nothing in it can end the block."""
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
    return Markup(packed.translate(_UNSAFE_IN_SCRIPT))  # noqa: S704 - escaped in the line above


@cache
def environment(language: Language) -> Environment:
    """Return the templates with what they may call."""
    made = Environment(
        loader=PackageLoader("eschool_web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["t"] = lambda key, **params: text(wording.page_key(key), language, **params)
    made.globals["word"] = lambda entry: text(
        f"{type(entry).__name__}.{entry.name.lower()}", language
    )
    made.globals["sentence"] = lambda key, params: wording.sentence(key, params, language)
    made.globals["remedy"] = lambda key, params: wording.remedy(key, params, language)
    made.globals["clause_of_check"] = wording.clause_of_check
    made.globals["language"] = language
    made.globals["static"] = f"/static/{assets_version()}"
    made.globals["modules"] = [
        name for name in assets() if name.endswith(".js") and name not in BARE
    ]
    made.globals["script_texts"] = script_texts(language)
    made.filters["short_date"] = wording.short_date
    made.filters["long_date"] = lambda day: wording.long_date(day, language)
    made.filters["moment"] = wording.moment
    made.filters["hundredths"] = wording.hundredths
    made.filters["full_date"] = wording.full_date
    made.filters["initials"] = wording.with_initials
    made.filters["as_data"] = as_data
    made.filters["words"] = lambda entries: [
        (entry, text(f"{type(entry).__name__}.{entry.name.lower()}", language)) for entry in entries
    ]
    made.filters["pairs"] = lambda rows, *names: [
        tuple(getattr(row, name) for name in names) for row in rows
    ]
    return made


def page(template: str, language: Language, values: Mapping[str, Any]) -> str:
    """Return the HTML of a page."""
    return environment(language).get_template(template).render(values)
