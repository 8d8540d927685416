"""What the pages of an errand are drawn from, step by step: nobody, a child, a verdict."""

from typing import Any

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import ERRANDS, Errand
from schoolgate.frontdesk.forms import OUTCOMES, SAME_PERSON, AdultForm, seal_shown
from schoolgate.frontdesk.list_age import age_chip, synced_at
from schoolgate.frontdesk.on_file import OnFile
from schoolgate.frontdesk.person_checks import OVERRIDES, Answer, Obstacle, Shown, Weighed
from schoolgate.frontdesk.student_card import student_card
from schoolgate.frontdesk.verdict_box import verdict_box
from schoolgate.frontdesk.verdicts import Finisher
from schoolgate.sync.freshness import Freshness, freshness_of
from schoolgate.web.moments import hour_of

Screen = dict[str, Any]

_OBSTACLES = {
    Obstacle.NOT_SHOWN: "Nothing recorded. Look at the answer once more, then press again.",
    Obstacle.CHANGED: "{undone}. This has changed while you looked:",
    Obstacle.NOT_FINISHED: "{undone}. This is still asked for:",
    Obstacle.NO_REASON: "{undone}. Write down why, in at least 10 characters.",
    Obstacle.NO_SECOND_PERSON: "{undone}. No other administrator agreed: look at the sign-in.",
}


def header(desk: Desk, freshness: Freshness) -> Screen:
    """Give what every page of a desk shows: the school, the age of its list, the time."""
    return {
        "desk": desk,
        "school": desk.school,
        "district": desk.school.district,
        "chip": age_chip(freshness, now=desk.now),
        "clock": hour_of(desk.now),
        "action": "out",
        "is_admin": desk.finisher is Finisher.SCHOOL_ADMIN,
    }


def empty_screen(desk: Desk) -> Screen:
    """Give the page before a child is chosen."""
    freshness = freshness_of(desk.school)
    return {**header(desk, freshness), "synced": synced_at(freshness, now=desk.now)}


def errand_screen(desk: Desk, errand: Errand) -> Screen:
    """Give an errand's page before a child is chosen."""
    return {**empty_screen(desk), "errand": errand, "action": errand.action}


def child_screen(
    desk: Desk, file: OnFile, *, shown: Shown, form: AdultForm | None = None
) -> Screen:
    """Give the page with the child chosen and nobody named yet."""
    return {
        **header(desk, file.freshness),
        "errand": ERRANDS[file.purpose],
        "action": ERRANDS[file.purpose].action,
        "synced": synced_at(file.freshness, now=desk.now),
        "student": file.row,
        "card": student_card(file),
        "form": form,
        "administrators": desk.administrators,
        "reasons": ERRANDS[file.purpose].reasons,
        "overrides": OVERRIDES,
        "outcomes": OUTCOMES,
        "same_person_answers": SAME_PERSON,
        "sealed": seal_shown(file, desk=desk, shown=shown),
    }


def verdict_screen(desk: Desk, weighed: Weighed, *, shown: Shown, form: AdultForm) -> Screen:
    """Give the page with a verdict."""
    file = weighed.file
    return {
        **child_screen(desk, file, shown=shown, form=form),
        "presented": weighed.presented,
        "contact": file.guardians.get(weighed.presented.chosen_id or ""),
        "box": verdict_box(weighed, desk.finisher),
        "sealed": seal_shown(file, desk=desk, shown=shown, weighed=weighed),
    }


def obstacle_screen(desk: Desk, answer: Answer, *, shown: Shown, form: AdultForm) -> Screen:
    """Give the page when nothing was recorded: the verdict as it stands now."""
    screen = verdict_screen(desk, answer.weighed, shown=shown, form=form)
    if answer.obstacle is not None:
        undone = ERRANDS[answer.weighed.file.purpose].undone_words
        screen["obstacle"] = _OBSTACLES[answer.obstacle].format(undone=undone)
    return screen
