"""Why an answer cannot be taken as it is."""

from __future__ import annotations


class StaleError(Exception):
    """The replica has moved on since the request was made: another process, or a later file."""


class UnequalError(Exception):
    """The confirmed rows differ from the server's: a repair is due."""
