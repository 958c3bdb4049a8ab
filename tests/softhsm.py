"""Tokens in software: SoftHSM answers by PKCS#11 as a card does, and its keys never leave it.

All tokens are made before the library is loaded: it looks for tokens once in a process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from pkcs11 import Attribute
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

from eschool_sync.signing.certificates import make_leaf, make_root

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/*/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN = "pin-of-petrova-7391"
LABELS = ("petrova", "own", "two", "bare", "root")
SCHOOL, PASSPHRASE = "school secret", "her secret"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SoftHsmMissingError(Exception):
    """This machine has no SoftHSM; the text says what to install."""


@dataclass(frozen=True, slots=True)
class SoftHsm:
    """A library with the tokens of ``LABELS``.

    Attributes:
        module: The library.
        root: Certificate of the school that vouches for Petrova.
        own: Certificate that vouches for itself.
    """

    module: Path
    root: bytes
    own: bytes


def make_tokens(folder: Path) -> SoftHsm:
    """Make the tokens: one of the school, one of one's own (RSA), and some that cannot sign.

    Raises:
        SoftHsmMissingError: There is no SoftHSM.
    """
    program = shutil.which("softhsm2-util")
    found = [path for pattern in MODULES for path in Path("/").glob(pattern.removeprefix("/"))]
    if program is None or not found:
        raise SoftHsmMissingError("SoftHSM is missing: apt install softhsm2")
    tokens, settings = folder / "tokens", folder / "softhsm2.conf"
    tokens.mkdir(parents=True)
    settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    for label in LABELS:
        options = ("--free", "--label", label, "--pin", PIN, "--so-pin", PIN)
        subprocess.run([program, "--init-token", *options], check=True, capture_output=True)
    now = datetime.now(UTC)
    root = make_root("Школа № 1", SCHOOL, now)
    hers, his = (
        _opened(make_leaf(root.sealed, SCHOOL, name, PASSPHRASE, now).sealed, PASSPHRASE)
        for name in ("Петрова А. А.", "Сидоров Б. Б.")
    )
    alone = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = _vouched_by_itself(alone, now)
    library = pkcs11.lib(str(found[0]))
    _put(library.get_token(token_label="petrova"), "hers", *hers)
    _put(library.get_token(token_label="own"), "alone", alone, own)
    _put(library.get_token(token_label="two"), "hers", *hers)
    _put(library.get_token(token_label="two"), "his", *his)
    _put(library.get_token(token_label="root"), "root", *_opened(root.sealed, SCHOOL))
    return SoftHsm(found[0], root.certificate, own.public_bytes(Encoding.PEM))


def _opened(sealed: bytes, passphrase: str) -> tuple[Key, x509.Certificate]:
    key, certificate, _ = pkcs12.load_key_and_certificates(sealed, passphrase.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert certificate is not None
    return key, certificate


def _vouched_by_itself(key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Иванов В. В.")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )


def _put(token: pkcs11.Token, name: str, key: Key, made: x509.Certificate) -> None:
    der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    secret = decode_rsa_private_key(der) if is_rsa else decode_ec_private_key(der)
    public = decode_x509_certificate(made.public_bytes(Encoding.DER))
    place = {Attribute.TOKEN: True, Attribute.LABEL: name, Attribute.ID: name.encode()}
    with token.open(rw=True, user_pin=PIN) as session:
        session.create_object(secret | place | {Attribute.SIGN: True})
        session.create_object(public | place)
