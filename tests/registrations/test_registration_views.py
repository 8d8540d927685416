"""The pages on which a district sets up its sources."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import MONDAY, a_district, a_district_admin, a_registration
from csv_bundles import GOOD, a_zip, a_zip_of
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, Edition
from schoolgate.registrations import registering
from schoolgate.registrations.credentials import unseal
from schoolgate.registrations.models import DataChoice, Registration
from schoolgate.registrations.registering import RestAddress, add_registration

pytestmark = pytest.mark.django_db

ADD = "/d/maple-valley/registrations/add/"
ADD_CSV = "/d/maple-valley/registrations/add/csv/"
REST = {
    "name": "Main SIS",
    "base_url": "https://sis.example.org",
    "auth": "oauth1",
    "key": "schoolgate",
    "secret": "three blue kites",
    "data_choice": "students+contacts",
}


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def main_sis(maple_valley: District) -> Registration:
    return add_registration(
        maple_valley,
        name="Main SIS",
        where=RestAddress(
            base_url="https://sis.example.org",
            auth="oauth1",
            key="schoolgate",
            secret="three blue kites",
        ),
        data_choice="students+contacts",
        by=None,
        at=MONDAY,
    )


# --- a REST source -----------------------------------------------------------------------


def test_a_source_is_added_sealed_and_recorded_with_who_did_it(lee: Client) -> None:
    answer = lee.post(ADD, REST)

    registration = Registration.objects.get()
    assert answer["Location"] == "/d/maple-valley/registrations/main-sis/schools/"
    assert registration.base_url == "https://sis.example.org"
    assert not registration.insecure
    assert unseal(registration.credential) == "three blue kites"
    entry = AuditEntry.objects.get(action="registration.added")
    assert str(entry.actor_id) == lee.session["_auth_user_id"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://sis.example.org", "must begin with https"),
        ("https://10.0.0.7", "leads to a private network"),
        ("https://127.0.0.1/ims/oneroster/v1p1", "leads to a private network"),
        ("https://sis.example.org/ims/oneroster/rostering/v1p2", "OneRoster 1.2 address"),
        ("sis", "is not an address"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_a_sentence_at_its_field(
    lee: Client, address: str, sentence: str
) -> None:
    answer = lee.post(ADD, {**REST, "base_url": address})

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors["base_url"][0]
    assert not Registration.objects.exists()


def test_a_token_url_inside_the_network_is_refused(lee: Client) -> None:
    answer = lee.post(ADD, {**REST, "auth": "oauth2", "token_url": "https://192.168.1.9/token"})

    assert "private network" in answer.context["form"].errors["token_url"][0]


def test_oauth_2_needs_a_token_url_and_oauth_1_a_key(lee: Client) -> None:
    oauth2 = lee.post(ADD, {**REST, "auth": "oauth2"})
    oauth1 = lee.post(ADD, {**REST, "key": ""})

    assert list(oauth2.context["form"].errors) == ["token_url"]
    assert list(oauth1.context["form"].errors) == ["key"]


def test_a_secret_that_was_typed_is_not_sent_back_with_an_error(lee: Client) -> None:
    answer = lee.post(ADD, {**REST, "base_url": "http://sis.example.org"})

    assert b"three blue kites" not in answer.content


def test_a_source_may_say_which_sis_it_is(lee: Client) -> None:
    lee.post(ADD, {**REST, "preset": "infinite_campus"})
    lee.post(
        "/d/maple-valley/registrations/main-sis/settings/",
        {**REST, "secret": "", "preset": "aeries"},
    )

    assert Registration.objects.get().preset == "aeries"


def test_a_sis_that_nobody_knows_is_refused_at_its_field(lee: Client) -> None:
    answer = lee.post(ADD, {**REST, "preset": "clever"})

    assert list(answer.context["form"].errors) == ["preset"]


def test_new_settings_leave_the_next_sync_alone(lee: Client, main_sis: Registration) -> None:
    stale = Registration.objects.get()
    Registration.objects.update(next_sync_at=MONDAY)

    registering.change_registration(
        stale,
        name="SIS",
        data_choice=DataChoice.STUDENTS,
        preset="",
        where=None,
        by=None,
        at=MONDAY,
    )

    assert Registration.objects.get().next_sync_at == MONDAY


def test_a_source_called_add_gets_an_address_of_its_own(lee: Client) -> None:
    answer = lee.post(ADD, {**REST, "name": "Add"})

    assert answer["Location"] == "/d/maple-valley/registrations/add-2/schools/"


def test_a_standard_district_is_told_so_and_has_no_form(client: Client) -> None:
    district = a_district("Elm Town", Edition.STANDARD)
    client.force_login(a_district_admin(district))

    shown = client.get("/d/elm-town/registrations/add/")
    posted = client.post("/d/elm-town/registrations/add/", REST)

    assert b"part of the Enterprise Edition" in shown.content
    assert b"Add this source" not in shown.content
    assert posted.status_code == 422
    assert not Registration.objects.exists()


# --- its settings --------------------------------------------------------------------------

SETTINGS = "/d/maple-valley/registrations/main-sis/settings/"


def test_the_secret_is_never_shown_only_when_it_was_set(
    lee: Client, main_sis: Registration
) -> None:
    answer = lee.get(SETTINGS)

    assert b"three blue kites" not in answer.content
    assert b"Set on November 23, 2026" in answer.content


def test_a_new_name_keeps_the_secret(lee: Client, main_sis: Registration) -> None:
    answer = lee.post(SETTINGS, {**REST, "name": "District SIS", "secret": ""})

    main_sis.refresh_from_db()
    assert answer.status_code == 302
    assert main_sis.name == "District SIS"
    assert unseal(main_sis.credential) == "three blue kites"


def test_a_secret_is_replaced(lee: Client, main_sis: Registration) -> None:
    lee.post(SETTINGS, {**REST, "secret": "four red kites"})

    main_sis.credential.refresh_from_db()
    assert unseal(main_sis.credential) == "four red kites"
    assert AuditEntry.objects.get(action="registration.changed").detail == {"new_secret": True}


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "https://elsewhere.example.org"},
        {"auth": "bearer"},
        {"auth": "oauth2", "token_url": "https://elsewhere.example.org/token"},
    ],
)
def test_a_kept_secret_is_never_sent_elsewhere(
    lee: Client, main_sis: Registration, change: dict[str, str]
) -> None:
    answer = lee.post(SETTINGS, {**REST, "secret": "", **change})

    main_sis.refresh_from_db()
    assert list(answer.context["form"].errors) == ["secret"]
    assert main_sis.base_url == "https://sis.example.org"
    assert main_sis.auth == "oauth1"


# --- a CSV zip -------------------------------------------------------------------------------


def _uploaded(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile("export.zip", path.read_bytes(), "application/zip")


def test_an_uploaded_zip_is_kept_where_only_its_owner_reads_it(
    lee: Client, tmp_path: Path, settings: LazySettings
) -> None:
    bundle = a_zip(tmp_path)

    answer = lee.post(
        ADD_CSV,
        {"name": "Nightly", "data_choice": "students", "bundle": _uploaded(bundle)},
    )

    place = settings.HOME / "files" / "maple-valley" / "nightly" / "oneroster.zip"
    assert answer["Location"] == "/d/maple-valley/registrations/nightly/schools/"
    assert Registration.objects.get().csv_path == str(place)
    assert place.read_bytes() == bundle.read_bytes()
    assert place.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in place.parent.parent.iterdir()] == ["nightly"]


def test_a_zip_that_is_no_oneroster_bundle_is_refused_and_not_kept(
    lee: Client, tmp_path: Path, settings: LazySettings
) -> None:
    no_manifest = a_zip_of(tmp_path, {"users.csv": GOOD["users.csv"]})

    answer = lee.post(
        ADD_CSV,
        {"name": "Nightly", "data_choice": "students", "bundle": _uploaded(no_manifest)},
    )

    assert answer.status_code == 422
    assert "manifest.csv" in answer.context["form"].errors["bundle"][0]
    assert not Registration.objects.exists()
    assert list((settings.HOME / "files" / "maple-valley").iterdir()) == []


def test_a_newer_zip_replaces_the_one_before_only_when_it_opens(
    lee: Client, tmp_path: Path, settings: LazySettings
) -> None:
    first = a_zip(tmp_path)
    lee.post(ADD_CSV, {"name": "Nightly", "data_choice": "students", "bundle": _uploaded(first)})
    place = settings.HOME / "files" / "maple-valley" / "nightly" / "oneroster.zip"
    before = place.read_bytes()
    address = "/d/maple-valley/registrations/nightly/upload/"

    broken = lee.post(address, {"bundle": SimpleUploadedFile("export.zip", b"no zip")})
    kept = place.read_bytes()
    newer = a_zip(tmp_path, {"users.csv": f"{GOOD['users.csv']}\n"})
    accepted = lee.post(address, {"bundle": _uploaded(newer)})

    assert (broken.status_code, kept) == (422, before)
    assert accepted.status_code == 302
    assert place.read_bytes() == newer.read_bytes() != before


def test_a_path_that_a_command_gave_is_not_replaced_by_an_upload(
    lee: Client, maple_valley: District, tmp_path: Path
) -> None:
    bundle = a_zip(tmp_path)
    a_registration(maple_valley, csv_path=str(bundle))
    before = bundle.stat().st_mtime_ns

    lee.post("/d/maple-valley/registrations/main-sis/upload/", {"bundle": _uploaded(bundle)})

    assert bundle.stat().st_mtime_ns == before
    assert Registration.objects.get().csv_path == str(bundle)
