"""Why a parent is not on the list: each cause is told apart, and none is guessed."""

from datetime import date

import pytest

from schoolgate.frontdesk.missing.answers import Adult, Answer, Cause, Known, why_missing
from schoolgate.frontdesk.name_parts import PersonName

ROBERT = PersonName(given="Robert", family="Rivera")


def known(*connected: Adult, **fields: object) -> Known:
    return Known(
        **{
            "has_source": True,
            "source": "Main SIS",
            "takes_contacts": True,
            "connected": connected,
            "of_others": (),
            **fields,
        }  # type: ignore[arg-type]
    )


def causes(answers: tuple[Answer, ...]) -> list[Cause]:
    return [one.cause for one in answers]


@pytest.mark.parametrize(
    ("adult", "cause"),
    [
        (Adult(name=ROBERT, current=True), Cause.LISTED),
        (Adult(name=ROBERT, ended_on=date(2026, 11, 20)), Cause.ENDED),
        (Adult(name=ROBERT, waits_in=812), Cause.WAITS),
        (Adult(name=ROBERT, active=False), Cause.GONE),
        (Adult(name=ROBERT, unreadable="familyName, a text"), Cause.UNREADABLE),
    ],
)
def test_a_named_adult_is_told_by_what_became_of_her_row(adult: Adult, cause: Cause) -> None:
    assert causes(why_missing("Robert Rivera", known(adult))) == [cause]


def test_another_spelling_of_a_listed_contact_is_found() -> None:
    adult = Adult(name=ROBERT, current=True)

    assert causes(why_missing("BOB RIVERA", known(adult))) == [Cause.LISTED]


def test_an_id_without_a_person_may_be_the_one_who_is_looked_for() -> None:
    nameless = Adult(name=None, sourced_id="par-77")

    (answer,) = why_missing("Robert Rivera", known(nameless))

    assert answer.cause is Cause.NOT_SENT
    assert "par-77" in answer.said
    assert "portal" in answer.next_step


def test_an_id_whose_row_cannot_be_read_says_what_is_wrong_with_it() -> None:
    nameless = Adult(name=None, sourced_id="par-77", unreadable="givenName, a text")

    (answer,) = why_missing("Robert Rivera", known(nameless))

    assert answer.cause is Cause.UNREADABLE
    assert "givenName" in answer.said


def test_a_school_that_takes_no_contacts_says_so() -> None:
    assert causes(why_missing("Robert Rivera", known(takes_contacts=False))) == [Cause.CONTACTS_OFF]


def test_a_child_of_the_schools_own_list_has_no_source() -> None:
    assert causes(why_missing("Robert Rivera", known(has_source=False))) == [Cause.NO_SOURCE]


def test_an_adult_of_another_child_is_said_without_naming_the_child() -> None:
    (answer,) = why_missing("Robert Rivera", known(of_others=(ROBERT,)))

    assert answer.cause is Cause.OTHER_CHILD


def test_of_whom_nothing_is_known_the_feed_has_sent_nothing() -> None:
    others = (PersonName(given="Ada", family="Stone"),)

    answers = why_missing("Robert Rivera", known(Adult(name=others[0], current=True)))

    assert causes(answers) == [Cause.NOT_IN_FEED]
