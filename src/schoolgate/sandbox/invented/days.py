"""Live a school day on a district: children move, arrive and leave, parents change their numbers.

At most one thing happens to a family in a day. What happens on a day depends only on the seed, on
the number of the day and on the days before.
"""

from collections import Counter
from collections.abc import Callable

from schoolgate.sandbox.invented import events
from schoolgate.sandbox.invented.changes import count_changes
from schoolgate.sandbox.invented.dice import Dice
from schoolgate.sandbox.invented.district import District
from schoolgate.sandbox.invented.events import Scene
from schoolgate.sandbox.invented.households import DAY, draw_shape, found_family
from schoolgate.sandbox.invented.people import Family
from schoolgate.sandbox.invented.school_year import moment_of

USUAL_SHARE = 0.01
_FEWEST_EVENTS = 3
# Some events cannot happen to some families: so many families are asked for each event.
_PATIENCE = 10

# What happens to families that are here, and how often of a hundred.
_COURSE: tuple[tuple[Callable[[Scene], Family | None], int], ...] = (
    (events.transfer, 26),
    (events.change_contact, 24),
    (events.withdraw, 14),
    (events.new_guardian, 9),
    (events.change_student, 8),
    (events.lose_custody, 7),
    (events.new_sibling, 6),
    (events.change_guardian_name, 6),
)
_LADDER = tuple(event for event, often in _COURSE for _ in range(often))
_SHARE_OF_ARRIVALS = 0.08
_SHARE_OF_RETURNS = 0.08


def live_a_day(
    district: District, *, share: float = USUAL_SHARE, modified: str | None = None
) -> dict[str, int]:
    """Let a school day happen, and count what a reader of the district has to change.

    About `share` of the students are touched. The records that changed are dated `modified`, or,
    without it, by the sandbox's own calendar. The keys are those of a sync, e.g.
    `student.transferred`; what did not happen is left out.

    Raises:
        ValueError: `share` is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError("the share of students touched is between 0 and 1")
    district.day += 1
    when = modified or moment_of(district.day)
    dice = Dice(district.seed, DAY, district.day)
    wanted = max(_FEWEST_EVENTS, round(share * district.students)) if share else 0
    changed = _families_touched(district, dice, wanted=wanted, modified=when)
    changed |= _families_arrived(district, dice, wanted=wanted, modified=when)
    counts: Counter[str] = Counter()
    for number, after in changed.items():
        before = district.family(number) if number < district.families else ()
        counts += count_changes(before, after, departed=district.departed)
    district.change_families(changed)
    return dict(sorted(counts.items()))


def _families_touched(
    district: District, dice: Dice, *, wanted: int, modified: str
) -> dict[int, Family]:
    changed: dict[int, Family] = {}
    returning = _families_with_departed(district)
    first = len(district.memorable)
    # A district may have none but the memorable families, and no day changes those.
    stayers = round(wanted * (1 - _SHARE_OF_ARRIVALS)) if district.families > first else 0
    for _ in range(stayers * _PATIENCE):
        if len(changed) >= stayers:
            break
        event, number = dice.pick(_LADDER), first + dice.below(district.families - first)
        if returning and dice.chance(_SHARE_OF_RETURNS):
            event, number = events.return_student, dice.pick(returning)
        if number in changed:
            continue
        family = district.family(number)
        after = event(Scene(district.town, dice, family, modified))
        if after is not None:
            changed[number] = events.touched(family, after, modified=modified)
    return changed


def _families_arrived(
    district: District, dice: Dice, *, wanted: int, modified: str
) -> dict[int, Family]:
    arrivals = wanted - round(wanted * (1 - _SHARE_OF_ARRIVALS))
    return {
        number: found_family(district.town, number, shape=draw_shape(dice), modified=modified)
        for number in range(district.families, district.families + arrivals)
    }


def _families_with_departed(district: District) -> list[int]:
    return [n for n in district.changed_families if any(p.gone for p in district.family(n))]
