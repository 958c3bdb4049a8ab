"""The page that says what this server is."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from eschool_core import labels

_STYLE: Final = "body{font:1.1em/1.5 sans-serif;max-width:40em;margin:4em auto;padding:0 1em}"


def start_page() -> HTMLResponse:
    """Return the page that says what this server is."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    title, *paragraphs = (
        escape(labels.text(f"server.page.{part}")) for part in ("title", "text", "help")
    )
    content = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return HTMLResponse(
        f'<!doctype html><html lang="ru"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>{content}</html>",
        headers={
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        },
    )
