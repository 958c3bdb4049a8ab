"""Coming in by the portal's pages: slip, password, second factor, duties of a user (3.1, 3.2).

Each act is called in a thread with the fields of a form and answers with a page or with where to
go. What is wrong is told on the same page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import segno
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_core.labels import Language
from eschool_sync.server.portal import Portal
from eschool_sync.server.portal_routes import Portals
from eschool_sync.server.standing import Entered, Stage
from eschool_web import render
from eschool_web.answering import told
from eschool_web.cookies import Cookies, Ticket
from eschool_web.refusals import status_of

MAX_FIELD: Final = 300
PLACES: Final[Mapping[Stage, str]] = {
    Stage.SET_UP_FACTOR: "/factor",
    Stage.SHOW_FACTOR: "/factor",
    Stage.ACKNOWLEDGE: "/pledge",
}
"""Where a session goes that has something to do first."""

QR_SCALE: Final = 5


@dataclass(frozen=True, slots=True)
class Knock:
    """One request at the door.

    Attributes:
        source: Address it came from, as rates are kept.
        fields: Of the form.
    """

    request: Request
    source: str
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a field; empty where it is missing, too long or no text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) and len(value) <= MAX_FIELD else ""


class Doors:
    """The pages before a session is open.

    Args:
        portals: Of all schools.
        cookies: Of the pages' address.
        language: Of the texts.
    """

    def __init__(self, portals: Portals, cookies: Cookies, language: Language) -> None:
        self._portals = portals
        self._cookies = cookies
        self._language = language

    def show_login(self, knock: Knock) -> Response:
        """Show the page that asks for login and password."""
        return self._page("portal_login.html", knock)

    def show_slip(self, knock: Knock) -> Response:
        """Show the page that takes a slip and lets choose a password."""
        return self._page("portal_slip.html", knock)

    def log_in(self, knock: Knock) -> Response:
        """Begin a session by login and password."""
        try:
            school = self._school(knock)
            entered = self._portal(school).log_in(
                knock.text("login"),
                knock.text("password"),
                knock.source,
                self._cookies.browser(knock.request),
            )
        except EschoolError as error:
            return self._page("portal_login.html", knock, error)
        return self._entered(school, entered)

    def use_slip(self, knock: Knock) -> Response:
        """Use a slip up, and begin a session with the password chosen."""
        try:
            if knock.text("new_password") != knock.text("repeat"):
                raise InputError("web.portal.differs")
            school = self._school(knock)
            entered = self._portal(school).first_sign_in(
                knock.text("login"),
                knock.text("code"),
                knock.text("new_password"),
                knock.source,
                self._cookies.browser(knock.request),
            )
        except EschoolError as error:
            return self._page("portal_slip.html", knock, error)
        return self._entered(school, entered)

    def show_factor_page(self, knock: Knock) -> Response:
        """Show what a session has to do about the second factor."""
        portal, ticket = self._session(knock)
        stage = portal.visit(ticket.token).stage
        if stage not in (Stage.SET_UP_FACTOR, Stage.SHOW_FACTOR):
            return self._onward(stage)
        return self._page("portal_factor.html", knock, **_factor(stage))

    def offer_factor(self, knock: Knock) -> Response:
        """Show a new secret for the authenticator, once, as a picture and as letters."""
        portal, ticket = self._session(knock)
        stage = portal.visit(ticket.token).stage
        if stage is not Stage.SET_UP_FACTOR:
            return self._onward(stage)
        address = portal.offer_factor(ticket.token)
        offered = {
            "picture": segno.make(address, error="m").png_data_uri(scale=QR_SCALE),
            "secret": address.partition("secret=")[2].partition("&")[0],
        }
        return self._page("portal_factor.html", knock, **_factor(stage, offered))

    def show_code(self, knock: Knock) -> Response:
        """Take a code of the authenticator."""
        portal, ticket = self._session(knock)
        browser = self._cookies.browser(knock.request)
        try:
            known = portal.show_factor(ticket.token, knock.text("code"), knock.source, browser)
        except EschoolError as error:
            stage = portal.visit(ticket.token).stage
            return self._page("portal_factor.html", knock, error, **_factor(stage, missed=True))
        response = self._onward(portal.visit(ticket.token).stage)
        self._cookies.know(response, known)
        return response

    def show_pledge(self, knock: Knock) -> Response:
        """Show the duties of a user."""
        portal, ticket = self._session(knock)
        stage = portal.visit(ticket.token).stage
        return (
            self._page("portal_pledge.html", knock)
            if stage is Stage.ACKNOWLEDGE
            else self._onward(stage)
        )

    def pledge(self, knock: Knock) -> Response:
        """Take on the duties of a user (3.2)."""
        portal, ticket = self._session(knock)
        portal.acknowledge(ticket.token)
        return self._onward(portal.visit(ticket.token).stage)

    def log_out(self, knock: Knock) -> Response:
        """End the session; the browser forgets what it has kept of the pages."""
        ticket = self._cookies.ticket(knock.request)
        portal = None if ticket is None else self._portals.portal(ticket.school)
        if portal is not None and ticket is not None:
            portal.log_out(ticket.token)
        response: Response = RedirectResponse("/login", status_code=303)
        response.headers["clear-site-data"] = '"cache", "storage"'
        self._cookies.end(response)
        return response

    def locked(self, knock: Knock, error: EschoolError | None = None) -> Response:
        """Show the page that asks whether the person is still there (4.5.7)."""
        return self._page("portal_lock.html", knock, error)

    def _entered(self, school: int, entered: Entered) -> Response:
        response = self._onward(entered.stage)
        visit = self._portal(school).visit(entered.token)
        ticket = Ticket(school, entered.token)
        self._cookies.begin(response, ticket, lasting=not visit.is_staff)
        self._cookies.know(response, entered.browser)
        return response

    def _onward(self, stage: Stage) -> Response:
        return RedirectResponse(PLACES.get(stage, "/"), status_code=303)

    def _session(self, knock: Knock) -> tuple[Portal, Ticket]:
        ticket = self._cookies.ticket(knock.request)
        portal = None if ticket is None else self._portals.portal(ticket.school)
        if ticket is None or portal is None:
            raise AccessError("access.session")
        return portal, ticket

    def _school(self, knock: Knock) -> int:
        """Return the only school, or the one that the form names; 0 for none."""
        numbers = self._portals.numbers()
        if len(numbers) == 1:
            return numbers[0]
        given = knock.text("school").strip()
        return int(given) if given.isascii() and given.isdigit() and len(given) <= 16 else 0

    def _portal(self, school: int) -> Portal:
        """Return a school's portal; one that there is not looks like a wrong password.

        Raises:
            AccessError: ``access.login``.
        """
        portal = self._portals.portal(school)
        if portal is None:
            raise AccessError("access.login")
        return portal

    def _page(
        self, template: str, knock: Knock, error: EschoolError | None = None, **values: Any
    ) -> Response:
        shared = {
            "said": None if error is None else told(error, self._language),
            "login": knock.text("login"),
            "school": knock.text("school") or knock.request.query_params.get("school", "")[:20],
            "many": len(self._portals.numbers()) > 1,
            "path": knock.request.url.path,
        }
        status = 200 if error is None else status_of(error)
        return HTMLResponse(render.page(template, self._language, {**shared, **values}), status)


def _factor(
    stage: Stage, offered: Mapping[str, str] | None = None, *, missed: bool = False
) -> dict[str, Any]:
    """Return what the page of the second factor shows.

    A secret that was shown stays good: who has mistyped its code (``missed``) tries once more.
    """
    again = missed and stage is Stage.SET_UP_FACTOR
    return {"offered": offered, "new": stage.value, "again": again}
