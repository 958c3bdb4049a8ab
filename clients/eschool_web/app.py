"""The pages' application: sessions, the lock, and the views behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from eschool_core.errors import EschoolError
from eschool_core.labels import Language
from eschool_web import bodies, lease, render
from eschool_web.answering import (
    answer_of,
    error_page,
    fetched,
    is_of_module,
    log_fault,
    static_file,
    told,
    told_key,
    typeset,
)
from eschool_web.asking import Asked, Fetched, Paper, Reply, View
from eschool_web.door import PROOF_SECONDS, Closable, Door
from eschool_web.guard import Address, Guard
from eschool_web.refusals import NOT_FOUND, RefusedRequest, status_of
from eschool_web.routes import (
    ATTACHING,
    FILES,
    FORMS,
    OWN_FILES,
    PAGES,
    PAPERS,
    QUIET_DATA,
    STATE,
    WITH_FILES,
    WRITING,
)
from eschool_web.views.files import MAX_ATTACH_BYTES

CLEARED: Final = '"cache", "storage"'
TICK_SECONDS: Final = 1.0

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


def make_pages(door: Door, address: Address, language: Language = "ru") -> Starlette:
    """Return the application that serves one person's pages on loopback.

    Args:
        door: Who may come in, and the source once it is unlocked.
        address: Under which the pages are reached.
        language: Of the texts.
    """
    made = Pages(door, address, language)
    app = Starlette(
        routes=made.routes(),
        exception_handlers={
            RefusedRequest: made.refused,
            EschoolError: made.failed,
            HTTPException: made.no_such_door,
        },
        lifespan=made.lifespan,
    )
    app.router.redirect_slashes = False
    app.add_middleware(Guard, address=address)
    return app


class Pages:
    """The endpoints and what they share."""

    def __init__(self, door: Door, address: Address, language: Language) -> None:
        self._door = door
        self._language = language
        self._cookie = f"eschool-{address.host.rpartition(':')[2]}"

    def routes(self) -> list[Route]:
        """Return every address there is."""
        return [
            Route("/static/{version}/{name}", self._guarded(self._static)),
            Route("/start", self._guarded(self._start_page)),
            Route("/start", self._guarded(self._begin), methods=["POST"]),
            Route("/unlock", self._guarded(self._with_session(self._unlock)), methods=["POST"]),
            Route("/prove", self._guarded(self._with_session(self._prove)), methods=["POST"]),
            Route("/lock", self._guarded(self._with_session(self._lock)), methods=["POST"]),
            Route("/touch", self._guarded(self._with_session(self._touch)), methods=["POST"]),
            *(Route(path, self._of_view(view, quiet=False))
              for path, view in (*PAGES, *FILES, *OWN_FILES)),
            *(Route(path, self._of_view(view, quiet=True)) for path, view in QUIET_DATA),
            *(Route(path, self._of_view(view, quiet=True, reads=False)) for path, view in STATE),
            *(Route(path, self._of_view(view, quiet=False), methods=["POST"])
              for path, view in PAPERS),
            *(Route(path, self._of_view(view, quiet=False, reads=False), methods=["POST"])
              for path, view in (*WRITING, *FORMS)),
            *(Route(path, self._of_view(view, quiet=False, limit=bodies.MAX_FILE_BODY_BYTES),
                    methods=["POST"])
              for path, view in WITH_FILES),
            *(Route(path, self._of_view(view, quiet=False, limit=MAX_ATTACH_BYTES),
                    methods=["POST"])
              for path, view in ATTACHING),
        ]  # fmt: skip

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Watch the time while we serve."""
        watching = asyncio.create_task(self._watch())
        yield
        watching.cancel()
        await self._in_turn(self._door.lock)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self._door.source is not None and not self._door.idle.left():
                await self._in_turn(self._door.lock)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        """Do something at the source: one thing at a time, outside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._door.work, work)

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def checked(request: Request) -> Response:
            if request.state.refusal is not None:
                raise request.state.refusal
            try:
                return await endpoint(request)
            except (RefusedRequest, EschoolError):
                raise
            except Exception as error:  # noqa: BLE001 - the border: no value leaves with a fault
                log_fault(error)
                raise RefusedRequest(500, "web.broken") from None

        return checked

    def _with_session(self, endpoint: Endpoint) -> Endpoint:
        async def checked(request: Request) -> Response:
            if not self._door.sessions.knows(request.cookies.get(self._cookie, "")):
                raise RefusedRequest(403, "web.no_session")
            return await endpoint(request)

        return checked

    def _unlocked(self, endpoint: Callable[[Request, Closable], Awaitable[Response]]) -> Endpoint:
        async def checked(request: Request) -> Response:
            source = self._door.source
            if source is None:
                return self._locked(request)
            try:
                return await endpoint(request, source)
            except (RefusedRequest, EschoolError):
                raise
            except Exception:
                if self._door.source is source:
                    raise
                # The door was locked while this request waited for its turn.
                return self._locked(request)

        return checked

    def _of_view(
        self, view: View, *, quiet: bool, reads: bool = True, limit: int = bodies.MAX_BODY_BYTES
    ) -> Endpoint:
        async def endpoint(request: Request, source: Closable) -> Response:
            if not quiet:
                self._door.idle.touch()
            closed = await self._in_turn(lambda: lease.why_closed(source)) if reads else ""
            if closed:
                return self._closed(request, closed)
            body = await bodies.read(request, limit) if request.method == "POST" else {}
            asked = Asked(
                source,
                self._language,
                bodies.ids(request),
                bodies.query(request),
                body,
                self._door.proven(),
            )
            answer = await self._in_turn(lambda: self._answer(request, asked, view(asked)))
            if isinstance(answer, Paper):
                # Keys are saved while a long document is issued and set: it takes no turn.
                return await asyncio.to_thread(typeset, answer, source)
            if isinstance(answer, Fetched):
                # Nor does a file that has to come from the server.
                return await asyncio.to_thread(fetched, answer)
            return answer

        return self._guarded(self._with_session(self._unlocked(endpoint)))

    def _answer(self, request: Request, asked: Asked, reply: Reply) -> Response | Paper | Fetched:
        """Make the answer in the thread of the source, where pages may still read."""
        if isinstance(reply, Paper | Fetched):
            return reply
        return answer_of(request, asked, reply, int(self._door.idle.limit_seconds))

    def _closed(self, request: Request, why: str) -> Response:
        """Answer a reader whose copy must hear from the server first (7.1)."""
        if request.url.path.startswith("/api/"):
            raise RefusedRequest(403, why)
        return self._page("lease.html", {"why": why, "empty": why == lease.EMPTY}, 403)

    def _locked(self, request: Request) -> Response:
        if is_of_module(request):
            raise RefusedRequest(423, "web.locked")
        return self._page("lock.html", {})

    async def _static(self, request: Request) -> Response:
        return static_file(request)

    async def _start_page(self, _: Request) -> Response:
        return self._page("start.html", {})

    async def _begin(self, request: Request) -> Response:
        code = (await bodies.read(request)).get("code")
        token = self._door.sessions.begin(code if isinstance(code, str) else "")
        answer = JSONResponse({"to": "/"})
        answer.set_cookie(self._cookie, token, path="/", httponly=True, samesite="strict")
        return answer

    async def _unlock(self, request: Request) -> Response:
        return await self._with_passphrase(request, self._door.unlock)

    async def _prove(self, request: Request) -> Response:
        if self._door.source is None:
            raise RefusedRequest(423, "web.locked")
        self._door.idle.touch()
        return await self._with_passphrase(request, self._door.prove)

    async def _with_passphrase(self, request: Request, act: Callable[[str], None]) -> Response:
        passphrase = (await bodies.read(request)).get("passphrase")
        given = passphrase if isinstance(passphrase, str) else ""
        try:
            await self._in_turn(lambda: act(given))
        except EschoolError as error:
            # A wrong passphrase is an answer to the question, not a failed request.
            return JSONResponse({"refused": told(error, self._language)})
        return JSONResponse({"refused": None, "seconds": PROOF_SECONDS})

    async def _lock(self, _: Request) -> Response:
        await self._in_turn(self._door.lock)
        return JSONResponse({"locked": True}, headers={"clear-site-data": CLEARED})

    async def _touch(self, _: Request) -> Response:
        self._door.idle.touch()
        return JSONResponse({"seconds": int(self._door.idle.left())})

    def _page(self, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
        return HTMLResponse(render.page(template, self._language, values), status)

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer a request that is refused before any view."""
        assert isinstance(error, RefusedRequest)
        said = told_key(error.key, self._language)
        return error_page(request, error.status, said, self._language)

    async def failed(self, request: Request, error: Exception) -> Response:
        """Answer a request that our own error ended."""
        assert isinstance(error, EschoolError)
        said = told(error, self._language)
        return error_page(request, status_of(error), said, self._language)

    async def no_such_door(self, request: Request, _: Exception) -> Response:
        """Answer an unknown address as a guarded one that holds nothing."""
        refusal = request.state.refusal or RefusedRequest(404, NOT_FOUND)
        return await self.refused(request, refusal)
