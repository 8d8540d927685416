"""The cast of Maple Valley: Oak and Fir, one registration, and Pine in another district."""

import pytest

from cast import a_district, a_registration, a_school, an_enabled_school, maple_valley_source
from fakes import FakeSource
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration


@pytest.fixture(autouse=True)
def _home_of_our_own(settings, tmp_path):  # type: ignore[no-untyped-def]
    """No test sees the developer's own installation."""
    settings.HOME = tmp_path / "home"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):  # type: ignore[no-untyped-def]
    """The real hash takes a third of a second for every person of the cast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def maple_valley(db: None) -> District:
    return a_district()


@pytest.fixture
def oak(maple_valley: District) -> School:
    return a_school(maple_valley, "oak", "Oak Elementary")


@pytest.fixture
def fir(maple_valley: District) -> School:
    return a_school(maple_valley, "fir", "Fir Middle School")


@pytest.fixture
def pine(db: None) -> School:
    return a_school(a_district("Pine Ridge"), "pine", "Pine High School")


@pytest.fixture
def registration(maple_valley: District, oak: School, fir: School) -> Registration:
    registration = a_registration(maple_valley)
    an_enabled_school(registration, "oak", oak)
    an_enabled_school(registration, "fir", fir)
    return registration


@pytest.fixture
def source() -> FakeSource:
    return maple_valley_source()
