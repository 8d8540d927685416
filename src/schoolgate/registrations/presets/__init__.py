"""What is known of each Student Information System, as data with its evidence. Pure.

One file a system. It explains and suggests; it never overrides what a district reads off its own
screen. What nobody has stated is left out: that is not evidence that a system cannot do it.
"""

import tomllib
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from schoolgate.registrations.schedule import Window

FOLDER = Path(__file__).parent


class Grade(StrEnum):
    """How well something is known. Hearsay below these three is not written down."""

    VENDOR = "A"
    SEEN_WORKING = "B"
    SAID_BY_OTHERS = "C"

    @property
    def words(self) -> str:
        return GRADES[self]


GRADES = {
    Grade.VENDOR: "the vendor's own documentation",
    Grade.SEEN_WORKING: "working code or a captured answer",
    Grade.SAID_BY_OTHERS: "another vendor's help page",
}


class Topic(StrEnum):
    """What a fact is about, in the order in which a page shows them."""

    CONTACTS = "contacts"
    READING = "reading"
    PAGES = "pages"
    IDS = "ids"
    REMOVALS = "removals"
    SIGNING_IN = "signing_in"
    SETTING_UP = "setting_up"

    @property
    def words(self) -> str:
        return TOPICS[self]


TOPICS = {
    Topic.CONTACTS: "Contacts",
    Topic.READING: "When to read it",
    Topic.PAGES: "Pages",
    Topic.IDS: "Ids",
    Topic.REMOVALS: "Who has left",
    Topic.SIGNING_IN: "Signing in",
    Topic.SETTING_UP: "Setting it up",
}


class Contacts(StrEnum):
    """Whether parents and guardians come."""

    YES = "yes"
    WHEN_ALLOWED = "when_allowed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Fact:
    about: Topic
    says: str
    grade: Grade
    source: str


@dataclass(frozen=True)
class Rebuilt:
    """When its data are made anew each night: read earlier, they are those of yesterday."""

    by: time
    zone: str


@dataclass(frozen=True, kw_only=True)
class Preset:
    word: str
    name: str
    contacts: Contacts
    facts: tuple[Fact, ...]
    # The vendor asks for whole reads outside of the school day.
    off_peak: bool
    rebuilt: Rebuilt | None
    # The most records that it puts on one page.
    page_cap: int | None
    # Our reading of the facts, not the vendor's word.
    window: Window | None
    window_why: str


def preset_of(word: str) -> Preset | None:
    """The preset of that word; None for a system of which nothing is known."""
    return next((preset for preset in presets() if preset.word == word), None)


@cache
def presets() -> tuple[Preset, ...]:
    """All of them, by name."""
    found = [_read(path) for path in FOLDER.glob("*.toml")]
    return tuple(sorted(found, key=lambda preset: preset.name.casefold()))


def _read(path: Path) -> Preset:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    window: dict[str, Any] = said.get("window", {})
    return Preset(
        word=path.stem,
        name=said["name"],
        contacts=Contacts(said.get("contacts", Contacts.UNKNOWN)),
        facts=tuple(sorted(map(_fact, said["facts"]), key=lambda fact: ORDER[fact.about])),
        off_peak=said.get("off_peak", False),
        rebuilt=Rebuilt(**said["rebuilt"]) if "rebuilt" in said else None,
        page_cap=said.get("page_cap"),
        window=Window(window["opens"], window["closes"]) if window else None,
        window_why=window.get("why", ""),
    )


ORDER = {topic: place for place, topic in enumerate(Topic)}


def _fact(said: dict[str, str]) -> Fact:
    return Fact(Topic(said["about"]), said["says"], Grade(said["grade"]), said["source"])
