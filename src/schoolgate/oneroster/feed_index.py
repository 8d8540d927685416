"""Who is in a feed and who claims whom, in a temporary SQLite file: memory stays flat.

A relationship is the union of both sides' claims (2.4): a student's `agents` name adults, an
adult's name students. It stands only when both are in the feed and neither is to be deleted.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from schoolgate.oneroster.records import Org, Role, Status, User

# The standard's other roles. Whoever else a student names is an adult contact, also in a role that
# the standard does not know (T-24).
_NO_CONTACT = (Role.STUDENT, Role.TEACHER, Role.ADMINISTRATOR, Role.AIDE, Role.PROCTOR)

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -2048;
CREATE TABLE orgs (sourced_id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID;
CREATE TABLE users (
    sourced_id TEXT, role TEXT, active INTEGER, line INTEGER, PRIMARY KEY (sourced_id, role)
) WITHOUT ROWID;
CREATE TABLE claims (owner TEXT, target TEXT, PRIMARY KEY (owner, target)) WITHOUT ROWID;
"""
_ADD_ORG = """
INSERT INTO orgs VALUES (?, ?) ON CONFLICT (sourced_id) DO UPDATE SET line = excluded.line
"""
_ADD_USER = """
INSERT INTO users VALUES (?, ?, ?, ?) ON CONFLICT (sourced_id, role)
DO UPDATE SET line = excluded.line, active = excluded.active
"""
_ADD_CLAIM = "INSERT OR IGNORE INTO claims VALUES (?, ?)"
_RELATIONSHIPS = """
WITH student AS (SELECT sourced_id FROM users WHERE role = 'student' AND active),
     adult AS (SELECT sourced_id, role FROM users WHERE role NOT IN (?, ?, ?, ?, ?) AND active),
     edge AS (
        SELECT owner AS student, target AS adult, role, 1 AS by_student, 0 AS by_adult
        FROM claims JOIN student ON student.sourced_id = owner
                    JOIN adult ON adult.sourced_id = target
        UNION ALL
        SELECT target, owner, role, 0, 1
        FROM claims JOIN adult ON adult.sourced_id = owner
                    JOIN student ON student.sourced_id = target
     )
SELECT student, adult, min(role), max(by_student), max(by_adult)
FROM edge GROUP BY student, adult ORDER BY student, adult
"""
_UNRESOLVED = """
SELECT owner FROM claims
WHERE NOT EXISTS (SELECT 1 FROM users WHERE sourced_id = target) ORDER BY owner
"""

ClaimedBy = Literal["student", "adult", "both"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One student with one adult. `role` is the adult's own."""

    student: str
    adult: str
    role: str
    claimed_by: ClaimedBy


class FeedIndex:
    """Remembers ids, roles and claims of one read of a source. Lines count from 1."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")

    def close(self) -> None:
        self._database.close()

    def forget(self, collection: Literal["orgs", "users"]) -> None:
        """Begin a collection anew, before it is read again."""
        self._database.execute(f"DELETE FROM {collection}")  # noqa: S608 (one of two words)
        if collection == "users":
            self._database.execute("DELETE FROM claims")

    def add_orgs(self, orgs: Iterable[tuple[int, Org]]) -> None:
        self._database.executemany(_ADD_ORG, [(org.sourced_id, line) for line, org in orgs])

    def add_users(self, users: list[tuple[int, User]]) -> None:
        self._database.executemany(
            _ADD_USER,
            [
                (user.sourced_id, user.role, user.status is Status.ACTIVE, line)
                for line, user in users
            ],
        )
        self._database.executemany(
            _ADD_CLAIM,
            [
                (user.sourced_id, agent.sourced_id)
                for _, user in users
                for agent in user.agents
                if agent.sourced_id != user.sourced_id
            ],
        )

    def count(self, collection: Literal["orgs", "users"]) -> int:
        query = f"SELECT count(*) FROM {collection}"  # noqa: S608 (one of two words)
        found: int = self._database.execute(query).fetchone()[0]
        return found

    def lines(self, collection: Literal["orgs", "users"]) -> Iterator[int]:
        """Name the lines that stand: the last one of each id and role."""
        query = f"SELECT line FROM {collection} ORDER BY line"  # noqa: S608 (one of two words)
        for (line,) in self._database.execute(query):
            yield line

    def fingerprint(self, collection: Literal["orgs", "users"]) -> bytes:
        """A digest of whose records came: two reads of the same people have the same."""
        query = f"SELECT sourced_id FROM {collection} ORDER BY sourced_id"  # noqa: S608 (one of two words)
        digest = blake2b(digest_size=16)
        for (sourced_id,) in self._database.execute(query):
            digest.update(sourced_id.encode() + b"\0")
        return digest.digest()

    def users_by_role(self) -> dict[str, int]:
        query = "SELECT role, count(*) FROM users GROUP BY role ORDER BY role"
        return dict(self._database.execute(query).fetchall())

    def count_to_be_deleted(self) -> int:
        query = "SELECT count(*) FROM users WHERE NOT active"
        found: int = self._database.execute(query).fetchone()[0]
        return found

    def relationships(self) -> Iterator[Edge]:
        for student, adult, role, by_student, by_adult in self._database.execute(
            _RELATIONSHIPS, [str(role) for role in _NO_CONTACT]
        ):
            claimed_by: ClaimedBy = "both" if by_student and by_adult else "adult"
            if by_student and not by_adult:
                claimed_by = "student"
            yield Edge(student, adult, role, claimed_by)

    def unresolved_owners(self) -> Iterator[str]:
        """Name the owner of each claim whose other end is not in the feed (T-15)."""
        for (owner,) in self._database.execute(_UNRESOLVED):
            yield owner
