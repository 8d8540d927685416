"""Stage 5, pure: what of a plan is too dangerous to do without a person.

Per school and per kind, so that one school's trouble never blocks another. Additions and updates go
on, except where a school's ids turned over: there they would put every child on the list twice.
"""

from collections.abc import Iterable, Iterator

from schoolgate.sync.records import HoldReason, Kind, Reason, SchoolCount, Thresholds

# Below this "over half of it" need not mean a change of ids: small schools are judged together.
TURNOVER_AT_LEAST = 10
# One or two departures may empty a tiny school; a whole class may not.
EMPTIED_AT_LEAST = 3


def reasons_to_hold(counts: Iterable[SchoolCount], thresholds: Thresholds) -> Iterator[HoldReason]:
    """The holds a plan needs, at most one for each school and kind."""
    known = list(counts)
    turned_over = {count.school_id for count in with_new_ids(known)}
    for count in known:
        limit = _limit(count, thresholds)
        new_ids = count.kind is Kind.STUDENT and count.school_id in turned_over
        reason = _reason(count, limit, new_ids=new_ids)
        if reason is not None:
            yield HoldReason(
                count.school_id, count.kind, reason, count.removed, count.before, limit
            )


def with_new_ids(counts: Iterable[SchoolCount]) -> list[SchoolCount]:
    """The schools whose students seem to be the same children under other ids.

    A few students are no sign. Several tiny schools whose ids all turn over are one.
    """
    suspects = [count for count in counts if count.listed and _over_half_are_others(count)]
    return suspects if sum(count.before for count in suspects) >= TURNOVER_AT_LEAST else []


def _limit(count: SchoolCount, thresholds: Thresholds) -> int:
    # A lost guardian blocks a pickup: relationships have the lower bar.
    lower_bar = count.kind is Kind.RELATIONSHIP
    percent = thresholds.relationship_percent if lower_bar else thresholds.percent
    return max(count.before * percent // 100, thresholds.records)


def _reason(count: SchoolCount, limit: int, *, new_ids: bool) -> Reason | None:
    if count.removed and not count.listed:
        # The school's own id has changed, or it is not shared any more: nobody left it.
        return Reason.SCHOOL_NOT_LISTED
    if new_ids:
        return Reason.IDS_TURNED_OVER
    if count.removed > limit:
        return Reason.TOO_MANY_REMOVED
    if count.removed >= EMPTIED_AT_LEAST and count.removed == count.before:
        return Reason.SCHOOL_EMPTIED
    return None


def _over_half_are_others(count: SchoolCount) -> bool:
    half = count.before / 2
    return count.kind is Kind.STUDENT and count.removed > half and count.added > half
