"""Requests that are refused before or instead of a page."""

from __future__ import annotations

from eschool_core.errors import AccessError, BusyError, EschoolError, InputError, RegulationError

NOT_FOUND = "web.not_found"


class RefusedRequest(Exception):  # noqa: N818 - an answer, not a fault
    """A request that gets an error page or an error in JSON.

    Attributes:
        status: HTTP status.
        key: Of the text that says what happened; ``key.remedy`` says what to do.
        retry_after: Seconds after which to try again, 0 where that is no use.
    """

    def __init__(self, status: int, key: str, *, retry_after: int = 0) -> None:
        super().__init__(status, key)
        self.status = status
        self.key = key
        self.retry_after = retry_after


def status_of(error: EschoolError) -> int:
    """Return the HTTP status that says what kind of error it is."""
    if isinstance(error, RegulationError):
        return 409
    if isinstance(error, AccessError):
        return 403
    if isinstance(error, BusyError):
        return 429
    if isinstance(error, InputError):
        return 404 if error.key.startswith(("lookup.", "web.not_found")) else 422
    return 503
