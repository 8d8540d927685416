"""The one shape in which both bindings, REST and CSV, hand over a collection."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from schoolgate.oneroster.blocks import Block
from schoolgate.oneroster.records import Org, Problem, ProblemLog, RawRow, Record, User, Verdict

T_co = TypeVar("T_co", bound=Record, covariant=True)


class Collection(Protocol, Generic[T_co]):
    """One collection of a source as a stream, read once, with bounded memory.

    Iterating yields typed records; what could not be read is counted in `problems` and skipped.
    A reader that wants to look before it parses uses `blocks()` or `raw()`, with `decode()`,
    instead. `verdict` may be asked when the stream has ended, never before (RuntimeError).
    """

    name: str
    problems: ProblemLog
    # Goes into a row's digest: what, besides the row's own bytes, decides how it is read
    # (for CSV the header line; for REST nothing).
    salt: bytes

    def __iter__(self) -> Iterator[T_co]: ...

    def raw(self) -> Iterator[RawRow]:
        """Every row, unparsed, in the order of the source.

        Raises:
            SourceFailed, BadBundle: when nothing more can be read.
        """
        ...

    def blocks(self) -> Iterator[Block]:
        """The same rows, in blocks that are equal as long as all of their rows are."""
        ...

    def decode(self, row: RawRow) -> T_co | Problem:
        """Read one row; a row that cannot be read comes back as a `Problem`.

        Coercions are counted in `problems` as warnings.
        """
        ...

    @property
    def verdict(self) -> Verdict: ...


class Source(Protocol):
    """A OneRoster 1.1 source as a sync needs it: `Client` and `CsvBundle` are both one."""

    def orgs(self) -> Collection[Org]: ...

    def users(self) -> Collection[User]: ...

    def close(self) -> None: ...
