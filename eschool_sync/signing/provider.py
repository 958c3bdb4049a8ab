"""Where signatures come from: the contract, and the providers that are installed.

A school that must sign with a certified means (GOST R 34.10-2012 under 63-FZ) installs a package of
its maker or its own that offers a ``SignatureProvider`` under the entry point group
``eschool.signatures``; ``eschool sign --provider NAME`` then uses it. We certify nothing ourselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.metadata import entry_points
from typing import Final, Protocol, cast

from eschool_core.errors import InputError

GROUP: Final = "eschool.signatures"


class SignatureState(StrEnum):
    """What a check of one signature has found; the first that applies."""

    CHANGED = "changed"
    """The signed bytes are not those that were signed, or something was added that alters them."""
    FOREIGN = "foreign"
    """Whole, and of nobody whom the given roots vouch for."""
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Signatory:
    """One signature of a file.

    Attributes:
        name: Of the signer, by the certificate; shown as claimed while the state is not good.
        signed_at: By the signer's own clock; None where it is not stated.
    """

    state: SignatureState
    name: str
    organisation: str
    signed_at: datetime | None


class SignatureProvider(Protocol):
    """What signs PDFs and checks signatures.

    Both functions are given whole files and do no more than they say. A provider never changes
    bytes that are there: a signature is an incremental update over the whole file, so that earlier
    signatures stay good. It reaches the network only where its own configuration says so. Secrets
    (a token's PIN) it asks for itself; none passes through us.
    """

    def sign(self, pdf: bytes, reason: str) -> bytes:
        """Return the file with one more signature.

        Raises:
            AccessError: The key is locked, missing or not fit to sign.
            InputError: It is no PDF that can be signed.
        """
        ...

    def check(self, pdf: bytes) -> tuple[Signatory, ...]:
        """Return every signature in the order in which they were made; empty where there is none.

        Raises:
            InputError: It is no PDF.
        """
        ...


def provider(name: str) -> SignatureProvider:
    """Return an installed provider, made without arguments.

    Raises:
        InputError: ``sign.no_provider``: none of that name is installed.
    """
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        raise InputError("sign.no_provider")
    return cast("SignatureProvider", found[0].load()())
