from __future__ import annotations

import pytest
from eschool_web.sessions import CODE_SECONDS, MAX_SESSIONS, Sessions, hashed, new_code

from eschool_core.errors import AccessError


def test_a_code_begins_one_session() -> None:
    code, kept = new_code(0)
    told: list[tuple[str, str]] = []
    sessions = Sessions((), (kept,), lambda *news: told.append(news), lambda: 1.0)
    token = sessions.begin(code)
    assert sessions.knows(token)
    assert told == [(hashed(token), hashed(code))]
    with pytest.raises(AccessError, match=r"web\.start_used"):
        sessions.begin(code)


@pytest.mark.parametrize(("seconds", "good"), [(CODE_SECONDS - 0.1, True), (CODE_SECONDS, False)])
def test_a_code_is_good_for_ten_minutes(seconds: float, good: bool) -> None:  # noqa: FBT001
    code, kept = new_code(0)
    sessions = Sessions((), (kept,), monotonic=lambda: seconds)
    if good:
        assert sessions.begin(code)
    else:
        with pytest.raises(AccessError):
            sessions.begin(code)


def test_what_is_no_token_is_not_known() -> None:
    sessions = Sessions(["", hashed("token")])
    assert [sessions.knows(word) for word in ("", "x", "token", "token ")] == [
        False,
        False,
        True,
        False,
    ]


def test_the_oldest_session_ends_when_there_are_too_many() -> None:
    sessions = Sessions()
    tokens: list[str] = []
    for _ in range(MAX_SESSIONS + 1):
        code, kept = new_code(0)
        sessions = Sessions([hashed(one) for one in tokens], [kept], monotonic=lambda: 0.0)
        tokens.append(sessions.begin(code))
    assert not sessions.knows(tokens[0])
    assert sessions.knows(tokens[1])
