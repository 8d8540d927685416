"""Try everything on this machine: a sandbox SIS, a district synced from it, and the desk.

The demo keeps its own installation in `.demo` (or SCHOOLGATE_HOME) and goes on with it at the next
start. Everybody in it is invented. DEMO_PORT chooses the port.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from schoolgate.commands.installation import open_installation, refusals
from schoolgate.commands.outcome import Outcome
from schoolgate.config import env
from schoolgate.sandbox import Sandbox
from schoolgate.sandbox.diary import Diary

EXAMPLES = """\
  make demo
  DEMO_PORT=8080 make demo
  schoolgate demo --port 8080"""

STUDENTS = 900
SEED = 1
PORT = 8000
T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help=f"default: DEMO_PORT, or else {PORT}")


def run(args: argparse.Namespace) -> Outcome:
    if not env.text("SCHOOLGATE_HOME"):
        env.choose("SCHOOLGATE_HOME", str(Path(".demo").absolute()))
    port = args.port if args.port is not None else env.number("DEMO_PORT", default=PORT)
    if not env.text("SCHOOLGATE_MAIL_URL"):
        # What a district would be told by e-mail is printed here.
        env.choose("SCHOOLGATE_MAIL_URL", "console:")
        env.choose("SCHOOLGATE_ADDRESS", f"http://localhost:{port}")
    _step("Opening the demo's own installation", open_installation)
    from schoolgate.config.serving import PortTaken, Server, end_at_once
    from schoolgate.jobs import engine

    with refusals(PortTaken):
        server = Server(host="127.0.0.1", port=port)
    sandbox = _step("Starting a sandbox SIS with an invented district", _sandbox)
    with sandbox:
        district = _step("Adding the district and its OneRoster source", lambda: _set_up(sandbox))
        _step("Syncing students and contacts over OneRoster 1.1", lambda: _sync(district))
        _step("Giving three people their sign-ins", lambda: _people(district))
        _step("Starting the engine that does syncs by button", engine.start)
        print(_welcome(district, server.port, sandbox), flush=True)  # noqa: T201
        try:
            server.serve()
        finally:
            if not engine.stop():
                end_at_once(
                    "The demo has ended. A sync that had begun goes on with the next start."
                )
    return Outcome({}, text="The demo has ended. `make demo` goes on where it was.")


def _step(what: str, do: Callable[[], T]) -> T:
    print(f"  {what} ...", end=" ", flush=True)  # noqa: T201
    result = do()
    print(result if isinstance(result, str) else "done", flush=True)  # noqa: T201
    return result


def _sandbox() -> Sandbox:
    path = env.home() / "files" / "sandbox.json"
    diary = Diary.reopen(path) if path.exists() else Diary.begin(path, students=STUDENTS, seed=SEED)
    return Sandbox(diary.district(), diary=diary)


def _set_up(sandbox: Sandbox) -> Any:
    from schoolgate.commands.demo_district import set_up_district

    return set_up_district(sandbox)


def _sync(district: Any) -> str:
    from schoolgate.commands.demo_district import sync_district

    return sync_district(district)


def _people(district: Any) -> None:
    from schoolgate.commands.demo_district import add_people

    add_people(district)


def _welcome(district: Any, port: int, sandbox: Sandbox) -> str:
    from schoolgate.commands.demo_district import PASSWORD, SIGN_INS

    people = "\n".join(f"    {name:8} {PASSWORD}   {what}" for name, what in SIGN_INS.items())
    return f"""
  {district.name} is ready:  http://127.0.0.1:{port}/

  Sign in as
{people}

  Things to try
    at the desk: type "mar r", choose Marisol J., and say that BOB RIVERA is here; then Carl Dunn
    Alt+L, "riv", Enter, Enter: a late child, with her period; as lee look at Restrictions too
    say that Sue Smith is here for a child, then Alt+A: who may be called about her
    Alt+V: a visitor is checked, signed in and out; Alt+T: the log, and reports
    let a school day pass at the SIS, then press "Sync now" as the district administrator:
      .venv/bin/schoolgate sandbox tick --url {sandbox.origin}

  Ctrl-C ends the demo."""
