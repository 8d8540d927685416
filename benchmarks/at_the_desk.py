"""A desk at work beside a sync, in a process of its own: how long its reads and writes take.

    python at_the_desk.py DISTRICT idle|apply

Searches and looks children up at the first school of a district, and notes something every now and
then, until its standard input is closed. Prints the times in milliseconds; with `apply` only those
that fell into the apply stage of a sync.
"""

import json
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.utils import timezone

from schoolgate.commands.installation import open_installation

# What a desk does, and how often, in seconds.
ACTS = {"search": 0.0, "look_up": 0.0, "type_ahead": 0.0, "verdict": 0.0, "write": 0.1}
LOOK_EVERY_SECONDS = 0.05
REST_SECONDS = 0.005
FEWEST = 2
WARM_UP = 5
OK = 200
NAMES = ("riv", "mar lo", "gar", "jo sm", "an", "nguy", "4471", "el")


def main() -> None:
    district, when = sys.argv[1:]
    open_installation()
    from schoolgate.districts.models import School
    from schoolgate.sync.models import SyncRun

    school = (
        School.objects.select_related("district").filter(district__slug=district).earliest("id")
    )
    stages = SyncRun.objects.order_by("-id").values_list("stage", flat=True)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    times: dict[str, list[float]] = {act: [] for act in ACTS}
    due = dict.fromkeys((*ACTS, "look"), 0.0)
    counts = True
    work = work_of(school)
    # The first of each loads modules and templates, and says nothing of a day at the desk.
    for _ in range(WARM_UP):
        for act in work.values():
            act()
    while not ended.is_set():
        began = time.perf_counter()
        if when == "apply" and began > due["look"]:
            due["look"], counts = began + LOOK_EVERY_SECONDS, stages.first() == "apply"
        for act, every in ACTS.items():
            started = time.perf_counter()
            if started < due[act]:
                continue
            due[act] = started + every
            work[act]()
            if counts:
                times[act].append(1000 * (time.perf_counter() - started))
        time.sleep(REST_SECONDS)
    print(json.dumps({act: figures(spent) for act, spent in times.items()}))


def work_of(school: Any) -> dict[str, Callable[[], object]]:
    from django.conf import settings
    from django.test import Client

    from schoolgate.accounts.people import add_person
    from schoolgate.audit import log
    from schoolgate.districts.adding import add_staff
    from schoolgate.districts.models import Role
    from schoolgate.frontdesk.on_file import look_up
    from schoolgate.frontdesk.queries import enrolled_at
    from schoolgate.frontdesk.type_ahead import find_students

    students = list(enrolled_at(school))
    chance = random.Random(1)  # noqa: S311  # which child is looked up, not a secret
    settings.ALLOWED_HOSTS = ["*"]
    browser = Client()
    clerk = add_person(username="bench", name="Dana Bench", password=uuid4().hex)
    add_staff(district=school.district, user=clerk, role=Role.CLERK, schools=[school])
    browser.force_login(clerk)
    desk = f"/d/{school.district.slug}/desk/{school.code}/early-departure/"

    def type_ahead() -> None:
        part = {"HX-Request": "true"}
        answer = browser.post(f"{desk}search/", {"q": chance.choice(NAMES)}, headers=part)
        assert answer.status_code == OK, answer.status_code  # noqa: S101  # a figure of an error is none

    def verdict() -> None:
        child = chance.choice(students)
        form = {"name": f"Robert {child.family_name}"}
        answer = browser.post(f"{desk}{child.pk}/verdict/", form, headers={"HX-Request": "true"})
        assert answer.status_code == OK, answer.status_code  # noqa: S101  # as above

    return {
        "type_ahead": type_ahead,
        "verdict": verdict,
        "search": lambda: find_students(school, chance.choice(NAMES)),
        "look_up": lambda: look_up(chance.choice(students), school, now=timezone.now()),
        "write": lambda: log.record(
            "bench.noted", at=timezone.now(), district_id=school.district_id, actor_id=None
        ),
    }


def figures(spent: list[float]) -> dict[str, float]:
    if len(spent) < FEWEST:
        return {"count": len(spent), "p50": 0.0, "p99": 0.0, "max": 0.0}
    percentiles = statistics.quantiles(spent, n=100)
    return {
        "count": len(spent),
        "p50": percentiles[49],
        "p99": percentiles[98],
        "max": max(spent),
    }


main()
