"""Our REST pull against other packages that do one, and against the loop that everybody writes.

Each pull is a process of its own, with the packages that it names; all of them read the same pages
from the same server (page_server.py), which is faster than any of them. The packages are installed
into an environment that is thrown away: they are no dependencies of ours.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commands import TIMES, cpu_of, median, row, schoolgate

HERE = Path(__file__).parent
UV = Path(sys.executable).with_name("uv")
CLASSIC = ("oneroster==0.0.17", "requests")
MODERN = ("timeback-oneroster==0.4.0",)
# What the newest of them needs; ours runs on less.
MODERN_PYTHONS = ("python3.14", "python3.13", "python3.12")
# Students, and users a page.
SMALL, LARGE = (10_000, 500), (100_000, 2_000)
# With some 140 pages, as many as it takes for the first, which comes alone, not to count.
SMALL_MANY_PAGES = (10_000, 200)
LATENCY_SECONDS = 0.15
CONNECTIONS = (1, 4, 5, 8)
SAMPLE_SECONDS = 0.01
MIB = 1 << 20


@dataclass(frozen=True)
class Pull:
    count: int
    seconds: float
    cpu: float
    # Anonymous memory at its peak; 0 where the system does not tell it.
    memory: int

    @property
    def rate(self) -> float:
        return self.count / self.seconds


@dataclass(frozen=True)
class Contender:
    name: str
    python: Path
    connections: int = 1

    def pull(self, origin: str, page_size: int) -> Pull:
        words = (HERE / "contenders.py", self.name, origin, str(page_size), str(self.connections))
        process = subprocess.Popen(
            [self.python, "-W", "ignore", *words], stdout=subprocess.PIPE, text=True
        )
        memory = 0
        while process.poll() is None:
            memory = max(memory, anonymous_memory(process.pid))
            time.sleep(SAMPLE_SECONDS)
        said, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{self.name} ended with {process.returncode}.")
        return Pull(**json.loads(said), memory=memory)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        others = install(Path(folder))
        for size in (SMALL, LARGE):
            against_others(size, others)
        for size, times in ((SMALL_MANY_PAGES, TIMES), (LARGE, 1)):
            with_latency(size, others, times=times)
    unchanged(SMALL)
    unchanged(LARGE)


def install(folder: Path) -> list[Contender]:
    """The others, each with a Python that has its packages."""
    classic = environment(folder / "classic", Path(sys.executable), CLASSIC)
    found = [Contender("requests", classic), Contender("oneroster", classic)]
    if modern := a_newer_python():
        python = environment(folder / "modern", modern, MODERN)
        return [*found, Contender("timeback", python)]
    print("  (timeback-oneroster needs Python 3.12, which is not on this machine: left out)")
    return found


def environment(folder: Path, python: Path, packages: tuple[str, ...]) -> Path:
    made = folder / "bin" / "python"
    steps = (
        [UV, "venv", "--quiet", "--python", python, folder],
        [UV, "pip", "install", "--quiet", "--python", made, *packages],
    )
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            raise SystemExit(f"{', '.join(packages)} cannot be installed, as uv says above.")
    return made


def a_newer_python() -> Path | None:
    if sys.version_info >= (3, 12):
        return Path(sys.executable)
    named = [Path(path) for name in MODERN_PYTHONS if (path := shutil.which(name))]
    kept = sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python"))
    runs = (
        path
        for path in (*named, *kept)
        if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0
    )
    return next(runs, None)


def anonymous_memory(process: int) -> int:
    """What a process holds for itself: neither its programs nor pages of files."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    kilobytes = next((line.split()[1] for line in lines if line.startswith("RssAnon")), "0")
    return int(kilobytes) * 1024


@contextmanager
def pages(students: int, latency: float) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, HERE / "page_server.py", str(students), str(latency)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.communicate("")


def measure(
    contenders: list[Contender], origin: str, page_size: int, *, times: int
) -> dict[Contender, Pull]:
    """Each in turn, several times over, so that a bad moment of the machine meets all."""
    # The server makes a page when it is first asked for.
    Contender("wire", Path(sys.executable)).pull(origin, page_size)
    rounds = [{one: one.pull(origin, page_size) for one in contenders} for _ in range(times)]
    return {one: typical([pulls[one] for pulls in rounds]) for one in contenders}


def typical(pulls: list[Pull]) -> Pull:
    return Pull(
        count=pulls[0].count,
        seconds=median([pull.seconds for pull in pulls]),
        cpu=median([pull.cpu for pull in pulls]),
        memory=int(median([pull.memory for pull in pulls])),
    )


def against_others(size: tuple[int, int], others: list[Contender]) -> None:
    students, page_size = size
    ours = [Contender("ours", Path(sys.executable), n) for n in CONNECTIONS]
    wire = Contender("wire", Path(sys.executable))
    with pages(students, 0) as origin:
        found = measure([wire, *others, *ours], origin, page_size, times=TIMES)
    print(f"pull: {found[ours[0]].count:,} users, {page_size} a page, no latency")
    row("(the pages alone, no client)", f"{found[wire].rate:,.0f} records/s")
    plain = found[others[0]]
    for one in (*others, *ours):
        row(
            in_words(one),
            f"{found[one].rate:,.0f} records/s",
            f"{found[one].rate / plain.rate:4.2f} times as fast, "
            f"{found[one].memory / MIB:.0f} MiB ({found[one].memory / plain.memory:.2f} times)",
        )
    packages = [found[one] for one in others[1:]]
    fastest = max(packages, key=lambda pull: pull.rate)
    best = max((found[one] for one in ours), key=lambda pull: pull.rate)
    row("ours against the fastest package", f"{best.rate / fastest.rate:.2f} times", ">= 2")
    row("  its memory", f"{best.memory / fastest.memory:.2f} times", "<= 0.2")


def with_latency(size: tuple[int, int], others: list[Contender], *, times: int) -> None:
    students, page_size = size
    ours = [Contender("ours", Path(sys.executable), n) for n in CONNECTIONS]
    with pages(students, LATENCY_SECONDS) as origin:
        found = measure([*others, *ours], origin, page_size, times=times)
    alone = found[ours[0]]
    turns = -(-alone.count // page_size)
    print(f"pull: {alone.count:,} users, {turns} pages of {page_size}, 150 ms each")
    for one in (*others, ours[0]):
        row(in_words(one), f"{turns / found[one].seconds:.1f} pages/s")
    for one in ours[1:]:
        times_one = alone.seconds / found[one].seconds
        row(
            in_words(one),
            f"{turns / found[one].seconds:.1f} pages/s",
            f"{times_one / one.connections:.2f} of {one.connections} times; >= 0.95",
        )
    fastest = min(found[one].seconds for one in others[1:])
    five = found[ours[CONNECTIONS.index(5)]].seconds
    row("5 pages at once against the fastest package", f"{fastest / five:.2f} times", ">= 4")


def unchanged(size: tuple[int, int]) -> None:
    """A sync over REST of a source in which nothing has changed: what it costs this machine."""
    students, page_size = size
    python = Path(sys.executable)
    with pages(students, 0) as origin, tempfile.TemporaryDirectory() as folder:
        contenders = [Contender("floor", python), Contender("ours-raw", python, 4)]
        found = measure(contenders, origin, page_size, times=TIMES)
        spent = sync_twice(origin, page_size, Path(folder))
    floor, raw = found[contenders[0]], found[contenders[1]]
    print(f"sync over REST: {floor.count:,} users, nothing changed, processor time")
    row("(split and digest of the same pages)", f"{1e6 * floor.cpu / floor.count:.2f} us a record")
    row("our client and a digest", f"{raw.cpu / floor.cpu:.2f} times", "")
    row("the whole sync", f"{spent / floor.cpu:.2f} times", "<= 2")


def sync_twice(origin: str, page_size: int, folder: Path) -> float:
    """Processor seconds of a second sync, without those of starting the command."""
    home, secret = folder / "home", folder / "secret"
    secret.write_text("secret", encoding="utf-8")
    schoolgate("district", "add", "--name", "Bench", "--edition", "enterprise", home=home)
    registration = schoolgate(
        *("registration", "add", "--district", "bench", "--name", "rest", "--url", origin),
        *("--auth", "oauth1", "--key", "key", "--secret-file", secret, "--insecure"),
        *("--page-size", page_size),
        home=home,
    )["registration"]
    schoolgate("schools", "map", "--registration", registration, "--all", home=home)
    schoolgate("sync", registration, home=home)
    starting = median(
        [cpu_of("runs", "--registration", registration, home=home) for _ in range(TIMES)]
    )
    return median([cpu_of("sync", registration, home=home) for _ in range(TIMES)]) - starting


def in_words(one: Contender) -> str:
    names = {
        "requests": "a loop with `requests`",
        "oneroster": "`oneroster` 0.0.17",
        "timeback": "`timeback-oneroster` 0.4.0",
    }
    at_once = "page" if one.connections == 1 else "pages"
    return names.get(one.name) or f"ours, {one.connections} {at_once} at once"
