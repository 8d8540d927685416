"""Two real workers tick in the same moment: each source that is due is synced once."""

from installations import Installation

SOURCES = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from cast import MONDAY, a_district, a_registration, a_school, an_enabled_school
district = a_district()
oak = a_school(district, "oak", "Oak Elementary")
for number in range(20):
    source = a_registration(district, slug=f"sis-{number}", next_sync_at=MONDAY)
    an_enabled_school(source, "oak", oak)
"""

ONE_WORKER = """
import django
django.setup()
import sys
from cast import MONDAY
from schoolgate.sync.due import plan_due_runs
print("ready", flush=True)
sys.stdin.readline()
print(len(plan_due_runs(MONDAY)))
"""


def test_of_two_ticks_at_once_each_source_gets_one_run(installation: Installation) -> None:
    made = installation.python("-c", SOURCES)
    assert made.returncode == 0, made.stderr

    workers = [installation.start("-c", ONE_WORKER) for _ in range(2)]
    heard = [worker.stdout.readline() for worker in workers if worker.stdout]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("tick\n")
        worker.stdin.flush()
    taken = [int(worker.communicate(timeout=60)[0]) for worker in workers]

    assert heard == ["ready\n", "ready\n"]
    assert sum(taken) == 20
    assert installation.rows(
        "select count(*), count(distinct registration_id), min(origin) from sync_syncrun"
    ) == [(20, 20, "schedule")]
