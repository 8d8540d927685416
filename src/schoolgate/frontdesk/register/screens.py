"""What the register's pages are drawn from."""

from datetime import date, timedelta

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.frontdesk.register.forms import (
    DISTRICT,
    EFFECTS,
    FileForm,
    LiftForm,
    RestrictionForm,
)
from schoolgate.frontdesk.register.loading import Preview, ToAdd
from schoolgate.frontdesk.register.queries import register_of
from schoolgate.frontdesk.rule import days_in_words
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.frontdesk.student_card import Chip
from schoolgate.frontdesk.type_ahead import described, family_first
from schoolgate.roster.models import Restriction
from schoolgate.web.moments import clock

# An order that ends this soon is looked at before it does.
REVIEW_BEFORE = timedelta(days=14)
_EFFECTS = {code: words.partition(":")[0] for code, words in EFFECTS}


def register_screen(desk: Desk, typed: str = "") -> Screen:
    """Give the register of the district: what waits for somebody first, then what stands."""
    records = [row(one, desk) for one in register_of(desk.school.district, typed)]
    return {
        **empty_screen(desk),
        "action": "register",
        "typed": typed,
        "standing": [one for one in records if not one["lifted"]],
        "lifted": [one for one in records if one["lifted"]],
    }


def add_screen(desk: Desk, chosen: list[int], form: RestrictionForm) -> Screen:
    """Give the page on which a restriction is written, with the students chosen so far."""
    found = enrolled_at(desk.school).in_bulk(chosen)
    return {
        **empty_screen(desk),
        "action": "register",
        "chosen": described(desk.school, [found[one] for one in chosen if one in found]),
        "form": form,
    }


def load_screen(
    desk: Desk, form: FileForm, shown: Preview | None = None, sealed: str = ""
) -> Screen:
    """Give the page on which a file of orders is chosen, and what it comes to."""
    return {
        **empty_screen(desk),
        "action": "register",
        "form": form,
        "shown": shown,
        "sealed": sealed,
        "to_add": [_line(one, desk) for one in shown.to_add] if shown else [],
    }


def _line(one: ToAdd, desk: Desk) -> Screen:
    order = one.order
    everybody = "Everybody" if order.scope == DISTRICT else f"Everybody at {desk.school}"
    until = f"until {_day(order.until_on)}" if order.until_on else "until reviewed"
    return {
        "number": order.number,
        "name": f"{order.given_name} {order.family_name}".strip(),
        "other_names": ", ".join(order.other_names),
        "effects": ", ".join(_EFFECTS[effect] for effect in order.effects),
        "whom": ", ".join(family_first(each) for each in one.students) or everybody,
        "dates": f"from {_day(order.from_on or desk.today)}, {until}",
        "instruction": order.instruction,
        "order_reference": order.order_reference,
    }


def restriction_screen(
    desk: Desk, restriction: Restriction, *, form: LiftForm | None = None, why_not: str = ""
) -> Screen:
    """Give the page of one restriction: what it says, and how far its lifting is."""
    return {
        **empty_screen(desk),
        "action": "register",
        "one": row(restriction, desk),
        "restriction": restriction,
        "asked_by_me": restriction.lift_asked_by_id == desk.by.pk,
        "form": form or LiftForm(),
        "why_not": why_not,
    }


def row(restriction: Restriction, desk: Desk) -> Screen:
    """Give one restriction in words."""
    students = [family_first(one) for one in restriction.students.all()]
    whom = ", ".join(students)
    if not students:
        whom = f"Everybody at {restriction.school}" if restriction.school else "Everybody"
    return {
        "id": restriction.pk,
        "name": restriction.name.strip(),
        "other_names": ", ".join(restriction.other_names),
        "effects": ", ".join(_EFFECTS[one] for one in restriction.effects)
        + (f" ({days_in_words(restriction.days)})" if restriction.days else ""),
        "whom": whom,
        "instruction": restriction.instruction,
        "order_reference": restriction.order_reference,
        "dates": _dates(restriction),
        "chip": _chip(restriction, desk.today),
        "lifted": restriction.lifted_at is not None,
        "added": clock(restriction.added_at, now=desk.now),
        "added_by": restriction.added_by.short_name if restriction.added_by else "",
        "asked": restriction.lift_asked_at and clock(restriction.lift_asked_at, now=desk.now),
        "lifted_on": restriction.lifted_at and clock(restriction.lifted_at, now=desk.now),
    }


def _chip(restriction: Restriction, today: date) -> Chip:
    until = restriction.until_on
    if restriction.lifted_at is not None:
        return Chip(tone="", icon="check", words="Lifted")
    if restriction.lift_asked_at is not None:
        return Chip(tone="verify", icon="users", words="Lifting waits for a second person")
    if until is not None and until < today:
        return Chip(tone="verify", icon="calendar", words="Ended, not reviewed")
    if until is not None and until - today <= REVIEW_BEFORE:
        return Chip(tone="verify", icon="calendar", words="Ends soon: review")
    if restriction.from_on > today:
        return Chip(tone="", icon="calendar", words="Not yet")
    return Chip(tone="deny", icon="ban", words="In force")


def _dates(restriction: Restriction) -> str:
    begins = f"from {_day(restriction.from_on)}"
    if restriction.until_on is None:
        return f"{begins}, until reviewed"
    return f"{begins} until {_day(restriction.until_on)}"


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"
