"""Files of lessons: the row by the engine, the bytes after it, each to those who read the row."""

from __future__ import annotations

import hashlib
import random

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.files import AttachFile, RemoveFile
from eschool_core.domain.files import LessonFile
from eschool_core.errors import (
    AccessError,
    BusyError,
    DamageError,
    InputError,
    RegulationError,
    TransportError,
)
from eschool_sync.history.problems import Problem
from eschool_sync.history.verify import Verifier
from eschool_sync.protocol.files import (
    PIECE_BYTES,
    GetRequest,
    PutRequest,
    pack_piece,
    read_had,
    read_piece,
)
from eschool_sync.replica import file_store
from eschool_sync.security.signing import SigningKey
from tests.core.test_file_kinds import packed
from tests.school import MONDAY
from tests.sync.harness import (
    Fault,
    Member,
    Wire,
    World,
    answer_lost,
    lesson,
    request_lost,
    substitute,
)

DAY_SECONDS = 24 * 3600
NAME = "Дроби.pdf"
LARGE = b"%PDF-1.7\n" + random.Random(1).randbytes(3 * PIECE_BYTES)
MOST_PAGES = 1_073_741_823


def given(world: World, content: bytes = LARGE, name: str = NAME) -> Member:
    """Return a teacher who has attached a file to the lesson without a line."""
    [member] = world.synced("maths")
    member.replica.attach_file(lesson(world), name, content)
    return member


def sent(world: World, content: bytes = LARGE, name: str = NAME) -> Member:
    """Return a teacher whose file the server has."""
    member = given(world, content, name)
    member.sync()
    report = member.replica.send_files()
    assert (report.waiting, report.trouble) == (0, "")
    return member


def file_id(member: Member) -> int:
    [row] = member.replica.store.select(LessonFile)
    return row.id


def kept(world: World) -> list[int]:
    """Return how many pieces and whole files the server keeps."""
    database = world.server.database
    counts = ("SELECT COUNT(*) FROM file_piece", "SELECT COUNT(*) FROM file_whole")
    return [int(database.fetch(sql)[0][0]) for sql in counts]


def copies(member: Member) -> int:
    return int(member.database.fetch("SELECT COUNT(*) FROM file_copy")[0][0])


def put(world: World, member: Member, start: int, piece: bytes, row_id: int = 0) -> int:
    """Send a piece as a program of one's own would."""
    replica = member.replica
    asked = PutRequest(world.number, replica.device, row_id or file_id(member), start, piece)
    return read_had(member.wire.post("putfile", asked.sealed(replica._opened.signing)))


def get(world: World, member: Member, row_id: int, key: SigningKey | None = None) -> bytes:
    asked = GetRequest(world.number, member.replica.device, row_id, 0)
    signed = asked.sealed(key or member.replica._opened.signing)
    return read_piece(member.wire.post("getfile", signed))


@pytest.mark.clause("2.12")
def test_a_file_given_without_a_line_follows_its_row_and_is_read_by_the_family(
    world: World,
) -> None:
    teacher = given(world)
    assert teacher.replica.read_file(file_id(teacher)).content == LARGE
    teacher.sync()
    assert teacher.replica.status().files_waiting == 1
    [family] = world.synced("guardian")
    with pytest.raises(InputError, match=r"file\.waiting"):
        family.replica.read_file(file_id(family))
    report = teacher.replica.send_files()
    assert (report.sent, report.waiting, report.trouble) == (1, 0, "")
    read = family.replica.read_file(file_id(family))
    assert (read.name, read.media_type, read.content) == (NAME, "application/pdf", LARGE)
    world.check("maths", "guardian")


def test_what_was_read_once_is_read_without_a_line(world: World) -> None:
    sent(world)
    [family] = world.synced("guardian")
    family.replica.read_file(file_id(family))
    family.wire.faults = [request_lost]
    assert family.replica.read_file(file_id(family)).content == LARGE
    assert family.wire.faults == [request_lost]


def test_bytes_wait_for_their_row(world: World) -> None:
    teacher = given(world)
    assert teacher.replica.send_files().waiting == 1
    assert kept(world) == [0, 0]


def test_rows_go_though_bytes_cannot(world: World) -> None:
    def shut(wire: Wire, route: str, body: bytes) -> bytes:
        raise BusyError("busy.database", retry_after=1)

    teacher = given(world)
    assert teacher.sync().accepted == 1
    teacher.wire.faults = [shut]
    report = teacher.replica.send_files()
    assert (report.sent, report.waiting, report.trouble) == (0, 1, "busy.database")
    world.check("maths")


@pytest.mark.parametrize("fault", [request_lost, answer_lost])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_cut_upload_goes_on_from_where_it_was(world: World, fault: Fault, at: int) -> None:
    def through(wire: Wire, route: str, body: bytes) -> bytes:
        return wire.deliver(route, body)

    teacher = given(world)
    teacher.sync()
    teacher.wire.faults = [through] * at + [fault]
    assert teacher.replica.send_files().trouble.startswith("transport.")
    assert kept(world)[0] == at + (fault is answer_lost)
    teacher.reopen()
    before = len(teacher.wire.sent)
    assert teacher.replica.send_files().sent == 1
    assert kept(world) == [4, 1]
    # What is there already is not sent again, but for the piece by which that is asked.
    assert len(teacher.wire.sent) - before <= 5 - at


def test_what_is_more_urgent_stops_it_between_two_pieces(world: World) -> None:
    teacher = given(world)
    teacher.sync()
    asked = iter([False, False, True])
    report = teacher.replica.send_files(lambda: next(asked))
    assert (report.sent, report.waiting, kept(world)) == (0, 1, [2, 0])
    assert teacher.replica.send_files().sent == 1


@pytest.mark.asvs("8.2.2")
def test_who_may_not_read_the_row_gets_no_byte_and_learns_nothing(world: World) -> None:
    row_id = file_id(sent(world))
    [stranger] = world.synced("english")
    assert stranger.replica.store.select(LessonFile) == []
    for asked in (row_id, row_id + 1):
        with pytest.raises(InputError, match=r"file\.none"):
            get(world, stranger, asked)
        with pytest.raises(InputError, match=r"file\.none"):
            put(world, stranger, 0, LARGE[:PIECE_BYTES], asked)


@pytest.mark.asvs("8.2.2")
def test_to_know_a_hash_opens_nothing(world: World) -> None:
    sent(world)
    [other] = world.synced("russian")
    own = world.school.lesson("5А", "Русский язык")
    digest = hashlib.sha256(LARGE).hexdigest()
    other.do(AttachFile(lesson_id=own, name=NAME, size=len(LARGE), content_hash=digest))
    other.sync()
    [row] = other.replica.store.select(LessonFile, lesson_id=own)
    assert put(world, other, 0, b"", row.id) == 0
    with pytest.raises(InputError, match=r"file\.waiting"):
        get(world, other, row.id)


def test_only_the_author_sends_the_bytes(world: World) -> None:
    given(world).sync()
    [family] = world.synced("guardian")
    with pytest.raises(InputError, match=r"file\.none"):
        put(world, family, 0, LARGE[:PIECE_BYTES])


@pytest.mark.asvs("5.2.2")
def test_other_bytes_than_the_hash_says_are_thrown_away(world: World) -> None:
    teacher = given(world, LARGE[:PIECE_BYTES] + b"end")
    teacher.sync()
    put(world, teacher, 0, LARGE[:PIECE_BYTES])
    with pytest.raises(InputError, match=r"file\.differs"):
        put(world, teacher, PIECE_BYTES, b"END")
    assert kept(world) == [0, 0]
    assert teacher.replica.send_files().sent == 1


@pytest.mark.asvs("5.2.2")
def test_a_page_under_the_name_of_a_picture_is_not_kept(world: World) -> None:
    page = b"<!doctype html><script>alert(1)</script>"
    [teacher] = world.synced("maths")
    with pytest.raises(InputError, match=r"file\.content"):
        teacher.replica.attach_file(lesson(world), "рисунок.png", page)
    digest = hashlib.sha256(page).hexdigest()
    forged = AttachFile(lesson_id=lesson(world), name="а.png", size=len(page), content_hash=digest)
    teacher.do(forged)
    teacher.sync()
    with pytest.raises(InputError, match=r"file\.differs"):
        put(world, teacher, 0, page)
    assert kept(world) == [0, 0]


@pytest.mark.threat("T21")
def test_more_bytes_than_the_row_says_are_not_kept(world: World) -> None:
    teacher = given(world, b"%PDF-1")
    teacher.sync()
    with pytest.raises(InputError, match=r"protocol\.malformed"):
        put(world, teacher, 0, b"%PDF-1 and more")
    assert put(world, teacher, 0, LARGE[:PIECE_BYTES]) == 0
    assert kept(world) == [0, 0]


@pytest.mark.threat("T21")
def test_a_file_over_two_mebibytes_is_refused_before_anything_is_kept(world: World) -> None:
    [teacher] = world.synced("maths")
    with pytest.raises(InputError, match=r"file\.too_large"):
        teacher.replica.attach_file(lesson(world), NAME, b"%PDF-" + bytes(2 * 1024 * 1024))
    with pytest.raises(InputError, match=r"file\.empty"):
        teacher.replica.attach_file(lesson(world), NAME, b"")
    assert (copies(teacher), teacher.replica.status().pending) == (0, 0)


def test_a_refused_file_keeps_neither_row_nor_bytes(world: World) -> None:
    [russian] = world.synced("russian")
    with pytest.raises(RegulationError):
        russian.replica.attach_file(lesson(world), NAME, LARGE)
    assert copies(russian) == 0


@pytest.mark.asvs("row 80")
def test_a_package_whose_names_lead_out_is_kept_as_it_is(world: World) -> None:
    traversal = packed("../../../etc/passwd")
    sent(world, traversal, "../задание.zip")
    [family] = world.synced("guardian")
    read = family.replica.read_file(file_id(family))
    assert (read.name, read.content) == ("_задание.zip", traversal)


@pytest.mark.threat("T12")
def test_a_bit_that_flips_at_the_server_is_found_before_it_is_given(world: World) -> None:
    row_id = file_id(sent(world))
    [family] = world.synced("guardian")
    flipped = b"%PDF-1.8" + LARGE[8:PIECE_BYTES]
    world.server.database.execute("UPDATE file_piece SET content = ? WHERE start = 0", (flipped,))
    with pytest.raises(DamageError, match=r"damage\.file"):
        family.replica.read_file(row_id)
    assert copies(family) == 0


@pytest.mark.threat("T12")
def test_a_bit_that_flips_here_is_found_and_fetched_anew(world: World) -> None:
    sent(world)
    [family] = world.synced("guardian")
    family.replica.read_file(file_id(family))
    family.database.execute("UPDATE file_copy SET content = ?", (b"other",))
    assert family.replica.read_file(file_id(family)).content == LARGE


def test_a_server_that_lies_is_not_believed(world: World) -> None:
    sent(world)
    [family] = world.synced("guardian")
    family.wire.faults = [lambda wire, route, body: pack_piece(b"x" * PIECE_BYTES)]
    with pytest.raises(DamageError, match=r"damage\.file"):
        family.replica.read_file(file_id(family))
    family.wire.faults = [lambda wire, route, body: b"\0\1"]
    with pytest.raises((InputError, TransportError)):
        family.replica.read_file(file_id(family))
    assert copies(family) == 0


@pytest.mark.asvs("8.3.2")
def test_a_revoked_device_neither_sends_nor_fetches(world: World) -> None:
    teacher = given(world)
    teacher.sync()
    world.act(RevokeDevice(device=teacher.replica.device), "officer")
    with pytest.raises(AccessError):
        teacher.replica.send_files()
    with pytest.raises(AccessError):
        get(world, teacher, file_id(teacher))
    assert kept(world) == [0, 0]


def test_a_foreign_key_signs_for_nobody(world: World) -> None:
    row_id = file_id(sent(world))
    with pytest.raises(AccessError):
        get(world, world.member("maths"), row_id, SigningKey(b"7" * 32))


@pytest.mark.threat("T26")
def test_who_loses_the_journal_loses_its_files(world: World) -> None:
    sent(world)
    substitute(world, last_day=MONDAY)
    [other] = world.synced("substitute")
    other.replica.read_file(file_id(other))
    other.replica.attach_file(lesson(world), "план.txt", "Канарейка".encode())
    other.sync()
    assert copies(other) == 2
    world.advance(DAY_SECONDS)
    other.sync()
    assert copies(other) == 0


def test_bytes_go_with_the_last_row_that_names_them(world: World) -> None:
    teacher = sent(world)
    [family] = world.synced("guardian")
    family.replica.read_file(file_id(family))
    teacher.do(RemoveFile(file_id=file_id(teacher)))
    teacher.sync()
    family.sync()
    assert (kept(world), copies(teacher), copies(family)) == ([0, 0], 0, 0)


def test_bytes_stay_while_their_command_waits_for_a_verdict(world: World) -> None:
    teacher = given(world)
    with teacher.replica._opened.writing():
        teacher.database.execute("DELETE FROM lesson_file")
        file_store.drop_unnamed(teacher.database, after=(1,))
        assert copies(teacher) == 1
        teacher.database.execute("UPDATE outbox SET state = 3")
        file_store.drop_unnamed(teacher.database, after=(1,))
        assert copies(teacher) == 0


def test_the_copies_of_a_replica_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_store, "CACHE_BYTES", 2 * PIECE_BYTES)
    [teacher] = world.synced("maths")
    with teacher.replica._opened.writing():
        for number in range(1, 6):
            file_store.keep_read(teacher.database, bytes([number]) * PIECE_BYTES, number)
        file_store.keep_own(teacher.database, b"own" * PIECE_BYTES, 1, 0)
    here = teacher.database.fetch("SELECT used_at FROM file_copy ORDER BY used_at")
    assert [row[0] for row in here] == [0, 4, 5]


@pytest.mark.threat("T13")
def test_a_full_disk_here_keeps_neither_row_nor_bytes(world: World) -> None:
    [teacher] = world.synced("maths")
    [[pages]] = teacher.database.fetch("PRAGMA page_count")
    teacher.database.fetch(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(AccessError, match=r"access\.disk_full"):
        teacher.replica.attach_file(lesson(world), NAME, LARGE)
    teacher.database.fetch(f"PRAGMA max_page_count = {MOST_PAGES}")
    assert (copies(teacher), teacher.replica.status().pending) == (0, 0)
    assert teacher.replica.store.select(LessonFile) == []


@pytest.mark.threat("T13")
def test_a_full_disk_at_the_server_asks_to_come_back(world: World) -> None:
    teacher = given(world)
    teacher.sync()
    database = world.server.database
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL's disk is not ours to fill")
    [[pages]] = database.fetch("PRAGMA page_count")
    database.fetch(f"PRAGMA max_page_count = {pages}")
    report = teacher.replica.send_files()
    assert (report.trouble, report.waiting) == ("busy.database", 1)
    database.fetch(f"PRAGMA max_page_count = {MOST_PAGES}")
    assert teacher.replica.send_files().sent == 1


@pytest.mark.threat("T7")
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE file_piece SET content = ? WHERE start = 0",
        "DELETE FROM file_piece WHERE start > 0 AND ? IS NOT NULL",
    ],
)
def test_bytes_that_were_edited_at_the_server_are_found(world: World, edit: str) -> None:
    teacher = sent(world)
    server = world.server
    key = bytes.fromhex(server.state.digest_key)
    verifier = Verifier(server.database, world.number, server.public_key, key)
    assert verifier.verify().is_sound
    server.database.execute(edit, (b"%PDF-1.7\n" + bytes(PIECE_BYTES - 9),))
    assert verifier.verify().problems == (Problem("verify.file", "file_piece", file_id(teacher)),)
