"""Signing with a token by PKCS#11 (ADR 0025), with tokens of SoftHSM."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pkcs11
import pytest
from pkcs11 import TokenFlag
from pkcs11.exceptions import (
    DeviceRemoved,
    PinExpired,
    PinLocked,
    PKCS11Error,
    SessionHandleInvalid,
)

from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_core.forms.to_pdf import to_pdf
from eschool_sync.signing.pades import check_signatures
from eschool_sync.signing.provider import SignatureProvider, SignatureState
from eschool_sync.signing.token import TokenSigner, find_token
from tests.core.forms.test_to_pdf import document
from tests.softhsm import PIN, SoftHsm


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return to_pdf(document())


@pytest.fixture
def hers(softhsm: SoftHsm) -> Iterator[TokenSigner]:
    with closing(TokenSigner(find_token(softhsm.module, "petrova"), PIN)) as signer:
        yield signer


def opened(softhsm: SoftHsm, label: str, pin: str = PIN, certificate: str = "") -> EschoolError:
    """Return why a token's key cannot be used."""
    with pytest.raises(EschoolError) as refused:
        TokenSigner(find_token(softhsm.module, label), pin, certificate)
    return refused.value


def test_a_signature_of_a_token_is_as_good_as_one_of_a_file(
    softhsm: SoftHsm, hers: TokenSigner, pdf: bytes
) -> None:
    signed = hers.sign(pdf, "Ведомость")
    assert signed.startswith(pdf)
    [found] = check_signatures(signed, softhsm.root)
    assert found.state is SignatureState.GOOD
    assert (found.name, found.organisation) == ("Петрова А. А.", "Школа № 1")
    changed = bytearray(signed)
    changed[len(pdf) // 2] ^= 1
    assert [one.state for one in check_signatures(bytes(changed), softhsm.root)] == ["changed"]


def test_a_token_signs_many_papers_and_more_than_once(hers: TokenSigner, pdf: bytes) -> None:
    twice = hers.sign(hers.sign(pdf, "первая"), "вторая")
    assert hers.sign(pdf, "другая") != twice
    provider: SignatureProvider = hers
    with pytest.raises(InputError):
        provider.check(twice)  # It was told no roots.


def test_a_key_of_ones_own_is_vouched_for_by_its_own_root(softhsm: SoftHsm, pdf: bytes) -> None:
    """RSA, and a certificate of nobody whom the school knows."""
    token = find_token(softhsm.module, "own")
    with closing(TokenSigner(token, PIN, roots=softhsm.own)) as signer:
        signed = signer.sign(pdf, "")
        assert [one.state for one in signer.check(signed)] == [SignatureState.GOOD]
    assert [one.state for one in check_signatures(signed, softhsm.root)] == ["foreign"]


def test_one_of_two_certificates_is_chosen_by_its_name(softhsm: SoftHsm, pdf: bytes) -> None:
    token = find_token(softhsm.module, "two")
    with closing(TokenSigner(token, PIN, "his")) as signer:
        [found] = check_signatures(signer.sign(pdf, ""), softhsm.root)
    assert (found.name, found.state) == ("Сидоров Б. Б.", SignatureState.GOOD)


@pytest.mark.parametrize(
    ("label", "certificate", "key"),
    [
        ("two", "", "sign.certificate_many"),
        ("bare", "", "sign.certificate_missing"),
        ("petrova", "his", "sign.certificate_missing"),
        ("root", "", "sign.refused"),
    ],
)
def test_what_is_not_on_the_token_is_said(
    softhsm: SoftHsm, label: str, certificate: str, key: str
) -> None:
    assert opened(softhsm, label, certificate=certificate).key == key


def test_which_token_is_meant_must_be_clear(softhsm: SoftHsm) -> None:
    with pytest.raises(AccessError) as missing:
        find_token(softhsm.module, "ivanova")
    with pytest.raises(InputError) as many:
        find_token(softhsm.module)
    assert (missing.value.key, many.value.key) == ("sign.token_missing", "sign.token_many")


@pytest.mark.parametrize("content", [None, b"\x7fELF no library"])
def test_what_is_no_module_is_said(softhsm: SoftHsm, tmp_path: Path, content: bytes | None) -> None:
    module = tmp_path / "module.so"
    if content is not None:
        module.write_bytes(content)
    with pytest.raises(InputError) as refused:
        find_token(module)
    assert refused.value.key == "sign.module"


@pytest.mark.parametrize("pin", ["wrong-pin-5521", "", "w" * 300])
def test_a_wrong_pin_opens_nothing_and_is_told_to_nobody(
    softhsm: SoftHsm, pin: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        refused = opened(softhsm, "petrova", pin)
    assert refused.key == "sign.pin"
    told = "".join(traceback.format_exception(refused)) + caplog.text
    assert not pin or pin not in told
    # The token is not left logged in: the right PIN opens it at once.
    TokenSigner(find_token(softhsm.module, "petrova"), PIN).close()


def refusing(error: type[PKCS11Error]) -> SimpleNamespace:
    """Return a library whose one token refuses its PIN: SoftHSM locks no token."""

    def open_session(*, user_pin: str) -> None:
        raise error

    token = SimpleNamespace(label="petrova", flags=TokenFlag.TOKEN_INITIALIZED, open=open_session)
    slot = SimpleNamespace(get_token=lambda: token)
    return SimpleNamespace(get_slots=lambda token_present: [slot])


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (PinLocked, "sign.pin_locked"),
        (PinExpired, "sign.pin_unset"),
        (DeviceRemoved, "sign.token_failed"),
    ],
)
def test_a_locked_token_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, error: type[PKCS11Error], key: str
) -> None:
    monkeypatch.setattr(pkcs11, "lib", lambda module: refusing(error))
    with pytest.raises(AccessError) as refused:
        TokenSigner(find_token(Path("module.so")), PIN)
    assert refused.value.key == key


def test_a_token_that_goes_away_signs_nothing(softhsm: SoftHsm, pdf: bytes) -> None:
    signer = TokenSigner(find_token(softhsm.module, "petrova"), PIN)
    signer.sign(pdf, "")
    signer.close()
    with pytest.raises(AccessError) as refused:
        signer.sign(pdf, "")
    assert refused.value.key == "sign.token_failed"
    assert isinstance(refused.value.__cause__, SessionHandleInvalid)
    signer.close()
