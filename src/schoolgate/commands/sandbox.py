"""Run a SIS to try things on: an invented district behind a OneRoster 1.1 server on this machine.

Nobody in it exists. The same seed and size give the same district on every machine.
"""

import argparse
import json
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from schoolgate.commands.outcome import Exit, Outcome, Refused
from schoolgate.sandbox import District, Sandbox
from schoolgate.sandbox.csv_zip import write_csv_zip
from schoolgate.sandbox.diary import Diary
from schoolgate.sandbox.invented.days import USUAL_SHARE, live_a_day
from schoolgate.sandbox.quirks import table_text

_STUDENTS, _SEED = 10_000, 1
# A day of a district of a million students takes seconds.
_PATIENCE_SECONDS = 300
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

EXAMPLES = f"""\
  schoolgate sandbox --students 2000 --port 8765
  schoolgate sandbox --quirk page_cap=100 --quirk no_total
  schoolgate sandbox tick --url http://127.0.0.1:8765 --days 3
  schoolgate sandbox export --students 500 --days 2 --out district.zip

quirks (a good reader gets the same roster in spite of those with a star):
{table_text()}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    _describe_district(parser)
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument(
        "--quirk", action="append", default=[], metavar="NAME[=VALUE]", help="see the table below"
    )
    parser.add_argument(
        "--state-file",
        type=Path,
        metavar="FILE",
        help="remember district, credentials and days lived; a file that exists is gone on with",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, then serve")
    parser.set_defaults(act=_serve)
    words = parser.add_subparsers(metavar="tick|export")
    tick = words.add_parser("tick", help="let school days happen in a running sandbox")
    tick.add_argument("--url", required=True, help="the address the sandbox printed")
    tick.add_argument("--days", type=int, default=1)
    tick.add_argument("--share", type=float, default=USUAL_SHARE, help="of the students, each day")
    tick.add_argument("--json", action="store_true", help="print one JSON object")
    tick.set_defaults(act=_tick)
    export = words.add_parser("export", help="write the district as a OneRoster 1.1 CSV zip")
    _describe_district(export)
    export.add_argument("--days", type=int, default=0, help="school days to live first")
    export.add_argument("--out", type=Path, required=True, metavar="ZIP")
    export.add_argument("--json", action="store_true", help="print one JSON object")
    export.set_defaults(act=_export)


def run(args: argparse.Namespace) -> Outcome:
    outcome: Outcome = args.act(args)
    return outcome


def _describe_district(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--students", type=int, default=_STUDENTS, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=_SEED, help="default: %(default)s")


def _serve(args: argparse.Namespace) -> Outcome:
    """Serve until somebody ends it. The answer is printed at once, not at the end."""
    try:
        diary = _diary(args)
        district = diary.district() if diary else District(args.students, seed=args.seed)
        sandbox = Sandbox(district, quirks=args.quirk, port=args.port, diary=diary, stamp=_now)
    except (ValueError, OSError, OverflowError) as error:
        raise Refused(f"The sandbox cannot start: {error}.") from error
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with sandbox:
        said = json.dumps(_answer(sandbox)) if args.json else _text(sandbox)
        print(said, flush=True)  # noqa: T201
        over.wait()
    # All has been said already.
    args.json = False
    return Outcome({})


def _diary(args: argparse.Namespace) -> Diary | None:
    path: Path | None = args.state_file
    if path is None:
        return None
    if path.exists():
        return Diary.reopen(path)
    return Diary.begin(path, students=args.students, seed=args.seed)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _answer(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "url": sandbox.origin,
        "base_url": sandbox.base_url,
        "token_url": sandbox.token_url,
        "key": sandbox.key,
        "secret": sandbox.secret,
        "bearer": sandbox.bearer,
    }


def _text(sandbox: Sandbox) -> str:
    district = sandbox.district
    return f"""\
{district.name}: {district.students} students at {len(district.schools)} schools, all invented.

  base URL   {sandbox.base_url}
  token URL  {sandbox.token_url}
  key        {sandbox.key}
  secret     {sandbox.secret}
  bearer     {sandbox.bearer}

Try, in another window:

  printf %s '{sandbox.secret}' > sandbox-secret.txt
  schoolgate pull --url {sandbox.base_url} --auth oauth1 --key {sandbox.key} \
--secret-file sandbox-secret.txt --insecure --out feed
  schoolgate sandbox tick --url {sandbox.origin}

Ctrl-C ends it."""


def _tick(args: argparse.Namespace) -> Outcome:
    parts = urlsplit(args.url)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise Refused("A sandbox runs on this machine: --url http://127.0.0.1:PORT")
    order = json.dumps({"days": args.days, "share": args.share}).encode()
    address = f"http://{parts.netloc}/sandbox/tick"
    request = Request(address, data=order, method="POST")
    try:
        with urlopen(request, timeout=_PATIENCE_SECONDS) as reply:  # noqa: S310 - http here
            answer: dict[str, Any] = json.load(reply)
    except HTTPError as error:
        with error:
            raise Refused(f"The sandbox refused: {json.load(error)['error']}.") from error
    except URLError as error:
        raise Refused(
            f"No sandbox answers at {args.url}.", exit=Exit.SOURCE_FAILED, kind="no_sandbox"
        ) from error
    lines = [f"{count:6}  {kind}" for kind, count in answer["changes"].items()]
    return Outcome(answer, text="\n".join(lines) or "Nothing changed.")


def _export(args: argparse.Namespace) -> Outcome:
    try:
        district = District(args.students, seed=args.seed)
        for _ in range(args.days):
            live_a_day(district)
        write_csv_zip(district, args.out)
    except (ValueError, OSError) as error:
        raise Refused(f"The zip cannot be written: {error}.") from error
    answer = {"out": str(args.out), "students": args.students, "days": args.days}
    return Outcome(answer, text=f"Wrote {args.out}.")
