"""What the decision table asks for, from the truth: who the adult is, not how her name compares.

Each line is one row of the table. It knows how the world spelled a name, and looks at no matcher.
"""

from collections.abc import Iterator
from datetime import timedelta

from frontdesk.year.world import Attempt, Listed, Order, Spelling
from schoolgate.frontdesk.cases import ContactRole, Effect, Pickup, Purpose
from schoolgate.frontdesk.verdicts import Level

DAY = timedelta(days=1)
Row = tuple[str, Level]
CLERK, ADMIN = Level.VERIFY, Level.VERIFY_ADMIN


def is_wrong(attempt: Attempt) -> str:
    """Say why letting this adult have the child is wrong, whoever decides it; empty when it is not.

    By what the school has on file, about the person that she is.
    """
    if attempt.gone:
        return "the child has left"
    if attempt.says_no:
        return "the child said no"
    if any(_bars(one, attempt) for one in attempt.child.orders):
        return "an order bars her"
    if any(one.word is Pickup.DENIED for one in _records_of(attempt)):
        return "denied by the school"
    if attempt.listed is None and not _authorised(attempt):
        return "neither listed nor authorised"
    return ""


def least(attempt: Attempt) -> Level:
    """Say how severe the answer must be at least."""
    return max((level for _, level in rows(attempt)), default=Level.ALLOW)


def rows(attempt: Attempt) -> list[tuple[str, Level]]:
    """List the rows of the table that speak, by what is true."""
    return [
        *(row for order in attempt.child.orders for row in _of_order(order, attempt)),
        *_of_child(attempt),
        *_of_list(attempt),
        *_of_adult(attempt),
    ]


def _of_order(order: Order, attempt: Attempt) -> Iterator[Row]:
    if not _is_hers(order, attempt):
        return
    if _bars(order, attempt):
        same_letters = attempt.spelling is order.spelling is Spelling.SAME
        same_birth = attempt.gives_birth and order.knows_birth
        yield ("X1", Level.DENY) if same_letters or same_birth else ("A1", ADMIN)
    elif order.in_force(attempt.on):
        if Effect.SUPERVISED_ONLY in order.effects:
            yield "A2", ADMIN
    elif _ended_lately(order, attempt):
        yield "A3", ADMIN


def _of_child(attempt: Attempt) -> Iterator[Row]:
    if attempt.child.held and attempt.purpose is Purpose.RELEASE:
        yield "X4", Level.DENY
    if attempt.gone:
        yield "X6", Level.BLOCK
    if attempt.says_no:
        yield "X7", Level.DENY
    if attempt.child.namesake:
        yield "C1", CLERK


def _of_list(attempt: Attempt) -> Iterator[Row]:
    if attempt.change_waits:
        yield "A5", ADMIN
    if attempt.offline or attempt.list_age > 7 * DAY:
        yield "A6", ADMIN
    elif attempt.list_age > 3 * DAY:
        yield "N5", CLERK
    if not any(one.on_list(attempt.list_of) for one in attempt.child.listed):
        yield "N6", ADMIN
    elif attempt.listed is None and not _authorised(attempt) and not attempt.change_waits:
        yield _not_listed(attempt)


def _not_listed(attempt: Attempt) -> Row:
    if any(not one.on_list(attempt.list_of) for one in _records_of(attempt)):
        return "A4", ADMIN
    if attempt.person.suffix:
        # A son of his father's name: alike, and for the clerk to tell apart.
        return "N2", CLERK
    return "X5", Level.DENY if attempt.purpose is Purpose.RELEASE else ADMIN


def _of_adult(attempt: Attempt) -> Iterator[Row]:
    exact, listed = attempt.spelling is Spelling.SAME, attempt.listed
    if any(one.word is Pickup.DENIED for one in _records_of(attempt)):
        yield ("X2", Level.DENY) if exact else ("A1", ADMIN)
    relative = listed is not None and listed.role is ContactRole.RELATIVE
    if listed and relative and listed.word is Pickup.UNSET and not _authorised(attempt):
        yield "N1", CLERK
    if not exact:
        yield "N2", CLERK
    if not attempt.has_id:
        yield "N4", CLERK


def _records_of(attempt: Attempt) -> list[Listed]:
    """Every record of this person at this child, of now and of before."""
    seen = [one for one in attempt.child.listed if one.since <= attempt.list_of]
    return [one for one in seen if one.person == attempt.person]


def _is_hers(order: Order, attempt: Attempt) -> bool:
    return order.person == attempt.person


def _bars(order: Order, attempt: Attempt) -> bool:
    own = Effect.NO_VISIT if attempt.purpose is Purpose.VISIT else Effect.NO_RELEASE
    bars = bool(order.effects & {own, Effect.NO_CONTACT})
    return bars and _is_hers(order, attempt) and order.in_force(attempt.on)


def _ended_lately(order: Order, attempt: Attempt) -> bool:
    own = Effect.NO_VISIT if attempt.purpose is Purpose.VISIT else Effect.NO_RELEASE
    matters = order.effects & {own, Effect.NO_CONTACT, Effect.SUPERVISED_ONLY}
    ended = order.until_on is not None and order.until_on < attempt.on < order.until_on + 30 * DAY
    return bool(matters) and ended


def _authorised(attempt: Attempt) -> bool:
    return any(
        person == attempt.person
        and attempt.on <= until
        and giver.on_list(attempt.list_of)
        and giver.word is not Pickup.DENIED
        for person, giver, until in attempt.child.authorised
    )
