"""The district's schools: how many, of which level, with how many homerooms."""

from dataclasses import dataclass
from enum import Enum

from schoolgate.sandbox.invented.names import PLACES, TREES


class Level(Enum):
    ELEMENTARY = ("Elementary", ("KG", "01", "02", "03", "04", "05"))
    MIDDLE = ("Middle School", ("06", "07", "08"))
    HIGH = ("High School", ("09", "10", "11", "12"))

    def __init__(self, title: str, grades: tuple[str, ...]) -> None:
        self.title = title
        self.grades = grades


# Of thirteen schools six, three and four: as many as each level has grades, so that all schools
# are of about one size. The first two are always there.
_LEVELS = tuple(
    {"E": Level.ELEMENTARY, "M": Level.MIDDLE, "H": Level.HIGH}[c] for c in "EMHEEMHEEHMEH"
)
STUDENTS_PER_SCHOOL = 600
_STUDENTS_PER_ROOM = 25
FEWEST_SCHOOLS = 2


@dataclass(frozen=True)
class School:
    number: int
    level: Level
    name: str
    # Homerooms of each grade.
    rooms: int

    @property
    def id(self) -> str:
        return school_id(self.number)


def school_id(number: int) -> str:
    return f"school-{number:04d}"


@dataclass(frozen=True)
class Homeroom:
    school: School
    grade: str
    room: int

    @property
    def id(self) -> str:
        return class_id(self.school, self.grade, self.room)


@dataclass(frozen=True)
class Course:
    grade: str

    @property
    def id(self) -> str:
        return f"course-{self.grade}"


def class_id(school: School, grade: str, room: int) -> str:
    return f"class-{school.number:04d}-{grade}-{room % school.rooms:02d}"


def open_schools(*, students: int, schools: int | None = None) -> tuple[School, ...]:
    """Say which schools a district of this size has.

    Raises:
        ValueError: fewer than two schools are asked for.
    """
    count = schools if schools is not None else max(2, round(students / STUDENTS_PER_SCHOOL))
    if count < FEWEST_SCHOOLS:
        raise ValueError(f"a district has at least {FEWEST_SCHOOLS} schools")
    levels = [_LEVELS[number % len(_LEVELS)] for number in range(count)]
    grades = sum(len(level.grades) for level in set(levels))
    rooms = {
        level: max(1, round(students / grades / levels.count(level) / _STUDENTS_PER_ROOM))
        for level in set(levels)
    }
    return tuple(
        School(number, level, _school_name(number, level), rooms[level])
        for number, level in enumerate(levels)
    )


def homerooms(schools: tuple[School, ...]) -> tuple[Homeroom, ...]:
    return tuple(
        Homeroom(school, grade, room)
        for school in schools
        for grade in sorted(school.level.grades)
        for room in range(school.rooms)
    )


def _school_name(number: int, level: Level) -> str:
    round_, tree = divmod(number, len(TREES))
    again, place = divmod(round_, len(PLACES))
    suffix = f" {again + 1}" if again else ""
    return f"{PLACES[place]}{TREES[tree]} {level.title}{suffix}"
