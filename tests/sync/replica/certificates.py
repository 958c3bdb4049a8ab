"""Certificates made on the spot: good, self-signed, expired, of another host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from eschool_sync.server.serving import Tls

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Who issues certificates, and the file that says so."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    file: Path


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def make_authority(folder: Path, common: str = "School root") -> Authority:
    key, name, now = ec.generate_private_key(ec.SECP256R1()), _name(common), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 400 * DAY)
        .not_valid_after(now + 400 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{common.replace(' ', '-')}.pem"
    file.write_bytes(_pem(certificate))
    return Authority(name, key, file)


def make_certificate(
    folder: Path,
    authority: Authority | None,
    *,
    host: str = "127.0.0.1",
    first: timedelta = -DAY,
    last: timedelta = DAY,
) -> Tls:
    """Return the files of a certificate; signed by itself without an ``authority``."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(host))
        .issuer_name(_name(host) if authority is None else authority.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + first)
        .not_valid_after(now + last)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .sign(key if authority is None else authority.key, hashes.SHA256())
    )
    stem = folder / f"{host}-{certificate.serial_number}"
    tls = Tls(stem.with_suffix(".pem"), stem.with_suffix(".key"))
    tls.certificate.write_bytes(_pem(certificate))
    tls.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return tls
