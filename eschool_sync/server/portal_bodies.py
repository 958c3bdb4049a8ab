"""Bodies of the portal's routes: small strict JSON in, plain JSON out, errors in one form."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from eschool_core import labels
from eschool_core.errors import AccessError, BusyError, EschoolError, InputError, TransportError
from eschool_sync.protocol.error_body import status_of

MAX_BYTES: Final = 16 * 1024
JSON: Final = "application/json"
_UNAUTHORISED: Final = frozenset({"access.login", "access.session", "access.factor"})
_TOO_MANY: Final = frozenset({"busy.guesses", "busy.rate"})

Text = Annotated[str, StringConstraints(max_length=2_000)]
Short = Annotated[str, StringConstraints(max_length=200)]
Number = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]


class Body(BaseModel):
    """What a request brings: these fields and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Body):
    """An empty object."""


class Login(Body):
    """A login with its password."""

    login: Short
    password: Text
    browser: Short = ""


class FirstLogin(Body):
    """A slip with the password that the person chooses."""

    login: Short
    code: Short
    password: Text
    browser: Short = ""


class Secret(Body):
    """The own password again."""

    password: Text


class NewPassword(Body):
    """The own password and the next one."""

    password: Text
    new_password: Text


class Code(Body):
    """A code of the authenticator."""

    code: Short
    browser: Short = ""


class OfSession(Body):
    """A session, of oneself or of somebody one looks after; 0 for every session."""

    session: Number = 0
    person: Number = 0


class OfDevice(Body):
    """A device."""

    device: Annotated[int, Field(strict=True, ge=1, le=65_535)]


class Breach(Body):
    """A leak, as ``ReportBreach`` takes it."""

    breach_kind: Annotated[int, Field(strict=True, ge=1, le=4)]
    learned_day: Number
    person_id: Number = 0
    text: Text = ""


B = TypeVar("B", bound=Body)


async def read_body(request: Request, model: type[B]) -> B:
    """Return the object in a body.

    Raises:
        TransportError: ``transport.content_type``.
        InputError: ``transport.body_limit``; ``input.body``: not the object that is asked for.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != JSON:
        raise TransportError("transport.content_type")
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MAX_BYTES:
            raise InputError("transport.body_limit", limit=MAX_BYTES)
    try:
        fields = json.loads(bytes(content), object_pairs_hook=_once, parse_constant=_refuse)
        return model.model_validate(fields)
    except (ValidationError, ValueError, RecursionError):
        raise InputError("input.body") from None


def token_of(request: Request) -> str:
    """Return the token that a request shows in its header; never in its address."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def answer(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    content = json.dumps(value, ensure_ascii=False).encode()
    return Response(content, status, media_type=f"{JSON}; charset=utf-8")


def refusal(error: EschoolError) -> Response:
    """Return an error as the pages and other clients read it, with its sentence in Russian."""
    status = 401 if error.key in _UNAUTHORISED else status_of(error)
    if error.key in _TOO_MANY:
        status = 429
    told = {"error": error.key, "params": error.params, "text": labels.message(error)}
    response = answer(told, status)
    if isinstance(error, BusyError):
        response.headers["Retry-After"] = str(error.params.get("retry_after", 5))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def is_told(error: EschoolError) -> bool:
    """Return whether an error is one that the person in front of the browser is told."""
    return isinstance(error, AccessError | InputError | BusyError | TransportError)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name comes twice")
    return fields


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
