from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eschool_core.errors import AccessError, DamageError, EschoolError, InputError
from eschool_sync.security import keyfile, keyslots
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.keyring_store import KeyringStore
from eschool_sync.security.keyslots import KeySlots
from eschool_sync.security.passphrase import KdfParameters
from eschool_sync.security.random_source import SeededRandom, SystemRandom

QUICK = KdfParameters(memory_kib=32, passes=1, lanes=4)
PASSPHRASE = "верная лошадь"
NEW = "другая лошадь"


class Memory:
    """A secret store of a test."""

    def __init__(self) -> None:
        self.secrets: dict[str, bytes] = {}

    def put(self, name: str, secret: bytes) -> None:
        self.secrets[name] = secret

    def get(self, name: str) -> bytes | None:
        return self.secrets.get(name)


def made(folder: Path) -> tuple[KeySlots, DatabaseKey, str]:
    return KeySlots.create(folder / "keys.json", PASSPHRASE, kdf=QUICK)


def loaded(folder: Path) -> KeySlots:
    return KeySlots.load(folder / "keys.json", kdf=QUICK)


def rewritten(folder: Path, change: dict[str, Any], slot: dict[str, Any] | None = None) -> None:
    """Change the key file as somebody does who knows how its digest is made."""
    path = folder / "keys.json"
    content = json.loads(path.read_text())
    del content["digest"]
    for entry in content["slots"]:
        if slot and entry["kind"] == "passphrase":
            entry.update(slot)
    content |= change
    content["digest"] = keyfile._digest(content)
    path.write_text(json.dumps(content))


def test_every_way_in_opens_the_same_key(tmp_path: Path) -> None:
    slots, key, code = made(tmp_path)
    store = Memory()
    slots.add_keyring(key, store)
    again = loaded(tmp_path)
    assert set(again.kinds) == {"passphrase", "recovery", "keyring"}
    assert again.unlock_with_passphrase(PASSPHRASE) == key
    assert again.unlock_with_recovery_code(code.lower()) == key
    assert again.unlock_with_keyring(store) == key


def test_the_production_cost_opens_and_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    _, key, _ = KeySlots.create(path, PASSPHRASE)
    kdf = next(s["kdf"] for s in json.loads(path.read_text())["slots"] if s["kdf"])
    assert kdf == {"memory_kib": 65_536, "passes": 3, "lanes": 4}
    assert KeySlots.load(path).unlock_with_passphrase(PASSPHRASE) == key


def test_the_cost_in_the_file_is_used_whatever_the_default_is_now(tmp_path: Path) -> None:
    _, key, _ = made(tmp_path)
    other = KdfParameters(memory_kib=64, passes=2, lanes=1)
    slots = KeySlots.load(tmp_path / "keys.json", kdf=other)
    assert slots.unlock_with_passphrase(PASSPHRASE) == key
    slots.change_passphrase(key, NEW)
    assert '"memory_kib": 64' in (tmp_path / "keys.json").read_text()
    assert loaded(tmp_path).unlock_with_passphrase(NEW) == key


@pytest.mark.threat("T1")
def test_wrong_secrets_are_refused_each_by_its_name(tmp_path: Path) -> None:
    slots, key, _ = made(tmp_path)
    (tmp_path / "other").mkdir()
    _, _, foreign_code = made(tmp_path / "other")
    store = Memory()
    slots.add_keyring(key, store)
    store.secrets = {name: bytes(32) for name in store.secrets}
    attempts: list[tuple[Callable[[], object], str]] = [
        (lambda: slots.unlock_with_passphrase("верная лошадь "), "access.passphrase"),
        (lambda: slots.unlock_with_passphrase(""), "access.passphrase"),
        (lambda: slots.unlock_with_recovery_code(foreign_code), "access.recovery_code"),
        (lambda: slots.unlock_with_keyring(store), "access.keyring"),
        (lambda: slots.unlock_with_keyring(Memory()), "access.keyring"),
    ]
    for attempt, expected in attempts:
        with pytest.raises(AccessError) as refusal:
            attempt()
        assert refusal.value.key == expected


def test_a_new_passphrase_replaces_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    slots, key, code = made(tmp_path)
    slots.change_passphrase(key, NEW)
    for current in (slots, loaded(tmp_path)):
        assert current.unlock_with_passphrase(NEW) == key
        assert current.unlock_with_recovery_code(code) == key
        with pytest.raises(AccessError):
            current.unlock_with_passphrase(PASSPHRASE)


def test_a_new_recovery_code_makes_the_old_one_useless(tmp_path: Path) -> None:
    slots, key, old = made(tmp_path)
    new = slots.replace_recovery_code(key)
    assert loaded(tmp_path).unlock_with_recovery_code(new) == key
    with pytest.raises(AccessError) as refusal:
        loaded(tmp_path).unlock_with_recovery_code(old)
    assert refusal.value.key == "access.recovery_code"


def test_the_key_of_another_replica_changes_nothing(tmp_path: Path) -> None:
    slots, _, _ = made(tmp_path)
    before = (tmp_path / "keys.json").read_bytes()
    foreign = DatabaseKey.generate(SystemRandom())
    for attempt in (
        lambda: slots.change_passphrase(foreign, NEW),
        lambda: slots.replace_recovery_code(foreign),
        lambda: slots.add_keyring(foreign, Memory()),
    ):
        with pytest.raises(AccessError) as refusal:
            attempt()
        assert refusal.value.key == "access.key"
    assert (tmp_path / "keys.json").read_bytes() == before


@pytest.mark.asvs("6.2.1")
def test_a_short_passphrase_makes_no_file_and_changes_none(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with pytest.raises(InputError):
        KeySlots.create(path, "короче", kdf=QUICK)
    assert not path.exists()
    slots, key, _ = made(tmp_path)
    before = path.read_bytes()
    with pytest.raises(InputError):
        slots.change_passphrase(key, "короче")
    assert path.read_bytes() == before


def test_a_key_file_is_never_overwritten_by_a_new_one(tmp_path: Path) -> None:
    made(tmp_path)
    before = (tmp_path / "keys.json").read_bytes()
    with pytest.raises(InputError) as refusal:
        made(tmp_path)
    assert refusal.value.key == "input.keyslots_exist"
    assert (tmp_path / "keys.json").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_the_key_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        slots, key, _ = made(tmp_path)
        slots.change_passphrase(key, NEW)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.threat("T14")
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    slots, key, _ = made(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, fail)
    with pytest.raises(OSError, match="No space"):
        slots.change_passphrase(key, NEW)
    monkeypatch.undo()
    assert loaded(tmp_path).unlock_with_passphrase(PASSPHRASE) == key
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.threat("T12")
@pytest.mark.asvs("11.2.5")
def test_a_flipped_bit_at_each_offset_of_the_key_file_is_damage(tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / "keys.json"
    data = path.read_bytes()
    for offset in range(len(data) - 1):
        for bit in (0, 2, 5):
            path.write_bytes(data[:offset] + bytes([data[offset] ^ 1 << bit]) + data[offset + 1 :])
            with pytest.raises(DamageError) as refusal:
                loaded(tmp_path)
            assert refusal.value.key == "damage.keyslots"


@pytest.mark.threat("T12")
def test_a_key_file_cut_at_each_length_is_damage(tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / "keys.json"
    data = path.read_bytes()
    for length in range(len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(DamageError):
            loaded(tmp_path)


@pytest.mark.asvs("11.2.5")
@pytest.mark.parametrize("field", ["salt", "nonce", "wrapped"])
def test_a_slot_forged_at_any_byte_opens_nothing(tmp_path: Path, field: str) -> None:
    made(tmp_path)
    content = json.loads((tmp_path / "keys.json").read_text())
    [slot] = [s for s in content["slots"] if s["kind"] == "passphrase"]
    value = bytearray.fromhex(slot[field])
    for offset in range(len(value)):
        forged = bytearray(value)
        forged[offset] ^= 1
        rewritten(tmp_path, {}, {field: forged.hex()})
        with pytest.raises(AccessError) as refusal:
            loaded(tmp_path).unlock_with_passphrase(PASSPHRASE)
        assert refusal.value.key == "access.passphrase"


@pytest.mark.asvs("11.2.5")
@pytest.mark.parametrize(
    ("change", "slot", "key"),
    [
        ({"replica": "00" * 16}, None, "access.passphrase"),
        ({"key_check": "00" * 16}, None, "access.key"),
        ({}, {"kdf": {"memory_kib": 33, "passes": 1, "lanes": 4}}, "access.passphrase"),
        ({}, {"kdf": {"memory_kib": 10**8, "passes": 1, "lanes": 4}}, "damage.keyslots"),
        ({}, {"kdf": {"memory_kib": 64, "passes": 10**9, "lanes": 4}}, "damage.keyslots"),
        ({}, {"kdf": {"memory_kib": 64, "passes": 1, "lanes": 10**6}}, "damage.keyslots"),
        ({}, {"kdf": {"memory_kib": True, "passes": 1, "lanes": 1}}, "damage.keyslots"),
        ({}, {"kdf": {"memory_kib": 64.0, "passes": 1, "lanes": 1}}, "damage.keyslots"),
        ({}, {"kdf": {"memory_kib": 64}}, "damage.keyslots"),
        ({}, {"kdf": None}, "damage.keyslots"),
        ({}, {"kind": "recovery", "kdf": None}, "damage.keyslots"),
        ({}, {"kind": "smell"}, "damage.keyslots"),
        ({}, {"kind": []}, "damage.keyslots"),
        ({}, {"salt": "00" * 15}, "damage.keyslots"),
        ({}, {"salt": 5}, "damage.keyslots"),
        ({}, {"wrapped": "zz"}, "damage.keyslots"),
        ({}, {"more": 1}, "damage.keyslots"),
        ({"slots": None}, None, "damage.keyslots"),
        ({"slots": {"a": 1}}, None, "damage.keyslots"),
        ({"more": 1}, None, "damage.keyslots"),
        ({"slots": []}, None, "access.passphrase"),
        ({"format": "other"}, None, "damage.keyslots"),
        ({"version": 2}, None, "input.suite"),
        ({"suite": 2}, None, "input.suite"),
        ({"suite": True}, None, "input.suite"),
    ],
)
def test_a_forged_key_file_is_refused_by_its_name(
    tmp_path: Path, change: dict[str, Any], slot: dict[str, Any] | None, key: str
) -> None:
    made(tmp_path)
    rewritten(tmp_path, change, slot)
    with pytest.raises(EschoolError) as refusal:
        loaded(tmp_path).unlock_with_passphrase(PASSPHRASE)
    assert refusal.value.key == key


@pytest.mark.threat("T12")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"NaN",
        b'{"format": NaN}',
        b'{"format": "eschool-keyslots"}',
        b'{"format": "eschool-keyslots", "format": "eschool-keyslots"}',
        b'{"format": "eschool-keyslots", "digest": "\xd0\xb6"}',
        b"[" * 10_000,
        b'{"a":' * 3_000,
        b"1" * 10_000,
        b"\xff\xfe",
        b" " * 20_000,
        bytes(50_000_000),
    ],
)
def test_what_is_no_key_file_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises(DamageError) as refusal:
        loaded(tmp_path)
    assert refusal.value.key == "damage.keyslots"


def test_no_key_file_and_one_that_cannot_be_read_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DamageError) as missing:
        loaded(tmp_path)
    assert missing.value.key == "damage.keyslots_missing"
    (tmp_path / "keys.json").mkdir()
    with pytest.raises(AccessError) as unreadable:
        loaded(tmp_path)
    assert unreadable.value.key == "access.file"


@pytest.mark.asvs("11.3.4")
def test_no_salt_and_no_nonce_is_ever_used_twice(tmp_path: Path) -> None:
    slots, key, _ = made(tmp_path)
    seen: set[tuple[bytes, bytes]] = set()
    for _ in range(2_000):
        slots._wrap("recovery", key, bytes(20), None, slots._random.bytes(16))
        slot = slots._slot("recovery", "")
        seen.add((slot.salt, slot.nonce))
    assert len(seen) == len({salt for salt, _ in seen}) == len({n for _, n in seen}) == 2_000


@pytest.mark.threat("T1")
def test_neither_key_nor_secrets_stand_in_the_file_or_in_a_message(tmp_path: Path) -> None:
    slots, key, code = made(tmp_path)
    store = Memory()
    slots.add_keyring(key, store)
    text = (tmp_path / "keys.json").read_text()
    hidden = [key.key.hex(), key.salt.hex(), PASSPHRASE, code, *map(bytes.hex, _secrets(store))]
    assert [secret for secret in hidden if secret in text + repr(key) + repr(slots)] == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys.json"]


def _secrets(store: Memory) -> list[bytes]:
    return list(store.secrets.values())


def test_one_seed_makes_one_key_file(tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        path = tmp_path / name
        KeySlots.create(path, PASSPHRASE, random=SeededRandom(3), kdf=QUICK)
        files.append(path.read_bytes())
    assert files[0] == files[1]


def test_without_the_package_keyring_the_refusal_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(AccessError) as refusal:
        KeyringStore()
    assert refusal.value.key == "access.keyring_missing"


class Backend:
    """A keyring of a test, as the package gives it."""

    def __init__(self, priority: float) -> None:
        self.priority = priority
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.get_password(service, name)
        self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        if self.locked:
            errors = pytest.importorskip("keyring.errors")
            raise errors.KeyringLocked
        return self.kept.get((service, name))


def with_backend(monkeypatch: pytest.MonkeyPatch, priority: float) -> Backend:
    keyring = pytest.importorskip("keyring")
    backend = Backend(priority)
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(keyring, "get_password", backend.get_password)
    monkeypatch.setattr(keyring, "set_password", backend.set_password)
    return backend


def test_the_keyring_of_the_system_opens_the_replica(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = with_backend(monkeypatch, 5)
    slots, key, _ = made(tmp_path)
    slots.add_keyring(key, KeyringStore())
    assert loaded(tmp_path).unlock_with_keyring(KeyringStore()) == key
    backend.kept = dict.fromkeys(backend.kept, "not ours")
    with pytest.raises(AccessError):
        loaded(tmp_path).unlock_with_keyring(KeyringStore())
    backend.locked = True
    for attempt in (
        lambda: loaded(tmp_path).unlock_with_keyring(KeyringStore()),
        lambda: slots.add_keyring(key, KeyringStore()),
    ):
        with pytest.raises(AccessError) as refusal:
            attempt()
        assert refusal.value.key == "access.keyring"


def test_a_keyring_that_keeps_secrets_in_plain_files_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_backend(monkeypatch, 0.5)
    with pytest.raises(AccessError) as refusal:
        KeyringStore()
    assert refusal.value.key == "access.keyring_missing"


def test_a_database_key_has_its_lengths() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DatabaseKey(bytes(31), bytes(16))
    key = DatabaseKey.generate(SystemRandom())
    assert DatabaseKey.from_bytes(key.to_bytes()) == key
    assert len(key.raw_form()) == 96 + 3
    assert keyslots.REPLICA_BYTES == 16
