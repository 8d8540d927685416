"""Maple Valley and its people: plain builders with defaults, no random values.

Ana has two guardians. Ben's uncle is under a court order. Cy moves from Oak to Fir.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fakes import FakeClock, FakeSource
from schoolgate.accounts.models import User
from schoolgate.districts.adding import add_staff
from schoolgate.districts.models import District, Edition, Role, School
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool, Transport
from schoolgate.roster.folding import folded_student
from schoolgate.roster.models import (
    Guardian,
    Listing,
    Relationship,
    RelationshipState,
    Student,
)
from schoolgate.sync import run as path
from schoolgate.sync import runs
from schoolgate.sync.models import SyncRun

MONDAY = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


# --- at the source ---------------------------------------------------------------------------


def student(
    sourced_id: str,
    given: str,
    family: str,
    *,
    schools: tuple[str, ...] = ("oak",),
    agents: tuple[str, ...] = (),
    **fields: Any,
) -> dict[str, Any]:
    return {
        "sourcedId": sourced_id,
        "status": "active",
        "role": "student",
        "givenName": given,
        "familyName": family,
        "orgs": [{"sourcedId": school, "type": "org"} for school in schools],
        "agents": [{"sourcedId": agent, "type": "user"} for agent in agents],
        "grades": ["02"],
        **fields,
    }


def parent(
    sourced_id: str,
    given: str,
    family: str,
    *,
    children: tuple[str, ...] = (),
    role: str = "parent",
    **fields: Any,
) -> dict[str, Any]:
    return {
        "sourcedId": sourced_id,
        "status": "active",
        "role": role,
        "givenName": given,
        "familyName": family,
        "orgs": [{"sourcedId": "oak", "type": "org"}],
        "agents": [{"sourcedId": child, "type": "user"} for child in children],
        **fields,
    }


def maple_valley_source() -> FakeSource:
    source = FakeSource()
    source.put(
        student("ana", "Ana", "Lopez", agents=("eva", "luis"), identifier="4471"),
        student("ben", "Ben", "Dunn", agents=("kim",)),
        student("cy", "Cy", "Okafor", agents=("ada",)),
        student("dee", "Dee", "Okafor", schools=("fir",), agents=("ada",)),
        parent("eva", "Eva", "Lopez", children=("ana",), phone="555-0101"),
        parent("luis", "Luis", "Lopez", children=("ana",)),
        parent("kim", "Kim", "Dunn", children=("ben",)),
        parent("ada", "Ada", "Okafor", role="guardian"),
    )
    return source


# --- on our side --------------------------------------------------------------------------------


def a_district(name: str = "Maple Valley", edition: str = Edition.ENTERPRISE) -> District:
    slug = name.lower().replace(" ", "-")
    return District.objects.create(
        slug=slug, name=name, edition=edition, timezone="America/Chicago"
    )


def a_school(district: District, code: str, name: str) -> School:
    return School.objects.create(district=district, code=code, name=name)


def a_registration(district: District, **fields: Any) -> Registration:
    return Registration.objects.create(
        **{
            "district": district,
            "slug": "main-sis",
            "name": "Main SIS",
            "transport": Transport.CSV,
            "added_at": MONDAY,
            **fields,
        }
    )


def an_enabled_school(
    registration: Registration,
    org: str,
    school: School,
    choice: str = DataChoice.STUDENTS_AND_CONTACTS,
) -> SourceSchool:
    return SourceSchool.objects.create(
        district=registration.district,
        registration=registration,
        sourced_id=org,
        name=school.name,
        type="school",
        school=school,
        enabled=True,
        data_choice=choice,
    )


def a_run(registration: Registration, **fields: Any) -> SyncRun:
    """A sync that ended well, unless it is said otherwise."""
    return SyncRun.objects.create(
        **{
            "district": registration.district,
            "registration": registration,
            "asked_at": MONDAY,
            "started_at": MONDAY,
            "ended_at": MONDAY,
            "state": "applied",
            "complete": True,
            **fields,
        }
    )


def a_clerk(district: District, *schools: School, username: str = "dana") -> User:
    user = User.objects.create_user(
        username=username, first_name="Dana", last_name="Smith", password="maple-valley-oak"
    )
    add_staff(district=district, user=user, role=Role.CLERK, schools=list(schools))
    return user


def a_district_admin(district: District, username: str = "lee") -> User:
    user = User.objects.create_user(
        username=username, first_name="Lee", last_name="Park", password="maple-valley-oak"
    )
    add_staff(district=district, user=user, role=Role.DISTRICT_ADMIN, schools=[])
    return user


def a_support_person(username: str = "sam") -> User:
    return User.objects.create_user(
        username=username,
        first_name="Sam",
        last_name="Vega",
        password="maple-valley-oak",
        is_support=True,
    )


def _source_of(district: District) -> int:
    """Give the district's registration; before it has one, a number that none will ever have."""
    registration = Registration.objects.filter(district=district).order_by("id").first()
    return registration.id if registration else 0


def a_listed_student(
    school: School, given: str = "Marisol", family: str = "Rivera", **fields: Any
) -> Student:
    student = Student.objects.create(
        **{
            "district": school.district,
            "registration_id": _source_of(school.district),
            "sourced_id": f"{given}-{family}".lower(),
            "given_name": given,
            "family_name": family,
            "grade": "02",
            "folded": folded_student(
                given=given,
                middle=fields.get("middle_name", ""),
                family=family,
                identifier=fields.get("identifier", ""),
            ),
            "first_seen_at": MONDAY,
            "changed_at": MONDAY,
            **fields,
        }
    )
    Listing.objects.create(district=school.district, school=school, student=student)
    return student


def a_contact(
    student: Student, given: str = "Robert", family: str = "Rivera", **fields: Any
) -> Guardian:
    guardian = Guardian.objects.create(
        **{
            "district": student.district,
            "registration_id": _source_of(student.district),
            "sourced_id": f"{given}-{family}".lower(),
            "given_name": given,
            "family_name": family,
            "role": "parent",
            "first_seen_at": MONDAY,
            "changed_at": MONDAY,
            **fields,
        }
    )
    Relationship.objects.create(
        district=student.district,
        student=student,
        guardian=guardian,
        state=RelationshipState.CURRENT,
        began_at=MONDAY,
    )
    return guardian


# --- a sync of a source in memory -----------------------------------------------------------------


def sync(
    registration: Registration,
    source: FakeSource,
    clock: FakeClock | None = None,
    tell: Callable[[str, int], None] = lambda _stage, _count: None,
) -> SyncRun:
    """The whole main path, with a source in memory in the place of the network."""
    clock = clock or FakeClock()
    run = runs.ask_for_run(registration, by=None, at=clock())
    runs.begin(run, at=clock())
    path.fetch(run, source, tell=tell)
    path.decide(run, tell=tell)
    path.apply(run, clock=clock, tell=tell)
    runs.finish(run, at=clock())
    return run


def lists_of(district: District) -> dict[str, set[str]]:
    """Who is on which school's list."""
    lists: dict[str, set[str]] = {school.code: set() for school in district.schools.all()}
    for code, sourced_id in Listing.objects.filter(district=district).values_list(
        "school__code", "student__sourced_id"
    ):
        lists[code].add(str(sourced_id))
    return lists


def pairs_of(district: District) -> set[tuple[str, str]]:
    """Which relationships are current, as (student, adult)."""
    rows = Relationship.objects.filter(district=district, state=RelationshipState.CURRENT)
    return {
        (str(student), str(adult))
        for student, adult in rows.values_list("student__sourced_id", "guardian__sourced_id")
    }
