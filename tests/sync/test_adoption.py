"""A school's own list and a source's first sync: nobody is listed twice, and nothing is lost."""

from datetime import date

import pytest

from cast import MONDAY, a_district_admin, parent, student
from fakes import FakeClock, FakeSource
from own_lists import a_contact_of_our_own, a_student_of_our_own, names_on_lists, sync
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, School
from schoolgate.oneroster.records import Verdict
from schoolgate.registrations.models import Registration
from schoolgate.roster.matching import Pair, Why
from schoolgate.roster.models import (
    Alias,
    Effect,
    Guardian,
    HistoryEntry,
    LeftOver,
    ListChoice,
    ListDecision,
    PickupState,
    Relationship,
    RestrictedStudent,
    Student,
)
from schoolgate.roster.restrictions import add_restriction
from schoolgate.sync import adoption
from schoolgate.sync.adoption import CannotAdopt, Wanted, decide_list, recognise
from schoolgate.sync.comparing import Comparison, Ours, compare
from schoolgate.sync.models import Hold, SyncRun

pytestmark = pytest.mark.django_db

ADOPT_AND_KEEP = Wanted(ListChoice.ADOPT, LeftOver.KEEP)
ADOPT_AND_LET_GO = Wanted(ListChoice.ADOPT, LeftOver.LEAVE)
CLEAR = Wanted(ListChoice.CLEAR, LeftOver.LEAVE)


@pytest.fixture(autouse=True)
def _lee(maple_valley: District) -> None:
    a_district_admin(maple_valley)


def lee() -> int:
    return User.objects.get(username="lee").pk


@pytest.fixture
def ana(oak: School) -> Student:
    return a_student_of_our_own(oak, "Ana", "Lopez")


@pytest.fixture
def eva(ana: Student) -> Guardian:
    return a_contact_of_our_own(ana, "Eva", "Lopez")


def compared(run: SyncRun, school: School) -> Comparison:
    return compare(SyncRun.objects.get(pk=run.pk), school, Ours.OWN_LIST)


def decide(run: SyncRun, school: School, wanted: Wanted) -> int:
    return decide_list(compared(run, school), wanted, by=lee(), at=MONDAY)


# --- until somebody has decided ---------------------------------------------------------------


def test_the_first_sync_holds_a_school_that_has_a_list_and_no_other(
    registration: Registration, source: FakeSource, ana: Student
) -> None:
    run = sync(registration, source)

    assert names_on_lists() == {"oak": ["Ana"], "fir": ["Dee"]}
    hold = Hold.objects.get()
    assert (hold.school.code, hold.kind, hold.reason) == ("oak", "student", "preloaded_lists")
    assert (hold.count, hold.of, run.state) == (3, 1, "held")


def test_it_goes_on_holding_until_somebody_decides(
    registration: Registration, source: FakeSource, ana: Student
) -> None:
    sync(registration, source)

    sync(registration, source)

    assert names_on_lists()["oak"] == ["Ana"]


def test_a_pull_that_is_not_whole_is_held_too(
    registration: Registration, source: FakeSource, ana: Student
) -> None:
    source.users_verdict = Verdict(complete=False, received=0, reason="page_failed")

    sync(registration, source)

    assert names_on_lists()["oak"] == ["Ana"]


def test_an_adult_who_comes_only_for_a_held_child_waits_with_it(
    registration: Registration, source: FakeSource, ana: Student
) -> None:
    source.drop("dee")
    source.put(student("flo", "Flo", "Dunn", schools=("fir",), agents=("kim",)))

    sync(registration, source)

    # Kim has a child at Fir, which is not held; Ada's only child is at Oak.
    assert set(Guardian.objects.values_list("given_name", flat=True)) == {"Kim"}


def test_a_student_of_two_schools_waits_at_both(
    registration: Registration, source: FakeSource, fir: School
) -> None:
    a_student_of_our_own(fir, "Gus", "Hill")
    source.put(student("gus", "Gus", "Hill", schools=("oak", "fir")))

    sync(registration, source)

    assert names_on_lists()["oak"] == ["Ana", "Ben", "Cy"]


def test_without_a_list_of_our_own_nothing_is_held(
    registration: Registration, source: FakeSource
) -> None:
    assert sync(registration, source).state == "applied"


def test_a_list_of_another_district_holds_nothing(
    registration: Registration, source: FakeSource, pine: School
) -> None:
    a_student_of_our_own(pine)

    assert sync(registration, source).state == "applied"


# --- adopted -------------------------------------------------------------------------------------


def test_who_is_on_both_lists_stays_who_she_is(
    registration: Registration,
    source: FakeSource,
    oak: School,
    ana: Student,
    eva: Guardian,
) -> None:
    run = sync(registration, source)

    adopted = decide(run, oak, ADOPT_AND_KEEP)
    after = sync(registration, source)

    assert adopted == 1
    ana.refresh_from_db()
    eva.refresh_from_db()
    assert (ana.registration_id, ana.sourced_id, ana.identifier) == (registration.pk, "ana", "4471")
    assert (eva.sourced_id, eva.phone) == ("eva", "555-0101")
    assert names_on_lists() == {"oak": ["Ana", "Ben", "Cy"], "fir": ["Dee"]}
    assert Student.objects.count() == 4
    assert Guardian.objects.count() == 4
    assert after.state == "applied"
    assert sync(registration, source).state == "unchanged"


def test_what_the_school_knows_stays_with_the_person(
    registration: Registration,
    source: FakeSource,
    oak: School,
    ana: Student,
    eva: Guardian,
) -> None:
    restriction = add_restriction(
        oak.district,
        given_name="Eva",
        family_name="Lopez",
        effects=[Effect.NO_RELEASE],
        from_on=date(2026, 9, 1),
        students=[ana],
        guardian=eva,
        by=None,
        at=MONDAY,
    )
    PickupState.objects.create(
        district=oak.district, student=ana, guardian=eva, state="denied", why="Court", set_at=MONDAY
    )
    Alias.objects.create(
        district=oak.district, guardian=eva, name="Evita Lopez", confirmed_at=MONDAY
    )
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_KEEP)
    sync(registration, source)

    now = Student.objects.get(registration_id=registration.pk, sourced_id="ana")
    adult = Guardian.objects.get(registration_id=registration.pk, sourced_id="eva")
    assert RestrictedStudent.objects.get().student == now
    restriction.refresh_from_db()
    assert restriction.guardian == adult
    assert (PickupState.objects.get().student, PickupState.objects.get().guardian) == (now, adult)
    assert Alias.objects.get().guardian == adult


def test_adoption_stands_in_the_history_and_on_record(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_KEEP)

    entry = HistoryEntry.objects.get(action="student.adopted")
    assert (entry.student, entry.before, entry.after) == (
        ana,
        {"sourced_id": None},
        {"sourced_id": "ana"},
    )
    record = AuditEntry.objects.get(action="own_list.decided")
    assert (record.actor_id, record.detail["adopted"]) == (lee(), 1)


def test_who_is_left_over_stays_when_the_district_says_so(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    a_student_of_our_own(oak, "Zoe", "Quist")
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_KEEP)
    sync(registration, source)

    assert names_on_lists()["oak"] == ["Ana", "Ben", "Cy", "Zoe"]
    assert sync(registration, source).state == "unchanged"


def test_who_is_left_over_leaves_with_the_sources_list_and_not_before(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    zoe = a_student_of_our_own(oak, "Zoe", "Quist")
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_LET_GO)
    before = names_on_lists()["oak"]
    sync(registration, source)

    assert before == ["Zoe"]
    assert names_on_lists()["oak"] == ["Ana", "Ben", "Cy"]
    assert HistoryEntry.objects.get(student=zoe, action="student.departed").after == {
        "gone": "not_at_source"
    }


def test_contacts_whom_the_source_does_not_give_leave_too(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    a_contact_of_our_own(ana, "Rosa", "Lopez")
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_LET_GO)
    sync(registration, source)

    current = Relationship.objects.filter(student=ana, state="current")
    assert {pair.guardian.given_name for pair in current} == {"Eva", "Luis"}


def test_a_child_to_whom_the_source_gives_nobody_keeps_her_contacts(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    a_contact_of_our_own(ana, "Rosa", "Lopez")
    source.change("ana", agents=[])
    source.drop("eva", "luis")
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_LET_GO)
    sync(registration, source)

    current = Relationship.objects.filter(student=ana, state="current")
    assert [pair.guardian.given_name for pair in current] == ["Rosa"]


def test_a_list_is_not_cleared_for_half_a_pull(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    a_student_of_our_own(oak, "Zoe", "Quist")
    run = sync(registration, source)
    decide(run, oak, CLEAR)
    source.users_verdict = Verdict(complete=False, received=0, reason="page_failed")

    sync(registration, source)

    assert "Zoe" in names_on_lists()["oak"]


# --- cleared -------------------------------------------------------------------------------------


def test_a_list_is_cleared_when_the_sources_list_comes(
    registration: Registration,
    source: FakeSource,
    oak: School,
    ana: Student,
    eva: Guardian,
) -> None:
    run = sync(registration, source)

    decide(run, oak, CLEAR)
    sync(registration, source)

    assert names_on_lists()["oak"] == ["Ana", "Ben", "Cy"]
    ana.refresh_from_db()
    eva.refresh_from_db()
    assert (ana.state, ana.sourced_id, eva.state) == ("departed", None, "departed")
    assert HistoryEntry.objects.get(student=ana, action="student.departed").after == {
        "gone": "list_cleared"
    }


def test_restrictions_stay_when_a_list_is_cleared(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    add_restriction(
        oak.district,
        given_name="Carl",
        family_name="Dunn",
        effects=[Effect.NO_RELEASE],
        from_on=date(2026, 9, 1),
        students=[ana],
        by=None,
        at=MONDAY,
    )
    run = sync(registration, source)

    decide(run, oak, CLEAR)
    sync(registration, source)

    assert RestrictedStudent.objects.get().student == ana


def test_who_is_keyed_after_the_decision_does_not_leave_by_it(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    run = sync(registration, source)
    decide(run, oak, CLEAR)
    clock = FakeClock()
    clock.move(hours=1)
    a_student_of_our_own(oak, "Zoe", "Quist", first_seen_at=clock())

    sync(registration, source, clock)

    assert Student.objects.get(given_name="Zoe").state == "active"


# --- who may be one of two -----------------------------------------------------------------------


def test_who_may_be_one_of_two_is_decided_by_a_person(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    other = a_student_of_our_own(oak, "Ana", "Lopez")
    run = sync(registration, source)
    before = compared(run, oak)

    with pytest.raises(CannotAdopt, match="one by one"):
        decide(run, oak, ADOPT_AND_KEEP)
    recognise(before, "ana", other.pk, by=lee(), at=MONDAY)
    decide(run, oak, ADOPT_AND_KEEP)

    assert before.matching.doubts[0].why is Why.SEVERAL
    other.refresh_from_db()
    ana.refresh_from_db()
    assert (other.sourced_id, ana.sourced_id) == ("ana", None)


def test_neither_of_two_is_an_answer(
    registration: Registration,
    source: FakeSource,
    oak: School,
    ana: Student,
) -> None:
    a_student_of_our_own(oak, "Ana", "Lopez")
    run = sync(registration, source)

    recognise(compared(run, oak), "ana", None, by=lee(), at=MONDAY)
    decide(run, oak, ADOPT_AND_KEEP)
    sync(registration, source)

    assert names_on_lists()["oak"] == ["Ana", "Ana", "Ana", "Ben", "Cy"]
    assert sync(registration, source).state == "unchanged"


def test_nobody_is_recognised_as_one_who_was_not_offered(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    a_student_of_our_own(oak, "Ana", "Lopez")
    zoe = a_student_of_our_own(oak, "Zoe", "Quist")
    run = sync(registration, source)

    with pytest.raises(CannotAdopt, match="Look again"):
        recognise(compared(run, oak), "ana", zoe.pk, by=lee(), at=MONDAY)


# --- who moves, and what moves meanwhile ----------------------------------------------------------


def test_a_number_finds_a_child_at_another_school(
    registration: Registration, source: FakeSource, fir: School
) -> None:
    ana = a_student_of_our_own(fir, "Ana", "Lopez", identifier="4471")
    run = sync(registration, source)
    there = compared(run, fir)

    decide(run, fir, ADOPT_AND_KEEP)
    sync(registration, source)

    # Oak had no list of its own, so the source's Ana came there at once: the two became one.
    assert [(pair.ours, pair.theirs) for pair in there.matching.pairs] == [(ana.pk, "ana")]
    active = Student.objects.filter(given_name="Ana", state="active")
    assert [one.pk for one in active] == [ana.pk]
    assert [listing.school.code for listing in ana.listings.all()] == ["oak"]


def test_a_sibling_who_came_before_shares_her_mother(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    cy = a_student_of_our_own(oak, "Cy", "Okafor")
    ada = a_contact_of_our_own(cy, "Ada", "Okafor")
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_KEEP)

    ada.refresh_from_db()
    assert ada.sourced_id == "ada"
    children = Relationship.objects.filter(guardian=ada, state="current")
    assert {pair.student.given_name for pair in children} == {"Cy", "Dee"}
    assert sync(registration, source).complete
    assert Guardian.objects.filter(given_name="Ada", state="active").count() == 1


def test_what_changed_since_it_was_read_is_not_done(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    run = sync(registration, source)
    read = compared(run, oak)
    a_student_of_our_own(oak, "Ben", "Dunn")

    with pytest.raises(CannotAdopt, match="has changed"):
        decide_list(read, ADOPT_AND_KEEP, by=lee(), at=MONDAY)

    assert not ListDecision.objects.exists()


def test_after_a_newer_sync_the_older_comparison_is_history(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    run = sync(registration, source)
    read = compared(run, oak)
    sync(registration, source)

    with pytest.raises(CannotAdopt, match="newer sync"):
        decide_list(read, ADOPT_AND_KEEP, by=lee(), at=MONDAY)


def test_who_was_keyed_at_the_desk_is_recognised_when_she_comes(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    sync(registration, source)
    flo = a_student_of_our_own(oak, "Flo", "Quist")
    source.put(student("flo", "Flo", "Quist"), student("gil", "Gil", "Hart"))

    run = sync(registration, source)

    flo.refresh_from_db()
    assert (flo.sourced_id, run.state) == ("flo", "applied")
    assert names_on_lists()["oak"] == ["Ana", "Ben", "Cy", "Flo", "Gil"]


def test_who_was_keyed_and_may_be_one_who_comes_holds_the_school(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    sync(registration, source)
    a_student_of_our_own(oak, "Flo", "Quist", grade="")
    source.put(student("flo", "Flo", "Quist"))

    sync(registration, source)

    assert names_on_lists()["oak"] == ["Ana", "Ben", "Cy", "Flo"]
    assert Hold.objects.get().reason == "preloaded_lists"


def test_who_is_keyed_and_comes_nowhere_holds_nothing(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    sync(registration, source)
    a_student_of_our_own(oak, "Zoe", "Quist")
    source.put(student("gil", "Gil", "Hart"))

    assert sync(registration, source).state == "applied"


def test_a_decided_hold_waits_no_more(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_KEEP)

    assert Hold.objects.get().decision == "discarded"
    assert adoption.open_run(registration.pk, district_id=oak.district_id) is not None


def test_matching_reads_what_the_source_says_of_contacts(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    by_phone = a_contact_of_our_own(ana, "Eva", "Lopez", phone="(312) 555-0101")
    same_name = a_contact_of_our_own(ana, "Eva", "Lopez", phone="312-555-0199")
    source.put(
        parent("eva", "Eva", "Lopez", children=("ana",), phone="+1 312 555 0101"),
        parent("eva2", "Eva", "Lopez", children=("ana",)),
    )
    run = sync(registration, source)

    decide(run, oak, ADOPT_AND_KEEP)

    by_phone.refresh_from_db()
    same_name.refresh_from_db()
    assert (by_phone.sourced_id, same_name.sourced_id) == ("eva", None)


def test_a_pair_says_how_it_is_known(
    registration: Registration, source: FakeSource, oak: School, ana: Student
) -> None:
    run = sync(registration, source)

    assert compared(run, oak).matching.pairs == (Pair(ana.pk, "ana", "name"),)
