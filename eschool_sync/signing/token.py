"""Signing by PKCS#11 with a key that never leaves its token: a card, a USB key, a software one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pkcs11
from asn1crypto.x509 import Certificate
from pkcs11 import Attribute, ObjectClass, TokenFlag
from pkcs11.exceptions import (
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    UserPinNotInitialized,
)
from pyhanko.sign.pkcs11 import PKCS11Signer

from eschool_core.errors import AccessError, InputError
from eschool_sync.signing.pades import check_signatures, require_fit, sign_by
from eschool_sync.signing.provider import Signatory

WRONG_PIN: Final = (PinIncorrect, PinInvalid, PinLenRange)
NO_PIN: Final = (PinExpired, UserPinNotInitialized)


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate on a token, with the number that it and its key have there."""

    number: bytes
    label: str
    certificate: Certificate


def find_token(module: Path, label: str = "") -> pkcs11.Token:
    """Return a token that is plugged in; nothing is asked of it yet.

    Args:
        module: The library of the token's maker.
        label: The token's name; may be empty where there is one token alone.

    Raises:
        InputError: ``sign.module``: it is no PKCS#11 library; ``sign.token_many``.
        AccessError: ``sign.token_missing``.
    """
    try:
        slots = pkcs11.lib(str(module)).get_slots(token_present=True)
        tokens = [slot.get_token() for slot in slots]
    except PKCS11Error as error:
        raise InputError("sign.module") from error
    ready = [token for token in tokens if TokenFlag.TOKEN_INITIALIZED in token.flags]
    found = [token for token in ready if label in ("", token.label)]
    if not found:
        raise AccessError("sign.token_missing")
    if len(found) > 1:
        raise InputError("sign.token_many", count=len(found))
    return found[0]


class TokenSigner:
    """A ``SignatureProvider`` with a key on a PKCS#11 token. ``close`` logs out."""

    def __init__(
        self, token: pkcs11.Token, pin: str, certificate: str = "", roots: bytes = b""
    ) -> None:
        """Log in, once: each wrong PIN brings a token nearer to being locked.

        Args:
            token: Of ``find_token``.
            pin: Kept nowhere.
            certificate: Its name on the token; may be empty where one alone has a key.
            roots: PEM certificates that ``check`` trusts.

        Raises:
            AccessError: ``sign.pin``, ``sign.pin_locked``, ``sign.pin_unset``,
                ``sign.token_failed``; ``sign.certificate_missing``: no such certificate with a
                key; ``sign.refused``: it is not for signing documents.
            InputError: ``sign.certificate_many``.
        """
        self._roots = roots
        self._session = _logged_in(token, pin)
        try:
            held = _chosen(self._session, certificate)
            require_fit(held.certificate)
            self._signer = PKCS11Signer(
                self._session,
                signing_cert=held.certificate,
                key_id=held.number,
                other_certs_to_pull=None,
                # Tokens that hash by themselves are few; one that signs a given hash is every one.
                use_raw_mechanism=held.certificate.public_key.algorithm == "ec",
            )
        except PKCS11Error as error:
            self.close()
            raise AccessError("sign.token_failed") from error
        except BaseException:
            self.close()
            raise

    def sign(self, pdf: bytes, reason: str) -> bytes:
        """Return the file with one more signature; see ``SignatureProvider``.

        Raises:
            AccessError: ``sign.token_failed``: it was taken out or refuses; ``sign.refused``.
            InputError: ``sign.no_pdf``, ``sign.too_many``.
        """
        try:
            return sign_by(self._signer, pdf, reason)
        except PKCS11Error as error:
            raise AccessError("sign.token_failed") from error

    def check(self, pdf: bytes) -> tuple[Signatory, ...]:
        """Return every signature; see ``SignatureProvider``."""
        return check_signatures(pdf, self._roots)

    def close(self) -> None:
        """Log out; a token that is gone has done so."""
        try:
            self._session.close()
        except PKCS11Error:
            return


def _logged_in(token: pkcs11.Token, pin: str) -> pkcs11.Session:
    if not pin:
        raise AccessError("sign.pin")
    try:
        return token.open(user_pin=pin)
    except WRONG_PIN as error:
        raise AccessError("sign.pin") from error
    except PinLocked as error:
        raise AccessError("sign.pin_locked") from error
    except NO_PIN as error:
        raise AccessError("sign.pin_unset") from error
    except PKCS11Error as error:
        raise AccessError("sign.token_failed") from error


def _chosen(session: pkcs11.Session, label: str) -> Held:
    """Return the certificate of that name that has a key beside it."""
    keys = {
        bytes(key[Attribute.ID])
        for key in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
    }
    found = [
        one for one in _certificates(session) if one.number in keys and label in ("", one.label)
    ]
    if not found:
        raise AccessError("sign.certificate_missing")
    if len(found) > 1:
        raise InputError("sign.certificate_many", count=len(found))
    return found[0]


def _certificates(session: pkcs11.Session) -> list[Held]:
    objects = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
    return [
        Held(
            bytes(one[Attribute.ID]),
            str(one[Attribute.LABEL]),
            Certificate.load(one[Attribute.VALUE]),
        )
        for one in objects
    ]
