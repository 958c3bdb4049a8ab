from __future__ import annotations

import pytest
from argon2.exceptions import HashingError
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import AccessError, InputError
from eschool_sync.security import passphrase
from eschool_sync.security.passphrase import (
    ALPHABET,
    KdfParameters,
    check_new_passphrase,
    recovery_code,
    recovery_secret,
    stretch,
)
from eschool_sync.security.random_source import SystemRandom

QUICK = KdfParameters(memory_kib=32, passes=1, lanes=1)
SALT = bytes(16)


@pytest.mark.asvs("6.2.1")
@pytest.mark.asvs("6.2.9")
@pytest.mark.asvs("6.2.5")
@pytest.mark.parametrize("length", [8, 64, 128, 1024])
def test_any_eight_to_1024_characters_make_a_passphrase(length: int) -> None:
    check_new_passphrase("я" * length)
    check_new_passphrase(" " * length)


@pytest.mark.asvs("6.2.1")
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "input.passphrase_short"),
        ("я" * 7, "input.passphrase_short"),
        ("и\u0306" * 7, "input.passphrase_short"),
        ("я" * 1025, "input.passphrase_long"),
        ("пароль\ud800пароль", "input.passphrase_characters"),
    ],
)
def test_what_no_passphrase_may_be(text: str, key: str) -> None:
    with pytest.raises(InputError) as refusal:
        check_new_passphrase(text)
    assert refusal.value.key == key


@pytest.mark.asvs("6.2.8")
def test_a_passphrase_is_taken_as_typed_but_for_the_form_of_its_letters() -> None:
    taken = stretch("зелёный йод ", SALT, QUICK)
    assert stretch("зеле\u0308ный и\u0306од ", SALT, QUICK) == taken
    for other in ("зелёный йод", "Зелёный йод ", "зеленый йод "):
        assert stretch(other, SALT, QUICK) != taken
    long = "я" * 1023
    assert stretch(long + "а", SALT, QUICK) != stretch(long + "б", SALT, QUICK)


@pytest.mark.parametrize("text", ["я" * 1025, "пароль\ud800"])
def test_what_cannot_be_a_passphrase_is_a_wrong_one_when_unlocking(text: str) -> None:
    with pytest.raises(AccessError) as refusal:
        stretch(text, SALT, QUICK)
    assert refusal.value.key == "access.passphrase"


@pytest.mark.asvs("11.4.4")
@pytest.mark.parametrize(
    ("parameters", "allowed"),
    [
        (KdfParameters(), True),
        (KdfParameters(256 * 1024, 4, 4), True),
        (KdfParameters(1024 * 1024, 16, 16), True),
        (KdfParameters(1024 * 1024 + 1, 3, 4), False),
        (KdfParameters(65_536, 17, 4), False),
        (KdfParameters(65_536, 3, 17), False),
        (KdfParameters(31, 3, 4), False),
        (KdfParameters(65_536, 0, 4), False),
        (KdfParameters(65_536, 3, 0), False),
        (KdfParameters(65_536, 3, -1), False),
    ],
)
def test_the_work_that_a_file_may_ask_for_is_limited(
    parameters: KdfParameters, allowed: object
) -> None:
    assert parameters.within_limits() is allowed


def test_memory_that_is_not_there_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr(passphrase, "hash_secret_raw", fail)
    with pytest.raises(AccessError) as refusal:
        stretch("пароль пароль", SALT, KdfParameters())
    assert (refusal.value.key, refusal.value.params) == ("access.memory", {"mebibytes": 64})


@given(st.binary(min_size=20, max_size=20))
def test_a_recovery_code_gives_its_secret_back(secret: bytes) -> None:
    code = recovery_code(secret)
    assert [len(group) for group in code.split("-")] == [3] * 11
    assert recovery_secret(code) == secret
    assert recovery_secret(f" {code.lower().replace('-', ' ')}\n") == secret


def test_look_alikes_in_a_recovery_code_are_read_as_meant() -> None:
    code = recovery_code(bytes(range(100, 120)))
    typed = code.replace("0", "O").replace("1", "l")
    cyrillic = typed.translate(str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ"))
    assert cyrillic != code
    assert recovery_secret(cyrillic) == bytes(range(100, 120))


@given(st.binary(min_size=20, max_size=20), st.integers(0, 32), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_told_from_a_wrong_code(
    secret: bytes, position: int, wrong: str
) -> None:
    code = recovery_code(secret).replace("-", "")
    typed = code[:position] + wrong + code[position + 1 :]
    if typed == code:
        return
    with pytest.raises(InputError) as refusal:
        recovery_secret(typed)
    assert refusal.value.key == "input.recovery_typo"


@given(st.binary(min_size=20, max_size=20), st.integers(0, 31))
def test_two_neighbours_swapped_are_told_from_a_wrong_code(secret: bytes, at: int) -> None:
    code = recovery_code(secret).replace("-", "")
    typed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if typed == code:
        return
    with pytest.raises(InputError) as refusal:
        recovery_secret(typed)
    assert refusal.value.key == "input.recovery_typo"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "input.recovery_length"),
        ("0" * 32, "input.recovery_length"),
        ("0" * 34, "input.recovery_length"),
        ("0" * 10_000_000, "input.recovery_length"),
        ("*" + "0" * 32, "input.recovery_character"),
        ("Ж" + "0" * 32, "input.recovery_character"),
    ],
)
def test_what_is_no_recovery_code_is_told_apart(typed: str, key: str) -> None:
    with pytest.raises(InputError) as refusal:
        recovery_secret(typed)
    assert refusal.value.key == key


@pytest.mark.asvs("11.5.1")
def test_a_recovery_code_holds_160_random_bits() -> None:
    secrets = {passphrase.new_recovery_secret(SystemRandom()) for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert {len(secret) for secret in secrets} == {20}
