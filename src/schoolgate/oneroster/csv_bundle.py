"""A OneRoster 1.1 CSV bundle, zip or folder, as a `Source`.

    with CsvBundle.open(path) as bundle:
        for user in bundle.users():
            ...

Opening reads the manifest and the headers, and refuses what cannot be read at all. Rows are read
when they are asked for, as a stream.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from schoolgate.oneroster.bundle.cells import split_cells
from schoolgate.oneroster.bundle.collection import CsvCollection, CsvFile
from schoolgate.oneroster.bundle.columns import Header, match_header
from schoolgate.oneroster.bundle.folder_reader import FolderPackage
from schoolgate.oneroster.bundle.formats import FORMAT_OF
from schoolgate.oneroster.bundle.lines import RecordSplitter
from schoolgate.oneroster.bundle.manifest import Mode, read_manifest, settle_modes
from schoolgate.oneroster.bundle.package import MANIFEST, Limits, Package
from schoolgate.oneroster.bundle.version import refuse_other_versions, version_by_shape
from schoolgate.oneroster.bundle.zip_reader import ZipPackage
from schoolgate.oneroster.errors import BadBundle, UnsupportedVersion
from schoolgate.oneroster.records import (
    AcademicSession,
    Class,
    Demographics,
    Enrollment,
    Org,
    Problem,
    ProblemLog,
    RawRow,
    Record,
    User,
)
from schoolgate.oneroster.values.reading import Unusable

T = TypeVar("T", bound=Record)

_MANIFEST_BYTES = 1 << 20


class CsvBundle:
    """An open bundle; `open` makes one.

    `modes` has each file's mode by its name (`users.csv`), `problems` what is odd about the bundle
    itself and its headers.
    """

    version = "1.1"

    def __init__(self, package: Package, limits: Limits) -> None:
        self.problems = ProblemLog()
        self._package = package
        self._limits = limits
        self._headers: dict[str, Header] = {}
        columns = self._column_names("users.csv")
        shape = version_by_shape(package.names, [cell.strip().lower() for cell in columns])
        if MANIFEST not in package.names:
            raise _no_manifest(package, shape)
        manifest = read_manifest(self._manifest_rows(), self.problems)
        refuse_other_versions(manifest.version, shape)
        self.modes: dict[str, Mode] = settle_modes(manifest, package.names, self.problems)
        for path in package.ignored:
            self.problems.add(_not_read(path))
        # What we cannot do without is refused now, not in the middle of a sync.
        for kind in (Org, User):
            self._collection(kind)

    @classmethod
    def open(cls, path: Path, *, limits: Limits | None = None) -> Self:
        """Open a zip or a folder.

        Raises:
            BadBundle: it cannot be read, is damaged, or lacks what no roster can do without.
            UnsupportedVersion: a OneRoster 1.0 or 1.2 bundle.
        """
        limits = limits or Limits()
        package = _open_package(path, limits)
        try:
            return cls(package, limits)
        except BaseException:
            package.close()
            raise

    def orgs(self) -> CsvCollection[Org]:
        return self._collection(Org)

    def users(self) -> CsvCollection[User]:
        return self._collection(User)

    def enrollments(self) -> CsvCollection[Enrollment]:
        return self._collection(Enrollment)

    def classes(self) -> CsvCollection[Class]:
        return self._collection(Class)

    def academic_sessions(self) -> CsvCollection[AcademicSession]:
        return self._collection(AcademicSession)

    def demographics(self) -> CsvCollection[Demographics]:
        return self._collection(Demographics)

    def close(self) -> None:
        self._package.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _collection(self, kind: type[T]) -> CsvCollection[T]:
        form = FORMAT_OF[kind]
        mode = self.modes[form.file]
        gap = {Mode.BULK: None, Mode.DELTA: "delta", Mode.ABSENT: "absent"}[mode]
        if mode is not Mode.ABSENT and form.file.lower() not in self._package.names:
            gap = "missing"
        if gap in {"absent", "missing"}:
            nothing = CsvFile(form, Header(()), _no_chunks, self._limits.record_bytes, gap)
            return CsvCollection(kind, nothing)
        if form.file not in self._headers:
            cells = self._column_names(form.file)
            self._headers[form.file] = match_header(cells, form, self.problems)
        return CsvCollection(
            kind,
            CsvFile(
                form,
                self._headers[form.file],
                self._chunks_of(form.file),
                self._limits.record_bytes,
                gap,
            ),
        )

    def _chunks_of(self, file: str) -> Callable[[], Iterator[bytes]]:
        return lambda: self._package.chunks(file.lower())

    def _column_names(self, file: str) -> list[str]:
        """Read the header line; no columns where there is no such file, or nothing in it."""
        if file.lower() not in self._package.names:
            return []
        first = next(self._rows(file, self._package.chunks(file.lower())), None)
        return _readable_cells(file, first) if first else []

    def _manifest_rows(self) -> list[tuple[int, list[str]]]:
        rows = self._rows(MANIFEST, _bounded(self._package.chunks(MANIFEST)))
        return [(row.position, _readable_cells(MANIFEST, row)) for row in rows]

    def _rows(self, file: str, chunks: Iterator[bytes]) -> Iterator[RawRow]:
        for block in RecordSplitter(file, self._limits.record_bytes).blocks(chunks):
            yield from block.rows()


def _open_package(path: Path, limits: Limits) -> Package:
    if path.is_dir():
        return FolderPackage(path, limits)
    if not path.is_file():
        raise BadBundle(f"There is no file or folder {path}.", kind="not_found")
    return ZipPackage(path, limits)


def _no_manifest(package: Package, shape: str | None) -> BadBundle | UnsupportedVersion:
    if shape in {"1.0", "1.2"}:
        return UnsupportedVersion(
            f"The files are made as OneRoster {shape} has them, and Schoolgate reads OneRoster 1.1."
            " Ask the SIS for a OneRoster 1.1 CSV export.",
            version=shape,
        )
    found = ", ".join(sorted(package.names)[:14]) or "no CSV file at all"
    return BadBundle(
        f"There is no manifest.csv. Found: {found}. Ask the SIS for a complete"
        " OneRoster 1.1 CSV export, with its manifest.csv.",
        kind="no_manifest",
    )


def _readable_cells(file: str, row: RawRow) -> list[str]:
    try:
        return split_cells(row.data)
    except Unusable as unusable:
        raise BadBundle(
            f"{file}, line {row.position}, cannot be read. Expected: {unusable.expected}.",
            kind=unusable.kind,
            file=file,
            line=row.position,
        ) from unusable


def _bounded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > _MANIFEST_BYTES:
            raise BadBundle("manifest.csv is far too large.", kind="too_large", file=MANIFEST)
        yield chunk


def _no_chunks() -> Iterator[bytes]:
    return iter(())


def _not_read(path: str) -> Problem:
    return Problem(
        kind="file_not_read", collection="bundle", position=0, severity="warning", file=path
    )
