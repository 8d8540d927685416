"""Say what a sync holds for a person, and approve or keep it back. Names only with --names."""

import argparse
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Exit, Outcome, Refused

EXAMPLES = """\
  schoolgate review maple-valley.main-sis
  schoolgate review 412 --names --json | jq '.holds[].people'
  schoolgate review 412 --approve 7 --why "The registrar of Oak has confirmed it"
  schoolgate review 412 --discard 7 --why "The export of last night was cut" """

NAMES_AT_A_TIME = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("which", metavar="RUN|REGISTRATION", help="a sync, or the last whole one")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument("--approve", type=int, metavar="HOLD", help="let its removals go")
    decision.add_argument("--discard", type=int, metavar="HOLD", help="keep everybody on the list")
    parser.add_argument("--why", default="", help="kept with the decision; 10 characters or more")
    parser.add_argument(
        "--checksum", help="approve only what was read: as an earlier `review` printed it"
    )
    parser.add_argument("--names", action="store_true", help="say who, by name")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> Outcome:
    open_installation()
    from schoolgate.sync.queries import waiting_of

    looked_at = _find(args.which)
    if args.approve or args.discard:
        _decide(args, looked_at)
    holds = list(_holds(looked_at, names=args.names))
    waits = waiting_of(looked_at).exists()
    answer = {
        "run": looked_at.id,
        "registration": looked_at.registration.reference,
        "holds": holds,
    }
    return Outcome(
        answer,
        lines=_lines(looked_at, holds),
        exit=Exit.NOT_READY if waits else Exit.WELL,
        complaint="A part of this sync waits for a person." if waits else "",
    )


def _find(named: str) -> Any:
    from schoolgate.registrations.registering import NoSuchRegistration, find_registration
    from schoolgate.sync.models import SyncRun
    from schoolgate.sync.queries import last_whole_run

    if named.isdecimal():
        runs = SyncRun.objects.filter(pk=int(named)).select_related("registration__district")
        found = runs.first()
    else:
        with refusals(NoSuchRegistration):
            found = last_whole_run(find_registration(named))
    if found is None:
        raise Refused(
            f"{named} has no whole sync yet. `schoolgate runs` lists them.", kind="no_such_run"
        )
    return found


def _decide(args: argparse.Namespace, looked_at: Any) -> None:
    from schoolgate.sync import review, review_plan
    from schoolgate.sync.review_queries import find_holds
    from schoolgate.sync.single_flight import AlreadyRunning
    from schoolgate.sync.stages.apply import Superseded

    number = args.approve or args.discard
    hold = find_holds(looked_at.district, looked_at.id, [number]).get(number)
    if hold is None:
        raise Refused(
            f"Sync {looked_at.id} has no hold {number}. `schoolgate review {looked_at.id}` lists "
            "them.",
            kind="no_such_hold",
        )
    read = [review.Read(hold, args.checksum or review_plan.checksum(hold))]
    with refusals(review.CannotDecide, AlreadyRunning, Superseded, exit_code=Exit.NOT_READY):
        if args.discard:
            review.discard(read, by=None, why=args.why, now=timezone.now())
        else:
            review.approve(read, by=None, why=args.why, now=timezone.now())
            review.write_approved(hold.run, clock=timezone.now)


def _holds(looked_at: Any, *, names: bool) -> Iterator[dict[str, Any]]:
    from zoneinfo import ZoneInfo

    from schoolgate.sync.queries import holds_of, overtaken_by
    from schoolgate.sync.review import expires_at
    from schoolgate.sync.review_causes import likely_causes
    from schoolgate.sync.review_queries import checksum_of, seen_in
    from schoolgate.sync.review_words import hold_in_words

    now = timezone.now().astimezone(ZoneInfo(looked_at.district.timezone))
    holds = list(holds_of(looked_at))
    seen = seen_in(looked_at, holds, today=now.date())
    overtaken = overtaken_by(looked_at) is not None
    until = expires_at(looked_at)
    for hold in holds:
        words = hold_in_words(hold, now=now, overtaken=overtaken)
        yield {
            "hold": hold.id,
            "school": hold.school.code,
            "kind": hold.kind,
            "reason": hold.reason,
            "count": hold.count,
            "of": hold.of,
            "limit": hold.limit,
            "words": words.sentence,
            "standing": words.standing.word,
            "decision": hold.decision or None,
            "decided_at": hold.decided_at.isoformat() if hold.decided_at else None,
            "applied_at": hold.applied_at.isoformat() if hold.applied_at else None,
            "can_be_approved": words.may_approve,
            "expires_at": until.isoformat() if until else None,
            "checksum": checksum_of(hold),
            "causes": [
                {"cause": one.cause.id, "title": one.cause.title, "shows": one.shows}
                for one in (likely_causes(seen[hold.id]) if words.is_open else [])
            ],
            **({"people": list(_people(hold))} if names else {}),
        }


def _people(hold: Any) -> Iterator[dict[str, str]]:
    from schoolgate.roster.batches import batched
    from schoolgate.sync.review_queries import effects_of, held_changes

    for batch in batched(held_changes(hold).iterator(), NAMES_AT_A_TIME):
        for effect in effects_of(hold, batch):
            yield {
                "student": effect.who,
                "grade": effect.grade,
                "at_the_desk": effect.at_the_desk,
                "in_the_source": effect.shown_by,
            }


def _lines(looked_at: Any, holds: list[dict[str, Any]]) -> Iterator[str]:
    yield f"sync {looked_at.id} of {looked_at.registration.reference}: {len(holds)} held"
    for hold in holds:
        yield f"  hold {hold['hold']}: {hold['standing']}"
        yield f"    {hold['words']}"
        for cause in hold["causes"]:
            yield f"    {cause['title']}? {cause['shows']}"
        for person in hold.get("people", ()):
            yield f"      {person['student']}: {person['at_the_desk']}"
