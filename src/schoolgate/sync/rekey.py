"""The SIS gave everybody a new id: the same people under their new ids, with all that is theirs.

What a sync would take for a mass departure and as many arrivals is matched, shown, and confirmed.
Then each row takes its new id, so that the next sync sees the people it knew. Who is left over goes
the way of everybody who is missing: held, until a person has decided.

Done school by school, a few hundred people a transaction; what died in the middle goes on with the
others.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from schoolgate.audit import log
from schoolgate.districts.models import School
from schoolgate.roster.batches import batched
from schoolgate.roster.models import Guardian, RelationshipClaim, Student
from schoolgate.roster.new_ids import (
    NewIds,
    give_guardians_ids,
    give_students_ids,
    join_guardians,
)
from schoolgate.sync.adoption import check_current
from schoolgate.sync.comparing import Comparison, Ours, compare, match_adults
from schoolgate.sync.models import OWN_ID, Decision, Hold, PlannedChange, SyncRun
from schoolgate.sync.queries import overtaken_by
from schoolgate.sync.seen import forget_what_was_seen
from schoolgate.sync.single_flight import only_sync_of

BATCH = 500
WHY_AT_LEAST = 10
WHY_AT_MOST = 500


class CannotRekey(Exception):
    """It is not to be done, or not any more; the sentence says why and what to do."""


@dataclass(frozen=True)
class Turnover:
    """How many leave one school, and how many come to it under ids that are new."""

    school: School
    leaving: int
    coming: int


@dataclass(frozen=True)
class Done:
    """How far a re-key of a whole source came."""

    schools: int
    people: int
    # Where somebody is in doubt: those schools wait.
    in_doubt: tuple[School, ...]
    # Schools for which there was no time: asked again, they are next.
    left: int


def turnovers(run: SyncRun) -> list[Turnover]:
    """The schools of a run in which students are missing while others come. By name."""
    changes = PlannedChange.objects.filter(run=run, kind="student", school__isnull=False)
    leaving = Count("id", filter=Q(action="departed"))
    coming = Count("id", filter=Q(action__in=("added", "listed"), before__isnull=True))
    rows = changes.order_by().values_list("school_id").annotate(leaving=leaving, coming=coming)
    counts = {school: (leave, come) for school, leave, come in rows if leave and come}
    return [
        Turnover(school, *counts[school.pk])
        for school in School.objects.filter(id__in=counts).order_by("name", "id")
    ]


def run_to_rekey(registration_id: int) -> SyncRun | None:
    """The last whole sync of a source, as long as no newer one has looked."""
    run = (
        SyncRun.objects.filter(registration=registration_id, complete=True, state="held")
        .select_related("registration__district", "district")
        .order_by("-id")
        .first()
    )
    return None if run is None or overtaken_by(run) is not None else run


def rekey_school(comparison: Comparison, *, why: str, by: int, at: datetime) -> int:
    """Give those who are paired at one school their new ids, as it was read. Gives how many.

    Raises:
        CannotRekey: too short a reason, somebody is still unsure, or a list has changed.
        CannotAdopt: a newer sync has looked.
        AlreadyRunning: when the registration is being synced at this moment.
    """
    _check_reason(why)
    with only_sync_of(comparison.run.registration_id):
        check_current(comparison.run)
        now = compare(comparison.run, comparison.school, Ours.SHOWN_NO_MORE)
        if now.checksum != comparison.checksum:
            raise CannotRekey(
                "What was compared has changed since you looked at it. Nothing was done: look "
                "again, then confirm."
            )
        if now.matching.doubts:
            raise CannotRekey("Decide first on those who may be one of several: each, one by one.")
        forget_what_was_seen(comparison.run.registration_id)
        return _rekey(now, why=why, by=by, at=at)


def rekey_all(
    run: SyncRun, *, why: str, by: int, clock: Callable[[], datetime], within: timedelta
) -> Done:
    """Give the new ids in every school in which nobody is in doubt, as many as there is time for.

    Raises:
        CannotRekey: too short a reason.
        CannotAdopt: a newer sync has looked.
        AlreadyRunning: when the registration is being synced at this moment.
    """
    _check_reason(why)
    until = clock() + within
    people = done = 0
    in_doubt: list[School] = []
    with only_sync_of(run.registration_id):
        check_current(run)
        forget_what_was_seen(run.registration_id)
        schools = [found.school for found in turnovers(run)]
        for number, school in enumerate(schools):
            if number and clock() >= until:
                return Done(done, people, tuple(in_doubt), len(schools) - number)
            comparison = compare(run, school, Ours.SHOWN_NO_MORE)
            if comparison.matching.doubts:
                in_doubt.append(school)
            elif comparison.matching.pairs:
                people += _rekey(comparison, why=why, by=by, at=clock())
                done += 1
    return Done(done, people, tuple(in_doubt), 0)


# --- steps ----------------------------------------------------------------------------------------


def _check_reason(why: str) -> None:
    if len(why.strip()) < WHY_AT_LEAST:
        raise CannotRekey(f"Say how you know, in at least {WHY_AT_LEAST} characters.")


def _rekey(comparison: Comparison, *, why: str, by: int, at: datetime) -> int:
    """Give the ids a few hundred people at a time, adults first: no desk waits for a school.

    Who has her new id is off the plan in the same transaction, so that it may be begun again.
    """
    run, school = comparison.run, comparison.school
    cause = NewIds(run.district_id, run.registration_id, run.pk, school.pk, at, "rekeyed")
    students, adults = comparison.ids, match_adults(comparison)
    log.record(
        "registration.rekeyed",
        at=at,
        district_id=run.district_id,
        actor_id=by,
        subject=run.registration.reference,
        run=run.pk,
        school=school.pk,
        students=len(students),
        guardians=len(adults.pairs),
        left_over=len(comparison.matching.left_over),
    )
    for doubles in batched(sorted(adults.doubles.items()), BATCH):
        with _off_the_plan(run, Guardian, dict(doubles)):
            join_guardians(dict(doubles), cause)
    for some in batched(sorted(adults.pairs.items()), BATCH):
        with _off_the_plan(run, Guardian, dict(some)):
            give_guardians_ids(dict(some), cause)
    for batch in batched(sorted(students.items()), BATCH):
        with _off_the_plan(run, Student, dict(batch)):
            give_students_ids(dict(batch), cause)
    _settle_holds(run, school, why=why, by=by, at=at)
    return len(students)


@contextmanager
def _off_the_plan(
    run: SyncRun, model: type[Student] | type[Guardian], people: Mapping[int, str | int]
) -> Iterator[None]:
    """Let people have their new ids, and forget all that was said and planned of the old ones.

    Who has her new id neither leaves nor comes: what is left of the plan is the others'.
    """
    field = OWN_ID["student" if model is Student else "guardian"]
    new = [sourced_id for sourced_id in people.values() if isinstance(sourced_id, str)]
    with transaction.atomic():
        rows = model._default_manager.filter(id__in=people)  # noqa: SLF001  # either of two
        gone = [str(sourced_id) for sourced_id in rows.values_list("sourced_id", flat=True)]
        yield
        RelationshipClaim.objects.filter(
            registration_id=run.registration_id, **{f"{field}__in": gone}
        ).delete()
        PlannedChange.objects.filter(run=run, **{f"{field}__in": [*gone, *new]}).delete()


def _settle_holds(run: SyncRun, school: School, *, why: str, by: int, at: datetime) -> None:
    """What is left of the plan is not to be written: the next sync looks, and holds, again."""
    Hold.objects.filter(run=run, school=school, decision="").update(
        decision=Decision.DISCARDED,
        decided_at=at,
        decided_by_id=by,
        why=why.strip()[:WHY_AT_MOST],
    )
