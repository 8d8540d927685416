"""Every rule speaks when it must and is silent when it must be; then the worked cases."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from frontdesk.pickup_cast import (
    ELENA,
    NOW,
    ROBERT,
    STEPFATHER,
    a_case,
    a_word,
    an_authorisation,
    an_order,
)
from schoolgate.frontdesk import cases
from schoolgate.frontdesk.as_seen import as_seen
from schoolgate.frontdesk.cases import (
    Adult,
    Attendance,
    Case,
    Contact,
    ContactRole,
    Effect,
    Freshness,
    Pickup,
    Policy,
    Purpose,
    Restriction,
    SamePerson,
    Scope,
    Today,
)
from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.namesakes import Namesake, Nearness
from schoolgate.frontdesk.pickup_rules import decide
from schoolgate.frontdesk.recognition import Recognition
from schoolgate.frontdesk.rule import Finding, Kind, Rule
from schoolgate.frontdesk.rule_table import RULES
from schoolgate.frontdesk.verdicts import Evidence, Finisher, Level

JONES = Adult(name="William Jones")
FATHER = Contact(
    adult_id="a-jones",
    name=PersonName(given="William", family="Jones"),
    role=ContactRole.PARENT,
)
NAMESAKE = Namesake(student_id="s-9", nearness=Nearness.SAME_NAME)
GONE = date(2026, 11, 22)
YESTERDAY = date(2026, 11, 22)
POLICY = Policy()


def aged(**age: float) -> Freshness:
    return Freshness(age=timedelta(**age))


def spoken(case: Case) -> list[str]:
    """List the rules that raised the verdict, worst first."""
    return [one.rule for one in decide(case).reasons]


def grounds(case: Case) -> list[str]:
    return [one.rule for one in decide(case).grounds]


def notes(case: Case) -> list[str]:
    return [one.rule for one in decide(case).notes]


def text_of(case: Case, rule: str) -> str:
    verdict = decide(case)
    return next(
        one.text for one in (*verdict.reasons, *verdict.grounds, *verdict.notes) if one.rule == rule
    )


# --- grounds ------------------------------------------------------------------------------------


def test_r1_a_listed_parent_with_photo_id_is_allowed() -> None:
    verdict = decide(a_case())

    assert verdict.level is Level.ALLOW
    assert verdict.reasons == ()
    assert [one.rule for one in verdict.grounds] == ["R1"]
    assert verdict.grounds[0].text == "Listed as parent. Identity proved."
    assert verdict.custody_validated


def test_r1_known_by_sight_counts_only_where_the_district_permits_it() -> None:
    permitted = Policy(known_by_sight_permitted=True)
    by_sight = a_case(evidence=frozenset({Evidence.KNOWN_BY_SIGHT}))

    assert grounds(by_sight) == []
    assert grounds(replace(by_sight, policy=permitted)) == ["R1"]


def test_r1_an_alias_on_file_is_as_good_as_the_name() -> None:
    bob = replace(ROBERT, aliases=("Bob Rivera",))

    verdict = decide(a_case(adult=Adult(name="BOB RIVERA"), contacts=(bob,)))

    assert verdict.level is Level.ALLOW


def test_r1_only_roles_that_count_are_a_ground() -> None:
    guardians_only = Policy(roles_that_count=frozenset({ContactRole.GUARDIAN}))

    case = a_case(policy=guardians_only)

    assert grounds(case) == []
    assert spoken(case) == ["R-"]


def test_r1_a_name_cut_short_counts_only_when_the_licence_says_so() -> None:
    long_name = replace(ELENA, name=PersonName(given="Christopher", family="Wolfeschlegelstein"))
    cut = Adult(name="CHRISTOPHE WOLFESCHLEG")

    silent = a_case(adult=cut, contacts=(long_name,))
    flagged = a_case(adult=replace(cut, licence_cut_short=True), contacts=(long_name,))

    assert spoken(silent) == ["N2"]
    assert decide(flagged).level is Level.ALLOW


def test_r1_a_cut_licence_does_not_turn_another_likeness_into_a_permission() -> None:
    bob = Adult(name="BOB RIVERA", licence_cut_short=True)

    assert spoken(a_case(adult=bob)) == ["N2"]


def test_r2_an_authorised_grandmother_is_allowed() -> None:
    rosa = a_case(adult=Adult(name="Rosa Vega"), authorisations=(an_authorisation(),))

    verdict = decide(rosa)

    assert verdict.level is Level.ALLOW
    assert verdict.grounds[0].text == "Authorised today by Elena R. (called 1:10 PM)."


@pytest.mark.parametrize(
    "void",
    [
        an_authorisation(uses_left=0),
        an_authorisation(valid_from=NOW + timedelta(seconds=1)),
        an_authorisation(valid_until=NOW - timedelta(seconds=1)),
        an_authorisation(given_by_id="a-nobody"),
        an_authorisation(name=PersonName(given="Ines", family="Cruz")),
    ],
)
def test_r2_a_void_authorisation_is_no_ground(void: cases.Authorisation) -> None:
    assert spoken(a_case(adult=Adult(name="Rosa Vega"), authorisations=(void,))) == ["X5"]


@pytest.mark.parametrize(
    "moment", [{"valid_from": NOW}, {"valid_until": NOW}], ids=["its first", "its last"]
)
def test_r2_an_authorisation_holds_from_its_first_to_its_last_moment(
    moment: dict[str, datetime],
) -> None:
    case = a_case(adult=Adult(name="Rosa Vega"), authorisations=(an_authorisation(**moment),))

    assert grounds(case) == ["R2"]


def test_r2_is_void_when_the_contact_who_gave_it_is_denied() -> None:
    denied = replace(ELENA, pickup_words=(a_word(Pickup.DENIED),))

    case = a_case(
        adult=Adult(name="Rosa Vega"),
        contacts=(denied, ROBERT),
        authorisations=(an_authorisation(),),
    )

    assert spoken(case) == ["X5"]


def test_r2_is_void_when_the_contact_who_gave_it_is_restricted() -> None:
    order = an_order("E", "R", adult_ids=frozenset({"a-elena"}))

    case = a_case(
        adult=Adult(name="Rosa Vega"), authorisations=(an_authorisation(),), restrictions=(order,)
    )

    assert spoken(case) == ["X5"]


def test_r2_needs_the_very_name_and_an_id() -> None:
    near = a_case(adult=Adult(name="Rosa Vega Cruz"), authorisations=(an_authorisation(),))
    unproved = a_case(
        adult=Adult(name="Rosa Vega"),
        authorisations=(an_authorisation(),),
        evidence=frozenset(),
    )

    assert (grounds(near), spoken(near)) == ([], ["N2"])
    assert (grounds(unproved), spoken(unproved)) == ([], ["N4"])


def test_r3_a_relative_cleared_by_the_school_is_allowed() -> None:
    cleared = replace(STEPFATHER, pickup_words=(a_word(Pickup.UNSET), a_word(Pickup.ALLOWED)))

    verdict = decide(a_case(adult=Adult(name="Tom Baker"), contacts=(ELENA, cleared)))

    assert verdict.level is Level.ALLOW
    assert verdict.grounds[0].text == "Cleared for pickup by the school, 3 Sep 2026."


def test_r3_is_no_ground_without_the_very_name_or_an_id() -> None:
    cleared = replace(STEPFATHER, pickup_words=(a_word(Pickup.ALLOWED),))

    near = a_case(adult=Adult(name="Thomas Baker"), contacts=(cleared,))
    unproved = a_case(
        adult=Adult(name="Tom Baker"), contacts=(cleared,), evidence=frozenset({Evidence.CALL_BACK})
    )

    assert (grounds(near), spoken(near)) == ([], ["N2"])
    assert (grounds(unproved), spoken(unproved)) == ([], ["N4"])


def test_no_ground_and_no_rule_needs_an_administrator() -> None:
    neighbour = replace(STEPFATHER, role=ContactRole.OTHER)

    verdict = decide(a_case(adult=Adult(name="Tom Baker"), contacts=(neighbour,)))

    assert (verdict.level, verdict.rule_ids) == (Level.VERIFY_ADMIN, ("R-",))


@pytest.mark.parametrize(
    "question",
    [
        {"namesakes": (NAMESAKE,)},
        {"freshness": aged(hours=80)},
        {"evidence": frozenset()},
        {"adult": Adult(name="Thomas Baker")},
    ],
)
def test_another_question_does_not_lower_nothing_on_file_to_a_clerk(
    question: dict[str, object],
) -> None:
    neighbour = replace(STEPFATHER, role=ContactRole.OTHER)
    changes = {"adult": Adult(name="Tom Baker"), "contacts": (neighbour, ELENA)} | question

    verdict = decide(a_case(**changes))

    assert verdict.level is Level.VERIFY_ADMIN
    assert verdict.reasons[0].rule == "R-"


def test_a_contact_who_may_not_collect_does_not_hide_that_the_authorised_name_is_only_alike() -> (
    None
):
    neighbour = replace(
        STEPFATHER, name=PersonName(given="Rosa", family="Vega Cruz"), role=ContactRole.OTHER
    )

    case = a_case(
        adult=Adult(name="Rosa Vega Cruz"),
        contacts=(ELENA, neighbour),
        authorisations=(an_authorisation(),),
    )

    assert spoken(case) == ["N2"]


# --- X: no --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        an_order("William", "Jones"),
        an_order("William", "Jones", Effect.NO_CONTACT),
        an_order("Duke", "Harris", aliases=("Willy Dean", "William Jones")),
        an_order("William", "Jones", scope=Scope.SCHOOL, school_ids=frozenset({"oak"})),
        an_order("William", "Jones", scope=Scope.DISTRICT, student_ids=frozenset()),
        an_order("William", "Jones", scope=Scope.SCHOOL, school_ids=frozenset({"fir"})),
        an_order("William", "Jones", from_on=date(2026, 11, 23)),
        an_order("William", "Jones", until_on=date(2026, 11, 23)),
    ],
)
def test_x1_a_restricted_person_is_denied(order: Restriction) -> None:
    in_two_schools = replace(a_case().student, school_ids=frozenset({"oak", "fir"}))
    case = a_case(student=in_two_schools, adult=JONES, contacts=(FATHER,), restrictions=(order,))

    assert decide(case).level is Level.DENY
    assert spoken(case)[0] == "X1"


@pytest.mark.parametrize(
    "order",
    [
        an_order("William", "Jones", Effect.NO_VISIT),
        an_order("William", "Jones", Effect.NO_INFORMATION),
        an_order("William", "Jones", student_ids=frozenset({"s-other"})),
        an_order("William", "Jones", scope=Scope.SCHOOL, school_ids=frozenset({"fir"})),
        an_order("William", "Jones", scope=Scope.SCHOOL),
        an_order("William", "Jones", from_on=date(2026, 11, 24)),
        an_order("William", "Jones", until_on=date(2026, 9, 30)),
        an_order("Elena", "Baker"),
    ],
)
def test_x1_an_order_that_does_not_apply_is_silent(order: Restriction) -> None:
    case = a_case(adult=JONES, contacts=(FATHER,), restrictions=(order,))

    assert decide(case).level is Level.ALLOW


def test_x1_tells_the_clerk_what_to_say_and_the_instruction() -> None:
    case = a_case(adult=JONES, contacts=(FATHER,), restrictions=(an_order("William", "Jones"),))

    assert text_of(case, "X1") == (
        "Do not release. Say: 'Please take a seat, someone will be with you.' Call Mr. Lee."
    )


def test_x1_a_like_name_with_the_same_birth_date_is_the_person() -> None:
    order = an_order("William", "Jones", birth_on=date(1980, 5, 1))
    bill = Adult(name="BILL JONES", birth_on=date(1980, 5, 1))

    assert spoken(a_case(adult=bill, restrictions=(order,)))[0] == "X1"


@pytest.mark.parametrize("answer", [SamePerson.YES, SamePerson.NOT_SURE])
def test_x1_yes_and_not_sure_both_deny(answer: SamePerson) -> None:
    bill = Adult(name="BILL JONES", same_person={"o-william-jones": answer})

    case = a_case(adult=bill, contacts=(FATHER,), restrictions=(an_order("William", "Jones"),))

    assert spoken(case)[0] == "X1"
    assert "A1" not in spoken(case)


def test_x1_follows_the_listed_adult_whatever_the_order_calls_him() -> None:
    order = an_order("Duke", "Harris", adult_ids=frozenset({"a-jones"}))

    by_name = a_case(adult=JONES, contacts=(FATHER,), restrictions=(order,))
    by_choice = a_case(
        adult=Adult(name="Bill Jones", chosen_id="a-jones"),
        contacts=(FATHER,),
        restrictions=(order,),
    )

    assert spoken(by_name)[0] == "X1"
    assert spoken(by_choice)[0] == "X1"


def test_x1_follows_the_chosen_contact_even_under_quite_another_name() -> None:
    order = an_order("Duke", "Harris", adult_ids=frozenset({"a-jones"}))
    liar = Adult(name="Peter Smith", chosen_id="a-jones")

    case = a_case(
        adult=liar,
        contacts=(FATHER,),
        restrictions=(order,),
        policy=Policy(validates_custody=False),
    )

    assert spoken(case) == ["X1"]


def test_x1_follows_an_alias_of_the_contact() -> None:
    known_as = replace(FATHER, aliases=("Duke Harris",))

    case = a_case(adult=JONES, contacts=(known_as,), restrictions=(an_order("Duke", "Harris"),))

    assert spoken(case)[0] == "X1"


def test_x1_follows_a_contact_who_is_gone() -> None:
    order = an_order("Duke", "Harris", adult_ids=frozenset({"a-old"}))
    gone = replace(FATHER, adult_id="a-old", gone_on=GONE)

    case = a_case(adult=JONES, contacts=(FATHER,), former_contacts=(gone,), restrictions=(order,))

    assert spoken(case)[0] == "X1"


def test_x1_speaks_by_name_even_when_the_contacts_cannot_be_looked_up() -> None:
    case = a_case(
        adult=JONES,
        contacts=None,
        former_contacts=None,
        restrictions=(an_order("Elena", "Baker"), an_order("William", "Jones")),
    )

    assert decide(case).level is Level.DENY


def test_x1_an_adult_without_a_name_cannot_be_cleared() -> None:
    nameless = a_case(adult=Adult(name=" ' "), policy=Policy(validates_custody=False))

    verdict = decide(nameless)

    assert verdict.level is Level.VERIFY_ADMIN
    assert (verdict.reasons[0].rule, verdict.reasons[0].fault) == ("X1", "NotLookedUp")


def test_x1_a_release_order_does_not_bar_a_visit_and_the_other_way_round() -> None:
    no_release = a_case(
        purpose=Purpose.VISIT,
        adult=JONES,
        contacts=(FATHER,),
        restrictions=(an_order("William", "Jones", Effect.NO_RELEASE),),
    )
    no_visit = replace(no_release, restrictions=(an_order("William", "Jones", Effect.NO_VISIT),))
    no_contact = replace(
        no_release, restrictions=(an_order("William", "Jones", Effect.NO_CONTACT),)
    )

    assert spoken(no_release) == []
    assert spoken(no_visit) == ["X1"]
    assert spoken(no_contact) == ["X1"]


def test_x2_a_contact_marked_denied_is_denied_and_the_source_is_named() -> None:
    denied = replace(ELENA, pickup_words=(a_word(Pickup.ALLOWED), a_word(Pickup.DENIED, "a CSV")))

    case = a_case(contacts=(denied,))

    assert (decide(case).level, spoken(case)[0]) == (Level.DENY, "X2")
    assert text_of(case, "X2") == "Marked not allowed to collect (a CSV, 3 Sep 2026)."


def test_x2_a_denied_contact_is_recognised_under_a_short_form() -> None:
    denied = replace(ROBERT, pickup_words=(a_word(Pickup.DENIED),))

    assert spoken(a_case(adult=Adult(name="Bob Rivera"), contacts=(ELENA, denied)))[0] == "X2"


def test_x2_holds_when_the_source_creates_the_adult_anew() -> None:
    old = replace(ROBERT, pickup_words=(a_word(Pickup.DENIED),), gone_on=GONE)
    new = replace(ROBERT, adult_id="a-new", pickup_words=(a_word(Pickup.ALLOWED, "sync"),))

    case = a_case(
        adult=Adult(name="Robert Rivera", chosen_id="a-new"),
        contacts=(ELENA, new),
        former_contacts=(old,),
    )

    assert spoken(case)[0] == "X2"


def test_x2_holds_for_the_very_name_whichever_record_is_chosen() -> None:
    denied = replace(ROBERT, adult_id="a-twin-record", pickup_words=(a_word(Pickup.DENIED),))

    case = a_case(
        adult=Adult(name="Robert Rivera", chosen_id="a-robert"), contacts=(ROBERT, denied)
    )

    assert spoken(case)[0] == "X2"


def test_x2_holds_for_a_contact_who_is_gone_and_comes_under_a_short_form() -> None:
    old = replace(ROBERT, pickup_words=(a_word(Pickup.DENIED),), gone_on=GONE)

    case = a_case(adult=Adult(name="Bob Rivera"), contacts=(ELENA,), former_contacts=(old,))

    assert spoken(case)[0] == "X2"


def test_x2_another_contact_marked_denied_changes_nothing() -> None:
    denied = replace(ROBERT, pickup_words=(a_word(Pickup.DENIED),))

    assert decide(a_case(contacts=(ELENA, denied))).level is Level.ALLOW


ONLY_ELENA = an_order("Elena", "Rivera", Effect.ONLY_THESE_ADULTS)


def test_x3_an_adult_who_is_not_named_is_denied() -> None:
    case = a_case(adult=Adult(name="Robert Rivera"), restrictions=(ONLY_ELENA,))

    assert (decide(case).level, spoken(case)) == (Level.DENY, ["X3"])
    assert text_of(case, "X3") == "Only named adults may come for this child: Elena Rivera."


def test_x3_a_named_adult_is_free_to_come_by_name_or_by_record() -> None:
    by_record = an_order("E", "Vega", Effect.ONLY_THESE_ADULTS, adult_ids=frozenset({"a-elena"}))

    assert decide(a_case(restrictions=(ONLY_ELENA,))).level is Level.ALLOW
    assert decide(a_case(restrictions=(by_record,))).level is Level.ALLOW


def test_x3_must_be_met_for_every_list() -> None:
    other = an_order("Tom", "Baker", Effect.ONLY_THESE_ADULTS)

    assert spoken(a_case(restrictions=(ONLY_ELENA, other))) == ["X3"]


@pytest.mark.parametrize("answer", list(SamePerson))
def test_x3_neither_likeness_nor_an_answer_nor_a_birth_date_puts_anybody_on_the_list(
    answer: SamePerson,
) -> None:
    order = replace(ONLY_ELENA, birth_on=date(1985, 2, 2))
    ellen = Adult(name="Elena Riveras", birth_on=date(1985, 2, 2), same_person={order.id: answer})

    assert "X3" in spoken(a_case(adult=ellen, restrictions=(order,)))


def test_x3_a_chosen_contact_of_quite_another_name_is_not_on_the_list() -> None:
    liar = Adult(name="Peter Smith", chosen_id="a-elena")

    case = a_case(adult=liar, restrictions=(ONLY_ELENA,), policy=Policy(validates_custody=False))

    assert spoken(case) == ["X3"]


def test_x3_a_chosen_contact_of_like_name_is_on_the_list() -> None:
    lena = Adult(name="Elena Rivera Vega", chosen_id="a-elena")

    chosen = a_case(adult=lena, restrictions=(ONLY_ELENA,))
    not_chosen = a_case(adult=replace(lena, chosen_id=None), restrictions=(ONLY_ELENA,))

    assert spoken(chosen) == ["N2"]
    assert spoken(not_chosen) == ["X3", "N2"]


def test_x5_an_unlisted_adult_is_denied_with_a_way_out() -> None:
    case = a_case(adult=Adult(name="Rosa Vega"))

    (reason,) = decide(case).reasons

    assert (reason.rule, reason.level) == ("X5", Level.DENY)
    assert reason.unlock == "Get authorisation: call the listed contacts"


def test_x5_for_a_visit_needs_an_administrator() -> None:
    verdict = decide(a_case(purpose=Purpose.VISIT, adult=Adult(name="Rosa Vega")))

    assert (verdict.level, verdict.rule_ids) == (Level.VERIFY_ADMIN, ("X5",))


def test_x5_a_choice_that_the_name_does_not_bear_out_is_no_listing() -> None:
    assert spoken(a_case(adult=Adult(name="Rosa Vega", chosen_id="a-elena"))) == ["X5"]


@pytest.mark.parametrize(
    ("today", "text"),
    [
        (
            Today(
                attendance=Attendance.LEFT,
                left_at=datetime(2026, 11, 23, 10, 12, tzinfo=UTC),
                left_with="Robert Rivera",
            ),
            "Left 10:12 with Robert Rivera.",
        ),
        (Today(attendance=Attendance.LEFT), "Left earlier."),
        (Today(attendance=Attendance.ABSENT), "Absent today."),
    ],
)
def test_x6_a_child_who_is_not_here_blocks(today: Today, text: str) -> None:
    case = a_case(today=today)

    assert decide(case).level is Level.BLOCK
    assert text_of(case, "X6") == text


def test_x6_a_child_of_another_school_or_an_inactive_one_blocks() -> None:
    student = a_case().student
    elsewhere = a_case(student=replace(student, school_ids=frozenset({"fir"})))
    inactive = a_case(student=replace(student, active=False))

    assert text_of(elsewhere, "X6") == "Not on this school's list."
    assert text_of(inactive, "X6") == "No longer a student of this district."


def test_x6_comes_before_every_other_reason_and_hides_none() -> None:
    case = a_case(
        adult=JONES,
        restrictions=(an_order("William", "Jones"),),
        today=Today(attendance=Attendance.ABSENT),
    )

    assert spoken(case) == ["X6", "X1", "X5"]


def test_x6_a_child_whose_whereabouts_are_unknown_needs_an_administrator() -> None:
    verdict = decide(a_case(today=Today(attendance=None)))

    assert (verdict.level, verdict.reasons[0].fault) == (Level.VERIFY_ADMIN, "NotLookedUp")


def test_x7_the_child_says_no() -> None:
    confirmed = frozenset({Evidence.PHOTO_ID, Evidence.CHILD_CONFIRMED})

    case = a_case(child_objects=True, evidence=confirmed)

    assert (decide(case).level, spoken(case)) == (Level.DENY, ["X7"])


# --- A: an administrator decides ----------------------------------------------------------------


def test_a1_a_near_given_name_under_one_family_name_is_asked_about() -> None:
    steven = replace(ROBERT, name=PersonName(given="Steven", family="Cox"))

    case = a_case(
        adult=Adult(name="Steven Cox"),
        contacts=(steven,),
        restrictions=(an_order("Stephen", "Cox"),),
    )

    assert (decide(case).level, spoken(case)) == (Level.VERIFY_ADMIN, ["A1"])


@pytest.mark.parametrize(
    ("custody", "objects", "spoken_now"),
    [(True, False, ["A9"]), (False, False, ["A9"]), (True, True, ["X7"])],
)
def test_a9_a_no_that_was_taken_back_needs_an_administrator(
    custody: bool, objects: bool, spoken_now: list[str]
) -> None:
    policy = Policy(validates_custody=custody)

    case = a_case(policy=policy, child_objected=True, child_objects=objects)

    assert spoken(case) == spoken_now
    assert not decide(case).may_finish(Finisher.CLERK, Evidence)


@pytest.mark.parametrize(
    "adult",
    [
        Adult(name="BILL JONES"),
        Adult(name="BILL JONES", birth_on=date(1990, 1, 1)),
        Adult(name="BILL JONES", same_person={"o-william-jones": SamePerson.NO}),
    ],
)
def test_a1_a_like_name_asks_whether_it_is_the_person(adult: Adult) -> None:
    order = an_order("William", "Jones", birth_on=date(1980, 5, 1))

    case = a_case(adult=adult, contacts=(FATHER,), restrictions=(order,))

    assert spoken(case)[0] == "A1"
    assert decide(case).level is Level.VERIFY_ADMIN
    assert text_of(case, "A1") == "Possible restricted person: William Jones. Same person?"


def test_a1_unknown_birth_dates_on_both_sides_are_not_the_same_birth_date() -> None:
    case = a_case(adult=Adult(name="BILL JONES"), restrictions=(an_order("William", "Jones"),))

    assert "A1" in spoken(case)
    assert "X1" not in spoken(case)


def test_a1_a_listed_contact_of_like_name_brings_the_order_with_her() -> None:
    order = an_order("Duke", "Harris", adult_ids=frozenset({"a-jones"}))

    case = a_case(adult=Adult(name="BILL JONES"), contacts=(FATHER,), restrictions=(order,))

    assert spoken(case) == ["A1", "N2"]


def test_a1_sees_supervised_contacts_too() -> None:
    order = an_order("William", "Jones", Effect.SUPERVISED_ONLY)

    assert "A1" in spoken(a_case(adult=Adult(name="Bill Jones"), restrictions=(order,)))


def test_a1_is_silent_for_the_person_itself_and_for_other_names() -> None:
    order = an_order("William", "Jones")

    assert "A1" not in spoken(a_case(adult=JONES, restrictions=(order,)))
    assert decide(a_case(restrictions=(order,))).level is Level.ALLOW


def test_a1_another_contact_of_like_name_who_is_denied_is_asked_about() -> None:
    senior = replace(
        ROBERT,
        adult_id="a-senior",
        name=PersonName(given="Robert", family="Rivera", suffix="Sr"),
        pickup_words=(a_word(Pickup.DENIED),),
    )

    case = a_case(
        adult=Adult(name="Robert Rivera", chosen_id="a-robert"), contacts=(ROBERT, senior)
    )

    assert spoken(case) == ["A1", "N3"]


def test_a2_a_supervised_parent_needs_an_administrator() -> None:
    order = an_order("Elena", "Rivera", Effect.SUPERVISED_ONLY)

    case = a_case(restrictions=(order,))

    assert (decide(case).level, spoken(case)) == (Level.VERIFY_ADMIN, ["A2"])
    assert text_of(case, "A2") == "Supervised contact only. Call Mr. Lee."


# Today is a Monday.
TUESDAYS = an_order(
    "Robert", "Rivera", Effect.PARENTING_TIMES, days=frozenset({1, 3}), instruction="Call Mr. Lee."
)
MONDAYS = replace(TUESDAYS, days=frozenset({0}))
ROBERT_HERE = Adult(name="Robert Rivera")


def test_a7_on_another_day_than_the_orders_an_administrator_decides() -> None:
    case = a_case(adult=ROBERT_HERE, contacts=(ROBERT, ELENA), restrictions=(TUESDAYS,))

    assert (decide(case).level, spoken(case)) == (Level.VERIFY_ADMIN, ["A7"])
    assert text_of(case, "A7") == (
        "The order about Robert Rivera names other days: Tue, Thu. Call Mr. Lee."
    )


@pytest.mark.parametrize("effect", [Effect.PARENTING_TIMES, Effect.SUPERVISED_ONLY])
def test_r2_a_word_is_void_once_any_order_stands_against_its_giver_by_name_too(
    effect: Effect,
) -> None:
    order = an_order("Elena", "Rivera", effect, days=frozenset({1}))
    rosa = {"adult": Adult(name="Rosa Vega"), "authorisations": (an_authorisation(),)}

    assert decide(a_case(**rosa)).level is Level.ALLOW
    assert decide(a_case(**rosa, restrictions=(order,))).level is Level.DENY


def test_a7_is_silent_on_the_day_of_the_order_for_others_and_for_a_visit() -> None:
    here = {"adult": ROBERT_HERE, "contacts": (ROBERT, ELENA)}

    assert spoken(a_case(**here, restrictions=(MONDAYS,))) == []
    assert spoken(a_case(restrictions=(TUESDAYS,))) == []
    assert spoken(a_case(**here, restrictions=(TUESDAYS,), purpose=Purpose.VISIT)) == []


def test_a7_a_name_close_to_the_orders_is_asked_about() -> None:
    bob = a_case(adult=Adult(name="Bob Rivera"), contacts=(ELENA,), restrictions=(TUESDAYS,))

    assert "A1" in spoken(bob)


def test_a7_an_end_that_nobody_reviewed_is_asked_about() -> None:
    ended = replace(MONDAYS, until_on=YESTERDAY)

    assert "A3" in spoken(a_case(adult=ROBERT_HERE, contacts=(ROBERT,), restrictions=(ended,)))


def test_a7_binds_without_custody_validation_and_only_informs_where_the_district_says_so() -> None:
    here = {"adult": ROBERT_HERE, "contacts": (ROBERT, ELENA), "restrictions": (TUESDAYS,)}
    inform = replace(OFF, validates_custody=True, parenting_times_inform=True)

    assert spoken(a_case(policy=OFF, **here)) == ["A7"]
    told = decide(a_case(policy=inform, **here))
    assert told.level is Level.ALLOW
    assert [one.rule for one in told.notes] == ["A7"]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (
            an_order("William", "Jones", until_on=date(2026, 11, 12)),
            "An order about this adult and child ended 12 Nov 2026, not reviewed.",
        ),
        (
            an_order("William", "Jones", until_on=date(2026, 10, 25)),
            "An order about this adult and child ended 25 Oct 2026, not reviewed.",
        ),
        (
            an_order("William", "Jones", until_on=date(2026, 9, 12), review_on=date(2026, 8, 29)),
            "An order about this adult and child ended 12 Sep 2026, not reviewed.",
        ),
        (
            an_order("Bill", "Jones", Effect.SUPERVISED_ONLY, until_on=date(2026, 11, 12)),
            "An order about this adult and child ended 12 Nov 2026, not reviewed.",
        ),
        (
            an_order("Elena", "Rivera", Effect.ONLY_THESE_ADULTS, until_on=date(2026, 11, 12)),
            "An order about this adult and child ended 12 Nov 2026, not reviewed.",
        ),
    ],
)
def test_a3_an_order_that_ended_unreviewed_needs_an_administrator(
    order: Restriction, text: str
) -> None:
    case = a_case(adult=JONES, contacts=(FATHER,), restrictions=(order,))

    assert (decide(case).level, spoken(case)) == (Level.VERIFY_ADMIN, ["A3"])
    assert text_of(case, "A3") == text


@pytest.mark.parametrize(
    "order",
    [
        an_order("William", "Jones", until_on=date(2026, 10, 24)),
        an_order("William", "Jones", Effect.NO_INFORMATION, until_on=date(2026, 11, 12)),
        an_order("Elena", "Baker", until_on=date(2026, 11, 12)),
        an_order("William", "Jones", Effect.ONLY_THESE_ADULTS, until_on=date(2026, 11, 12)),
        an_order("William", "Jones", from_on=date(2026, 12, 1), review_on=date(2026, 11, 1)),
    ],
)
def test_a3_is_silent_for_what_is_long_over_or_of_no_concern(order: Restriction) -> None:
    case = a_case(adult=JONES, contacts=(FATHER,), restrictions=(order,))

    assert decide(case).level is Level.ALLOW


def test_a3_an_order_in_force_whose_review_is_due_still_denies() -> None:
    due = an_order("William", "Jones", review_on=date(2026, 11, 23))
    not_due = an_order("William", "Jones", review_on=date(2026, 11, 24))

    denied = a_case(adult=JONES, contacts=(FATHER,), restrictions=(due,))

    assert spoken(denied) == ["X1", "A3"]
    assert "due for review since 23 Nov 2026" in text_of(denied, "A3")
    assert spoken(replace(denied, restrictions=(not_due,))) == ["X1"]


def test_a4_an_adult_whose_link_is_gone_needs_an_administrator() -> None:
    gone = replace(FATHER, gone_on=GONE)
    long_gone = replace(FATHER, adult_id="a-older", gone_on=None)

    case = a_case(adult=JONES, former_contacts=(gone, long_gone))

    assert (decide(case).level, spoken(case)) == (Level.VERIFY_ADMIN, ["A4"])
    assert text_of(case, "A4") == "No longer on the list since 22 Nov 2026."


def test_a4_without_a_known_day_says_so() -> None:
    gone = replace(FATHER, gone_on=None)

    case = a_case(adult=JONES, former_contacts=(gone,))

    assert text_of(case, "A4") == "No longer on the list since an unknown day."


def test_a4_is_silent_for_others_and_for_the_authorised() -> None:
    gone = replace(FATHER, gone_on=GONE)
    rosa = replace(FATHER, name=PersonName(given="Rosa", family="Vega"), gone_on=GONE)

    stranger = a_case(adult=Adult(name="Peter Smith"), former_contacts=(gone,))
    authorised = a_case(
        adult=Adult(name="Rosa Vega"),
        former_contacts=(rosa,),
        authorisations=(an_authorisation(),),
    )

    assert spoken(stranger) == ["X5"]
    assert spoken(authorised) == []


@pytest.mark.parametrize("why", ["sync_held", "last_sync_failed"])
def test_a5_a_waiting_change_about_this_child_needs_an_administrator(why: str) -> None:
    waiting = Freshness(age=timedelta(hours=7), change_about_student=True, **{why: True})

    listed = a_case(freshness=waiting)
    stranger = a_case(freshness=waiting, adult=Adult(name="Rosa Vega"))

    assert spoken(listed) == ["A5"]
    assert spoken(stranger) == ["A5"]


def test_a5_is_silent_when_the_change_is_about_others_or_nothing_is_held() -> None:
    others = Freshness(age=timedelta(hours=7), sync_held=True)
    applied = Freshness(age=timedelta(hours=7), change_about_student=True)

    assert decide(a_case(freshness=others)).level is Level.ALLOW
    assert decide(a_case(freshness=applied)).level is Level.ALLOW


def test_a6_lists_past_the_hard_limit_need_an_administrator_and_a_call_back() -> None:
    case = a_case(freshness=aged(days=8))

    verdict = decide(case)

    assert (verdict.level, spoken(case)) == (Level.VERIFY_ADMIN, ["A6"])
    assert text_of(case, "A6") == "Lists are 8 days old."
    assert verdict.missing({Evidence.PHOTO_ID}) == (frozenset({Evidence.CALL_BACK}),)


def test_a6_an_offline_desk_needs_an_administrator_however_fresh_its_list() -> None:
    offline = a_case(freshness=Freshness(age=timedelta(hours=1), offline=True))

    assert spoken(offline) == ["A6"]
    assert text_of(offline, "A6") == "This desk is offline."


def test_a6_a_list_that_was_never_completely_synced_needs_an_administrator() -> None:
    verdict = decide(a_case(freshness=Freshness(age=None)))

    assert verdict.level is Level.VERIFY_ADMIN
    assert {one.fault for one in verdict.reasons} == {"NotLookedUp"}


# --- N and C: the clerk verifies ----------------------------------------------------------------


def test_n1_a_relative_whose_pickup_is_not_stated_is_verified_by_call_back() -> None:
    case = a_case(adult=Adult(name="Tom Baker"))

    verdict = decide(case)

    assert (verdict.level, spoken(case), grounds(case)) == (Level.VERIFY, ["N1"], [])
    assert verdict.missing({Evidence.PHOTO_ID}) == (frozenset({Evidence.CALL_BACK}),)


def test_n1_is_silent_for_a_role_that_counts_and_for_the_authorised() -> None:
    counts = Policy(roles_that_count=frozenset({ContactRole.RELATIVE}))
    tom = an_authorisation(name=PersonName(given="Tom", family="Baker"))

    by_policy = a_case(adult=Adult(name="Tom Baker"), policy=counts)
    authorised = a_case(adult=Adult(name="Tom Baker"), authorisations=(tom,))

    assert decide(by_policy).level is Level.ALLOW
    assert decide(authorised).level is Level.ALLOW


def test_n2_a_short_form_is_explained_and_verified() -> None:
    case = a_case(adult=Adult(name="BOB RIVERA"))

    assert (decide(case).level, spoken(case), grounds(case)) == (Level.VERIFY, ["N2"], [])
    assert text_of(case, "N2") == (
        "The name is not quite the same. "
        "Given name: BOB / Robert (known short form). Family name: same."
    )


JUNIOR = replace(ROBERT, adult_id="a-jr", name=PersonName(given="Robert", family="Rivera Jr"))
SENIOR = replace(ROBERT, adult_id="a-sr", name=PersonName(given="Robert", family="Rivera Sr"))


def test_n3_of_two_of_one_name_one_must_be_chosen() -> None:
    case = a_case(adult=Adult(name="Robert Rivera"), contacts=(JUNIOR, SENIOR))

    verdict = decide(case)

    assert [one.rule for one in verdict.reasons] == ["N2", "N3"]
    assert text_of(case, "N3") == "Several people of this name: Robert Rivera Jr; Robert Rivera Sr."
    assert frozenset({Evidence.CONTACT_CHOSEN}) in verdict.missing({Evidence.CALL_BACK})


def test_n3_a_choice_still_asks_for_proof() -> None:
    chosen = Adult(name="Robert Rivera", chosen_id="a-robert")

    verdict = decide(a_case(adult=chosen, contacts=(ROBERT, JUNIOR)))

    assert [one.rule for one in verdict.reasons] == ["N3"]
    assert verdict.missing({Evidence.PHOTO_ID}) == (frozenset({Evidence.SECOND_PROOF}),)


def test_n3_a_suffix_on_the_id_tells_father_from_son() -> None:
    case = a_case(adult=Adult(name="Robert Rivera Jr"), contacts=(JUNIOR, SENIOR))

    assert decide(case).level is Level.ALLOW


@pytest.mark.parametrize(
    ("gone_on", "reasons"),
    [
        (date(2026, 10, 24), ["N3"]),
        (None, ["N3"]),
        (date(2026, 10, 23), []),
    ],
)
def test_n3_a_second_person_who_went_lately_still_counts(
    gone_on: date | None, reasons: list[str]
) -> None:
    second = replace(ELENA, adult_id="a-second", gone_on=gone_on)

    assert spoken(a_case(former_contacts=(second,))) == reasons


def test_n3_the_same_record_gone_and_back_is_one_person() -> None:
    assert spoken(a_case(former_contacts=(replace(ELENA, gone_on=GONE),))) == []


def test_n4_without_photo_id_nobody_is_allowed() -> None:
    case = a_case(evidence=frozenset({Evidence.CALL_BACK, Evidence.CHILD_CONFIRMED}))

    verdict = decide(case)

    assert (verdict.level, spoken(case)) == (Level.VERIFY, ["N4"])
    assert verdict.missing(()) == (frozenset({Evidence.PHOTO_ID}),)


@pytest.mark.parametrize(
    ("freshness", "reasons", "informs"),
    [
        (aged(hours=24), [], []),
        (aged(hours=24, seconds=1), [], ["N5"]),
        (Freshness(age=timedelta(hours=1), last_sync_failed=True), [], ["N5"]),
        (aged(hours=72), [], ["N5"]),
        (aged(hours=72, seconds=1), ["N5"], []),
        (aged(days=7), ["N5"], []),
        (aged(days=7, seconds=1), ["A6"], []),
    ],
)
def test_n5_the_age_of_the_list_decides(
    freshness: Freshness, reasons: list[str], informs: list[str]
) -> None:
    case = a_case(freshness=freshness)

    assert (spoken(case), notes(case)) == (reasons, informs)


def test_n5_says_how_old_the_lists_are() -> None:
    assert text_of(a_case(freshness=aged(hours=80, minutes=40)), "N5") == "Lists are 80 h old."


def test_n6_a_child_without_contacts_needs_an_administrator() -> None:
    case = a_case(contacts=())

    assert (decide(case).level, spoken(case)) == (Level.VERIFY_ADMIN, ["N6"])


def test_c1_a_namesake_raises_allow_to_verify() -> None:
    twin = Namesake(student_id="s-8", nearness=Nearness.TWIN)
    case = a_case(namesakes=(NAMESAKE, twin))

    verdict = decide(case)

    assert (verdict.level, spoken(case), grounds(case)) == (Level.VERIFY, ["C1"], ["R1"])
    assert "(same name; twin or sibling)" in text_of(case, "C1")


def test_i1_a_new_contact_is_only_a_note() -> None:
    new = a_case(contacts=(replace(ELENA, listed_since=date(2026, 11, 16)),))
    older = a_case(contacts=(replace(ELENA, listed_since=date(2026, 11, 15)),))
    unknown = a_case(contacts=(replace(ELENA, listed_since=None),))

    assert decide(new).level is Level.ALLOW
    assert text_of(new, "I1") == "Elena Rivera is on the list since 16 Nov 2026."
    assert (notes(older), notes(unknown)) == ([], [])


# --- failing closed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unknown",
    [
        {"contacts": None},
        {"former_contacts": None},
        {"restrictions": None},
        {"authorisations": None},
        {"namesakes": None},
    ],
)
def test_what_could_not_be_looked_up_needs_an_administrator(unknown: dict[str, None]) -> None:
    verdict = decide(a_case(**unknown))

    assert verdict.level is Level.VERIFY_ADMIN
    assert verdict.reasons[0].text.endswith("could not be checked.")


def broken(_: Recognition) -> Finding | None:
    raise ZeroDivisionError


def silent(_: Recognition) -> Finding | None:
    return None


@pytest.mark.parametrize("kind", list(Kind))
def test_a_rule_that_breaks_needs_an_administrator(kind: Kind) -> None:
    rule = Rule(id="Z1", kind=kind, level=Level.ALLOW, text="", speaks=broken)

    verdict = decide(a_case(), rules=(*RULES, rule))

    assert verdict.level is Level.VERIFY_ADMIN
    assert (verdict.reasons[0].rule, verdict.reasons[0].fault) == ("Z1", "ZeroDivisionError")
    assert "Z1" not in [one.rule for one in (*verdict.grounds, *verdict.notes)]


def test_a_rule_whose_words_are_missing_needs_an_administrator() -> None:
    rule = Rule(id="Z1", level=Level.VERIFY, text="{nobody}", speaks=lambda _: Finding())

    assert decide(a_case(), rules=(*RULES, rule)).reasons[0].fault == "KeyError"


def test_no_rules_at_all_do_not_allow() -> None:
    rule = Rule(id="Z1", level=Level.DENY, text="", speaks=silent)

    verdict = decide(a_case(), rules=(rule,))

    assert (verdict.level, verdict.rule_ids) == (Level.VERIFY_ADMIN, ("R-",))


@pytest.mark.parametrize("names", [(), (PersonName(given="-", suffix="Jr"),)])
def test_a_restriction_without_a_name_cannot_be_written_down(names: tuple[PersonName, ...]) -> None:
    with pytest.raises(ValueError, match="matched by name"):
        replace(an_order("William", "Jones"), names=names)


# --- without custody validation -----------------------------------------------------------------

OFF = Policy(validates_custody=False)


def test_without_custody_validation_a_departure_is_recorded_and_says_so() -> None:
    verdict = decide(a_case(policy=OFF, adult=Adult(name="Rosa Vega"), evidence=frozenset()))

    assert (verdict.level, verdict.rule_ids) == (Level.ALLOW, ("R0",))
    assert not verdict.custody_validated
    assert verdict.grounds[0].text.startswith("Recorded without custody check")
    assert verdict.may_finish(Finisher.CLERK, ())


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"adult": JONES, "restrictions": (an_order("William", "Jones"),)}, ["X1"]),
        ({"contacts": (replace(ELENA, pickup_words=(a_word(Pickup.DENIED),)),)}, ["X2"]),
        ({"adult": JONES, "restrictions": (ONLY_ELENA,)}, ["X3"]),
        ({"today": Today(attendance=Attendance.ABSENT)}, ["X6"]),
        ({"child_objects": True}, ["X7"]),
        (
            {"adult": Adult(name="Bill Jones"), "restrictions": (an_order("William", "Jones"),)},
            ["A1"],
        ),
        ({"restrictions": (an_order("Elena", "Rivera", Effect.SUPERVISED_ONLY),)}, ["A2"]),
        ({"restrictions": (an_order("Elena", "Rivera", until_on=YESTERDAY),)}, ["A3"]),
        ({"namesakes": (NAMESAKE,)}, ["C1"]),
        ({"contacts": (), "freshness": aged(days=30), "evidence": frozenset()}, []),
    ],
)
def test_without_custody_validation_restrictions_and_the_childs_identity_still_bind(
    changes: dict[str, object], reasons: list[str]
) -> None:
    assert spoken(a_case(policy=OFF, **changes)) == reasons


# --- who may finish -----------------------------------------------------------------------------

EVERYTHING = frozenset(Evidence)


@pytest.mark.parametrize(
    ("case", "level", "clerk", "admin"),
    [
        (a_case(), Level.ALLOW, True, True),
        (a_case(namesakes=(NAMESAKE,)), Level.VERIFY, True, True),
        (a_case(contacts=()), Level.VERIFY_ADMIN, False, True),
        (a_case(child_objects=True), Level.DENY, False, False),
        (a_case(today=Today(attendance=Attendance.ABSENT)), Level.BLOCK, False, False),
    ],
)
def test_the_level_decides_who_may_finish(
    case: Case,
    level: Level,
    clerk: bool,
    admin: bool,
) -> None:
    verdict = decide(case)

    assert verdict.level is level
    assert verdict.may_finish(Finisher.CLERK, EVERYTHING) is clerk
    assert verdict.may_finish(Finisher.SCHOOL_ADMIN, EVERYTHING) is admin


@pytest.mark.parametrize("short_of", [Evidence.SECOND_IDENTIFIER, Evidence.CHILD_CONFIRMED])
def test_every_tick_that_is_asked_for_must_be_given(short_of: Evidence) -> None:
    verdict = decide(a_case(namesakes=(NAMESAKE,)))

    assert verdict.missing(EVERYTHING - {short_of}) == (frozenset({short_of}),)
    assert not verdict.may_finish(Finisher.CLERK, EVERYTHING - {short_of})
    assert not verdict.may_finish(Finisher.SCHOOL_ADMIN, EVERYTHING - {short_of})


def test_one_proof_of_several_is_enough() -> None:
    verdict = decide(a_case(adult=Adult(name="Bob Rivera")))

    assert verdict.may_finish(Finisher.CLERK, {Evidence.PHOTO_ID, Evidence.SECOND_PROOF})
    assert verdict.may_finish(Finisher.CLERK, {Evidence.PHOTO_ID, Evidence.CALL_BACK})
    assert not verdict.may_finish(Finisher.CLERK, {Evidence.PHOTO_ID})


def test_an_allow_is_not_finished_when_the_id_is_taken_back() -> None:
    assert not decide(a_case()).may_finish(Finisher.CLERK, ())


# --- worked cases -------------------------------------------------------------------------------


def test_the_mother_listed_with_id_on_a_fresh_list_is_allowed() -> None:
    assert decide(a_case()).level is Level.ALLOW


def test_the_same_mother_whose_daughter_has_a_namesake_is_verified() -> None:
    assert spoken(a_case(namesakes=(NAMESAKE,))) == ["C1"]


def test_a_stepfather_listed_as_relative_is_verified_until_the_school_clears_him() -> None:
    cleared = replace(STEPFATHER, pickup_words=(a_word(Pickup.ALLOWED),))

    before = a_case(adult=Adult(name="Tom Baker"))
    after = a_case(adult=Adult(name="Tom Baker"), contacts=(ELENA, cleared))

    assert decide(before).level is Level.VERIFY
    assert decide(after).level is Level.ALLOW


def test_a_father_with_an_order_who_says_bill_is_asked_about_and_then_denied() -> None:
    asked = a_case(
        adult=Adult(name="BILL JONES"),
        contacts=(ELENA, FATHER),
        restrictions=(an_order("William", "Jones"),),
    )
    not_sure = replace(
        asked,
        adult=Adult(name="BILL JONES", same_person={"o-william-jones": SamePerson.NOT_SURE}),
    )

    assert (decide(asked).level, spoken(asked)[0]) == (Level.VERIFY_ADMIN, "A1")
    assert (decide(not_sure).level, spoken(not_sure)[0]) == (Level.DENY, "X1")


def test_a_father_lost_in_a_held_mass_removal_waits_for_an_administrator() -> None:
    held = Freshness(age=timedelta(hours=7), sync_held=True, change_about_student=True)

    case = a_case(adult=Adult(name="Robert Rivera"), contacts=(ELENA,), freshness=held)

    assert (decide(case).level, spoken(case)) == (Level.VERIFY_ADMIN, ["A5"])


def test_a_grandmother_with_a_note_is_denied_until_the_mother_is_called() -> None:
    rosa = a_case(adult=Adult(name="Rosa Vega"))

    called = replace(rosa, authorisations=(an_authorisation(),))

    assert spoken(rosa) == ["X5"]
    assert decide(called).level is Level.ALLOW


# --- the record ---------------------------------------------------------------------------------


def test_the_record_holds_what_the_desk_saw() -> None:
    gone = replace(FATHER, gone_on=GONE, pickup_words=(a_word(Pickup.ALLOWED),))
    case = a_case(
        adult=Adult(
            name="BOB RIVERA",
            birth_on=date(1980, 5, 1),
            same_person={"o-william-jones": SamePerson.NO},
        ),
        contacts=(replace(ROBERT, aliases=("Rob",)),),
        former_contacts=(gone,),
        restrictions=(
            an_order("William", "Jones", until_on=date(2027, 1, 1)),
            an_order("Ines", "Cruz", student_ids=frozenset({"s-other"})),
        ),
        authorisations=(an_authorisation(),),
        namesakes=(NAMESAKE,),
    )

    seen = as_seen(case, decide(case))

    assert seen["at"] == "2026-11-23T13:42:00+00:00"
    assert seen["student"]["name"] == "Marisol Rivera"
    assert seen["adult"] == {
        "presented": "BOB RIVERA",
        "chosen": None,
        "birth_date_given": True,
        "licence_cut_short": False,
        "licence_expired": False,
        "same_person": {"o-william-jones": "no"},
    }
    assert seen["contacts"] == [
        {
            "id": "a-robert",
            "name": "Robert Rivera",
            "aliases": ["Rob"],
            "role": "parent",
            "pickup": "unset",
            "pickup_words": [],
            "listed_since": "2026-08-20",
            "gone_on": None,
        }
    ]
    assert seen["former_contacts"][0]["pickup_words"] == [
        {"state": "allowed", "source": "the school", "on": "2026-09-03"}
    ]
    assert seen["restrictions"] == [
        {
            "id": "o-william-jones",
            "names": ["William Jones"],
            "effects": ["no_release"],
            "from": "2026-09-01",
            "until": "2027-01-01",
            "review": None,
            "instruction": "Call Mr. Lee.",
            "days": [],
            "other_record": False,
        }
    ]
    assert seen["authorisations"][0]["given_by"] == "Elena R."
    assert seen["namesakes"] == [{"id": "s-9", "why": "same name"}]
    assert seen["freshness"]["age_seconds"] == 27120
    assert seen["freshness"]["run"] == "812"
    assert seen["evidence"] == ["photo_id"]
    assert seen["verdict"]["level"] == "VERIFY"
    assert seen["verdict"]["rules_version"] == "4"
    assert [one["rule"] for one in seen["verdict"]["reasons"]] == ["C1", "N2"]
    assert seen["verdict"]["reasons"][1]["needs"] == [["second_proof"]]


def test_the_record_is_plain_json_and_holds_no_birth_date() -> None:
    adult = Adult(name=PersonName(given="Elena", family="Rivera"), birth_on=date(1980, 5, 1))
    case = a_case(
        adult=adult,
        restrictions=(an_order("Ines", "Cruz", birth_on=date(1971, 6, 2)),),
        today=Today(attendance=Attendance.LEFT, left_at=NOW),
    )

    seen = as_seen(case, decide(case))

    assert json.loads(json.dumps(seen)) == seen
    assert "1980" not in json.dumps(seen)
    assert "1971" not in json.dumps(seen)


def test_the_record_tells_what_could_not_be_looked_up_from_what_was_empty() -> None:
    case = a_case(
        contacts=None,
        former_contacts=(),
        restrictions=None,
        today=Today(attendance=None),
        freshness=Freshness(age=None),
    )

    seen = as_seen(case, decide(case))

    assert (seen["contacts"], seen["former_contacts"], seen["restrictions"]) == (None, [], None)
    assert seen["student"]["attendance"] is None
    assert seen["freshness"]["age_seconds"] is None


def test_a_short_form_and_a_misspelt_order_meet_in_the_listed_contact() -> None:
    order = an_order("Robert", "Rivra", Effect.NO_RELEASE)

    verdict = decide(
        a_case(adult=Adult(name="Bob Rivera"), contacts=(ROBERT,), restrictions=(order,))
    )

    assert verdict.reasons[0].rule == "A1"
    assert verdict.level is Level.VERIFY_ADMIN


def test_every_rule_id_stands_once_for_each_of_its_levels() -> None:
    rows = [(rule.id, rule.level) for rule in RULES]

    assert len(rows) == len(set(rows))


def test_no_policy_field_can_switch_a_restriction_off() -> None:
    names = {field.name for field in fields(Policy)}

    assert names == {
        "validates_custody",
        "known_by_sight_permitted",
        "leaves_alone",
        "releases_end_at",
        # What an order names as days may be for information (A7): the district's choice.
        "parenting_times_inform",
        "roles_that_count",
        "warn_after",
        "verify_after",
        "hard_limit",
        "new_contact",
        "recently_gone",
        "review_grace",
    }
