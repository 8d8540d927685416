"""The page on which a district chooses the schools of a source."""

from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from cast import MONDAY, a_district_admin, a_registration
from csv_bundles import a_zip
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration, SourceSchool

pytestmark = pytest.mark.django_db

SCHOOLS = "/d/maple-valley/registrations/main-sis/schools/"


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def csv_source(maple_valley: District, tmp_path: Path) -> Registration:
    return a_registration(maple_valley, csv_path=str(a_zip(tmp_path)))


def _seen(registration: Registration, sourced_id: str, name: str) -> SourceSchool:
    return SourceSchool.objects.create(
        district=registration.district,
        registration=registration,
        sourced_id=sourced_id,
        name=name,
        type="school",
    )


def test_looking_at_the_source_finds_its_schools_and_takes_none(
    lee: Client, csv_source: Registration
) -> None:
    answer = lee.post(f"{SCHOOLS}look/")

    found = SourceSchool.objects.get()
    assert answer["Location"] == SCHOOLS
    assert (found.name, found.enabled, found.school) == ("Oak School", False, None)


def test_a_source_that_cannot_be_read_says_why(
    lee: Client, csv_source: Registration, tmp_path: Path
) -> None:
    Path(csv_source.csv_path).unlink()

    answer = lee.post(f"{SCHOOLS}look/", follow=True)

    assert escape("There is no file or folder").encode() in answer.content


def test_a_school_is_taken_as_a_new_one_of_the_same_name(
    lee: Client, csv_source: Registration
) -> None:
    seen = _seen(csv_source, "oak", "Oak School")

    lee.post(
        SCHOOLS,
        {
            f"{seen.id}-enabled": "on",
            f"{seen.id}-school": "new",
            f"{seen.id}-data_choice": "students",
        },
    )

    seen.refresh_from_db()
    assert seen.enabled
    assert seen.school is not None
    assert (seen.school.name, seen.school.code, seen.data_choice) == (
        "Oak School",
        "oak-school",
        "students",
    )
    assert AuditEntry.objects.get(action="schools.chosen").actor_id is not None


def test_a_school_of_ours_with_the_same_name_is_proposed(
    lee: Client, csv_source: Registration, oak: School
) -> None:
    seen = _seen(csv_source, "oak", "Oak Elementary")

    answer = lee.get(SCHOOLS)

    assert answer.context["rows"][0].initial["school"] == str(oak.id)
    assert seen.school is None


def test_a_school_that_is_not_ticked_makes_no_new_school(
    lee: Client, csv_source: Registration
) -> None:
    seen = _seen(csv_source, "oak", "Oak School")

    lee.post(SCHOOLS, {f"{seen.id}-school": "new", f"{seen.id}-data_choice": "students"})

    assert School.objects.count() == 0


def test_a_school_of_another_district_cannot_be_chosen(
    lee: Client, csv_source: Registration, pine: School
) -> None:
    seen = _seen(csv_source, "oak", "Oak School")

    answer = lee.post(
        SCHOOLS,
        {
            f"{seen.id}-enabled": "on",
            f"{seen.id}-school": str(pine.id),
            f"{seen.id}-data_choice": "students",
        },
    )

    seen.refresh_from_db()
    assert answer.status_code == 422
    assert (seen.enabled, seen.school) == (False, None)


def test_a_row_that_the_form_did_not_know_is_never_switched_off(
    lee: Client, registration: Registration
) -> None:
    answer = lee.post(SCHOOLS, {"something": "else"})

    assert answer.status_code == 422
    assert SourceSchool.objects.filter(enabled=True).count() == 2


def test_a_school_is_no_longer_taken_when_its_tick_goes(
    lee: Client, registration: Registration, oak: School, fir: School
) -> None:
    first, second = SourceSchool.objects.order_by("sourced_id")

    lee.post(
        SCHOOLS,
        {
            f"{first.id}-school": str(fir.id),
            f"{first.id}-data_choice": "students+contacts",
            f"{second.id}-enabled": "on",
            f"{second.id}-school": str(oak.id),
            f"{second.id}-data_choice": "students+contacts",
        },
    )

    assert list(SourceSchool.objects.filter(enabled=True)) == [second]
    assert AuditEntry.objects.get(action="schools.chosen").detail == {
        "schools": [["fir", fir.id, False, "students+contacts"]]
    }


def test_every_school_is_taken_with_one_button(lee: Client, csv_source: Registration) -> None:
    _seen(csv_source, "oak", "Oak School")
    _seen(csv_source, "fir", "Fir School")

    lee.post(f"{SCHOOLS}all/")

    assert SourceSchool.objects.filter(enabled=True).count() == 2


@time_machine.travel(MONDAY, tick=False)
def test_who_takes_the_first_school_reads_when_its_first_sync_is(
    lee: Client, csv_source: Registration
) -> None:
    _seen(csv_source, "oak", "Oak School")

    answer = lee.post(f"{SCHOOLS}all/", follow=True)

    assert "The next sync reads them, tonight at 1:" in answer.content.decode()


def test_fifty_schools_cost_no_more_queries_than_one(
    lee: Client,
    csv_source: Registration,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    SourceSchool.objects.bulk_create(
        SourceSchool(
            district=csv_source.district,
            registration=csv_source,
            sourced_id=f"s-{number}",
            name=f"School {number}",
            type="school",
        )
        for number in range(120)
    )

    with django_assert_max_num_queries(10):
        answer = lee.get(SCHOOLS)

    assert len(answer.context["rows"]) == 50
