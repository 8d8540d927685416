"""What the pages of authorisations are drawn from."""

from schoolgate.frontdesk.authorisations.forms import WordForm
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import ERRANDS
from schoolgate.frontdesk.models import TemporaryAuthorisation
from schoolgate.frontdesk.on_file import OnFile
from schoolgate.frontdesk.queries import in_force_of
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.frontdesk.type_ahead import described
from schoolgate.web.moments import clock


def ask_screen(desk: Desk, file: OnFile, name: str, form: WordForm, *, why_not: str = "") -> Screen:
    """Give the page on which a clerk writes down whom she called about an adult."""
    errand = ERRANDS[file.purpose]
    (student,) = described(desk.school, [file.row])
    return {
        **empty_screen(desk),
        "action": errand.action,
        "errand": errand,
        "student": student,
        "name": name,
        "form": form,
        "anybody": bool(form.fields["giver"].choices),  # type: ignore[attr-defined]
        "why_not": why_not,
    }


def list_screen(desk: Desk) -> Screen:
    """Give the list of who may come for whom, today and later."""
    rows = in_force_of(desk.school.district_id, desk.now).filter(school=desk.school)
    standing = [
        _row(one, desk)
        for one in rows.select_related("student", "added_by", "given_by")
        if one.times_used < one.good_for
    ]
    return {
        **empty_screen(desk),
        "action": "out",
        "today": [one for one in standing if one["is_today"]],
        "later": [one for one in standing if not one["is_today"]],
    }


def _row(one: TemporaryAuthorisation, desk: Desk) -> Screen:
    (student,) = described(desk.school, [one.student], same_names=False)
    last = desk.here(one.valid_until)
    first = desk.here(one.valid_from)
    return {
        "id": one.pk,
        "name": one.name,
        "student": student,
        "given_by": one.given_by.name,
        "number": one.number_called,
        "called": clock(one.added_at, now=desk.now),
        "by": one.added_by.short_name,
        "from": f"{first.day} {first:%b}",
        "until": f"{last.day} {last:%b}",
        "one_day": first.date() == last.date(),
        "is_today": first.date() <= desk.today,
    }
