"""Two real processes on one database release one child in the same moment."""

import subprocess

from installations import Installation

# Everybody whom the two desks need, as the cast builds them.
PEOPLE = """
from schoolgate.config import start
start.prepare()
from cast import a_district, a_school
from desk_cast import a_fresh_list, a_listed_parent, dana_at, marisol_at

oak = a_school(a_district(), "oak", "Oak Elementary")
a_fresh_list(oak)
a_listed_parent(marisol_at(oak))
dana_at(oak)
"""

ONE_DESK = """
from schoolgate.config import start
start.prepare()
import sys
from django.utils import timezone
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import EARLY_DEPARTURE
from schoolgate.frontdesk.person_checks import Asked, Presented, Shown, Words, finish
from schoolgate.frontdesk.verdicts import Evidence
from schoolgate.roster.models import Student

now = timezone.now()
desk = Desk(school=School.objects.get(code="oak"), by=User.objects.get(), now=now)
presented = Presented(name="Robert Rivera", evidence=frozenset({Evidence.PHOTO_ID}))
shown = Shown(opened_at=now, name="Robert Rivera")
student = Student.objects.get()
print("ready", flush=True)
sys.stdin.readline()
asked = Asked(presented=presented, shown=shown, words=Words())
answer = finish(desk, EARLY_DEPARTURE, student.pk, asked)
print(answer.obstacle or "released", "|", *answer.weighed.reasons)
"""


def test_of_two_desks_that_release_one_child_at_once_one_records(
    installation: Installation,
) -> None:
    people = installation.python("-c", PEOPLE)
    assert people.returncode == 0, people.stderr

    desks = [installation.start("-c", ONE_DESK) for _ in range(2)]
    first, second = sorted(press_together(desks))

    assert "Left" in first
    assert "with Robert RIVERA" in first
    assert second.startswith("released")
    assert installation.rows("select count(*) from frontdesk_deskevent") == [(1,)]


def press_together(desks: list["subprocess.Popen[str]"]) -> list[str]:
    for desk in desks:
        assert desk.stdout is not None
        assert desk.stdout.readline() == "ready\n"
    for desk in desks:
        assert desk.stdin is not None
        desk.stdin.write("go\n")
        desk.stdin.flush()
    return [desk.communicate(timeout=30)[0] for desk in desks]
