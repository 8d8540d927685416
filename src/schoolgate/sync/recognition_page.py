"""Who is who at one school, in lines for a page and in plain words."""

from dataclasses import dataclass
from enum import StrEnum

from schoolgate.roster.folding import fold
from schoolgate.roster.matching import Doubt, Evidence, Person, Why
from schoolgate.sync.comparing import Comparison


class Show(StrEnum):
    """Which of the people a page lists, in the order in which they are offered."""

    DOUBTS = "doubts"
    PAIRS = "pairs"
    NEW = "new"
    LEFT_OVER = "left_over"


EVIDENCE = {
    Evidence.NUMBER: "the same number, and a given name in common",
    Evidence.NAME: "the same name, grade and school",
    Evidence.NAME_MOVED_UP: "the same name and school, one grade further",
    Evidence.DECIDED: "decided by a person",
}
WHY = {
    Why.SEVERAL: "More than one may be meant.",
    Why.OTHER_NAME: "The number is the same, the name is another.",
    Why.OTHER_MIDDLE_NAME: "The middle names differ.",
    Why.NO_GRADE: "One side does not know the grade.",
}


@dataclass(frozen=True)
class Line:
    """One person of ours, one of theirs, or both; `candidates` where a person chooses."""

    words: str = ""
    mine: Person[int] | None = None
    coming: Person[str] | None = None
    candidates: tuple[Person[int], ...] = ()

    @property
    def people(self) -> tuple[Person[int] | Person[str], ...]:
        return tuple(filter(None, (self.mine, self.coming, *self.candidates)))


def counts_of(comparison: Comparison) -> dict[Show, int]:
    found = comparison.matching
    return {
        Show.DOUBTS: len(found.doubts),
        Show.PAIRS: len(found.pairs),
        Show.NEW: len(found.new),
        Show.LEFT_OVER: len(found.left_over),
    }


def lines_of(comparison: Comparison, show: Show, typed: str) -> list[Line]:
    """The people of one kind, by name; with a search only those of whom every word is one."""
    words = fold(typed).split()
    found = [line for line in _lines(comparison, show) if _bears(line, words)]
    return sorted(found, key=lambda line: _sort_key(line.people[0]))


def _lines(comparison: Comparison, show: Show) -> list[Line]:
    found, mine, coming = comparison.matching, comparison.mine, comparison.coming
    match show:
        case Show.PAIRS:
            return [
                Line(EVIDENCE[pair.evidence], mine[pair.ours], coming[pair.theirs])
                for pair in found.pairs
            ]
        case Show.DOUBTS:
            return [
                Line(WHY[doubt.why], None, coming[doubt.theirs], _mine(comparison, doubt))
                for doubt in found.doubts
            ]
        case Show.NEW:
            return [Line(coming=coming[key]) for key in found.new]
        case Show.LEFT_OVER:
            return [Line(mine=mine[number]) for number in found.left_over]


def _mine(comparison: Comparison, doubt: Doubt) -> tuple[Person[int], ...]:
    return tuple(comparison.mine[key] for key in doubt.candidates)


def _bears(line: Line, words: list[str]) -> bool:
    if not words:
        return True
    return any(
        all(any(part.startswith(word) for part in _parts(person)) for word in words)
        for person in line.people
    )


def _parts(person: Person[int] | Person[str]) -> list[str]:
    return fold(f"{person.given} {person.middle} {person.family} {person.identifier}").split()


def _sort_key(person: Person[int] | Person[str]) -> tuple[str, str, str]:
    return fold(person.family), fold(person.given), str(person.key)
