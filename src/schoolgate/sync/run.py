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
from django.db.models import Count, Exists, OuterRef

from schoolgate.oneroster.collection import Collection, Source
from schoolgate.oneroster.records import Status, User, Verdict
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.roster import bulk
from schoolgate.roster.batches import in_slices
from schoolgate.sync import decide as judge
from schoolgate.sync.additions_only import only_adds
from schoolgate.sync.judge_changes import withhold_what_is_dangerous
from schoolgate.sync.models import ChangeState, PlannedChange, RunKind, StagedRow, SyncRun
from schoolgate.sync.open_lists import adopt_latecomers, hold_open_lists, let_own_lists_go
from schoolgate.sync.records import LONGEST_ID, HoldReason, NormalizedRow, SchoolTake, Scope
from schoolgate.sync.seen import (
    Person,
    Seen,
    begin_to_count,
    open_seen,
    replace_blocks,
    stop_believing,
)
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
    with timed(run, "fetch"):
        tell("collect", 0)
        run.schools_missing = _schools_missing(source, scope)
        seen = open_seen(run.registration_id)
        odd: Counter[str] = Counter()

        def read(users: Collection[User]) -> None:
            odd.clear()
            stage.clear(run)
            looked = collect.collect(
                users,
                lambda user: _normalized(user, scope, odd),
                ledger=seen.ledger,
                salt=salt,
                tell=lambda rows: tell("collect", rows),
            )
            stage.stage(run, looked, seen=seen)

        users, verdict = collect.read_until_still(source, read, ledger=seen.ledger)
        tell("stage", verdict.received)
        _note_verdict(run, verdict, known=seen.ledger.count)
        stage.join_doublets(run, seen)
        odd["duplicate_id"] += stage.unstage_two_faced(run, seen)
        _stage_newly_linked(run, source, seen, scope)
        replace_blocks(run, seen, whole=bool(run.complete))
        if run.complete:
            _stage_absences(run, source, seen, scope)
        run.rows_read = verdict.received
        run.rows_unchanged = seen.ledger.unchanged
        run.pages = verdict.pages
        run.problems = dict(users.problems.counts + odd)
        stage.keep_problems(run, users.problems)
        run.save()


def let_everybody_go(run: SyncRun) -> None:
    """No school of this source is taken any more: its people go, whatever the source would say."""
    stage.clear(run)
    seen = open_seen(run.registration_id)
    replace_blocks(run, seen, whole=True)
    stage.stage_absences(run, seen, seen.ledger.absent(), but=set(), gone="source_disabled")
    run.complete = True
    run.timings["fetch"] = 0.0
    run.save()


def decide(run: SyncRun, *, tell: Progress) -> None:
    """Plan what must change, and mark what is too dangerous to do without a person."""
    with timed(run, "decide"):
        tell("plan", 0)
        plan.make_plan(run)
        if adopt_latecomers(run, at=run.started_at or run.asked_at):
            plan.make_plan(run)
        tell("safety", 0)
        removes = bool(run.complete) and not only_adds(run)
        if removes:
            judge.hold(run, _reasons_to_hold(run))
        elif run.kind == RunKind.CHANGES and not only_adds(run):
            withhold_what_is_dangerous(run)
        else:
            judge.withhold_removals(run)
            if run.complete:
                judge.hold_new_ids(run, _reasons_to_hold(run))
        hold_open_lists(run)
        _forget_earlier_plans(run, all_judged=removes)
        run.save()


def apply(run: SyncRun, *, clock: Callable[[], datetime], tell: Progress) -> None:
    """Write what is planned and not held, school by school.

    Raises:
        Superseded: when another run of this registration has taken over.
    """
    if run.remembered:
        return
    with timed(run, "apply"):
        schools = list(
            PlannedChange.objects.filter(run=run, school__isnull=False)
            .order_by("school_id")
            .values_list("school_id", flat=True)
            .distinct()
        )
        tell("apply", 0)
        stop_believing(run)
        applying.apply_shared(run, now=clock())
        for done, school_id in enumerate(schools, start=1):
            applying.apply_school(run, school_id or 0, now=clock())
            tell("apply", done)
        applying.apply_leavers(run, now=clock())
        let_own_lists_go(run, now=clock())
        run.changes = count_applied(run)
        run.save()
        begin_to_count(run)


def forget_staging(run: SyncRun) -> None:
    """What was staged has done its work. A sync that dies before this leaves it to the next."""
    stage.forget_staging(run)


def forget_what_is_in(run: SyncRun) -> None:
    """What is in the roster and its history need not be planned any more. What waits stays."""
    stage.forget_staging(run)
    bulk.delete(PlannedChange, "run_id", run.id, also="state = 'applied'")


def _reasons_to_hold(run: SyncRun) -> list[HoldReason]:
    counts = judge.count_by_school(run)
    return list(safety.reasons_to_hold(counts, judge.thresholds_of(run.registration)))


def _forget_earlier_plans(run: SyncRun, *, all_judged: bool) -> None:
    """An earlier plan is history now: whatever of it waited was looked at again.

    Unless it could not be: who was absent from a whole pull and waits for a person is not forgotten
    over half a one. Over a pull of changes nothing that waits is: it looked at few.
    """
    earlier = PlannedChange.objects.filter(run__registration_id=run.registration_id).exclude(
        run=run
    )
    kept: tuple[ChangeState, ...] = () if all_judged else (ChangeState.HELD,)
    if run.kind == RunKind.CHANGES:
        kept = (ChangeState.HELD, ChangeState.HANGING, ChangeState.WITHHELD)
    for planned in in_slices(earlier.exclude(state__in=kept)):
        planned.delete()
    for other in SyncRun.objects.filter(
        Exists(StagedRow.objects.filter(run=OuterRef("pk"))),
        registration_id=run.registration_id,
    ).exclude(pk=run.pk):
        stage.forget_staging(other)


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
    off = SourceSchool.objects.filter(registration=registration, enabled=False)
    return Scope(
        {
            school.sourced_id: SchoolTake(school.school_id or 0, school.school_id in with_contacts)
            for school in enabled
        },
        frozenset(off.exclude(school=None).values_list("sourced_id", flat=True)),
    )


def _schools_missing(source: Source, scope: Scope) -> list[int]:
    """The schools we take that the source lists no more. Half a list of orgs tells nothing."""
    orgs = source.orgs()
    listed = {org.sourced_id for org in orgs if org.status is Status.ACTIVE}
    if not orgs.verdict.complete:
        return []
    there = {take.school_id for org, take in scope.schools.items() if org in listed}
    return sorted({take.school_id for take in scope.schools.values()} - there)


def _note_verdict(run: SyncRun, verdict: Verdict, *, known: int) -> None:
    """A pull in which somebody had no id is not whole either: she may be any that seems gone.

    Nor is one that brings nobody, where there were people before.
    """
    run.complete = verdict.complete
    run.incomplete_reason, run.incomplete_detail = verdict.reason or "", verdict.detail[:500]
    if verdict.complete and not verdict.every_id_known:
        run.complete = False
        run.incomplete_reason = "id_unknown"
        run.incomplete_detail = "A record came without a readable sourcedId."
    elif verdict.complete and known and not verdict.received:
        run.complete = False
        run.incomplete_reason = "empty"
        run.incomplete_detail = "The source sent no users at all, and it had some before."


def _normalized(user: User, scope: Scope, odd: Counter[str]) -> NormalizedRow | None:
    row = normalize.normalize(user, scope)
    if len(user.sourced_id) > LONGEST_ID:
        odd["id_too_long"] += 1
    elif row is not None:
        odd["clipped"] += row.clipped
    return row


def _stage_newly_linked(run: SyncRun, source: Source, seen: Seen, scope: Scope) -> None:
    """Read once more who was nobody of ours, and is now linked to a student of ours."""
    places = stage.newly_linked(run, seen)
    if places:
        salt = scope.version(secret=settings.SECRET_KEY.encode())
        again = collect.KnownBlocks(seen.ledger, places.values())
        users = collect.look_up(source, set(places), again, salt)
        rows = (normalize.normalize(user, scope) for user in users)
        stage.stage_people(
            run, (row for row in rows if row is not None and row.wanted), look_again=False
        )
    if not run.complete and seen.ledger.count:
        stage.look_again_for_strangers(run)


def _stage_absences(run: SyncRun, source: Source, seen: Seen, scope: Scope) -> None:
    """Believe that somebody is gone, after asking for her by id where that can be done."""
    places = seen.ledger.absent()
    spared: set[Person] = set()
    if len(places) <= collect.CONFIRM_AT_MOST:
        absent = {person for people in seen.people_at(places) for _, person in people}
        answers = collect.confirm_absences(source, sorted(sourced_id for _, sourced_id in absent))
        if answers is not None:
            there = [
                row
                for user in answers.values()
                if user is not None and (row := normalize.normalize(user, scope)) is not None
            ]
            stage.stage_people(run, there, look_again=True)
            # A question that failed is no answer: those people stay until somebody answers.
            spared = {person for person in absent if person[1] not in answers}
            spared |= {(row.kind, row.sourced_id) for row in there}
    stage.stage_absences(run, seen, places, but=spared)


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
def timed(run: SyncRun, step: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        run.timings[step] = round(time.perf_counter() - started, 3)
