"""Schools under new ids: the same number, else the same name, if only one bears it."""

import pytest

from cast import MONDAY, an_enabled_school
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.registrations.school_rekey import same_schools, take_under_new_ids

pytestmark = pytest.mark.django_db


def an_org(registration: Registration, org: str, name: str, number: str = "") -> SourceSchool:
    return SourceSchool.objects.create(
        district=registration.district,
        registration=registration,
        sourced_id=org,
        name=name,
        type="school",
        identifier=number,
    )


def pairs(registration: Registration, *schools: School) -> list[tuple[str, str]]:
    found = same_schools(registration, [school.pk for school in schools])
    return [(same.before.sourced_id, same.now.sourced_id) for same in found]


def test_a_school_is_known_by_its_name(
    registration: Registration, oak: School, fir: School
) -> None:
    an_org(registration, "new-oak", "OAK elementary")

    assert pairs(registration, oak, fir) == [("oak", "new-oak")]


def test_a_number_comes_before_a_name(registration: Registration, oak: School) -> None:
    SourceSchool.objects.filter(sourced_id="oak").update(identifier="1001")
    an_org(registration, "by-name", "Oak Elementary", "1002")
    an_org(registration, "by-number", "Oak K-5", "1001")

    assert pairs(registration, oak) == [("oak", "by-number")]


def test_of_two_of_one_name_nobody_is_taken(registration: Registration, oak: School) -> None:
    an_org(registration, "one", "Oak Elementary")
    an_org(registration, "other", "Oak Elementary")

    assert pairs(registration, oak) == []


def test_a_school_that_is_still_listed_is_left_alone(
    registration: Registration, oak: School
) -> None:
    an_org(registration, "new-oak", "Oak Elementary")

    assert pairs(registration) == []


def test_a_school_goes_on_with_its_choice_and_the_age_of_its_list(
    registration: Registration, oak: School
) -> None:
    SourceSchool.objects.filter(sourced_id="oak").update(
        data_choice=DataChoice.STUDENTS, list_as_of=MONDAY
    )
    an_org(registration, "new-oak", "Oak Elementary")

    take_under_new_ids(registration, [oak.pk], by=7, at=MONDAY)

    now = SourceSchool.objects.get(sourced_id="new-oak")
    assert (now.school, now.enabled, now.data_choice, now.list_as_of) == (
        oak,
        True,
        "students",
        MONDAY,
    )
    before = SourceSchool.objects.get(sourced_id="oak")
    assert (before.school, before.enabled) == (None, False)
    entry = AuditEntry.objects.get(action="schools.rekeyed")
    assert (entry.actor_id, entry.detail["schools"]) == (7, [[oak.pk, "oak", "new-oak"]])


def test_a_school_of_another_district_is_never_meant(
    registration: Registration, oak: School, pine: School
) -> None:
    an_enabled_school(registration, "gone", oak)

    assert pairs(registration, pine) == []
