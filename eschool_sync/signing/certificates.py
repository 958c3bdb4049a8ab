"""A school's own root and the certificates of its people: for an unqualified signature (63-FZ)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from eschool_core.errors import AccessError, InputError

ROOT_YEARS: Final = 30
"""Summary registers live 25 years (5.3): the root that vouches for them lives longer."""
LEAF_DAYS: Final = 366
YEAR_DAYS: Final = 366
CLOCK_MARGIN: Final = timedelta(minutes=5)
LONGEST_NAME: Final = 64
"""X.520 allows a common name no more letters."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A key with its certificate.

    Attributes:
        sealed: PKCS#12 under a passphrase: key, certificate and the root's.
        certificate: The certificate alone, PEM: public.
    """

    sealed: bytes
    certificate: bytes


def make_root(school: str, passphrase: str, now: datetime) -> Identity:
    """Return a new root of a school.

    Args:
        school: Its name, at most 64 letters.
        passphrase: Seals the key.
        now: Zone-aware; the certificate holds from then for 30 years.

    Raises:
        InputError: ``sign.name_long``.
    """
    key = ec.generate_private_key(ec.SECP384R1())
    name = _name(school, school)
    until = now + timedelta(days=ROOT_YEARS * YEAR_DAYS)
    certificate = (
        _builder(name, name, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA384())
    )
    return _identity(key, certificate, None, passphrase)


def make_leaf(
    root: bytes, root_passphrase: str, name: str, passphrase: str, now: datetime
) -> Identity:
    """Return a new key of a person, vouched for by a school's root for a year.

    Raises:
        AccessError: ``sign.passphrase``: it does not open the root.
        InputError: ``sign.name_long``; ``sign.no_root``: the file holds no root of a school.
    """
    root_key, root_certificate = _opened(root, root_passphrase)
    organisation = _common_name(root_certificate.subject)
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + timedelta(days=LEAF_DAYS), root_certificate.not_valid_after_utc)
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    certificate = (
        _builder(_name(name, organisation), root_certificate.subject, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(issued_by, critical=False)
        .sign(root_key, hashes.SHA384())
    )
    return _identity(key, certificate, root_certificate, passphrase)


def _opened(root: bytes, passphrase: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(root, passphrase.encode())
    except ValueError as error:
        raise AccessError("sign.passphrase") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
        raise InputError("sign.no_root")
    try:
        limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound as error:
        raise InputError("sign.no_root") from error
    if not limits.ca:
        raise InputError("sign.no_root")
    return key, certificate


def _name(name: str, organisation: str) -> x509.Name:
    if not 0 < len(name) <= LONGEST_NAME:
        raise InputError("sign.name_long", most=LONGEST_NAME)
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _common_name(name: x509.Name) -> str:
    return str(name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_MARGIN)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _identity(
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate,
    root: x509.Certificate | None,
    passphrase: str,
) -> Identity:
    sealing = serialization.BestAvailableEncryption(passphrase.encode())
    chain = None if root is None else [root]
    sealed = pkcs12.serialize_key_and_certificates(b"eschool", key, certificate, chain, sealing)
    return Identity(sealed, certificate.public_bytes(serialization.Encoding.PEM))
