"""Two real processes on one database file release one child in the same moment."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from desk_cast import a_fresh_list, a_listed_parent, dana_at, marisol_at
from schoolgate.districts.models import School

ONE_DESK = """
import django
django.setup()
import sys
from django.utils import timezone
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.early_departure import Desk, Presented, Shown, Words, release_student
from schoolgate.frontdesk.verdicts import Evidence
from schoolgate.roster.models import Student

now = timezone.now()
desk = Desk(school=School.objects.get(code="oak"), by=User.objects.get(), now=now)
presented = Presented(name="Robert Rivera", evidence=frozenset({Evidence.PHOTO_ID}))
shown = Shown(opened_at=now, name="Robert Rivera")
student = Student.objects.get()
print("ready", flush=True)
sys.stdin.readline()
answer = release_student(desk, student.pk, presented, shown, Words())
print(answer.obstacle or "released", "|", *answer.weighed.reasons)
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies the database into a file")
@pytest.mark.django_db(transaction=True)
def test_of_two_desks_that_release_one_child_at_once_one_records(
    oak: School, tmp_path: Path
) -> None:
    a_fresh_list(oak)
    a_listed_parent(marisol_at(oak))
    dana_at(oak)
    database = tmp_path / "schoolgate.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(database) as copy:
        connection.connection.backup(copy)

    desks = [a_desk(database, tmp_path) for _ in range(2)]
    first, second = sorted(press_together(desks))

    assert "Left" in first
    assert "with Robert RIVERA" in first
    assert second.startswith("released")
    assert count_of_departures(database) == 1


def a_desk(database: Path, home: Path) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "schoolgate.config.settings",
        "SCHOOLGATE_HOME": str(home),
        "SCHOOLGATE_DATABASE_URL": f"sqlite:///{database}",
    }
    return subprocess.Popen(
        [sys.executable, "-c", ONE_DESK],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def press_together(desks: list["subprocess.Popen[str]"]) -> list[str]:
    for desk in desks:
        assert desk.stdout is not None
        assert desk.stdout.readline() == "ready\n"
    for desk in desks:
        assert desk.stdin is not None
        desk.stdin.write("go\n")
        desk.stdin.flush()
    return [desk.communicate(timeout=30)[0] for desk in desks]


def count_of_departures(database: Path) -> int:
    with sqlite3.connect(database) as copy:
        row = copy.execute("select count(*) from frontdesk_deskevent").fetchone()
    copy.close()
    return int(row[0])
