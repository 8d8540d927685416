"""What the help page, and the bar above every page of the desk, are drawn from."""

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.help.calls import calls_today, helpers_for, open_calls
from schoolgate.frontdesk.help.forms import ResponderForm
from schoolgate.frontdesk.help.responders import responders_at
from schoolgate.frontdesk.help.turns import turn_at
from schoolgate.frontdesk.models import HelpCall, HelpCause
from schoolgate.frontdesk.screen import Screen, empty_screen
from schoolgate.web.moments import hour_of


def bar(desk: Desk) -> Screen:
    """Give the open calls; `as_seen` differs when anything that the bar says does."""
    calls = [_row(call, desk) for call in open_calls(desk)]
    seen = [
        f"{one['id']}.{len(one['told'])}.{one['answered_by']}.{one['unheard']}" for one in calls
    ]
    return {
        "desk": desk,
        "school": desk.school,
        "district": desk.school.district,
        "calls": calls,
        "as_seen": "-".join(seen).replace(" ", "") or "none",
    }


def help_screen(desk: Desk, form: ResponderForm | None = None) -> Screen:
    """Give the help page: what is open, who comes, and what was today."""
    return {
        **empty_screen(desk),
        **bar(desk),
        "action": "help",
        "named": responders_at(desk.school),
        "administrators": desk.administrators,
        "form": form or ResponderForm(school=desk.school),
        "over": [_row(call, desk) for call in calls_today(desk).exclude(ended_at=None)],
    }


def _row(call: HelpCall, desk: Desk) -> Screen:
    turn = turn_at(call.asked_at, helpers_for(call), now=desk.now)
    answered = call.answered_by
    return {
        "id": call.pk,
        "at": hour_of(desk.here(call.asked_at)),
        "by": call.asked_by.short_name,
        "about": call.student,
        "is_alarm": call.cause == HelpCause.RESTRICTION,
        "is_mine": call.asked_by_id == desk.by.pk,
        "told": [one.name for one in turn.told],
        "next": turn.next and turn.next.name,
        "may_answer": answered is None and desk.by.pk in {one.user_id for one in turn.told},
        "answered_by": (answered.get_full_name() or answered.username) if answered else "",
        "answered_at": hour_of(desk.here(call.answered_at)) if call.answered_at else "",
        "unheard": turn.nobody_came and answered is None,
        "phones": [one for one in turn.told if one.phone],
        "ended_at": hour_of(desk.here(call.ended_at)) if call.ended_at else "",
        "ended_by": call.ended_by.short_name if call.ended_by else "",
    }
