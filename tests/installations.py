"""Installations for tests that start our command: a home, and on PostgreSQL a database, of its own.

The fixtures `installation` and `new_installation` (conftest) make them; a test that starts a
process without one gets SQLite in the home that it names.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

TESTS = Path(__file__).parent
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Installation:
    home: Path
    # Empty: SQLite in the home.
    database_url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SCHOOLGATE_HOME": str(self.home),
            "SCHOOLGATE_DATABASE_URL": self.database_url,
            # The cast, for scripts of ours.
            "PYTHONPATH": str(TESTS),
        }

    def run(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run `schoolgate` with these words to its end."""
        return self.python("-m", "schoolgate", *words, said=said)

    def python(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a Python process of this installation, to be talked to through its pipes."""
        return subprocess.Popen(
            [sys.executable, *words],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, *words: str, code: int = 0, said: str = "") -> dict[str, Any]:
        """Run one command with --json, and give its answer."""
        done = self.run(*words, "--json", said=said)
        assert done.returncode == code, done.stderr
        parsed: dict[str, Any] = json.loads(done.stdout)
        return parsed

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read as a clerk's page would: from another connection."""
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(sql).fetchall()
        with closing(sqlite3.connect(self.home / "schoolgate.sqlite3")) as connection:
            return connection.execute(sql).fetchall()


class Installations:
    """Makes installations on one server (or in their homes), and drops their databases again."""

    def __init__(self, server_url: str, folder: Path) -> None:
        self._server_url = server_url
        self._made: list[str] = []
        self._folder = folder
        self._empty: Installation | None = None

    def new(self, home: Path) -> Installation:
        """Make one without a district. The tables are made once and copied: they take seconds."""
        if self._empty is None:
            self._empty = Installation(self._folder / "home", self._database("template0"))
            self._empty.answer("district", "list")
        return self.copy(self._empty, home)

    def without_tables(self, home: Path, machines: int) -> list[Installation]:
        """Make one on several machines, or the same machine several times for SQLite."""
        url = self._database("template0")
        return [
            Installation(home.with_name(f"{home.name}{number}") if url else home, url)
            for number in range(machines)
        ]

    def copy(self, installation: Installation, home: Path) -> Installation:
        """Copy an installation that nobody uses at the moment."""
        shutil.copytree(installation.home, home)
        database = urlsplit(installation.database_url).path.removeprefix("/")
        return Installation(home, self._database(database))

    def close(self) -> None:
        for name in self._made:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _database(self, template: str) -> str:
        if not self._server_url.startswith("postgres"):
            return ""
        name = f"test_installation_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._made.append(name)
        return self._url(name)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _url(self, database: str) -> str:
        return urlsplit(self._server_url)._replace(path=f"/{database}").geturl()
