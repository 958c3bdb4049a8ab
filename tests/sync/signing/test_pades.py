from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from eschool_core.errors import AccessError, InputError
from eschool_core.forms.to_pdf import to_pdf
from eschool_sync.signing.certificates import Identity, make_leaf, make_root
from eschool_sync.signing.pades import Pkcs12Signer, check_signatures
from eschool_sync.signing.provider import SignatureProvider, SignatureState, provider
from tests.core.forms.test_to_pdf import document

NOW = datetime.now(UTC)
SCHOOL, HERS = "school secret", "her secret"


@pytest.fixture(scope="module")
def root() -> Identity:
    return make_root("Школа № 1", SCHOOL, NOW)


@pytest.fixture(scope="module")
def hers(root: Identity) -> Identity:
    return make_leaf(root.sealed, SCHOOL, "Петрова А. А.", HERS, NOW)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return to_pdf(document())


@pytest.fixture(scope="module")
def signed(hers: Identity, pdf: bytes) -> bytes:
    return Pkcs12Signer(hers.sealed, HERS).sign(pdf, "Ведомость")


def test_a_signature_says_who_signed_and_holds(signed: bytes, root: Identity) -> None:
    [found] = check_signatures(signed, root.certificate)
    assert found.state is SignatureState.GOOD
    assert (found.name, found.organisation) == ("Петрова А. А.", "Школа № 1")
    assert found.signed_at is not None
    assert abs(found.signed_at - datetime.now(UTC)) < timedelta(minutes=10)


def test_signing_appends_and_leaves_every_byte_of_the_file(pdf: bytes, signed: bytes) -> None:
    assert signed.startswith(pdf)
    with pikepdf.open(BytesIO(signed)) as opened:
        assert opened.check_pdf_syntax() == []
        [field] = opened.Root.AcroForm.Fields
        assert field.V.SubFilter == "/ETSI.CAdES.detached"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_a_changed_byte_is_found(pdf: bytes, signed: bytes, root: Identity, share: float) -> None:
    changed = bytearray(signed)
    changed[int(len(pdf) * share)] ^= 1
    found = check_signatures(bytes(changed), root.certificate)
    assert [one.state for one in found] == [SignatureState.CHANGED]


def test_a_page_turned_after_signing_is_found(signed: bytes, root: Identity) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)  # type: ignore[no-untyped-call]
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    [found] = check_signatures(out.getvalue(), root.certificate)
    assert found.state is SignatureState.CHANGED


def test_a_foreign_signer_is_told_from_a_changed_file(signed: bytes) -> None:
    other = make_root("Школа № 1", SCHOOL, NOW)
    [found] = check_signatures(signed, other.certificate)
    assert found.state is SignatureState.FOREIGN


def test_two_people_sign_one_file(signed: bytes, root: Identity) -> None:
    head = make_leaf(root.sealed, SCHOOL, "Директор Д. Д.", HERS, NOW)
    both = Pkcs12Signer(head.sealed, HERS).sign(signed, "Утверждаю")
    found = check_signatures(both, root.certificate)
    assert [(one.state, one.name) for one in found] == [
        (SignatureState.GOOD, "Петрова А. А."),
        (SignatureState.GOOD, "Директор Д. Д."),
    ]


def test_a_file_without_signatures_has_none(pdf: bytes, root: Identity) -> None:
    assert check_signatures(pdf, root.certificate) == ()


@pytest.mark.parametrize("written", [b"", b"no pdf", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_refused(written: bytes, root: Identity, hers: Identity) -> None:
    with pytest.raises(InputError) as refused:
        check_signatures(written, root.certificate)
    assert refused.value.key == "sign.no_pdf"
    with pytest.raises(InputError) as unsigned:
        Pkcs12Signer(hers.sealed, HERS).sign(written, "")
    assert unsigned.value.key == "sign.no_pdf"


def test_a_wrong_passphrase_opens_nothing(root: Identity, hers: Identity) -> None:
    with pytest.raises(AccessError) as refused:
        Pkcs12Signer(hers.sealed, "wrong")
    assert refused.value.key == "sign.passphrase"
    with pytest.raises(AccessError):
        make_leaf(root.sealed, "wrong", "Петрова", HERS, NOW)


def test_a_persons_key_vouches_for_nobody(hers: Identity) -> None:
    with pytest.raises(InputError) as refused:
        make_leaf(hers.sealed, HERS, "Иванов", "x", NOW)
    assert refused.value.key == "sign.no_root"


def test_the_root_does_not_sign_papers(root: Identity) -> None:
    with pytest.raises(AccessError) as refused:
        Pkcs12Signer(root.sealed, SCHOOL)
    assert refused.value.key == "sign.refused"


@pytest.mark.parametrize("length", [0, 65])
def test_a_name_that_no_certificate_holds_is_refused(length: int) -> None:
    with pytest.raises(InputError) as refused:
        make_root("я" * length, SCHOOL, NOW)
    assert refused.value.key == "sign.name_long"


def test_no_root_at_all_is_refused(signed: bytes) -> None:
    with pytest.raises(InputError) as refused:
        check_signatures(signed, b"nothing")
    assert refused.value.key == "sign.no_root"


def test_a_provider_that_is_not_installed_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        provider("gost")
    assert refused.value.key == "sign.no_provider"


def test_our_own_signer_keeps_the_contract_of_providers(hers: Identity, root: Identity) -> None:
    signer: SignatureProvider = Pkcs12Signer(hers.sealed, HERS, root.certificate)
    assert callable(signer.sign)
    assert callable(signer.check)
