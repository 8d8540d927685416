"""What the page about who may collect a student is drawn from."""

from schoolgate.frontdesk.collecting.forms import HOLDS, HoldForm, PickupForm
from schoolgate.frontdesk.collecting.queries import contacts_of, names_of, words_on
from schoolgate.frontdesk.collecting.words import NOT_STATED
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.queries import holds_of
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.frontdesk.type_ahead import described
from schoolgate.roster.models import Guardian, PickupState, Student
from schoolgate.web.moments import clock

_HOLDS = dict(HOLDS)


def collecting_screen(
    desk: Desk,
    student: Student,
    *,
    pickup: PickupForm | None = None,
    hold: HoldForm | None = None,
) -> Screen:
    """Give the page: each contact with the school's word, what is said of the student herself."""
    (row,) = described(desk.school, [student])
    words = words_on(student)
    contacts = {one.pk: one for one in contacts_of(student)}
    # Who is no contact any more, and of whom a word still stands.
    former = [word.guardian for pk, word in words.items() if pk not in contacts]
    return {
        **empty_screen(desk),
        "student": row,
        "contacts": [
            _contact(desk, one, words.get(one.pk), pickup) for one in (*contacts.values(), *former)
        ],
        "names": [
            {
                "id": one.pk,
                "name": one.name,
                "of": one.guardian.name,
                "on": clock(one.confirmed_at, now=desk.now),
                "by": one.confirmed_by.short_name if one.confirmed_by else "",
            }
            for one in names_of(student)
        ],
        "holds": [
            {
                "id": one.pk,
                "what": _HOLDS[one.kind],
                "why": one.why,
                "on": clock(one.set_at, now=desk.now),
                "by": one.set_by.short_name,
            }
            for one in holds_of(student).select_related("set_by")
        ],
        "hold_form": hold or HoldForm(),
    }


def _contact(
    desk: Desk, guardian: Guardian, word: PickupState | None, sent: PickupForm | None
) -> Screen:
    prefix = f"contact-{guardian.pk}"
    initial = {
        "guardian": guardian.pk,
        "state": word.state if word else NOT_STATED,
        "why": word.why if word else "",
    }
    is_sent = sent is not None and sent.data.get("guardian") == str(guardian.pk)
    form = sent if is_sent else PickupForm(initial=initial, auto_id=f"{prefix}-%s")
    return {
        "name": guardian.name,
        "role": guardian.role,
        "form": form,
        "on": clock(word.set_at, now=desk.now) if word else "",
        "by": word.set_by.short_name if word and word.set_by else "",
    }
