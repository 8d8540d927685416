"""Between two whole pulls: ask the source only for what changed, and stage that.

Who did not come has not changed; nobody is gone for it. What is remembered of the people who came
is void: the next whole pull looks at their rows again, even at one that is by then as it was. So a
whole pull after any number of these brings what it would have brought without them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import numpy as np
from django.db.models import Q, QuerySet

from schoolgate.oneroster.collection import Collection, Source
from schoolgate.oneroster.errors import SourceFailed
from schoolgate.oneroster.records import User, Verdict
from schoolgate.roster.batches import batched
from schoolgate.sync import run as path
from schoolgate.sync.ledger import COUNTS, Keys, key_of
from schoolgate.sync.list_dates import IN
from schoolgate.sync.models import RunKind, StagedRow, SyncRun
from schoolgate.sync.records import LONGEST_ID, Kind, NormalizedRow, Scope
from schoolgate.sync.run import Progress, timed
from schoolgate.sync.seen import Person, Seen, open_seen, void_people, watch_over
from schoolgate.sync.stages import normalize, stage

BATCH = 2_000
# Clocks differ, and a SIS may write a moment down some time after it: asked for more than once.
OVERLAP_AT_LEAST = timedelta(hours=1)
OVERLAP_AT_MOST = timedelta(hours=24)
OVERLAP_ONE_IN = 10
# Adults who are newly linked are asked for by id; more of them wait for the next whole pull.
LOOK_UP_AT_MOST = 200


@runtime_checkable
class TellsChanges(Protocol):
    """A source that can be asked for what changed, and for one person."""

    def users_changed_since(self, moment: datetime) -> Collection[User]: ...

    def user(self, sourced_id: str) -> User | None: ...


def fetch_changes(run: SyncRun, source: Source, *, tell: Progress) -> None:
    """Read what changed and stage it. Leaves the roster alone.

    Where there is nothing to start from, or the source cannot be asked, the run is a whole one.

    Raises:
        FilterIgnored: the source sent something else than what changed.
        SourceFailed: it cannot be read at all.
    """
    base = last_read(run.registration_id)
    if base is None or not isinstance(source, TellsChanges):
        run.kind = RunKind.FULL
        path.fetch(run, source, tell=tell)
        return
    with timed(run, "fetch"):
        tell("collect", 0)
        stage.clear(run)
        users = source.users_changed_since(asked_since(run, base))
        keys = _stage_all(run, users, path.scope_of(run.registration), tell=tell)
        _stage_linked(run, source, path.scope_of(run.registration), keys)
        verdict = users.verdict
        tell("stage", verdict.received)
        repeats = _remember(run, base, keys)
        _note_verdict(run, verdict.counting_once(repeats))
        run.problems = dict(users.problems.counts)
        stage.keep_problems(run, users.problems)
        run.save()


def last_read(registration_id: int) -> SyncRun | None:
    """The last run that is in and got everything it asked for: what changed before it is in."""
    return (
        SyncRun.objects.filter(
            Q(kind=RunKind.FULL, complete=True) | Q(kind=RunKind.CHANGES, complete=None),
            registration_id=registration_id,
            state__in=IN,
            remembered=True,
            started_at__isnull=False,
        )
        .order_by("-id")
        .first()
    )


def asked_since(run: SyncRun, base: SyncRun) -> datetime:
    """From when on changes are asked for: the beginning of the run before, and some time more."""
    began, now = base.started_at, run.started_at
    assert began is not None and now is not None  # noqa: S101, PT018  # both have begun
    overlap = max(OVERLAP_AT_LEAST, (now - began) / OVERLAP_ONE_IN)
    return began - min(overlap, OVERLAP_AT_MOST)


# --- reading ----------------------------------------------------------------------------------


def _stage_all(
    run: SyncRun, users: Collection[User], scope: Scope, *, tell: Progress
) -> list[Keys]:
    """Stage everybody who came. Gives the keys of all, whatever they are by now."""
    keys: list[Keys] = []
    count = 0
    for batch in batched(users, BATCH):
        fitting = [user for user in batch if len(user.sourced_id) <= LONGEST_ID]
        keys.append(_keys_of(user.sourced_id for user in fitting))
        rows = (normalize.normalize(user, scope) for user in fitting)
        stage.stage_people(run, (row for row in rows if row is not None), look_again=False)
        count += len(batch)
        tell("collect", count)
    return keys


def _keys_of(ids: Iterable[str]) -> Keys:
    """Each id as a student and as a guardian: a role may have changed."""
    keys = (key_of(kind, each) for each in ids for kind in (Kind.STUDENT, Kind.GUARDIAN))
    return np.fromiter(keys, np.uint64)


def _stage_linked(run: SyncRun, source: TellsChanges, scope: Scope, keys: list[Keys]) -> None:
    """Ask for those who have not changed and are linked to one of ours now."""
    for batch in batched(sorted(stage.linked_strangers(run))[:LOOK_UP_AT_MOST], BATCH):
        rows = [row for row in _looked_up(source, batch, scope) if row.wanted]
        keys.append(_keys_of(row.sourced_id for row in rows))
        stage.stage_people(run, rows, look_again=False)


def _looked_up(source: TellsChanges, ids: list[str], scope: Scope) -> Iterator[NormalizedRow]:
    for sourced_id in ids:
        try:
            user = source.user(sourced_id)
        except SourceFailed:
            # The next whole pull finds her: the row that names her is looked at again.
            continue
        row = None if user is None else normalize.normalize(user, scope)
        if row is not None and row.kind is Kind.GUARDIAN:
            yield row


# --- what is remembered ------------------------------------------------------------------------


def _remember(run: SyncRun, base: SyncRun, parts: list[Keys]) -> int:
    """Believe nothing any more of who came, and watch over who is new. Gives how many came twice.

    Done before anything is written to a list: whatever becomes of this run, the next whole pull
    looks at them again, and notices when they are gone.
    """
    keys = np.concatenate(parts) if parts else np.empty(0, np.uint64)
    if not len(keys):
        return 0
    seen = open_seen(run.registration_id)
    rows = seen.ledger.rows.rows
    own = rows["key"][np.isin(rows["key"], keys)]
    repeats = _unstage_those_of_two_rows(run, keys, own)
    void_people(run, seen, np.flatnonzero(np.isin(rows["key"], keys)))
    _watch_over_the_new(run, base, seen)
    return repeats


def _unstage_those_of_two_rows(run: SyncRun, keys: Keys, known: Keys) -> int:
    """Leave people alone of whom two rows are known, or came: one alone does not say everything."""
    came, times = np.unique(keys, return_counts=True)
    there, rows = np.unique(known, return_counts=True)
    twofold = {*came[times > 1].tolist(), *there[rows > 1].tolist()}
    if twofold:
        staged = _people(StagedRow.objects.filter(run=run))
        stage.unstage(run, [person for person in staged if key_of(*person) in twofold])
    return int(np.sum(times[times > 1] - 1)) // 2


def _watch_over_the_new(run: SyncRun, base: SyncRun, seen: Seen) -> None:
    rows = seen.ledger.rows.rows
    watched = set(rows["key"][np.isin(rows["kind"], COUNTS)].tolist())
    staged = _people(StagedRow.objects.filter(run=run, wanted__isnull=False))
    # With the blocks of a run that counts already: one that dies leaves nobody unwatched.
    watch_over(base, (person for person in staged if key_of(*person) not in watched))


def _people(staged: QuerySet[StagedRow]) -> Iterator[Person]:
    rows = staged.values_list("kind", "sourced_id").order_by("id")
    return ((Kind(kind), sourced_id) for kind, sourced_id in rows.iterator(chunk_size=BATCH))


def _note_verdict(run: SyncRun, verdict: Verdict) -> None:
    """Whether all changes came. Of those who have not changed it says nothing, so: not known."""
    run.complete = None if verdict.complete else False
    run.incomplete_reason = verdict.reason or ""
    run.incomplete_detail = verdict.detail[:500]
    run.rows_read, run.pages = verdict.received, verdict.pages
