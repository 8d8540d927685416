"""Rules of the student herself and of the hour: X4, R4, N7."""

from dataclasses import replace
from datetime import time

import pytest

from frontdesk.pickup_cast import ELENA, NOW, a_case, an_order
from schoolgate.frontdesk.cases import (
    Adult,
    Attendance,
    Case,
    Effect,
    Freshness,
    Policy,
    Purpose,
    Today,
)
from schoolgate.frontdesk.pickup_rules import decide
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level

ID = frozenset({Evidence.PHOTO_ID})
ALONE = Policy(leaves_alone=True)


def held(case: Case) -> Case:
    return replace(case, student=replace(case.student, hold="Nurse clears first."))


def leaving_alone(*, flagged: bool = True, policy: Policy = ALONE, **changes: object) -> Case:
    case = a_case(adult=Adult(name="nobody (alone)"), alone=True, policy=policy, **changes)
    return replace(case, student=replace(case.student, may_leave_alone=flagged))


# --- X4 ------------------------------------------------------------------------------------------


def test_a_held_student_goes_with_nobody_on_a_clerks_word() -> None:
    verdict = decide(held(a_case()))

    assert verdict.level is Level.DENY
    assert verdict.reasons[0].text == "An administrator only: Nurse clears first."
    assert not verdict.may_finish(Finisher.CLERK, ID)


def test_one_administrator_lifts_a_hold_with_all_other_evidence() -> None:
    verdict = decide(held(a_case()))

    assert verdict.level_for(Finisher.SCHOOL_ADMIN) is Level.VERIFY_ADMIN
    assert verdict.may_finish(Finisher.SCHOOL_ADMIN, ID)
    assert not verdict.may_finish(Finisher.SCHOOL_ADMIN, frozenset())


def test_a_hold_makes_no_order_milder_for_an_administrator() -> None:
    order = an_order(ELENA.name.given, ELENA.name.family, Effect.NO_RELEASE)
    verdict = decide(held(a_case(restrictions=(order,))))

    assert verdict.level_for(Finisher.SCHOOL_ADMIN) is Level.DENY
    assert not verdict.may_finish(Finisher.SCHOOL_ADMIN, frozenset(Evidence))


def test_a_hold_binds_where_the_school_validates_nothing() -> None:
    assert decide(held(a_case(policy=Policy(validates_custody=False)))).level is Level.DENY


def test_a_hold_is_about_leaving_and_not_about_a_visit() -> None:
    assert "X4" not in decide(held(a_case(purpose=Purpose.VISIT))).rule_ids


# --- R4 ------------------------------------------------------------------------------------------


def test_who_may_leave_alone_does() -> None:
    verdict = decide(leaving_alone())

    assert (verdict.level, verdict.rule_ids) == (Level.ALLOW, ("R4",))


@pytest.mark.parametrize("custody", [True, False])
@pytest.mark.parametrize(("flagged", "permitted"), [(False, True), (True, False), (False, False)])
def test_nobody_leaves_alone_without_the_flag_and_the_districts_leave(
    flagged: bool, permitted: bool, custody: bool
) -> None:
    policy = Policy(leaves_alone=permitted, validates_custody=custody)
    verdict = decide(leaving_alone(flagged=flagged, policy=policy))

    assert verdict.level is Level.VERIFY_ADMIN
    assert verdict.reasons[0].text == "Nothing on file says that this student may leave alone."


def test_the_flag_lets_no_adult_take_her() -> None:
    case = a_case(adult=Adult(name="Sue Smith"), policy=ALONE)
    case = replace(case, student=replace(case.student, may_leave_alone=True))

    assert decide(case).level is Level.DENY


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"restrictions": (an_order("Elena", "Rivera-Cruz", Effect.ONLY_THESE_ADULTS),)}, "X3"),
        ({"today": Today(attendance=Attendance.LEFT, left_at=NOW)}, "X6"),
        ({"child_objects": True}, "X7"),
        ({"freshness": Freshness(age=None, offline=True)}, "A6"),
    ],
)
def test_what_is_not_about_an_adult_binds_alone_too(changes: dict[str, object], rule: str) -> None:
    verdict = decide(leaving_alone(**changes))

    assert rule in verdict.rule_ids
    assert verdict.level >= Level.VERIFY_ADMIN


def test_a_held_student_does_not_leave_alone() -> None:
    assert decide(held(leaving_alone())).level is Level.DENY


# --- N7 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "level"),
    [(time(13, 42), Level.VERIFY), (time(13, 43), Level.ALLOW), (None, Level.ALLOW)],
)
def test_after_the_end_of_releases_a_reason_is_asked_for(ends: time | None, level: Level) -> None:
    verdict = decide(a_case(policy=Policy(releases_end_at=ends)))

    assert verdict.level is level


def test_the_reason_is_evidence_and_the_sentence_names_the_hour() -> None:
    verdict = decide(a_case(policy=Policy(releases_end_at=time(13, 30))))

    assert verdict.reasons[0].text == "Releases end at 1:30 PM: it is later."
    assert not verdict.may_finish(Finisher.CLERK, ID)
    assert verdict.may_finish(Finisher.CLERK, ID | {Evidence.REASON_STATED})


def test_a_visit_knows_no_end_of_releases() -> None:
    policy = Policy(releases_end_at=time(8, 0))

    assert "N7" not in decide(a_case(purpose=Purpose.VISIT, policy=policy)).rule_ids
