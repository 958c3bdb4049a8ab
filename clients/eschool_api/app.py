"""The routes of JSON on loopback, and their description in OpenAPI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final, Literal

from eschool_web.answering import log_fault, told, told_key
from eschool_web.refusals import NOT_FOUND, RefusedRequest, status_of
from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.exceptions import HTTPException
from starlette.responses import Response

from eschool_api.giving import Do, Done, Refusal, said_of, taken
from eschool_api.guard import TOO_LONG, Guard
from eschool_api.live import Live
from eschool_api.reads import READS, Read
from eschool_api.rows import MOST_ROWS, OPEN
from eschool_api.service import Service
from eschool_api.shapes import Shapes
from eschool_core import calendar
from eschool_core.commands.base import MAX_ID, ObjectId
from eschool_core.errors import EschoolError
from eschool_core.queries.answer import plain
from eschool_sync.replica import Status, SyncReport

VERSION: Final = "1"
ROOT: Final = "/v1"
TICK_SECONDS: Final = 1.0
OF_STATUS: Final = {
    400: "api.body", 405: "web.refused.method", TOO_LONG: "web.refused.body",
}  # fmt: skip

Id = Annotated[int, Path(alias="id", ge=1, le=MAX_ID)]
Narrowing = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}=.{0,200}$")]
Day = Annotated[date | None, Query(description="Date in ISO form; the school's today by default.")]


class Saying(BaseModel):
    """What is said of a refusal.

    Attributes:
        key: Stable, for machines.
        clause: Of the regulation that refuses; empty where something else does.
        field: Of the request that does not fit; empty where none is to blame.
    """

    key: str
    text: str
    remedy: str
    clause: str
    field: str = ""


class Problem(BaseModel):
    """Every answer that is no success."""

    error: Saying


class Dismissed(BaseModel):
    """A refused command is off the list."""

    number: int


class Passphrase(BaseModel):
    """The owner's passphrase once more."""

    model_config = ConfigDict(extra="forbid")

    passphrase: Annotated[str, Field(min_length=1, max_length=1_000)]


class Number(BaseModel):
    """Number of an own command."""

    model_config = ConfigDict(extra="forbid")

    number: ObjectId


class Proven(BaseModel):
    """The passphrase was right."""

    proven: Literal[True] = True


class Closing(BaseModel):
    """The replica is being closed, and this program ends."""

    closing: Literal[True] = True


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "the body is no JSON"},
    401: {"model": Problem, "description": "the token is missing or another"},
    403: {"model": Problem, "description": "not allowed to this person, or not without proof"},
    404: {"model": Problem, "description": "there is no such thing here"},
    409: {"model": Problem, "description": "the regulation refuses"},
    413: {"model": Problem, "description": "the body is too long"},
    421: {"model": Problem, "description": "the Host header names another address"},
    422: {"model": Problem, "description": "a field does not fit"},
    429: {"model": Problem, "description": "busy; try again"},
    503: {
        "model": Problem,
        "description": "the server cannot be reached, or the replica is damaged",
    },
}


def make_api(service: Service, host: str, token: str, end: Callable[[], None]) -> FastAPI:
    """Return the application that serves one person's replica.

    Args:
        service: Over the open replica.
        host: Address and port under which it is reached, as the Host header must say it.
        token: What every request must bring.
        end: Ends the program; called when nobody asked for longer than the policy allows (4.5.7).
    """
    routes = Routes(service, end)
    app = FastAPI(
        title="eschool",
        version=VERSION,
        summary="One person's replica of a school's journal, for programs on the same computer.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{ROOT}/openapi.json",
        responses=PROBLEMS,
        lifespan=routes.lifespan,
        exception_handlers={
            RequestValidationError: routes.unfit,
            RefusedRequest: routes.refused,
            EschoolError: routes.failed,
            HTTPException: routes.no_such_door,
            Exception: routes.broken,
        },
        separate_input_output_schemas=False,
    )
    app.router.redirect_slashes = False
    shapes = Shapes()
    routes.add_to(app, shapes)
    _describe(app, shapes)
    app.add_middleware(Guard, host=host, token=token, language=service.language)
    return app


class Routes:
    """The endpoints and what they share.

    Args:
        service: Over the open replica.
        end: Ends the program.
    """

    def __init__(self, service: Service, end: Callable[[], None]) -> None:
        self._service = service
        self._end = end
        self._live = Live(service.replica)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """End when nobody has asked for anything for too long."""
        watching = asyncio.create_task(self._watch())
        yield
        watching.cancel()

    async def _watch(self) -> None:
        # A plain clock cannot be waited for: it jumps when the computer has slept.
        while self._service.door.idle.left():  # noqa: ASYNC110
            await asyncio.sleep(TICK_SECONDS)
        self._end()

    def add_to(self, app: FastAPI, shapes: Shapes) -> None:
        """Add every route."""
        add = app.add_api_route
        add(
            f"{ROOT}/do",
            self.do,
            methods=["POST"],
            response_model=Done,
            summary="Give commands that stand or fall together",
        )
        add(
            f"{ROOT}/status",
            self.status,
            response_model=None,
            summary="How the replica stands",
            responses=_answer(shapes.of(Status)),
        )
        add(
            f"{ROOT}/sync",
            self.sync,
            methods=["POST"],
            response_model=None,
            summary="Exchange with the school's server",
            responses=_answer(shapes.of(SyncReport)),
        )
        add(
            f"{ROOT}/live",
            self.live,
            response_model=None,
            response_class=StreamingResponse,
            summary="Hear of news: server-sent events whose data is the school's seq",
            responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
        )
        add(
            f"{ROOT}/refused",
            self.refusals,
            response_model=None,
            summary="Own commands that were rejected or are held",
            responses=_answer({"type": "array", "items": shapes.of(Refusal)}),
        )
        add(
            f"{ROOT}/dismiss",
            self.dismiss,
            methods=["POST"],
            response_model=Dismissed,
            summary="Take a refused command off the list",
        )
        add(
            f"{ROOT}/prove",
            self.prove,
            methods=["POST"],
            response_model=Proven,
            summary="Prove once more to be the owner, for five minutes (4.5.7)",
        )
        add(
            f"{ROOT}/close",
            self.close,
            methods=["POST"],
            response_model=Closing,
            summary="Close the replica and end",
        )
        for read in READS:
            schema = shapes.of(read.answer)
            add(
                f"{ROOT}{read.path}",
                self._reading(read),
                response_model=None,
                summary=f"Read {read.says}",
                responses=_answer({"type": "array", "items": schema} if read.many else schema),
            )
        listed = [shapes.of_rows(table) for table in OPEN.values()]
        add(f"{ROOT}/rows/{{table}}", self.rows, response_model=None,
            summary="Read rows of a table by id, for what no question answers",
            responses=_answer({"type": "array", "items": {"anyOf": listed}}))  # fmt: skip

    def do(self, body: Do) -> Done:
        """Carry out commands here at once, and keep them for the server."""
        self._service.door.idle.touch()
        commands = [entry.command for entry in body.commands]
        receipts = self._service.do(commands, body.replaces)
        return Done(receipts=[taken(entry, self._service.language) for entry in receipts])

    def status(self) -> Response:
        """Return how the replica stands; not counted as a sign that somebody is there."""
        return JSONResponse(plain(self._service.replica.status()))

    def sync(self) -> Response:
        """Send what is pending, and fetch what is new."""
        self._service.door.idle.touch()
        return JSONResponse(asdict(self._service.replica.sync()))

    async def live(self) -> Response:
        """Tell of news as long as the caller listens; not counted as a sign of anybody."""
        return StreamingResponse(self._live.events(), media_type="text/event-stream")

    def refusals(self) -> Response:
        """Return what the server rejected or holds, oldest first."""
        self._service.door.idle.touch()
        language = self._service.language
        return JSONResponse(
            [plain(said_of(entry, language)) for entry in self._service.replica.refused()]
        )

    def dismiss(self, body: Number) -> Dismissed:
        """Take a refused command off the list."""
        self._service.door.idle.touch()
        self._service.replica.dismiss(body.number)
        return Dismissed(number=body.number)

    def prove(self, body: Passphrase) -> Proven:
        """Take the passphrase before term marks, access and exports."""
        self._service.door.idle.touch()
        self._service.door.prove(body.passphrase)
        return Proven()

    def close(self) -> Closing:
        """Close the replica and end the program."""
        self._end()
        return Closing()

    def rows(
        self,
        table: Annotated[str, Path(json_schema_extra={"enum": sorted(OPEN)})],
        where: Annotated[list[Narrowing], Query(max_length=10)] = [],  # noqa: B006 - FastAPI copies it
        after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    ) -> Response:
        """Return rows whose columns have the values that ``where`` names: ``journal_id=5``."""
        self._service.door.idle.touch()
        if table not in OPEN:
            raise RefusedRequest(404, NOT_FOUND)
        equals = dict(entry.split("=", 1) for entry in where)
        return JSONResponse(self._service.rows(OPEN[table], equals, after, limit))

    def _reading(self, read: Read) -> Callable[..., Response]:
        def about_nothing(day: Day = None) -> Response:
            return self._read(read, 0, day)

        def about_one(object_id: Id, day: Day = None) -> Response:
            return self._read(read, object_id, day)

        return about_one if "{id}" in read.path else about_nothing

    def _read(self, read: Read, object_id: int, day: date | None) -> Response:
        self._service.door.idle.touch()
        number = None if day is None else calendar.day_number(day)
        return JSONResponse(self._service.read(read, object_id, number))

    async def unfit(self, _: Request, error: Exception) -> Response:
        """Answer a request whose fields do not fit: name the field, never its value."""
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        broken = first["type"] == "json_invalid"
        place = ".".join(str(step) for step in first["loc"] if isinstance(step, int | str))
        said = told_key("api.body" if broken else "api.field", self._service.language)
        return _problem(400 if broken else 422, said | {"field": place[:200]})

    async def refused(self, _: Request, error: Exception) -> Response:
        """Answer a request that is refused before the library is asked."""
        assert isinstance(error, RefusedRequest)
        return _problem(error.status, told_key(error.key, self._service.language))

    async def failed(self, _: Request, error: Exception) -> Response:
        """Answer a request that our own error ended."""
        assert isinstance(error, EschoolError)
        return _problem(status_of(error), told(error, self._service.language))

    async def no_such_door(self, _: Request, error: Exception) -> Response:
        """Answer an unknown address, or a method that it does not know."""
        assert isinstance(error, HTTPException)
        key = OF_STATUS.get(error.status_code, NOT_FOUND)
        status = error.status_code if error.status_code in OF_STATUS else 404
        said = told_key(key, self._service.language)
        return _problem(status, said, error.headers)

    async def broken(self, _: Request, error: Exception) -> Response:
        """Answer a request that a fault of ours ended: its places go to the log, no value."""
        log_fault(error)
        return _problem(500, told_key("web.broken", self._service.language))


def _answer(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"schema": schema}}, "description": "the answer"}}


def _problem(
    status: int, said: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> Response:
    body = Problem(error=Saying.model_validate(said))
    return JSONResponse(body.model_dump(), status, headers=headers)


def _describe(app: FastAPI, shapes: Shapes) -> None:
    """Add the shapes of answers and the token to the description."""
    made = app.openapi()
    made["components"]["schemas"] |= shapes.named
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    app.openapi_schema = made
