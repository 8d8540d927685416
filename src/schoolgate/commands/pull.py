"""Read a OneRoster 1.1 REST source into three files. The SIS is only read."""

import argparse
import ctypes
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from schoolgate.commands import source_arguments
from schoolgate.commands.outcome import Exit, Outcome, Refused, refused_by_source
from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import OneRosterError
from schoolgate.oneroster.export import ExportReport, export

EXAMPLES = """\
  schoolgate pull --url https://sis.example.org --auth oauth1 --key K --secret-file F --out feed
  schoolgate pull --url https://sis.example.org/ims/oneroster/v1p1 --auth oauth2 --key K \\
      --secret-file F --token-url https://sis.example.org/token --out feed --json"""


# glibc's malloc.h. At this size, its first own choice, a block is mapped and given back when freed.
_M_MMAP_THRESHOLD = -3
_MAPPED_FROM_BYTES = 128 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    source_arguments.add_arguments(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write to")
    parser.add_argument("--json", action="store_true", help="one JSON object for scripts")


def run(args: argparse.Namespace) -> Outcome:
    """Pull, and end well (0) only when the pull is proved complete."""
    give_pages_back(ctypes.CDLL(None))
    started = time.monotonic()
    try:
        return _pull(source_arguments.read(args), args.out)
    except Refused as refusal:
        # Scripts find the same keys whatever happened: nothing was written, so nothing is counted.
        refusal.answer |= {
            "complete": False,
            "reason": refusal.kind,
            "counts": {"orgs": 0, "users": 0, "users_by_role": {}, "relationships": 0},
            "problems": {},
            "pages": 0,
            "retries": 0,
            "seconds": round(time.monotonic() - started, 3),
            "peak_memory_bytes": _peak_memory_bytes(),
        }
        raise


def give_pages_back(c_library: Any) -> None:
    """Keep memory flat: the room of a page that was read goes back to the system at once.

    glibc raises its threshold to the largest block freed so far. Pages, which are larger, then come
    from the heaps of the fetching threads, and those crumble the longer a pull goes on.
    """
    # macOS and musl have no such setting, and no such heaps.
    if hasattr(c_library, "mallopt"):
        c_library.mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM_BYTES)


def _pull(wanted: source_arguments.SourceArguments, out: Path) -> Outcome:
    started = time.monotonic()
    try:
        with Client(
            wanted.base_url,
            wanted.auth(),
            concurrency=wanted.concurrency,
            page_size=wanted.page_size,
            insecure=wanted.insecure,
            on_page=_progress(),
        ) as client:
            report = export(client, out)
            retries = client.retries
    except OneRosterError as error:
        raise refused_by_source(error) from error
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}.", kind="unwritable") from error
    return _outcome(report, out, seconds=time.monotonic() - started, retries=retries)


def _progress() -> Callable[[str, int, int], None]:
    """Say how far we are, but only to a person."""
    if not sys.stderr.isatty():
        return lambda name, pages, records: None  # noqa: ARG005 (what a listener is told)

    def say(name: str, pages: int, records: int) -> None:
        print(f"\r{name}: {pages} pages, {records} records ", end="", file=sys.stderr)  # noqa: T201

    return say


def _outcome(report: ExportReport, out: Path, *, seconds: float, retries: int) -> Outcome:
    answer: dict[str, Any] = {
        "complete": report.complete,
        "counts": {
            "orgs": report.orgs,
            "users": report.users,
            "users_by_role": report.users_by_role,
            "users_to_be_deleted": report.users_to_be_deleted,
            "users_disabled": report.users_disabled,
            "relationships": report.relationships,
        },
        "problems": report.problems,
        "pages": report.pages,
        "retries": retries,
        "seconds": round(seconds, 3),
        "peak_memory_bytes": _peak_memory_bytes(),
    }
    if report.complete:
        return Outcome(answer, text=_text(report, out))
    sentence = f"The pull is not complete. {report.detail}"
    answer |= {"reason": report.reason, "detail": report.detail}
    # Reading again helps where the source changed or failed meanwhile, not where it cannot page.
    retry_helps = report.reason in {
        "total_moved",
        "fewer_than_total",
        "page_failed",
        "gap",
        "shifted",
    }
    answer["error"] = {"kind": "incomplete", "message": sentence, "retry_helps": retry_helps}
    return Outcome(answer, text=_text(report, out), exit=Exit.SOURCE_FAILED, complaint=sentence)


def _text(report: ExportReport, out: Path) -> str:
    roles = ", ".join(f"{count} {role}" for role, count in report.users_by_role.items())
    problems = ", ".join(f"{count} {kind}" for kind, count in sorted(report.problems.items()))
    return "\n".join(
        [
            f"{report.orgs} orgs, {report.users} users, {report.relationships} relationships",
            f"users by role: {roles or 'none'}",
            f"problems: {problems or 'none'}",
            f"written to {out}",
        ]
    )


def _peak_memory_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak if sys.platform == "darwin" else peak * 1024
