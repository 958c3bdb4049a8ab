"""Answers over HTTP from what views say, the same on loopback and on the portal."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from eschool_core.errors import EschoolError
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.labels import Language
from eschool_sync.attachment import disposition
from eschool_sync.issuing import issue
from eschool_web import render, wording
from eschool_web.asking import Asked, Data, Elsewhere, Fetched, File, Paper, Reply
from eschool_web.guard import FORM_TYPE
from eschool_web.refusals import NOT_FOUND, RefusedRequest
from eschool_web.shell import shell_of
from eschool_web.source import Source

FOR_EVER: Final = "public, max-age=31536000, immutable"
SANDBOX: Final = "default-src 'none'; sandbox"
"""For what people brought along: no script, no origin, no form, even if a program shows it."""

PDF: Final = "application/pdf"
TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
MAX_PLACES: Final = 20
LOG: Final = logging.getLogger("eschool.pages")


def answer_of(request: Request, asked: Asked, reply: Reply, lock_seconds: int) -> Response:
    """Return a view's reply as an answer; a page reads what its frame needs.

    Args:
        request: What was asked.
        asked: The same, as the view got it.
        reply: The view's.
        lock_seconds: After so many without a sign of anybody the page locks; 0 for never.
    """
    if isinstance(reply, Data):
        return JSONResponse(reply.value)
    if isinstance(reply, Elsewhere):
        return led_to(request, reply.address)
    if isinstance(reply, Paper):
        return typeset(reply, asked.source)
    if isinstance(reply, Fetched):
        return fetched(reply)
    if isinstance(reply, File):
        return saved(reply)
    values = {**shell_of(asked, request.url.path, lock_seconds), **reply.values}
    return HTMLResponse(render.page(reply.template, asked.language, values))


def typeset(paper: Paper, source: Source) -> Response:
    """Issue what of a document is to be issued, and return it as a PDF to be saved.

    Raises:
        RightsError, InputError: As ``issue``; nothing is printed.
    """
    document = paper.document
    if paper.wishes:
        document = issue(source.issuer(), document, paper.wishes, paper.as_of).document
    return saved(File(paper.name, PDF, to_pdf(document)))


def saved(file: File) -> Response:
    """Return a file to be saved."""
    named = {"content-disposition": disposition(file.name)}
    return Response(file.content, media_type=file.media_type, headers=named)


def fetched(reply: Fetched) -> Response:
    """Return a file that somebody gave: to be saved, and nothing in it runs wherever it opens.

    Raises:
        EschoolError: It cannot be had.
    """
    response = saved(reply.fetch())
    response.headers["content-security-policy"] = SANDBOX
    return response


def led_to(request: Request, address: str) -> Response:
    """Lead to another page; a module that has sent a form is told where."""
    if is_of_module(request):
        return JSONResponse({"to": address})
    return RedirectResponse(address, status_code=303)


def is_of_module(request: Request) -> bool:
    """Return whether a page's module asks, and not the browser for a page."""
    by_form = request.headers.get("content-type", "").lower().startswith(FORM_TYPE)
    return request.url.path.startswith("/api/") or (request.method == "POST" and not by_form)


def static_file(request: Request) -> Response:
    """Return a file that pages load.

    Raises:
        RefusedRequest: There is none of that name in this version.
    """
    name = request.path_params["name"]
    content = render.assets().get(name)
    if content is None or request.path_params["version"] != render.assets_version():
        raise RefusedRequest(404, NOT_FOUND)
    headers = {"cache-control": FOR_EVER}
    return Response(content, media_type=TYPES[name.rpartition(".")[2]], headers=headers)


def error_page(
    request: Request, status: int, said: Mapping[str, str], language: Language
) -> Response:
    """Return what is said of an error, as a page or for a module."""
    if is_of_module(request):
        return JSONResponse({"error": said}, status)
    return HTMLResponse(render.page("error.html", language, {"said": said}), status)


def told(error: EschoolError, language: Language) -> dict[str, str]:
    """Return what a page says of an error."""
    return {
        "text": wording.sentence(error.key, error.params, language),
        "remedy": wording.remedy(error.key, error.params, language),
        "clause": wording.clause_of(error),
        "key": error.key,
    }


def told_key(key: str, language: Language) -> dict[str, str]:
    """Return what a page says of a request that was refused before any view."""
    return {
        "text": wording.sentence(key, {}, language),
        "remedy": wording.remedy(key, {}, language),
        "clause": "",
        "key": key,
    }


def log_fault(error: Exception) -> None:
    """Write type and code places of a fault of ours; no message and no value."""
    places = [
        f"{Path(place.filename).name}:{place.lineno}"
        for place in traceback.extract_tb(error.__traceback__, limit=-MAX_PLACES)
    ]
    LOG.error("%s at %s", type(error).__qualname__, " ".join(places))
