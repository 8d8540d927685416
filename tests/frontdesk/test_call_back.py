"""Whom the desk may call: another contact, whose word counts, never the adult at the counter."""

from dataclasses import replace
from datetime import timedelta

import pytest

from frontdesk.pickup_cast import ELENA, ROBERT, STEPFATHER, a_case, a_word, an_order
from schoolgate.frontdesk.call_back import who_may_be_called
from schoolgate.frontdesk.cases import Adult, Contact, ContactRole, Effect, Freshness, Pickup
from schoolgate.frontdesk.pickup_rules import decide
from schoolgate.frontdesk.recognition import Recognition
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level

TOM = Adult(name="Tom Baker")
CALLED = frozenset({Evidence.PHOTO_ID, Evidence.CALL_BACK, Evidence.SECOND_PROOF})


def called(*contacts: Contact, adult: Adult = TOM, **case: object) -> list[str]:
    found = who_may_be_called(Recognition(a_case(adult=adult, contacts=contacts, **case)))
    return [str(one.name) for one in found]


def test_a_mother_is_called_about_the_stepfather() -> None:
    assert called(STEPFATHER, ELENA) == [str(ELENA.name)]


def test_nobody_is_called_about_herself() -> None:
    assert called(STEPFATHER) == []


def test_a_relative_who_is_not_cleared_vouches_for_nobody() -> None:
    aunt = replace(ELENA, role=ContactRole.RELATIVE)

    assert called(STEPFATHER, aunt) == []
    assert called(STEPFATHER, replace(aunt, pickup_words=(a_word(Pickup.ALLOWED),))) == [
        str(aunt.name)
    ]


def test_a_denied_parent_is_not_called() -> None:
    denied = replace(ELENA, pickup_words=(a_word(Pickup.DENIED),))

    assert called(STEPFATHER, denied) == []


@pytest.mark.parametrize("effect", sorted(set(Effect) - {Effect.ONLY_THESE_ADULTS}))
def test_a_parent_under_any_order_is_not_called(effect: Effect) -> None:
    order = an_order(ELENA.name.given, ELENA.name.family, effect)

    assert called(STEPFATHER, ELENA, restrictions=(order,)) == []


def test_a_parent_without_a_number_is_not_called() -> None:
    assert called(STEPFATHER, replace(ELENA, has_number=False)) == []


def test_without_anybody_to_call_a_relative_is_for_an_administrator() -> None:
    verdict = decide(a_case(adult=TOM, contacts=(STEPFATHER,), evidence=CALLED))

    assert verdict.level is Level.VERIFY_ADMIN
    assert "N8" in verdict.rule_ids
    assert not verdict.may_finish(Finisher.CLERK, CALLED)


def test_with_a_mother_to_call_the_clerk_finishes_a_relative() -> None:
    verdict = decide(a_case(adult=TOM, contacts=(STEPFATHER, ELENA), evidence=CALLED))

    assert verdict.level is Level.VERIFY
    assert verdict.may_finish(Finisher.CLERK, CALLED)


def test_an_old_list_with_one_parent_only_is_for_an_administrator() -> None:
    old = Freshness(age=timedelta(hours=80))
    case = a_case(adult=Adult(name=str(ROBERT.name)), contacts=(ROBERT,), freshness=old)

    assert decide(case).level is Level.VERIFY_ADMIN
