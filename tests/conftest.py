"""The cast of Maple Valley: Oak and Fir, one registration, and Pine in another district."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as chosen
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

from cast import a_district, a_registration, a_school, an_enabled_school, maple_valley_source
from fakes import FakeSource
from installations import Installation, Installations
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration

# Who asks for none of these has nothing to do with a database, and cannot tell one from another.
TOUCH_A_DATABASE = {"db", "transactional_db", "live_server", "installation", "installations"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only_on(database): what the other database cannot show")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite run everything; on PostgreSQL once more what touches a database."""
    kept = [item for item in items if _is_for(item, connection.vendor)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _is_for(item: pytest.Item, database: str) -> bool:
    if only := item.get_closest_marker("only_on"):
        return only.args == (database,)
    asked = set(getattr(item, "fixturenames", ()))
    return (
        database == "sqlite"
        or not asked.isdisjoint(TOUCH_A_DATABASE)
        or item.get_closest_marker("django_db") is not None
    )


@pytest.fixture(autouse=True, scope="session")
def _no_process_shares_our_database() -> Iterator[None]:
    """A process that a test starts has SQLite in its home, or what `installations` gives it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SCHOOLGATE_DATABASE_URL", raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_row_by_row() -> Iterator[None]:
    """After a test that commits. PostgreSQL's TRUNCATE makes every file anew: half a second."""
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "postgresql":
            patch.setattr(type(connection.ops), "sql_flush", _deletes)
        yield


def _deletes(
    operations: BaseDatabaseOperations, _style: object, tables: list[str], **_: object
) -> list[str]:
    """Foreign keys are looked at when the transaction ends: the order does not matter."""
    return [f"DELETE FROM {operations.quote_name(table)}" for table in tables]  # noqa: S608


@pytest.fixture(scope="session")
def installations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installations]:
    installations = Installations(chosen.DATABASE_URL, tmp_path_factory.mktemp("empty"))
    yield installations
    installations.close()


@pytest.fixture
def installation(installations: Installations, tmp_path: Path) -> Installation:
    return installations.new(tmp_path / "home")


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
