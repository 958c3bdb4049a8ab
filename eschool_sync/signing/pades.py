"""Signing PDFs by PAdES, here with a PKCS#12 file, and checking signatures without a network."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Final

from asn1crypto.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from eschool_core.errors import AccessError, InputError
from eschool_sync.signing.provider import Signatory, SignatureState

DIGEST: Final = "sha256"
MOST_SIGNATURES: Final = 64
SIGNING_USES: Final = frozenset({"digital_signature", "non_repudiation"})
SILENCED: Final = ("pyhanko", "pyhanko_certvalidator")


class Pkcs12Signer:
    """A ``SignatureProvider`` with a key of a PKCS#12 file: the school's, or somebody's own."""

    def __init__(self, sealed: bytes, passphrase: str, roots: bytes = b"") -> None:
        """Open the key.

        Args:
            sealed: The file's bytes.
            passphrase: Opens it.
            roots: PEM certificates that ``check`` trusts.

        Raises:
            AccessError: ``sign.passphrase``: the passphrase or the file is wrong;
                ``sign.refused``: the certificate is not for signing documents.
        """
        self._signer = _opened(sealed, passphrase)
        self._roots = roots

    def sign(self, pdf: bytes, reason: str) -> bytes:
        """Return the file with one more signature; see ``SignatureProvider``."""
        return sign_by(self._signer, pdf, reason)

    def check(self, pdf: bytes) -> tuple[Signatory, ...]:
        """Return every signature; see ``SignatureProvider``."""
        return check_signatures(pdf, self._roots)


def sign_by(signer: signers.Signer, pdf: bytes, reason: str) -> bytes:
    """Return the file with one more signature, appended to what is there.

    Raises:
        AccessError: ``sign.refused``: the key is not fit to sign.
        InputError: ``sign.no_pdf``, ``sign.too_many``.
    """
    _silence()
    try:
        place = len(PdfFileReader(BytesIO(pdf)).embedded_signatures) + 1
        if place > MOST_SIGNATURES:
            raise InputError("sign.too_many", most=MOST_SIGNATURES)
        described = signers.PdfSignatureMetadata(
            field_name=f"Signature{place}",
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
        )
        written = IncrementalPdfFileWriter(BytesIO(pdf))
        signed = signers.sign_pdf(written, described, signer=signer)
    except SigningError as error:
        raise AccessError("sign.refused") from error
    except (PdfError, ValueError) as error:
        raise InputError("sign.no_pdf") from error
    return signed.getvalue()  # type: ignore[no-any-return]


def require_fit(certificate: Certificate) -> None:
    """Let pass a certificate that is for signing documents.

    Raises:
        AccessError: ``sign.refused``.
    """
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & SIGNING_USES:
        raise AccessError("sign.refused")


def check_signatures(pdf: bytes, roots: bytes) -> tuple[Signatory, ...]:
    """Return every signature of a file, judged by some roots and nothing from the network.

    A certificate is judged as of the time that its signature states: it may have ended since.

    Args:
        pdf: The file's bytes.
        roots: PEM certificates of those who vouch for signers.

    Raises:
        InputError: ``sign.no_pdf``, ``sign.no_root``, ``sign.too_many``.
    """
    trusted = _certificates(roots)
    _silence()
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    except (PdfError, ValueError) as error:
        raise InputError("sign.no_pdf") from error
    if len(found) > MOST_SIGNATURES:
        raise InputError("sign.too_many", most=MOST_SIGNATURES)
    return tuple(_signatory(one, trusted, last=one is found[-1]) for one in found)


def _signatory(one: EmbeddedPdfSignature, roots: list[Certificate], *, last: bool) -> Signatory:
    try:
        signed_at = one.self_reported_timestamp
        context = ValidationContext(
            trust_roots=roots, allow_fetching=False, moment=signed_at, best_signature_time=signed_at
        )
        status = validate_pdf_signature(one, context)
        whole = SignatureCoverageLevel.ENTIRE_FILE
        covered = status.coverage is whole or (not last and status.coverage is not None)
        name = status.signing_cert.subject.native
    except (PdfError, SignatureValidationError, ValueError):
        # What cannot be read as a signature any more was one before somebody changed it.
        return Signatory(SignatureState.CHANGED, "", "", None)
    state = SignatureState.GOOD
    if not (status.intact and status.valid and covered) or not status.docmdp_ok:
        state = SignatureState.CHANGED
    elif not status.trusted:
        state = SignatureState.FOREIGN
    return Signatory(
        state, str(name.get("common_name", "")), str(name.get("organization_name", "")), signed_at
    )


def _certificates(pem: bytes) -> list[Certificate]:
    try:
        found = list(load_certs_from_pemder_data(pem))
        # The parser is lazy: what is no certificate fails only when it is looked into.
        known = [one for one in found if one.subject.native]
    except (ValueError, TypeError) as error:
        raise InputError("sign.no_root") from error
    if not known:
        raise InputError("sign.no_root")
    return known


def _opened(sealed: bytes, passphrase: str) -> signers.SimpleSigner:
    _silence()
    try:
        found: signers.SimpleSigner | None = signers.SimpleSigner.load_pkcs12_data(
            sealed, other_certs=[], passphrase=passphrase.encode()
        )
    except ValueError as error:
        raise AccessError("sign.passphrase") from error
    if found is None or found.signing_cert is None:
        raise AccessError("sign.passphrase")
    require_fit(found.signing_cert)
    return found


def _silence() -> None:
    """Keep the library's tracebacks, which name signers, out of the log."""
    for name in SILENCED:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
