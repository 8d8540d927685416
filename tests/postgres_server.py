"""A PostgreSQL server of the tests' own: a private folder, a unix socket, gone when its owner is.

    python tests/postgres_server.py .venv/bin/pytest -n 2

runs a command beside one, with SCHOOLGATE_DATABASE_URL pointing at it. No server that runs on the
machine is touched, and none needs to run: only its programs are used.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import quote

OLDEST = 15
ROLE = "schoolgate"
START_SECONDS = 60
STOP_SECONDS = 20
# Debian keeps the server's programs off the path, a folder for each version.
DEBIAN = "/usr/lib/postgresql"

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    # What a machine's crash would lose, no test asks for; a killed server still loses nothing.
    "fsync": "off",
    "full_page_writes": "off",
    # Enough for what the tests make, without a checkpoint in the middle.
    "max_wal_size": "2GB",
    "shared_buffers": "64MB",
}


class NoPostgres(Exception):
    """The server's programs are not on this machine, and the message says what to install."""

    def __init__(self) -> None:
        super().__init__(
            f"These tests need the programs of PostgreSQL {OLDEST} or newer; no server has to run."
            " On Debian: sudo apt-get install postgresql"
        )


def find_programs() -> Path:
    """The folder of `initdb` and `postgres`, of the oldest version that we support and find."""
    found = sorted(Path(DEBIAN).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path))
    for program in found:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"\d+", said.stdout)
        if version and int(version[0]) >= OLDEST and program.with_name("postgres").exists():
            return program.parent
    raise NoPostgres


class PostgresServer:
    """A running server, to be killed and started again, and closed in the end.

    A guard in a process of its own keeps it: when this process ends in whatever way, a pipe
    closes, and the guard stops the server and removes its folder.
    """

    def __init__(self) -> None:
        self._guard = subprocess.Popen(
            [sys.executable, __file__, "--guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C at the terminal is for the tests: the guard outlives them.
            start_new_session=True,
        )
        self.folder = self._answer()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{ROLE}@/{database}?host={quote(self.folder, safe='')}"

    def kill(self) -> None:
        """End it as a power cut would: every process of it, with SIGKILL."""
        self._ask("kill")

    def start(self) -> None:
        self._ask("start")

    def close(self) -> None:
        assert self._guard.stdin is not None
        assert self._guard.stdout is not None
        self._guard.stdin.close()
        self._guard.wait(timeout=2 * STOP_SECONDS)
        self._guard.stdout.close()

    def _ask(self, what: str) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{what}\n")
        self._guard.stdin.flush()
        self._answer()

    def _answer(self) -> str:
        assert self._guard.stdout is not None
        if not (said := self._guard.stdout.readline().strip()):
            raise SystemExit("The tests' own PostgreSQL server did not start; why stands above.")
        return said


class Guard:
    """Makes a cluster in a new folder, and keeps its server."""

    def __init__(self) -> None:
        self.programs = find_programs()
        self.as_user = _not_root()
        self.folder = Path(tempfile.mkdtemp(prefix="schoolgate-postgres-"))
        if self.as_user:
            os.chown(self.folder, self.as_user["user"], self.as_user["group"])
        self.server: subprocess.Popen[bytes] | None = None

    def make_cluster(self) -> None:
        done = subprocess.run(
            [
                *(self.programs / "initdb", "--pgdata", self.folder / "data"),
                *("--username", ROLE, "--auth", "trust", "--no-sync", "--encoding", "UTF8"),
                # A cluster that sorts as people do, like most that we shall meet: nothing may
                # lean on the order of bytes.
                *("--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US"),
            ],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self.as_user,
        )
        if done.returncode:
            raise SystemExit(done.stdout)

    def start(self) -> None:
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [self.programs / "postgres", "-D", "data", "-k", self.folder, *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.as_user,
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.server.poll() is not None or time.monotonic() > until:
                raise SystemExit((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.02)

    def kill(self) -> None:
        if self.server is not None:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()

    def remove(self) -> None:
        if self.server is not None and self.server.poll() is None:
            # "Immediate": nothing of it is needed any more.
            self.server.send_signal(signal.SIGQUIT)
            try:
                self.server.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        asked = [self.programs / "pg_isready", "--quiet", "--host", self.folder]
        return subprocess.run(asked, check=False).returncode == 0


def _not_root() -> dict[str, Any]:
    """Whom the server runs as, in the words of `subprocess`: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL refuses to run as root, and there is no user `nobody`.")


def guard() -> None:
    """Keep a server until standard input ends; obey `kill` and `start`, a line each."""
    # Whoever wants it to end closes the pipe; a signal would leave the server behind.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    keeper = Guard()
    try:
        keeper.make_cluster()
        keeper.start()
        print(keeper.folder, flush=True)  # noqa: T201
        for line in sys.stdin:
            {"kill": keeper.kill, "start": keeper.start}[line.strip()]()
            print("done", flush=True)  # noqa: T201
    finally:
        keeper.remove()


def run_beside_one(command: list[str]) -> int:
    """Run a command with a server of its own, and give its exit code."""
    server = PostgresServer()
    signal.signal(signal.SIGTERM, _end)
    process = subprocess.Popen(
        command, env={**os.environ, "SCHOOLGATE_DATABASE_URL": server.url("schoolgate")}
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        # The command has heard it too, and tidies up.
        return process.wait()
    finally:
        process.terminate()
        process.wait()
        server.close()


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


def main(words: list[str]) -> int:
    try:
        if words == ["--find"]:
            find_programs()
        elif words == ["--guard"]:
            guard()
        else:
            find_programs()
            return run_beside_one(words)
    except NoPostgres as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
