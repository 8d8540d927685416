"""What a district decides about a list that a school had before a source filled it.

Who is on both lists takes the source's id, and stays who she is. Who is to leave leaves later, with
the source's list (open_lists.py): no desk has an empty one.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from schoolgate.audit import log
from schoolgate.districts.models import School
from schoolgate.roster.models import (
    LeftOver,
    ListChoice,
    ListDecision,
    Recognition,
)
from schoolgate.roster.new_ids import (
    NewIds,
    give_guardians_ids,
    give_students_ids,
    join_guardians,
)
from schoolgate.sync.comparing import (
    Comparison,
    Ours,
    compare,
    match_adults,
)
from schoolgate.sync.models import Decision, Hold, SyncRun
from schoolgate.sync.queries import overtaken_by
from schoolgate.sync.records import Reason
from schoolgate.sync.single_flight import only_sync_of

PRELOADED_LISTS = Reason.PRELOADED_LISTS.value


class CannotAdopt(Exception):
    """It is not to be done, or not any more; the sentence says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What a district decides about one school's own list."""

    choice: ListChoice
    left_over: LeftOver


# --- what a person decides ------------------------------------------------------------------------


def decide_list(comparison: Comparison, wanted: Wanted, *, by: int, at: datetime) -> int:
    """Settle what becomes of a school's own list, as it was read. Gives how many took their id.

    A few hundred people a transaction; what died in the middle is decided on again.

    Raises:
        CannotAdopt: somebody is still unsure, or a newer sync has looked, or a list has changed.
        AlreadyRunning: when the registration is being synced at this moment.
    """
    run, school = comparison.run, comparison.school
    with only_sync_of(run.registration_id):
        check_current(run)
        now = compare(run, school, Ours.OWN_LIST)
        if now.checksum != comparison.checksum:
            raise CannotAdopt(
                "A list has changed since you looked at it. Nothing was done: look again, then "
                "decide."
            )
        adopts = wanted.choice == ListChoice.ADOPT
        if adopts and now.matching.doubts:
            raise CannotAdopt("Decide first on those who may be one of several: each, one by one.")
        adopted = adopt(now, at=at) if adopts else 0
        _note(now, wanted, adopted=adopted, by=by, at=at)
    return adopted


@transaction.atomic
def _note(comparison: Comparison, wanted: Wanted, *, adopted: int, by: int, at: datetime) -> None:
    run, school = comparison.run, comparison.school
    ListDecision.objects.update_or_create(
        district_id=run.district_id,
        school=school,
        registration_id=run.registration_id,
        defaults={
            "choice": wanted.choice,
            "left_over": wanted.left_over,
            "decided_at": at,
            "decided_by_id": by,
            "carried_out_at": None,
        },
    )
    _settle_hold(run, school, by=by, at=at)
    log.record(
        "own_list.decided",
        at=at,
        district_id=run.district_id,
        actor_id=by,
        subject=run.registration.reference,
        run=run.pk,
        school=school.pk,
        choice=wanted.choice.value,
        left_over=wanted.left_over.value,
        adopted=adopted,
    )


def recognise(
    comparison: Comparison, sourced_id: str, student_id: int | None, *, by: int, at: datetime
) -> None:
    """Note who of ours one of theirs is, or that she is nobody of ours.

    Raises:
        CannotAdopt: when she is in no doubt any more, or the choice is none that was offered.
    """
    doubt = next((one for one in comparison.matching.doubts if one.theirs == sourced_id), None)
    if doubt is None or (student_id is not None and student_id not in doubt.candidates):
        raise CannotAdopt("That has been decided already, or the lists have changed. Look again.")
    Recognition.objects.update_or_create(
        district_id=comparison.run.district_id,
        registration_id=comparison.run.registration_id,
        sourced_id=sourced_id,
        defaults={"student_id": student_id, "decided_at": at, "decided_by_id": by},
    )
    log.record(
        "student.recognised",
        at=at,
        district_id=comparison.run.district_id,
        actor_id=by,
        subject=comparison.run.registration.reference,
        run=comparison.run.pk,
        student=student_id,
    )


def check_current(run: SyncRun) -> None:
    """Raises CannotAdopt: when another sync has looked at everything since."""
    if overtaken_by(run) is not None:
        raise CannotAdopt(
            "A newer sync has looked at it again, or is about to. Nothing was done: open the page "
            "anew."
        )


def open_run(registration_id: int, *, district_id: int) -> SyncRun | None:
    """The sync that holds schools because of their own lists, if none has looked since."""
    run = (
        SyncRun.objects.filter(
            district=district_id, registration=registration_id, holds__reason=PRELOADED_LISTS
        )
        .select_related("registration__district", "district")
        .order_by("-id")
        .first()
    )
    return None if run is None or overtaken_by(run) is not None else run


# --- steps ----------------------------------------------------------------------------------------


def adopt(comparison: Comparison, *, at: datetime) -> int:
    """Give those who are paired the source's ids, and their contacts. Gives how many students."""
    cause = NewIds(
        comparison.run.district_id,
        comparison.run.registration_id,
        comparison.run.pk,
        comparison.school.pk,
        at,
        "adopted",
    )
    adults = match_adults(comparison)
    join_guardians(adults.doubles, cause)
    give_guardians_ids(adults.pairs, cause)
    give_students_ids(comparison.ids, cause)
    return len(comparison.ids)


def _settle_hold(run: SyncRun, school: School, *, by: int, at: datetime) -> None:
    """What the run holds of this school is not to be written: the next sync plans it anew."""
    Hold.objects.filter(run=run, school=school, reason=PRELOADED_LISTS, decision="").update(
        decision=Decision.DISCARDED,
        decided_at=at,
        decided_by_id=by,
        why="The school's own list was decided on. The next sync looks again.",
    )
