"""Remember a sandbox from one start to the next: the district, its credentials, the days it lived.

The same days lived again give the same district, so that a few numbers stand for all of its people.
"""

import os
from pathlib import Path
from typing import Self

import msgspec

from schoolgate.sandbox.invented.days import live_a_day
from schoolgate.sandbox.invented.district import District
from schoolgate.sandbox.serving.access import Credentials


class LivedDay(msgspec.Struct, frozen=True):
    share: float
    modified: str | None = None


class _Memory(msgspec.Struct):
    students: int
    seed: int
    key: str
    secret: str
    bearer: str
    days: list[LivedDay] = []


class Diary:
    """The file is readable by its owner only: it holds the credentials."""

    def __init__(self, path: Path, memory: _Memory) -> None:
        self._path = path
        self._memory = memory

    @classmethod
    def begin(cls, path: Path, *, students: int, seed: int) -> Self:
        """Start a new diary, with new credentials."""
        drawn = Credentials()
        diary = cls(path, _Memory(students, seed, drawn.key, drawn.secret, drawn.bearer))
        diary._write()
        return diary

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with a diary.

        Raises:
            ValueError: the file is no diary.
        """
        try:
            return cls(path, msgspec.json.decode(path.read_bytes(), type=_Memory))
        except msgspec.DecodeError as error:
            raise ValueError(f"{path} is not the state of a sandbox: {error}") from error

    @property
    def credentials(self) -> Credentials:
        return Credentials(self._memory.key, self._memory.secret, self._memory.bearer)

    def district(self) -> District:
        """Make the district and live all its days again."""
        district = District(self._memory.students, seed=self._memory.seed)
        for day in self._memory.days:
            live_a_day(district, share=day.share, modified=day.modified)
        return district

    def add(self, day: LivedDay) -> None:
        self._memory.days.append(day)
        self._write()

    def _write(self) -> None:
        """Replace the file whole: whoever reads it reads the old or the new one."""
        beside = self._path.with_name(f"{self._path.name}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(self._memory))
        beside.replace(self._path)
