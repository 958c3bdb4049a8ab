from __future__ import annotations

import json
import logging
from typing import Any

import msgpack
import pytest

from eschool_core.commands import catalogue, lessons
from eschool_core.commands.base import CommandSpec
from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import NoticeKind, Verdict
from eschool_core.domain.journal import CellHistory, Mark, Topic
from eschool_core.domain.office import Notice
from eschool_core.errors import InputError
from eschool_core.ids import make_id
from eschool_sync.protocol.messages import unpack_outcome
from tests.core.commands.acts import absent, mark, topic
from tests.school import MONDAY, TUESDAY
from tests.sync.forger import Forger
from tests.sync.harness import Member, World, lesson, pupils, substitute

FOREIGN = ("5А", "Русский язык")


def verdicts(world: World, member: Member) -> dict[int, tuple[Verdict, str]]:
    """Return the verdict and key of every command of a device, by number."""
    sql = "SELECT n, outcome FROM log WHERE device = ? ORDER BY n"
    rows = world.server.database.fetch(sql, (member.replica.device,))
    read = {int(number): unpack_outcome(msgpack.unpackb(packed)) for number, packed in rows}
    return {number: (outcome.verdict, outcome.key) for number, outcome in read.items()}


def test_a_bad_command_does_not_hold_up_the_next(any_world: World) -> None:
    [maths] = any_world.synced("maths")
    good = maths.do(topic(lesson(any_world)))
    bad = maths.do(topic(any_world.school.lesson(*FOREIGN)))
    after = maths.do(mark(lesson(any_world), pupils(any_world)[0]))
    report = maths.sync()
    assert (report.accepted, report.rejected, report.rounds) == (2, 1, 1)
    assert verdicts(any_world, maths) == {
        good.number: (Verdict.ACCEPTED, ""),
        bad.number: (Verdict.REJECTED, "4.5.1/page"),
        after.number: (Verdict.ACCEPTED, ""),
    }
    any_world.check("maths")


def test_a_rejected_command_is_kept_with_its_clause(world: World) -> None:
    [maths] = world.synced("maths")
    bad = maths.do(topic(world.school.lesson(*FOREIGN), "Не моя страница"))
    maths.sync()
    maths.reopen()
    [refused] = maths.replica.refused()
    assert refused.command == topic(world.school.lesson(*FOREIGN), "Не моя страница")
    assert (refused.number, refused.verdict) == (bad.number, Verdict.REJECTED)
    assert (refused.key, refused.clause) == ("4.5.1/page", "4.5.1")
    assert refused.made_at == maths.clock.wall()
    assert maths.replica.status().rejected == 1
    [notice] = maths.replica.store.select(Notice)
    assert (notice.kind, notice.key) == (NoticeKind.REJECTED, "4.5.1/page")


def test_a_dismissed_command_leaves_the_list_and_stays_in_the_log(world: World) -> None:
    [maths] = world.synced("maths")
    bad = maths.do(topic(world.school.lesson(*FOREIGN)))
    maths.sync()
    maths.replica.dismiss(bad.number)
    assert maths.replica.refused() == []
    with pytest.raises(InputError) as caught:
        maths.replica.dismiss(bad.number)
    assert (caught.value.key, caught.value.params) == (
        "command.not_refused",
        {"number": bad.number},
    )
    assert list(verdicts(world, maths)) == [bad.number]


class TestGroups:
    def test_a_group_stands_as_a_whole(self, any_world: World) -> None:
        [maths] = any_world.synced("maths")
        receipts = maths.replica.do_all(
            [mark(lesson(any_world), pupil_id) for pupil_id in pupils(any_world)]
        )
        assert [receipt.number for receipt in receipts] == [1, 2, 3, 4]
        assert maths.sync().accepted == 4
        any_world.check("maths")

    def test_a_bad_one_in_the_middle_makes_all_fall(self, any_world: World) -> None:
        [maths] = any_world.synced("maths")
        foreign = any_world.school.lesson(*FOREIGN)
        before = maths.do(topic(lesson(any_world)))
        first, bad, last = maths.replica.do_all(
            [mark(lesson(any_world), pupils(any_world)[0]), topic(foreign), absent_now(any_world)]
        )
        after = maths.do(mark(lesson(any_world), pupils(any_world)[1]))
        report = maths.sync()
        assert (report.accepted, report.rejected) == (2, 3)
        assert verdicts(any_world, maths) == {
            before.number: (Verdict.ACCEPTED, ""),
            first.number: (Verdict.REJECTED, "command.group_fell"),
            bad.number: (Verdict.REJECTED, "4.5.1/page"),
            last.number: (Verdict.REJECTED, "command.group_fell"),
            after.number: (Verdict.ACCEPTED, ""),
        }
        assert [row.value for row in maths.replica.store.select(Mark)] == [5]
        fallen = maths.replica.refused()[0]
        assert fallen.params == {"number": bad.number}
        # One notice for the one that is at fault.
        assert len(maths.replica.store.select(Notice)) == 1
        any_world.check("maths")

    @pytest.mark.parametrize("bad_one", [0, 1])
    def test_two_groups_of_one_push_fall_apart_from_each_other(
        self, any_world: World, bad_one: int
    ) -> None:
        [maths] = any_world.synced("maths")
        foreign = any_world.school.lesson(*FOREIGN)
        for place in range(2):
            second = topic(foreign) if place == bad_one else absent_now(any_world)
            maths.replica.do_all([mark(lesson(any_world), pupils(any_world)[place]), second])
        maths.sync()
        fell = [(Verdict.REJECTED, "command.group_fell"), (Verdict.REJECTED, "4.5.1/page")]
        stands = [(Verdict.ACCEPTED, "")] * 2
        judged = list(verdicts(any_world, maths).values())
        assert [judged[:2], judged[2:]] == ([fell, stands] if bad_one == 0 else [stands, fell])
        any_world.check("maths")

    def test_a_group_that_is_refused_here_leaves_nothing(self, world: World) -> None:
        maths = world.member("maths")
        bad = mark(lesson(world), pupils(world)[1], 6)
        with pytest.raises(Exception, match=r"4\.5\.2/scale"):
            maths.replica.do_all([mark(lesson(world), pupils(world)[0]), bad])
        assert maths.replica.status().pending == 0
        assert maths.undo_images() == 0
        assert maths.do(mark(lesson(world), pupils(world)[0])).number == 1

    def test_a_group_with_one_that_waits_waits_as_a_whole(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [maths] = world.synced("maths")
        good, bad = maths.replica.do_all([topic(lesson(world)), poison(world)])
        break_marks(monkeypatch)
        maths.sync()
        assert verdicts(world, maths) == {
            good.number: (Verdict.HELD, "command.group_fell"),
            bad.number: (Verdict.HELD, "command.failed"),
        }


class TestResend:
    def rejected(self, world: World, member: Member) -> int:
        """Return the number of a command that the server has rejected."""
        receipt = member.do(topic(world.school.lesson(*FOREIGN), "Черновик"))
        member.sync()
        return receipt.number

    def test_it_inherits_the_row_ids(self, any_world: World) -> None:
        [maths] = any_world.synced("maths")
        number = self.rejected(any_world, maths)
        maths.do(topic(lesson(any_world), "Дроби"), replaces=number)
        inherited = make_id(maths.replica.device, number)
        assert [row.id for row in maths.replica.store.select(Topic)] == [inherited]
        assert maths.replica.refused() == []
        assert maths.sync().accepted == 1
        assert [row.id for row in maths.replica.store.select(Topic)] == [inherited]
        any_world.check("maths")

    def test_what_was_held_can_be_sent_again_once_the_right_is_there(self, world: World) -> None:
        substitute(world, last_day=MONDAY)
        [second] = world.synced("substitute")
        number = second.do(mark(lesson(world), pupils(world)[0], 4)).number
        world.advance(24 * 3_600)
        second.sync()
        [held] = second.replica.refused()
        assert (held.number, held.verdict) == (number, Verdict.HELD)
        assert world.server.store.select(Mark) == []
        substitute(world)
        second.sync()
        second.replica.do(mark(lesson(world), pupils(world)[0], 4), replaces=number)
        assert second.sync().accepted == 1
        [row] = world.server.store.select(Mark)
        assert row.id == make_id(second.replica.device, number)
        assert second.replica.refused() == []
        world.check("substitute")

    def test_what_depended_on_it_goes_along(self, world: World) -> None:
        [maths] = world.synced("maths")
        number = self.rejected(world, maths)
        receipts = maths.replica.do_all(
            [topic(lesson(world), "Дроби"), mark(lesson(world), pupils(world)[0])], replaces=number
        )
        assert maths.sync().accepted == 2
        [written] = maths.replica.store.select(Mark)
        assert written.id == make_id(maths.replica.device, receipts[1].number)
        world.check("maths")

    def test_a_chain_of_resends_keeps_the_first_ids(self, any_world: World) -> None:
        [maths] = any_world.synced("maths")
        first = self.rejected(any_world, maths)
        again = maths.do(topic(any_world.school.lesson(*FOREIGN), "Ещё раз"), replaces=first)
        maths.sync()
        assert [entry.number for entry in maths.replica.refused()] == [again.number]
        maths.do(topic(lesson(any_world), "Дроби"), replaces=again.number)
        assert maths.sync().accepted == 1
        [written] = maths.replica.store.select(Topic)
        assert written.id == make_id(maths.replica.device, first)
        any_world.check("maths")

    def test_only_what_was_rejected_can_be_replaced(self, world: World) -> None:
        [maths] = world.synced("maths")
        accepted = maths.do(topic(lesson(world)))
        for replaced in (accepted.number, 999):
            with pytest.raises(InputError) as caught:
                maths.do(topic(lesson(world), "Другая"), replaces=replaced)
            assert caught.value.key == "command.replaces"
        maths.sync()
        with pytest.raises(InputError):
            maths.do(topic(lesson(world), "Другая"), replaces=accepted.number)
        assert maths.replica.status().pending == 0

    def test_a_command_is_replaced_once(self, world: World) -> None:
        [maths] = world.synced("maths")
        number = self.rejected(world, maths)
        maths.do(topic(lesson(world), "Дроби"), replaces=number)
        with pytest.raises(InputError):
            maths.do(topic(lesson(world), "Степени"), replaces=number)

    @pytest.mark.threat("T4")
    def test_a_forged_one_takes_over_no_row(self, world: World) -> None:
        """Of an accepted command, a foreign, a future one, twice, in one group, or too many ids."""
        [maths] = world.synced("maths")
        number = self.rejected(world, maths)
        accepted = maths.do(mark(lesson(world), pupils(world)[0], 5))
        maths.sync()
        forger = Forger(maths)
        act = topic(lesson(world), "Чужое")
        sent = [
            forger.envelope(act, replaces=accepted.number),
            forger.envelope(act, replaces=0),
            forger.envelope(act, replaces=5_000),
            forger.envelope(act, replaces=number, take=2),
            forger.envelope(act, replaces=number, group=90),
            forger.envelope(mark(lesson(world), pupils(world)[1]), replaces=number, group=90),
            forger.envelope(act, replaces=number),
            forger.envelope(act, replaces=number),
        ]
        given = forger.send(*sent)
        keys = [given[entry.header.number].key for entry in sent]
        refused = "command.replaces"
        assert keys == [refused] * 4 + ["command.group_fell", refused, "", refused]
        [kept] = world.server.store.select(Mark)
        assert (kept.value, kept.id) == (5, make_id(maths.replica.device, accepted.number))

    @pytest.mark.threat("T4")
    def test_a_chain_cannot_be_used_twice_by_naming_its_links(self, world: World) -> None:
        [maths] = world.synced("maths")
        first = self.rejected(world, maths)
        second = maths.do(topic(world.school.lesson(*FOREIGN)), replaces=first).number
        maths.sync()
        forger = Forger(maths)
        act = topic(lesson(world), "Дроби")
        sent = [forger.envelope(act, replaces=second), forger.envelope(act, replaces=first)]
        given = forger.send(*sent)
        assert [given[entry.header.number].key for entry in sent] == ["", "command.replaces"]


class TestPoison:
    """T20: a defect of ours that one command meets."""

    @pytest.mark.threat("T20")
    @pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("y"), Exception("z")], ids=repr)
    def test_it_waits_and_the_others_pass_in_the_same_round(
        self,
        any_world: World,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
    ) -> None:
        [maths] = any_world.synced("maths")
        acts = [mark(lesson(any_world), pupils(any_world)[n % 4], 2 + n % 4) for n in range(6)]
        numbers = [maths.do(act).number for act in acts]
        bad = maths.do(poison(any_world)).number
        numbers += [maths.do(act).number for act in acts]
        break_marks(monkeypatch, error)
        with caplog.at_level(logging.ERROR):
            report = maths.sync()
        assert (report.accepted, report.held, report.rounds) == (12, 1, 1)
        assert verdicts(any_world, maths)[bad] == (Verdict.HELD, "command.failed")
        assert set(verdicts(any_world, maths)) == {*numbers, bad}
        [held] = maths.replica.refused()
        assert (held.number, held.verdict) == (bad, Verdict.HELD)
        [line] = [entry.getMessage() for entry in caplog.records if "record_mark" in entry.message]
        assert "ядовитая" not in line
        any_world.check("maths")

    @pytest.mark.threat("T20")
    def test_one_that_breaks_in_the_database_is_held_as_well(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [maths] = any_world.synced("maths")
        bad = maths.do(poison(any_world)).number
        good = maths.do(topic(lesson(any_world))).number

        def handle(store: Any, command: Any, occasion: Any) -> list[Any]:
            store.database.execute("INSERT INTO head (id, seq, scope_seq) VALUES (1, 0, 0)")
            return []

        replace_marks(monkeypatch, handle)
        maths.sync()
        assert verdicts(any_world, maths) == {
            bad: (Verdict.HELD, "command.failed"),
            good: (Verdict.ACCEPTED, ""),
        }
        any_world.check("maths")

    @pytest.mark.threat("T20")
    def test_a_replica_syncs_with_a_command_that_it_cannot_replay(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [maths] = world.synced("maths")
        answers: list[int] = []

        def busy(wire: Any, route: str, body: bytes) -> bytes:
            answer: bytes = wire.deliver(route, body)
            maths.do(poison(world))
            break_marks(monkeypatch)
            answers.append(len(answer))
            return answer

        maths.wire.faults = [busy]
        report = maths.sync()
        assert answers
        assert report.held == 1
        world.check("maths")

    @pytest.mark.threat("T10")
    @pytest.mark.asvs("2.3.3")
    @pytest.mark.parametrize("error", [MemoryError(), OSError("disk")], ids=repr)
    def test_trouble_that_all_would_meet_leaves_nothing_of_the_push(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        [maths] = any_world.synced("maths")
        maths.do(topic(lesson(any_world)))
        maths.do(poison(any_world))
        head = any_world.server.head()
        with monkeypatch.context() as patched:
            break_marks(patched, error)
            with pytest.raises(type(error)):
                maths.sync()
        assert any_world.server.head() == head
        assert any_world.server.store.select(Topic) == []
        assert verdicts(any_world, maths) == {}
        maths.sync()
        any_world.check("maths")


def test_an_unknown_kind_or_version_is_rejected_alone(world: World) -> None:
    """A newer device's command waits for nobody; it is kept as it came."""
    [maths] = world.synced("maths")
    forger = Forger(maths)
    sent = [
        forger.envelope(("record_dream", [1, 2])),
        forger.envelope(topic(lesson(world)), version=9),
        forger.envelope(("record_topic", [])),
        forger.envelope(("record_topic", ["7", 1, None])),
        forger.envelope(("record_topic", [lesson(world), "Тема", 0, "лишнее"])),
        forger.envelope(("record_topic", [lesson(world), b"bytes", 0])),
        forger.envelope(topic(lesson(world))),
    ]
    given = forger.send(*sent)
    keys = [given[entry.header.number].key for entry in sent]
    assert keys == ["command.unknown"] * 2 + ["command.invalid"] * 4 + [""]


@pytest.mark.asvs("2.2.2")
@pytest.mark.asvs("row 2")
def test_the_servers_judgement_is_its_own(world: World) -> None:
    """What a client without rules sends gets the same verdict as what the library says."""
    [maths] = world.synced("maths")
    forger = Forger(maths)
    acts = [
        (mark(lesson(world), pupils(world)[0], 6), "4.5.2/scale"),
        (mark(lesson(world, TUESDAY), pupils(world)[0], 5), "4.5.2/not-begun"),
        (mark(lesson(world), world.school.pupils["5Б"][0], 5), "journal.no_such_pupil"),
        (mark(world.school.lesson("1А", "Математика"), world.school.pupils["1А"][0]), "4.5.1/page"),
        (topic(world.school.lesson(*FOREIGN)), "4.5.1/page"),
        (mark(lesson(world), pupils(world)[0], 4), ""),
    ]
    sent = [forger.envelope(act) for act, _ in acts]
    given = forger.send(*sent)
    assert [given[entry.header.number].key for entry in sent] == [key for _, key in acts]


def test_history_of_a_cell_names_every_author(world: World) -> None:
    [maths] = world.synced("maths")
    for value in (2, 3, 4):
        maths.do(mark(lesson(world), pupils(world)[0], value))
    maths.sync()
    earlier = maths.replica.store.select(CellHistory)
    assert [json.loads(row.content)["value"] for row in earlier] == [2, 3]


def absent_now(world: World) -> Any:
    return absent(lesson(world), pupils(world)[2])


def poison(world: World) -> RecordMark:
    return RecordMark(
        lesson_id=lesson(world), pupil_id=pupils(world)[3], value=5, comment="ядовитая"
    )


def break_marks(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    """Let the handler of marks fail on the poison."""

    def handle(store: Any, command: RecordMark, occasion: Any) -> list[Any]:
        if command.comment:
            raise error or ZeroDivisionError(command.comment)
        return lessons.record_mark(store, command, occasion)

    replace_marks(monkeypatch, handle)


def replace_marks(monkeypatch: pytest.MonkeyPatch, handle: Any) -> None:
    known = catalogue.BY_MODEL[RecordMark]
    spec = CommandSpec(RecordMark, known.right, handle)
    specs = dict(catalogue.BY_MODEL)
    specs[RecordMark] = spec
    monkeypatch.setattr("eschool_core.app.BY_MODEL", specs)
