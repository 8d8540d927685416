"""What the district decided for this school, as the rules read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from schoolgate.audit import log
from schoolgate.districts.models import District, School
from schoolgate.frontdesk.cases import ContactRole, Policy, Purpose
from schoolgate.frontdesk.models import RelationshipPolicy
from schoolgate.roster.restrictions import REVIEW_GRACE

HOUR = timedelta(hours=1)
_DEFAULT = Policy()


def unset(district: District) -> RelationshipPolicy:
    """Give what holds where nobody has decided anything, as a row that is not saved."""
    return RelationshipPolicy(
        district=district,
        roles_that_count=sorted(_DEFAULT.roles_that_count),
        warn_hours=_DEFAULT.warn_after // HOUR,
        verify_hours=_DEFAULT.verify_after // HOUR,
        limit_hours=_DEFAULT.hard_limit // HOUR,
    )


@dataclass(frozen=True, kw_only=True)
class Decided:
    """The rows that speak about a school: its own, the district's, and the one that counts."""

    own: RelationshipPolicy | None
    districts: RelationshipPolicy | None
    counts: RelationshipPolicy

    @property
    def locked(self) -> bool:
        return self.districts is not None and self.districts.locked


def decided_for(school: School) -> Decided:
    """Find what counts: the school's own, unless the district's is locked or the only one."""
    rows = RelationshipPolicy.objects.filter(
        Q(school=school) | Q(school=None), district_id=school.district_id
    )
    by_school = {row.school_id: row for row in rows}
    own, districts = by_school.get(school.pk), by_school.get(None)
    if districts is not None and (districts.locked or own is None):
        counts = districts
    else:
        counts = own or unset(school.district)
    return Decided(own=own, districts=districts, counts=counts)


def policy_of(school: School, purpose: Purpose) -> Policy:
    """Give what the rules read at this school for this purpose."""
    return as_policy(decided_for(school).counts, purpose)


def as_policy(row: RelationshipPolicy, purpose: Purpose) -> Policy:
    """Write a row down as the rules read it."""
    visits = purpose is Purpose.VISIT
    return Policy(
        validates_custody=row.validates_visits if visits else row.validates_departures,
        known_by_sight_permitted=row.known_by_sight,
        leaves_alone=row.leaves_alone,
        releases_end_at=row.releases_end_at,
        parenting_times_inform=row.parenting_times_inform,
        roles_that_count=frozenset(ContactRole(one) for one in row.roles_that_count),
        warn_after=row.warn_hours * HOUR,
        verify_after=row.verify_hours * HOUR,
        hard_limit=row.limit_hours * HOUR,
        review_grace=REVIEW_GRACE,
    )


def decide_policy(row: RelationshipPolicy, *, by_id: int, at: datetime) -> None:
    """Put a row in the place of what was decided before, for its school or its district."""
    row.changed_at, row.changed_by_id = at, by_id
    fields = [one.attname for one in RelationshipPolicy._meta.concrete_fields]  # noqa: SLF001
    given = {name: getattr(row, name) for name in fields if name != "id"}
    where = {"district_id": given.pop("district_id"), "school_id": given.pop("school_id")}
    RelationshipPolicy.objects.update_or_create(**where, defaults=given)
    log.record(
        "relationships.decided",
        at=at,
        district_id=row.district_id,
        actor_id=by_id,
        subject=f"school:{row.school_id}" if row.school_id else f"district:{row.district_id}",
        departures=row.validates_departures,
        visits=row.validates_visits,
        roles=row.roles_that_count,
        known_by_sight=row.known_by_sight,
        leaves_alone=row.leaves_alone,
        parenting_times_inform=row.parenting_times_inform,
        hours=[row.warn_hours, row.verify_hours, row.limit_hours],
        locked=row.locked,
    )
