"""Rules of what the school forbids. They bind in every edition, whatever a sync does."""

from schoolgate.frontdesk.cases import Effect, Pickup, Purpose, Restriction
from schoolgate.frontdesk.recognition import NotLookedUp, Recognition, Touch
from schoolgate.frontdesk.rule import Finding, day, days_in_words

SUPERVISED = frozenset({Effect.SUPERVISED_ONLY})
ONLY_THESE = frozenset({Effect.ONLY_THESE_ADULTS})
PARENTING_TIMES = frozenset({Effect.PARENTING_TIMES})


def x1_restricted(who: Recognition) -> Finding | None:
    touched = _touched(who, who.orders_in_force(who.barring), Touch.SAME)
    if touched:
        return Finding(words={"instruction": _instructions(touched)})
    if not who.is_named:
        raise NotLookedUp("name of the adult")
    return None


def x2_denied(who: Recognition) -> Finding | None:
    for contact in who.denied:
        word = next(one for one in contact.pickup_words if one.state is Pickup.DENIED)
        return Finding(words={"source": word.source, "on": day(word.said_on)})
    return None


def x3_not_among_named_adults(who: Recognition) -> Finding | None:
    for order in who.orders_in_force(ONLY_THESE):
        if not who.is_named_in(order):
            return Finding(words={"names": "; ".join(map(str, order.names))})
    return None


def a1_possibly_restricted(who: Recognition) -> Finding | None:
    orders = who.orders_in_force(who.barring | SUPERVISED)
    if not who.case.policy.parenting_times_inform:
        orders = tuple(dict.fromkeys((*orders, *_of_other_days(who))))
    touched = _touched(who, orders, Touch.POSSIBLE)
    names = [str(name) for order in touched for name in order.names]
    # A contact of like name who is denied is a restricted person too.
    names += [
        str(one.contact.name)
        for one in who.candidates
        if one.contact.pickup is Pickup.DENIED and one.contact not in who.denied
    ]
    return Finding(words={"names": "; ".join(names)}) if names else None


def a2_supervised_only(who: Recognition) -> Finding | None:
    touched = _touched(who, who.orders_in_force(SUPERVISED), Touch.SAME)
    return Finding(words={"instruction": _instructions(touched)}) if touched else None


def a7_other_days(who: Recognition) -> Finding | None:
    return None if who.case.policy.parenting_times_inform else _other_days(who, Touch.SAME)


def a7_other_days_told(who: Recognition) -> Finding | None:
    inform = who.case.policy.parenting_times_inform
    return (_other_days(who, Touch.SAME) or _other_days(who, Touch.POSSIBLE)) if inform else None


def _other_days(who: Recognition, touch: Touch) -> Finding | None:
    for order in _touched(who, _of_other_days(who), touch):
        words = {"days": days_in_words(order.days), "instruction": order.instruction}
        return Finding(words={"names": "; ".join(map(str, order.names)), **words})
    return None


def _of_other_days(who: Recognition) -> tuple[Restriction, ...]:
    """Orders on parenting times that do not name today. A visit takes nobody away."""
    if who.case.purpose is not Purpose.RELEASE:
        return ()
    orders = who.orders_in_force(PARENTING_TIMES)
    return tuple(one for one in orders if who.today.weekday() not in one.days)


def a3_ended_without_review(who: Recognition) -> Finding | None:
    for order in who.orders:
        if _waits_for_review(who, order) and _concerns(who, order):
            return Finding(words={"when": _when(who, order)})
    return None


def _waits_for_review(who: Recognition, order: Restriction) -> bool:
    if order.from_on > who.today:
        return False
    due = order.review_on is not None and order.review_on <= who.today
    ended = order.until_on is not None and order.until_on < who.today
    return due or (
        ended
        and order.until_on is not None
        and who.today - order.until_on < who.case.policy.review_grace
    )


def _concerns(who: Recognition, order: Restriction) -> bool:
    """Whether the order would speak about this adult if it were in force."""
    if (
        order.effects & (who.barring | SUPERVISED | PARENTING_TIMES)
        and who.touch(order) is not Touch.NOT
    ):
        return True
    return bool(order.effects & ONLY_THESE) and not who.is_named_in(order)


def _when(who: Recognition, order: Restriction) -> str:
    if order.until_on is not None and order.until_on < who.today:
        return f"ended {day(order.until_on)}, not reviewed"
    return f"is due for review since {day(order.review_on)}"


def _touched(
    who: Recognition, orders: tuple[Restriction, ...], touch: Touch
) -> tuple[Restriction, ...]:
    return tuple(one for one in orders if who.touch(one) is touch)


def _instructions(orders: tuple[Restriction, ...]) -> str:
    return " ".join(one.instruction for one in orders if one.instruction)
