"""Errors raised on purpose, and nothing else.

    EschoolError
    ├── InputError            a value, file or row is not what it should be
    ├── RegulationError       a command breaks a clause
    │   └── RightsError       the actor may not do this to that object
    ├── AccessError           wrong passphrase, code, certificate, signature
    ├── DamageError           stored data is not what was written
    ├── TransportError        the other side cannot be reached or speaks another language
    ├── BusyError             somebody else is using the replica, or the server asks to wait
    └── DisagreementError     a paper and the archive say different things

An error carries a key and parameters; ``labels.message`` and ``labels.remedy`` make the Russian
or English sentence from them. Parameters hold ids, field names and limits, never personal data:
errors are logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from eschool_core.regulation.clause import Check


class EschoolError(Exception):
    """Root of all errors raised on purpose; never raised itself.

    Attributes:
        key: Names the text in ``texts/*.toml``; stable, for machines.
        params: What the text is filled with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, **params: str | int) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({details})"


class InputError(EschoolError):
    """A value, file or row is not what it should be; nothing was changed."""

    exit_code: ClassVar[int] = 4


class RegulationError(EschoolError):
    """A command breaks a clause; nothing was written.

    Attributes:
        check: The check that refused; its ``clause`` is the source.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, check: Check, **params: str | int) -> None:
        super().__init__(check.id, **params)
        self.check = check


class RightsError(RegulationError):
    """The actor may not do this to that object."""


class AccessError(EschoolError):
    """A passphrase, code, certificate or signature does not open this door."""

    exit_code: ClassVar[int] = 5


class DamageError(EschoolError):
    """Stored data is not what was written."""

    exit_code: ClassVar[int] = 6


class TransportError(EschoolError):
    """The other side cannot be reached, or speaks another protocol."""

    exit_code: ClassVar[int] = 7


class BusyError(EschoolError):
    """Somebody else holds the replica, or the server asks to come back later."""

    exit_code: ClassVar[int] = 8


class DisagreementError(EschoolError):
    """A paper is as it was issued, and the archive now says something else."""

    exit_code: ClassVar[int] = 9
