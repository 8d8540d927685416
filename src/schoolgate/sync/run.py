"""THE MAIN PATH: the whole sync on one page.

    source | collect | normalize | stage          fetch   network; ends in staged rows
                                 | plan | safety  decide  no network; ends in planned changes
                                        | apply   apply   one transaction a school

Each of the three may be repeated: a retry never asks the source again for what is staged, and
writes no school twice.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from schoolgate.oneroster.collection import Collection, Source
from schoolgate.oneroster.records import Status, User, Verdict
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.sync import decide as judge
from schoolgate.sync import records
from schoolgate.sync.models import ChangeState, PlannedChange, StagedClaim, StagedRow, SyncRun
from schoolgate.sync.records import LONGEST_ID, NormalizedRow, SchoolTake, Scope
from schoolgate.sync.stages import apply as applying
from schoolgate.sync.stages import collect, normalize, plan, safety, stage

# Told at the start of every stage, with its name and how far it has come.
Progress = Callable[[str, int], None]


def fetch(run: SyncRun, source: Source, *, tell: Progress) -> None:
    """Read the source and stage what is new, changed or gone. Leaves the roster alone.

    Raises:
        SourceFailed, BadInput: when the source cannot be read at all.
    """
    scope = scope_of(run.registration)
    salt = scope.version(secret=settings.SECRET_KEY.encode())
    with _timed(run, "fetch"):
        stage.clear(run)
        tell("collect", 0)
        run.schools_missing = _schools_missing(source, scope)
        ledger = stage.open_ledger(run)
        odd: Counter[str] = Counter()

        def read(users: Collection[User]) -> None:
            changed = collect.collect(users, ledger=ledger, salt=salt)
            stage.stage(run, _normalized(changed, scope, odd, tell), ledger=ledger)

        users, verdict = collect.read_until_still(source, read, ledger=ledger)
        tell("stage", verdict.received)
        two_faced = stage.unstage_two_faced(run, ledger)
        _note_verdict(run, verdict)
        if run.complete:
            _stage_absences(run, source, ledger, scope)
        run.rows_read = verdict.received
        run.rows_unchanged = len(ledger.shown)
        run.pages = verdict.pages
        odd["duplicate_id"] += two_faced
        run.problems = dict(users.problems.counts + odd)
        stage.keep_problems(run, users.problems)
        run.save()


def let_everybody_go(run: SyncRun) -> None:
    """No school of this source is taken any more: its people go, whatever the source would say."""
    stage.clear(run)
    stage.stage_absences(run, stage.open_ledger(run).absent())
    run.complete = True
    run.timings["fetch"] = 0.0
    run.save()


def decide(run: SyncRun, *, tell: Progress) -> None:
    """Plan what must change, and mark what is too dangerous to do without a person."""
    with _timed(run, "decide"), transaction.atomic():
        tell("plan", 0)
        plan.make_plan(run)
        tell("safety", 0)
        if run.complete:
            counts = list(judge.count_by_school(run))
            judge.hold(run, safety.reasons_to_hold(counts, judge.thresholds_of(run.registration)))
        else:
            judge.withhold_removals(run)
        earlier = PlannedChange.objects.filter(run__registration_id=run.registration_id).exclude(
            run=run
        )
        # An earlier plan is history now: this one looked at everything again. Unless it could not:
        # who was absent from a whole pull and waits for a person is not forgotten over half a one.
        (earlier if run.complete else earlier.exclude(state=ChangeState.HELD)).delete()
        others = SyncRun.objects.filter(registration_id=run.registration_id).exclude(pk=run.pk)
        StagedClaim.objects.filter(run__in=others).delete()
        StagedRow.objects.filter(run__in=others).delete()
        run.save()


def apply(run: SyncRun, *, clock: Callable[[], datetime], tell: Progress) -> None:
    """Write what is planned and not held, school by school.

    Raises:
        Superseded: when another run of this registration has taken over.
    """
    with _timed(run, "apply"):
        schools = list(
            PlannedChange.objects.filter(run=run, school__isnull=False)
            .order_by("school_id")
            .values_list("school_id", flat=True)
            .distinct()
        )
        tell("apply", 0)
        applying.apply_shared(run, now=clock())
        for done, school_id in enumerate(schools, start=1):
            applying.apply_school(run, school_id or 0, now=clock())
            tell("apply", done)
        applying.apply_leavers(run, now=clock())
        run.changes = count_applied(run)
        run.save()


def forget_staging(run: SyncRun) -> None:
    """What was staged has done its work."""
    StagedClaim.objects.filter(run=run).delete()
    StagedRow.objects.filter(run=run).delete()


def scope_of(registration: Registration) -> Scope:
    """The enabled schools of a registration, by the org ids of its source.

    Two orgs may be one school of ours: what one of them gives is then taken from both.
    """
    enabled = list(SourceSchool.objects.filter(registration=registration, enabled=True))
    with_contacts = {
        school.school_id
        for school in enabled
        if school.data_choice == DataChoice.STUDENTS_AND_CONTACTS
    }
    return Scope(
        {
            school.sourced_id: SchoolTake(school.school_id or 0, school.school_id in with_contacts)
            for school in enabled
        }
    )


def _schools_missing(source: Source, scope: Scope) -> list[int]:
    """The schools we take that the source lists no more. Half a list of orgs tells nothing."""
    orgs = source.orgs()
    listed = {org.sourced_id for org in orgs if org.status is Status.ACTIVE}
    if not orgs.verdict.complete:
        return []
    there = {take.school_id for org, take in scope.schools.items() if org in listed}
    return sorted({take.school_id for take in scope.schools.values()} - there)


def _note_verdict(run: SyncRun, verdict: Verdict) -> None:
    """A pull in which somebody had no id is not whole either: she may be any that seems gone."""
    run.complete = verdict.complete and verdict.every_id_known
    run.incomplete_reason = verdict.reason or ("" if run.complete else "id_unknown")
    run.incomplete_detail = (
        verdict.detail or ("" if run.complete else "A record came without a readable sourcedId.")
    )[:500]


def _normalized(
    changed: Iterator[collect.ChangedRow], scope: Scope, odd: Counter[str], tell: Progress
) -> Iterator[tuple[bytes, NormalizedRow]]:
    for count, row in enumerate(changed, start=1):
        normalized = normalize.normalize(row.user, scope)
        if len(row.user.sourced_id) > LONGEST_ID:
            odd["id_too_long"] += 1
        elif normalized is not None:
            odd["clipped"] += normalized.clipped
            yield row.digest, normalized
        if count % 1_000 == 0:
            tell("collect", count)


def _stage_absences(run: SyncRun, source: Source, ledger: records.Ledger, scope: Scope) -> None:
    """Believe that somebody is gone, after asking for her by id where that can be done."""
    absent = ledger.absent()
    answers = collect.confirm_absences(source, absent)
    if answers is not None:
        still_there = [
            (stage.NEVER, row)
            for user in answers.values()
            if user is not None and (row := normalize.normalize(user, scope)) is not None
        ]
        stage.stage(run, still_there, ledger=ledger)
        # A question that failed is no answer: those people stay until somebody answers.
        ledger.excused |= {sourced_id for _, sourced_id in absent} - answers.keys()
    stage.stage_absences(run, ledger.absent())


def count_applied(run: SyncRun) -> dict[str, int]:
    """What a run has changed so far, by kind and action. Notes are no changes of their own."""
    applied = PlannedChange.objects.filter(run=run, state=ChangeState.APPLIED).exclude(
        action__in=judge.NOTES
    )
    return {
        f"{kind}.{action}": count
        for kind, action, count in applied.order_by("kind", "action")
        .values_list("kind", "action")
        .annotate(count=Count("id"))
    }


@contextmanager
def _timed(run: SyncRun, step: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        run.timings[step] = round(time.perf_counter() - started, 3)
