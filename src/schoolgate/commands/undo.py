"""Take back what one sync did at one school. The next sync does it again if nothing is mended.

With --dry-run it only says what it would do.
"""

import argparse
from typing import Any

from django.utils import timezone

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Exit, Outcome, Refused

EXAMPLES = """\
  schoolgate undo 412 --school oak --dry-run
  schoolgate undo 412 --school oak --why "The SIS lost grade 4 overnight"
  schoolgate undo 412 --school oak --dry-run --json | jq .changes"""

AGAIN = (
    "The next sync reads every record anew and does it again, unless the source is mended by then."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="run", type=int, help="as `schoolgate runs` numbers it")
    parser.add_argument("--school", required=True, metavar="CODE", help="our code of the school")
    parser.add_argument("--why", default="", help="kept with the undo; 10 characters or more")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do; do nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.licensing.editions import EnterpriseOnly
    from schoolgate.sync.single_flight import AlreadyRunning
    from schoolgate.sync.undo import preview, undo
    from schoolgate.sync.undo_checks import CannotUndo

    done, school = _find(args.number, args.school)
    with refusals(CannotUndo, AlreadyRunning, EnterpriseOnly, exit_code=Exit.NOT_READY):
        looked_at = preview(done, school)
        if args.dry_run:
            return _would_do(looked_at)
        undoing = undo(looked_at, by=None, why=args.why, clock=timezone.now)
    return _did(undoing)


def _find(run_id: int, code: str) -> tuple[Any, Any]:
    from schoolgate.districts.models import School
    from schoolgate.sync.models import SyncRun

    found = SyncRun.objects.filter(pk=run_id).select_related("registration__district", "district")
    done = found.first()
    if done is None:
        raise Refused(
            f"There is no run {run_id}. `schoolgate runs` lists them.", kind="no_such_run"
        )
    school = School.objects.filter(district_id=done.district_id, code=code).first()
    if school is None:
        raise Refused(
            f"{done.district.name} has no school {code}. `schoolgate schools list` lists them.",
            kind="no_such_school",
        )
    return done, school


def _would_do(looked_at: Any) -> Outcome:
    from schoolgate.sync.undo_page import groups, waiting

    answer = {
        "run": None,
        "undoes": looked_at.run.id,
        "school": looked_at.school.code,
        "changes": looked_at.counts,
        "would_wait": [
            {"kind": one.kind.value, "reason": one.reason.value, "count": one.count, "of": one.of}
            for one in looked_at.waits
        ],
        "checksum": looked_at.checksum,
    }
    lines = [f"would undo sync {looked_at.run.id} at {looked_at.school.code}; nothing was changed"]
    for group in groups(looked_at):
        lines += [f"  {group.title}", *(f"    {name}" for name in group.names)]
        lines += [f"    and {group.more} more"] if group.more else []
    lines += [f"  waits for a person: {one.what} at {one.school}" for one in waiting(looked_at)]
    return Outcome(answer, text="\n".join([*lines, AGAIN]))


def _did(undoing: Any) -> Outcome:
    from schoolgate.sync.queries import run_report

    report = run_report(undoing)
    answer = {**report, "undoes": undoing.undoes_id, "school": undoing.undone_school.code}
    lines = [f"run {undoing.id}: undid sync {undoing.undoes_id} at {undoing.undone_school.code}"]
    lines += [f"  {count:>7}  {change}" for change, count in report["changes"].items()]
    held = sum(hold["count"] for hold in report["held"])
    complaint = f"{held} removals wait for a person. Everything else is in." if held else ""
    return Outcome(
        answer,
        text="\n".join([*lines, AGAIN]),
        exit=Exit.NOT_READY if held else Exit.WELL,
        complaint=complaint,
    )
