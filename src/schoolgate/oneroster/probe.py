"""A first look at a source: what works, before anybody relies on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from schoolgate.oneroster.client import Client
from schoolgate.oneroster.decode import decode_json
from schoolgate.oneroster.errors import OneRosterError
from schoolgate.oneroster.records import ADULT_CONTACT_ROLES, Problem, ProblemLog, Role, User
from schoolgate.oneroster.rest.page import Page

_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a look at two pages of users showed. None: not found out.

    Absence of guardians here proves nothing, the sample is small; their presence proves that the
    source shares them. `orgs` 0 means that nothing is shared with this connection (T-32).
    """

    failure: OneRosterError | None = None
    orgs: int | None = None
    users_seen: int = 0
    total_header: bool | None = None
    limit_honoured: bool | None = None
    second_page_differs: bool | None = None
    sort_accepted: bool | None = None
    guardians_seen: int = 0
    # How many of the students, and of the adults, name the other side (T-14, T-15).
    students_with_agents: int = 0
    adults_with_agents: int = 0


def probe(client: Client, *, sample: int = _SAMPLE) -> ProbeReport:
    """Try sign-in, orgs and two pages of users. A source that fails is a report, not an error."""
    try:
        orgs = client.look("orgs", "orgs", offset=0, limit=sample)
        first = client.look("users", "users", offset=0, limit=sample)
        second = client.look("users", "users", offset=len(first.page.rows), limit=sample)
    except OneRosterError as error:
        return ProbeReport(failure=error)
    users = [*_users(first.page), *_users(second.page)]
    students = [user for user in users if user.role == Role.STUDENT]
    adults = [user for user in users if user.role in ADULT_CONTACT_ROLES]
    return ProbeReport(
        orgs=len(orgs.page.rows),
        users_seen=len(users),
        total_header=first.page.total is not None,
        limit_honoured=len(first.page.rows) <= sample,
        second_page_differs=_differ(first.page, second.page),
        sort_accepted=first.sort_accepted,
        guardians_seen=len(adults),
        students_with_agents=_with_agents(students),
        adults_with_agents=_with_agents(adults),
    )


def _users(page: Page) -> Iterable[User]:
    log = ProblemLog()
    for position, row in enumerate(page.rows, start=1):
        user = decode_json(User, bytes(row), collection="users", position=position, log=log)
        if not isinstance(user, Problem):
            yield user


def _differ(first: Page, second: Page) -> bool | None:
    return first.digest() != second.digest() if first.rows else None


def _with_agents(users: list[User]) -> int:
    return sum(bool(user.agents) for user in users)
