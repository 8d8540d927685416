"""Which schools of a source are ours, and what we take from each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from schoolgate.audit import log
from schoolgate.districts.adding import free_code
from schoolgate.districts.models import School
from schoolgate.licensing.editions import require_enterprise
from schoolgate.oneroster.collection import Source
from schoolgate.oneroster.errors import SourceFailed
from schoolgate.oneroster.records import Org, Status
from schoolgate.oneroster.rest.retry import Patience
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.registrations.scheduling import plan_if_unplanned
from schoolgate.registrations.sources import open_source

# Everything above a school, and what is inside one. Any other type may hold students: Rediker sends
# all its schools as `departments`.
NOT_A_SCHOOL = frozenset({"district", "local", "state", "national"})


class NoSuchSchool(Exception):
    """The org or the school named is not there."""


@dataclass(frozen=True)
class OrgsIncomplete(Exception):
    """The list of orgs could not be read whole: schools are not chosen from half a list."""

    detail: str

    def __str__(self) -> str:
        return f"The list of schools could not be read whole: {self.detail}"


def look_at_source(registration: Registration, source: Source) -> list[SourceSchool]:
    """Read the source's orgs and remember those that may be schools. Maps and enables nothing.

    Raises:
        SourceFailed, BadInput: when the source cannot be read.
        OrgsIncomplete: when only a part of the list came.
    """
    collection = source.orgs()
    orgs = [org for org in collection if org.status is Status.ACTIVE]
    if not collection.verdict.complete:
        raise OrgsIncomplete(collection.verdict.detail or str(collection.verdict.reason))
    schools = [org for org in orgs if org.type == "school"] or [
        org for org in orgs if org.type not in NOT_A_SCHOOL
    ]
    if not schools:
        raise SourceFailed(
            "The source lists no school. Ask the SIS administrator to share the schools with "
            "Schoolgate (in ClassLink: the application's permissions)."
        )
    return _remember(registration, schools)


def look_again(
    registration: Registration, *, patience: Patience, by: int | None, at: datetime
) -> list[SourceSchool]:
    """Open the source, look at its orgs, and close it. Records who looked.

    Raises:
        EnterpriseOnly: for a Standard district.
        CannotUnseal: when the secret cannot be opened.
        SourceFailed, BadInput, OrgsIncomplete: as `look_at_source`.
    """
    require_enterprise(registration.district)
    source = open_source(registration, patience=patience)
    try:
        found = look_at_source(registration, source)
    finally:
        source.close()
    log.record(
        "schools.looked_at",
        at=at,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        found=len(found),
    )
    return found


@transaction.atomic
def _remember(registration: Registration, orgs: Iterable[Org]) -> list[SourceSchool]:
    return [
        SourceSchool.objects.update_or_create(
            registration=registration,
            sourced_id=org.sourced_id,
            defaults={
                "district_id": registration.district_id,
                "name": org.name,
                "type": org.type,
                "identifier": org.identifier or "",
            },
            create_defaults={
                "district_id": registration.district_id,
                "name": org.name,
                "type": org.type,
                "identifier": org.identifier or "",
                "data_choice": registration.data_choice,
            },
        )[0]
        for org in orgs
    ]


@transaction.atomic
def map_all(registration: Registration, *, by: int | None, at: datetime) -> list[SourceSchool]:
    """Enable every school seen at the source, each as a school of ours of the same name."""
    found = list(
        SourceSchool.objects.filter(registration=registration)
        .select_related("school")
        .order_by("name", "sourced_id")
    )
    for source_school in found:
        if source_school.school is None:
            same = school_called(registration, source_school.name)
            source_school.school = same or _new_school(source_school)
        source_school.enabled = True
        source_school.save()
    plan_if_unplanned(registration, at=at)
    _record(registration, found, by=by, at=at)
    return found


@transaction.atomic
def map_one(
    registration: Registration, *, org: str, code: str, by: int | None, at: datetime
) -> SourceSchool:
    """Enable one org as the school with this code, which is created when there is none.

    Raises:
        NoSuchSchool: when the source lists no such org.
    """
    try:
        source_school = SourceSchool.objects.get(registration=registration, sourced_id=org)
    except SourceSchool.DoesNotExist:
        raise NoSuchSchool(f"The source lists no school with the sourcedId {org!r}.") from None
    source_school.school, _ = School.objects.get_or_create(
        district_id=registration.district_id, code=code, defaults={"name": source_school.name}
    )
    source_school.enabled = True
    source_school.save()
    plan_if_unplanned(registration, at=at)
    _record(registration, [source_school], by=by, at=at)
    return source_school


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is wanted of one school of the source. `school` None: a new one of the same name."""

    source_school: SourceSchool
    school: School | None
    enabled: bool
    data_choice: DataChoice


@transaction.atomic
def choose_schools(
    registration: Registration, choices: Iterable[Choice], *, by: int | None, at: datetime
) -> list[SourceSchool]:
    """Take, or take no longer, what is chosen. Gives the schools that changed.

    The students of a school that is no longer taken depart with the next sync. A new school of ours
    is made only for one that is taken.
    """
    changed = [choice.source_school for choice in choices if _carry_out(choice)]
    if changed:
        plan_if_unplanned(registration, at=at)
        _record(registration, changed, by=by, at=at)
    return changed


def school_called(registration: Registration, name: str) -> School | None:
    """The one school of ours with that name, unless an org of this source is it already."""
    taken = SourceSchool.objects.filter(registration=registration, school__isnull=False)
    same = School.objects.filter(district_id=registration.district_id, name=name).exclude(
        id__in=taken.values("school")
    )
    return same[0] if len(same) == 1 else None


def _carry_out(choice: Choice) -> bool:
    """Whether anything changed."""
    source_school = choice.source_school
    before = _state(source_school)
    source_school.enabled = choice.enabled
    source_school.data_choice = choice.data_choice
    if choice.school is not None:
        source_school.school = choice.school
    elif choice.enabled:
        source_school.school = _new_school(source_school)
    if _state(source_school) == before:
        return False
    source_school.save()
    return True


def _state(source_school: SourceSchool) -> tuple[object, ...]:
    return source_school.school_id, source_school.enabled, source_school.data_choice


def _new_school(source_school: SourceSchool) -> School:
    return School.objects.create(
        district_id=source_school.district_id,
        code=free_code(source_school.district, source_school.name),
        name=source_school.name,
    )


def _record(
    registration: Registration, schools: list[SourceSchool], *, by: int | None, at: datetime
) -> None:
    log.record(
        "schools.chosen",
        at=at,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        schools=[
            [school.sourced_id, school.school_id, school.enabled, school.data_choice]
            for school in schools
        ],
    )
