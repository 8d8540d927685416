"""A school had a list of its own before a source fills it: nobody may be listed twice.

Until the district has decided (adoption.py), a sync holds everything of that school. Who is to
leave then leaves in the transaction that brings the source's list. Each function is for one place
of the main path.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from schoolgate.districts.models import School
from schoolgate.registrations.models import SourceSchool
from schoolgate.roster.models import (
    LeftOver,
    ListChoice,
    ListDecision,
    Listing,
    Relationship,
    RelationshipState,
)
from schoolgate.roster.preloaded import Cause, end_relationships, let_go, local_students
from schoolgate.sync.adoption import PRELOADED_LISTS, adopt
from schoolgate.sync.comparing import (
    Comparison,
    Ours,
    compare,
    schools_where_somebody_comes,
)
from schoolgate.sync.models import ChangeState, Hold, PlannedChange, SyncRun


def schools_with_open_lists(run: SyncRun) -> set[int]:
    """Schools of a planned run whose own list may name somebody who comes, and nobody has decided.

    Where it was decided, or the source has filled the list before, only those are open where
    somebody comes who may be one of our own.
    """
    coming = _schools_where_both_are(run)
    settled = _settled(run, coming)
    return (coming - settled) | {
        school.pk
        for school in School.objects.filter(id__in=settled - _to_be_cleared(run))
        if _is_unsure(compare(run, school, Ours.OWN_LIST))
    }


def hold_open_lists(run: SyncRun) -> set[int]:
    """Let everything wait that an own list may already say. For a planned run, whole or not.

    To be called after safety has held what it holds.
    """
    schools = schools_with_open_lists(run)
    planned = PlannedChange.objects.filter(run=run, state=ChangeState.PLANNED)
    if schools:
        planned.filter(school__in=schools).update(state=ChangeState.HANGING)
        _let_hang_elsewhere(run, planned)
    if PlannedChange.objects.filter(run=run, state=ChangeState.HANGING).exists():
        _let_shared_adults_hang(run, planned)
    coming = schools_where_somebody_comes(run) if schools else {}
    for school_id in sorted(schools):
        Hold.objects.update_or_create(
            run=run,
            school_id=school_id,
            kind="student",
            defaults={
                "district_id": run.district_id,
                "reason": PRELOADED_LISTS,
                "count": coming[school_id],
                "of": _own_count(run, school_id),
                "limit": 0,
            },
        )
    return schools


def adopt_latecomers(run: SyncRun, *, at: datetime) -> int:
    """Recognise who was keyed at a desk since the source filled the list, and comes now.

    For a planned run, before safety: gives how many took their id. The plan is then to be made
    again, for they are new no more.
    """
    settled = _settled(run, _schools_where_both_are(run)) - _to_be_cleared(run)
    return sum(
        adopt(compare(run, school, Ours.OWN_LIST), at=at)
        for school in School.objects.filter(id__in=settled).order_by("id")
    )


def let_own_lists_go(run: SyncRun, *, now: datetime) -> None:
    """Carry out what was decided for schools in which this run had nothing else to write."""
    open_decisions = _decisions(run).filter(carried_out_at=None).order_by("school_id")
    for school_id in list(open_decisions.values_list("school_id", flat=True)):
        with transaction.atomic():
            let_own_list_go(run, school_id, now=now)


def let_own_list_go(run: SyncRun, school_id: int, *, now: datetime) -> int:
    """Let those leave of whom the district has said so: the source's list is in now.

    To be called in the transaction that writes the school. Gives how many left.
    """
    decision = (
        _decisions(run)
        .filter(school=school_id, carried_out_at=None)
        .select_related("school")
        .first()
    )
    if decision is None or not run.complete or not _is_in(run, school_id):
        return 0
    cause = Cause(run.district, now, run_id=run.pk)
    left = 0
    if decision.left_over == LeftOver.LEAVE:
        left = _let_students_go(decision, cause)
        _let_contacts_go(decision, run, cause)
    decision.carried_out_at = now
    decision.save(update_fields=["carried_out_at"])
    return left


@dataclass(frozen=True)
class OwnListIn:
    """A school's own list beside what a source brings, and what was decided about it."""

    school: School
    own: int
    coming: int
    decision: ListDecision | None


def own_lists_in(run: SyncRun | None) -> list[OwnListIn]:
    """The schools that a run holds, or held, because of their own lists. By name."""
    if run is None:
        return []
    holds = Hold.objects.filter(run=run, reason=PRELOADED_LISTS).select_related("school")
    decisions = {
        decision.school_id: decision for decision in _decisions(run).select_related("decided_by")
    }
    return [
        OwnListIn(
            hold.school,
            _own_count(run, hold.school_id),
            hold.count,
            decisions.get(hold.school_id) if hold.decision else None,
        )
        for hold in holds.order_by("school__name", "id")
    ]


# --- steps ---------------------------------------------------------------------------------------


def _is_unsure(comparison: Comparison) -> bool:
    return bool(comparison.matching.pairs or comparison.matching.doubts)


def _decisions(run: SyncRun) -> QuerySet[ListDecision]:
    return ListDecision.objects.filter(
        district_id=run.district_id, registration_id=run.registration_id
    )


def _schools_where_both_are(run: SyncRun) -> set[int]:
    """Schools with people of their own, to which somebody comes."""
    own = _schools_with_own_list(run)
    return own & schools_where_somebody_comes(run).keys() if own else own


def _settled(run: SyncRun, schools: set[int]) -> set[int]:
    """Those of these schools on whose own list nothing is to be decided any more."""
    decided = _decisions(run).filter(school__in=schools).values_list("school_id", flat=True)
    filled = SourceSchool.objects.filter(
        registration=run.registration_id, school__in=schools, list_as_of__isnull=False
    )
    return {*decided, *(school or 0 for school in filled.values_list("school_id", flat=True))}


def _to_be_cleared(run: SyncRun) -> set[int]:
    """Schools whose own list leaves when the source's comes: nobody of it is anybody's."""
    waiting = _decisions(run).filter(choice=ListChoice.CLEAR, carried_out_at=None)
    return set(waiting.values_list("school_id", flat=True))


def _schools_with_own_list(run: SyncRun) -> set[int]:
    listed = Listing.objects.filter(
        district_id=run.district_id, student__in=local_students(run.district).values("id")
    )
    return set(listed.order_by("school_id").values_list("school_id", flat=True).distinct())


def _own_count(run: SyncRun, school_id: int) -> int:
    return Listing.objects.filter(
        school=school_id, student__in=local_students(run.district).values("id")
    ).count()


def _let_hang_elsewhere(run: SyncRun, planned: QuerySet[PlannedChange]) -> None:
    """Who comes to an open school waits at her other schools too, and her contacts with her."""
    waiting = PlannedChange.objects.filter(
        run=run,
        state=ChangeState.HANGING,
        kind="student",
        before__isnull=True,
        student_sourced_id=OuterRef("student_sourced_id"),
    )
    planned.filter(Exists(waiting), kind__in=("student", "relationship")).update(
        state=ChangeState.HANGING
    )


def _let_shared_adults_hang(run: SyncRun, planned: QuerySet[PlannedChange]) -> None:
    """An adult of several schools who would be added only for children who wait waits with them.

    She may be on the own list, or be somebody under her old id.
    """
    counted_on = PlannedChange.objects.filter(
        run=run,
        state=ChangeState.PLANNED,
        kind="relationship",
        action="added",
        adult_sourced_id=OuterRef("adult_sourced_id"),
    )
    planned.filter(
        ~Exists(counted_on), kind="guardian", action__in=("added", "returned"), school=None
    ).update(state=ChangeState.HANGING)


def _is_in(run: SyncRun, school_id: int) -> bool:
    """Whether the source's list of this school is there: nobody leaves for an empty one."""
    waiting = Hold.objects.filter(run=run, school=school_id, kind="student", decision="")
    of_source = Listing.objects.filter(
        district_id=run.district_id,
        school=school_id,
        student__registration_id=run.registration_id,
    )
    return of_source.exists() and not waiting.exists()


def _let_students_go(decision: ListDecision, cause: Cause) -> int:
    own = local_students(cause.district).filter(
        listings__school=decision.school, first_seen_at__lte=decision.decided_at
    )
    ids: Iterable[int] = list(own.order_by("id").values_list("id", flat=True))
    gone = "list_cleared" if decision.choice == ListChoice.CLEAR else "not_at_source"
    return let_go(ids, decision.school, gone=gone, cause=cause)


def _let_contacts_go(decision: ListDecision, run: SyncRun, cause: Cause) -> int:
    """End the relationships of our own with students whose contacts the source now gives.

    Not of those to whom it gives none: a child does not lose her last contact by this.
    """
    given = Relationship.objects.filter(
        student=OuterRef("student"),
        state=RelationshipState.CURRENT,
        guardian__registration_id=run.registration_id,
    )
    own = Relationship.objects.filter(
        Exists(given),
        district_id=run.district_id,
        state=RelationshipState.CURRENT,
        guardian__registration_id=None,
        student__registration_id=run.registration_id,
        student__listings__school=decision.school,
        began_at__lte=decision.decided_at,
    )
    return end_relationships(own, decision.school, cause=cause)
