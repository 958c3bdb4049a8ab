"""The outbox against a real SMTP server: down and back, crashes, duplicates, the dead."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from eschool_core.commands.breach import RaiseAlert
from eschool_core.commands.channels import SetChannel
from eschool_core.commands.grants import DismissStaff
from eschool_core.domain.access_enums import AlertKind
from eschool_core.domain.office import Notice
from eschool_core.errors import AccessError, InputError, TransportError
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.outbox import (
    CLAIM_SECONDS,
    FIRST_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
    MOST_ATTEMPTS,
    QUIET_SECONDS,
    MessageState,
    Outbox,
    Passed,
)
from eschool_sync.server.sending import Delivery, Mail, Settings, read_settings
from tests.school import MONDAY
from tests.sync.harness import World, build, copied
from tests.sync.server.mailbox import Mailbox, subject_of, text_of

JOURNAL = "https://school.example"
ADDRESS = "maths@example.org"


class Post:
    """A school, its outbox and a mail server."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mail = Mailbox()
        self.outbox = self.restarted()

    def restarted(self) -> Outbox:
        """Return the outbox as another process would open it."""
        return Outbox(self.world.server.store, self.world.clock, SeededRandom(5))

    def subscribe(self, name: str, address: str = ADDRESS, service: str = "email") -> None:
        outcome = self.world.act(SetChannel(service=service, address=address), name)
        assert not outcome.key, outcome
        self.outbox.collect()

    def tell(self, name: str = "maths") -> None:
        """Let the server leave a notice for somebody (and for the system officer)."""
        alert = RaiseAlert(alert_kind=AlertKind.UNKNOWN_DEVICE, person_id=self.world.person(name))
        assert not self.world.act(alert).key

    def delivery(self, **services: str) -> Delivery:
        mail = Mail(
            host="127.0.0.1", port=self.mail.port, tls="none", sender="journal@school.example"
        )
        return Delivery(Settings(journal=JOURNAL, mail=mail, services=services))

    def pass_(self, seconds: int = QUIET_SECONDS) -> Passed:
        """Let time go by, and do one pass."""
        self.outbox.collect()
        self.world.advance(seconds)
        return self.outbox.deliver(self.delivery())


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("outbox"))
    world.close()
    return world


@pytest.fixture
def post(origin: World, tmp_path: Path) -> Iterator[Post]:
    world = copied(origin, tmp_path / "world")
    made = Post(world)
    yield made
    world.close()


def test_one_notice_is_one_letter(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    with post.mail:
        assert post.pass_() == Passed(sent=1)
        assert post.pass_() == Passed()
    [(reader, letter)] = post.mail.taken
    assert reader == ADDRESS
    assert subject_of(letter) == "Школьный журнал: новое уведомление"
    assert JOURNAL in text_of(letter)
    assert letter["Date"]
    assert letter["Message-ID"]


@pytest.mark.asvs("16.2.5")
def test_nothing_of_the_school_and_its_people_is_in_a_letter(post: Post) -> None:
    """Mail goes through foreign hands (152-FZ): it says that there is something, and no more."""
    post.subscribe("maths")
    post.tell()
    with post.mail:
        post.pass_()
    [(_, letter)] = post.mail.taken
    whole = subject_of(letter) + text_of(letter) + str(letter.items())
    school = post.world.server.store
    names = {
        str(part)
        for row in school.rows(
            "SELECT family, given FROM staff UNION SELECT family, given FROM pupil "
            "UNION SELECT name, name FROM school UNION SELECT name, name FROM school_class "
            "UNION SELECT name, name FROM subject"
        )
        for part in row
        if part
    }
    assert not [name for name in names if name in whole]
    assert not [notice.key for notice in school.select(Notice) if str(notice.id) in whole]


def test_what_comes_together_is_told_together(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    assert post.outbox.collect() == 1
    for _ in range(4):
        post.tell()
        assert post.outbox.collect() == 0
    assert [one.notices for one in post.outbox.listed()] == [5]
    with post.mail:
        post.pass_()
    assert len(post.mail.taken) == 1


def test_what_was_there_before_is_nobodys_news(post: Post) -> None:
    post.tell()
    assert post.outbox.collect() == 0
    post.subscribe("maths")
    assert post.outbox.collect() == 0


def test_a_server_that_is_down_gets_it_when_it_is_back(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    assert post.pass_() == Passed(later=1)
    [waiting] = post.outbox.listed()
    assert (waiting.attempts, waiting.reason) == (1, "notices.unreachable")
    with post.mail:
        assert post.pass_(FIRST_WAIT_SECONDS + 1) == Passed(sent=1)
    assert len(post.mail.taken) == 1


@pytest.mark.threat("T14")
def test_a_crash_after_the_letter_is_taken_is_no_second_letter_for_its_reader(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    post.outbox.collect()
    post.world.advance(QUIET_SECONDS)
    with post.mail:
        send = post.delivery()

        def crash(service: str, address: str, token: bytes) -> None:
            send(service, address, token)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            post.outbox.deliver(crash)
        # Nobody else takes it while the first may still be at work.
        assert post.restarted().deliver(send) == Passed()
        post.world.advance(CLAIM_SECONDS)
        assert post.restarted().deliver(send) == Passed(sent=1)
    assert len(post.mail.taken) == 2, "at least once"
    [letters] = post.mail.seen().values()
    assert len(letters) == 1, "and for the reader once"


@pytest.mark.threat("T14")
def test_a_crash_before_the_letter_is_taken_loses_none(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    post.outbox.collect()
    post.world.advance(QUIET_SECONDS)

    def crash(service: str, address: str, token: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        post.outbox.deliver(crash)
    post.world.advance(CLAIM_SECONDS)
    with post.mail:
        assert post.restarted().deliver(post.delivery()) == Passed(sent=1)
    assert len(post.mail.taken) == 1


@pytest.mark.threat("T14")
def test_a_crash_while_notices_are_collected_neither_loses_nor_repeats_them(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.subscribe("maths")
    post.tell()
    with monkeypatch.context() as patched:
        patched.setattr("eschool_sync.server.outbox.MOVE_MARK", "UPDATE nothing SET seq = ?")
        with pytest.raises(Exception, match="nothing"):
            post.outbox.collect()
    assert post.outbox.listed() == []
    assert post.restarted().collect() == 1
    assert post.restarted().collect() == 0


def test_waits_grow_up_to_a_limit_and_are_drawn_at_random(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    post.outbox.collect()
    post.world.advance(QUIET_SECONDS)
    limit, waits = FIRST_WAIT_SECONDS, []
    for _ in range(MOST_ATTEMPTS - 1):
        now = post.world.clock.wall()
        assert post.outbox.deliver(unreachable) == Passed(later=1)
        [waiting] = post.outbox.listed()
        wait = waiting.next_at - now
        assert 1 <= wait <= min(limit, LONGEST_WAIT_SECONDS)
        waits.append(wait / min(limit, LONGEST_WAIT_SECONDS))
        limit *= 2
        post.world.advance(wait)
    assert len({round(share, 2) for share in waits}) > MOST_ATTEMPTS // 2
    assert min(waits) < 0.5 < max(waits)


def unreachable(service: str, address: str, token: bytes) -> None:
    raise TransportError("notices.unreachable")


def test_what_is_given_up_is_listed_and_may_try_anew(post: Post) -> None:
    post.subscribe("maths", "gone@example.org")
    post.mail.refused.add("gone@example.org")
    post.tell()
    with post.mail:
        for _ in range(MOST_ATTEMPTS - 1):
            assert post.pass_(LONGEST_WAIT_SECONDS + 1).later == 1
        assert post.pass_(LONGEST_WAIT_SECONDS + 1) == Passed(dead=1)
        [dead] = post.outbox.listed()
        assert (dead.state, dead.reason) == (MessageState.DEAD, "notices.refused")
        assert post.pass_(LONGEST_WAIT_SECONDS + 1) == Passed()
        post.mail.refused.clear()
        assert post.outbox.again(dead.id)
        assert not post.outbox.again(dead.id)
        assert post.pass_() == Passed(sent=1)


def test_a_channel_that_is_switched_off_gets_nothing_more(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    post.outbox.collect()
    assert not post.world.act(SetChannel(service="email"), "maths").key
    with post.mail:
        assert post.pass_() == Passed(dropped=1)
        post.tell()
        assert post.pass_() == Passed()
    assert post.mail.taken == []


@pytest.mark.asvs("7.4.2")
def test_who_has_no_access_any_more_is_told_nothing(post: Post) -> None:
    post.subscribe("maths")
    post.tell()
    post.outbox.collect()
    dismissal = DismissStaff(person_id=post.world.person("maths"), last_day=MONDAY, order="9-к")
    assert not post.world.act(dismissal, "officer").key
    post.world.advance(24 * 3600)
    post.world.server.turn_days()
    with post.mail:
        assert post.outbox.deliver(post.delivery()).sent == 0
    assert post.mail.taken == []


# A module of the standard library that apprise still imports.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_service_of_the_operator_is_reached_through_apprise(post: Post) -> None:
    said: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            said.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        post.subscribe("maths", "ivanova", "hook")
        post.tell()
        post.outbox.collect()
        post.world.advance(QUIET_SECONDS)
        hook = f"json://127.0.0.1:{server.server_address[1]}/{{address}}"
        assert post.outbox.deliver(post.delivery(hook=hook)) == Passed(sent=1)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    [message] = said
    assert message["title"] == "Школьный журнал: новое уведомление"
    assert JOURNAL in message["message"]


def test_a_service_that_the_server_does_not_offer_is_named(post: Post) -> None:
    post.subscribe("maths", "ivanova", "pigeon")
    post.tell()
    assert post.pass_() == Passed(later=1)
    assert [one.reason for one in post.outbox.listed()] == ["notices.service"]


@pytest.mark.parametrize(
    "address",
    [
        "a@b", "a b@c.ru", "a@c.ru,d@e.ru", "a@c.ru\nBcc: d@e.ru", '"a"@c.ru', "a@c.ru?to=d@e.ru",
        "@c.ru", "a@", "а@почта.рф",
    ],
)  # fmt: skip
def test_an_address_that_is_more_than_one_is_none(post: Post, address: str) -> None:
    command = SetChannel(service="email", address=address)
    outcome = post.world.server.act(command, post.world.person("maths"))
    assert outcome.key == "channel.address"


def settings(path: Path, mode: int = 0o600, **changes: str) -> Path:
    lines = {"host": '"mail.example"', "sender": '"journal@school.example"', **changes}
    mail = "\n".join(f"{name} = {value}" for name, value in lines.items())
    path.write_text(f'journal = "{JOURNAL}"\n[mail]\n{mail}\n', encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_settings_are_read(tmp_path: Path) -> None:
    read = read_settings(settings(tmp_path / "notices.toml"))
    assert read.mail is not None
    assert (read.mail.tls, read.mail.port) == ("starttls", 587)


@pytest.mark.asvs("12.2.1")
def test_letters_leave_the_computer_encrypted_only(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_settings(settings(tmp_path / "notices.toml", tls='"none"'))
    assert refused.value.key == "notices.plain"


def test_a_server_without_encryption_is_not_spoken_to(post: Post) -> None:
    mail = Mail(host="127.0.0.1", port=post.mail.port, sender="journal@school.example")
    with post.mail, pytest.raises(TransportError) as refused:
        Delivery(Settings(journal=JOURNAL, mail=mail))("email", ADDRESS, b"t")
    assert refused.value.key == "notices.unreachable"
    assert post.mail.taken == []


def test_passwords_that_others_can_read_are_not_used(tmp_path: Path) -> None:
    with pytest.raises(AccessError) as refused:
        read_settings(settings(tmp_path / "notices.toml", 0o644))
    assert refused.value.key == "access.open_secret"


@pytest.mark.parametrize("text", ["", "journal = 1", "journal = 'x'\nmore = 1", "[mail"])
def test_settings_that_are_not_in_order_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notices.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(InputError) as refused:
        read_settings(path)
    assert refused.value.key == "notices.settings"


def test_with_postgresql_a_letter_goes_out_once(postgres_url: str, tmp_path: Path) -> None:
    world = build(tmp_path, postgres_url)
    try:
        post = Post(world)
        post.subscribe("maths")
        post.tell()
        post.tell()
        with post.mail:
            assert post.pass_() == Passed(sent=1)
            assert post.pass_() == Passed()
        assert len(post.mail.taken) == 1
    finally:
        world.close()
