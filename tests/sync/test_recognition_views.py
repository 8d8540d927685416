"""The pages on which a district says who is who."""

import pytest
from django.test import Client

from cast import a_district_admin, student
from fakes import FakeSource
from own_lists import a_student_of_our_own, names_on_lists, sync
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import Recognition, Relationship, Student
from schoolgate.sync.comparing import Ours, compare
from schoolgate.sync.models import SyncRun

pytestmark = pytest.mark.django_db

SOURCE = "/d/maple-valley/registrations/main-sis/"
LISTS = f"{SOURCE}own-lists/"
REKEY = f"{SOURCE}rekey/"
WHY = "We moved to another SIS."


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def preloaded(registration: Registration, source: FakeSource, oak: School) -> SyncRun:
    """Ana is on Oak's own list, and so is Zoe, whom the source does not have."""
    a_student_of_our_own(oak, "Ana", "Lopez")
    a_student_of_our_own(oak, "Zoe", "Quist")
    return sync(registration, source)


@pytest.fixture
def turned(registration: Registration, source: FakeSource) -> SyncRun:
    """Twelve more at Oak, and all of them under new ids."""
    source.put(*(student(f"s{n}", f"Kid{n}", "Many") for n in range(12)))
    sync(registration, source)
    return sync(registration, under_new_ids(source))


def under_new_ids(source: FakeSource) -> FakeSource:
    people = [
        {
            **person,
            "sourcedId": f"new-{person['sourcedId']}",
            "agents": [
                {**agent, "sourcedId": f"new-{agent['sourcedId']}"} for agent in person["agents"]
            ],
        }
        for person in source.people.values()
    ]
    return FakeSource(people={person["sourcedId"]: person for person in people})


def checksum(run: SyncRun, school: School, ours: Ours) -> str:
    return compare(SyncRun.objects.get(pk=run.pk), school, ours).checksum


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


# --- own lists ------------------------------------------------------------------------------------


def test_schools_that_wait_are_listed(lee: Client, preloaded: SyncRun) -> None:
    page = text(lee, LISTS)

    assert "Oak Elementary" in page
    assert "Say who is who" in page
    assert "Fir Middle School" not in page


def test_a_school_shows_who_is_the_same_new_and_left_over(lee: Client, preloaded: SyncRun) -> None:
    assert "the same name, grade and school" in text(lee, f"{LISTS}oak/")
    assert "Okafor" in text(lee, f"{LISTS}oak/?show=new")
    assert "Quist" in text(lee, f"{LISTS}oak/?show=left_over")


def test_a_name_is_looked_for_by_post(lee: Client, preloaded: SyncRun) -> None:
    page = lee.post(f"{LISTS}oak/", {"q": "okaf", "show": "new"}).content.decode()

    assert "Okafor" in page
    assert "Dunn" not in page


def test_a_list_is_adopted_as_it_was_read(lee: Client, preloaded: SyncRun, oak: School) -> None:
    page = lee.post(
        f"{LISTS}oak/decide/",
        {"wanted": "adopt_keep", "checksum": checksum(preloaded, oak, Ours.OWN_LIST)},
        follow=True,
    ).content.decode()

    assert "1 student of Oak Elementary recognised." in page
    assert "Decided" in page
    assert Student.objects.get(given_name="Ana").sourced_id == "ana"


def test_without_a_choice_nothing_is_decided(lee: Client, preloaded: SyncRun, oak: School) -> None:
    page = lee.post(f"{LISTS}oak/decide/", {"checksum": checksum(preloaded, oak, Ours.OWN_LIST)})

    assert page.status_code == 422
    assert "Choose one of the three." in page.content.decode()


def test_another_list_than_was_read_is_refused(lee: Client, preloaded: SyncRun) -> None:
    page = lee.post(
        f"{LISTS}oak/decide/", {"wanted": "clear", "checksum": "of yesterday"}, follow=True
    )

    assert "A list has changed" in page.content.decode()


def test_who_is_in_doubt_is_decided_one_by_one(
    lee: Client, registration: Registration, source: FakeSource, oak: School
) -> None:
    first = a_student_of_our_own(oak, "Ana", "Lopez")
    a_student_of_our_own(oak, "Ana", "Lopez")
    sync(registration, source)
    assert "More than one may be meant." in text(lee, f"{LISTS}oak/")

    lee.post(f"{LISTS}oak/recognise/", {"theirs": "ana", "who": str(first.pk)})

    assert Recognition.objects.get().student == first
    assert "decided by a person" in text(lee, f"{LISTS}oak/")


@pytest.mark.parametrize("who", ["", "everybody", "4471"])
def test_an_answer_that_was_not_offered_is_refused(
    lee: Client, registration: Registration, source: FakeSource, oak: School, who: str
) -> None:
    a_student_of_our_own(oak, "Ana", "Lopez")
    a_student_of_our_own(oak, "Ana", "Lopez")
    sync(registration, source)

    lee.post(f"{LISTS}oak/recognise/", {"theirs": "ana", "who": who})

    assert not Recognition.objects.exists()


def test_where_nothing_waits_the_pages_say_so(lee: Client, registration: Registration) -> None:
    assert "No list of our own waits" in text(lee, LISTS)
    assert "Nobody waits for a new id" in text(lee, REKEY)
    assert "Nothing waits to be compared" in lee.get(f"{LISTS}oak/", follow=True).content.decode()


# --- new ids --------------------------------------------------------------------------------------


def test_a_change_of_sis_is_matched_and_confirmed_at_one_school(
    lee: Client, turned: SyncRun, oak: School
) -> None:
    assert "Oak Elementary" in text(lee, REKEY)

    page = lee.post(
        f"{REKEY}oak/confirm/",
        {"why": WHY, "checksum": checksum(turned, oak, Ours.SHOWN_NO_MORE)},
        follow=True,
    ).content.decode()

    assert "15 students of Oak Elementary go on." in page
    oaks = Student.objects.filter(listings__school=oak, sourced_id__startswith="new-")
    assert oaks.count() == 15


def test_a_change_of_sis_is_confirmed_for_all_schools(
    lee: Client, turned: SyncRun, registration: Registration, source: FakeSource
) -> None:
    dee = Student.objects.get(sourced_id="dee")

    page = lee.post(
        f"{SOURCE}rekey-all/", {"why": WHY, "run": str(turned.pk)}, follow=True
    ).content.decode()

    assert "16 students in 2 schools go on." in page
    # Fir's only student was no mass of students: she came as somebody new, and is one again.
    dee.refresh_from_db()
    assert (dee.sourced_id, dee.state) == ("new-dee", "active")
    ada = Relationship.objects.get(student=dee, state="current").guardian
    assert ada.sourced_id == "new-ada"
    assert sync(registration, under_new_ids(source)).state == "unchanged"
    assert len(names_on_lists()["oak"]) == 15


def test_a_reason_is_asked_for(lee: Client, turned: SyncRun) -> None:
    page = lee.post(f"{SOURCE}rekey-all/", {"why": "yes", "run": str(turned.pk)}, follow=True)

    assert "at least 10 characters" in page.content.decode()
    assert not Student.objects.filter(sourced_id="new-ana").exists()


def test_schools_under_new_ids_are_taken_with_their_choices(
    lee: Client, registration: Registration, source: FakeSource, oak: School
) -> None:
    sync(registration, source)
    source.orgs_there = {"fir": "Fir Middle School", "oak-2": "Oak Elementary"}
    source.drop("ana", "ben", "cy")
    sync(registration, source)
    SourceSchool.objects.create(
        district=oak.district,
        registration=registration,
        sourced_id="oak-2",
        name="Oak Elementary",
        type="school",
    )
    assert "oak-2" in text(lee, REKEY)

    lee.post(f"{SOURCE}rekey-schools/")

    taken = SourceSchool.objects.get(sourced_id="oak-2")
    assert (taken.school, taken.enabled) == (oak, True)
    assert SourceSchool.objects.get(sourced_id="oak").enabled is False
