"""Whose turn it is: the first at once, each further one a minute later, nobody forgotten."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schoolgate.frontdesk.help.turns import Helper, turn_at

ASKED = datetime(2026, 11, 23, 19, 42, tzinfo=UTC)
LEE, IDA, MO = (Helper(user_id=n, name=name) for n, name in ((1, "Lee"), (2, "Ida"), (3, "Mo")))


def after(seconds: float) -> datetime:
    return ASKED + timedelta(seconds=seconds)


def test_the_first_is_told_at_once_and_the_next_after_a_minute() -> None:
    at_once = turn_at(ASKED, [LEE, IDA, MO], now=ASKED)
    just_before = turn_at(ASKED, [LEE, IDA, MO], now=after(59.9))
    a_minute_later = turn_at(ASKED, [LEE, IDA, MO], now=after(60))

    assert (at_once.told, at_once.next) == ((LEE,), IDA)
    assert just_before.told == (LEE,)
    assert (a_minute_later.told, a_minute_later.next) == ((LEE, IDA), MO)


def test_when_all_have_had_their_minute_nobody_came() -> None:
    assert not turn_at(ASKED, [LEE, IDA], now=after(119)).nobody_came
    assert turn_at(ASKED, [LEE, IDA], now=after(120)).nobody_came


def test_with_nobody_to_tell_nobody_came_from_the_first_moment() -> None:
    turn = turn_at(ASKED, [], now=ASKED)

    assert turn.nobody_came
    assert turn.told == ()
    assert turn.next is None


@given(st.lists(st.integers(), max_size=6, unique=True), st.floats(0, 3600), st.floats(0, 3600))
def test_who_was_told_stays_told_and_nobody_is_skipped(
    ids: list[int], early: float, later: float
) -> None:
    helpers = [Helper(user_id=one, name=str(one)) for one in ids]
    first, then = (turn_at(ASKED, helpers, now=after(s)) for s in sorted((early, later)))

    assert first.told == then.told[: len(first.told)]
    for turn in (first, then):
        assert turn.told == tuple(helpers[: len(turn.told)])
        assert (turn.next is None) == (len(turn.told) == len(helpers))
        assert timedelta(0) < turn.next_in <= timedelta(minutes=1)
