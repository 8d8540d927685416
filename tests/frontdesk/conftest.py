"""Oak's desk at 1:42 PM with Dana signed in."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from desk_cast import NOW, a_fresh_list, a_listed_parent, dana_at, marisol_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.roster.models import Guardian, Student


@pytest.fixture
def at_142_pm() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dana(oak: School) -> User:
    return dana_at(oak)


@pytest.fixture
def desk(at_142_pm: None, client: Client, dana: User, oak: School) -> Client:
    """Give Dana's browser at Oak's desk, whose list is seven hours old."""
    a_fresh_list(oak)
    client.force_login(dana)
    return client


@pytest.fixture
def marisol(oak: School) -> Student:
    return marisol_at(oak)


@pytest.fixture
def robert(marisol: Student) -> Guardian:
    return a_listed_parent(marisol)
