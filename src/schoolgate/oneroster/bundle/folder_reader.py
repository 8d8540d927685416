"""An unpacked bundle: a folder of CSV files."""

import os
from collections.abc import Iterator
from pathlib import Path

from schoolgate.oneroster.bundle.package import (
    CHUNK_BYTES,
    Limits,
    bundle_folder,
    files_in,
    is_litter,
    not_read,
)
from schoolgate.oneroster.errors import BadBundle


class FolderPackage:
    """A folder, or the one folder inside it that holds the manifest.

    Raises:
        BadBundle: a link leads outside, or there are too many files.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._root = path.resolve()
        paths = _files_below(self._root, limits)
        self._files = files_in(bundle_folder(paths), paths)
        self.names = frozenset(self._files)
        self.ignored = not_read(self._files, paths)

    def chunks(self, name: str) -> Iterator[bytes]:
        with (self._root / self._files[name]).open("rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            if before.st_size > self._limits.member_bytes:
                raise BadBundle(f"{name} is larger than we read.", kind="too_large", file=name)
            received = 0
            while chunk := file.read(CHUNK_BYTES):
                received += len(chunk)
                yield chunk
            after = os.fstat(file.fileno())
        # An SFTP client may still be writing: half a file must not pass for a whole one.
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, received):
            raise BadBundle(
                f"{name} changed while it was read. Try again when the upload has ended.",
                kind="changed",
                file=name,
            )

    def close(self) -> None:
        """Nothing is held open between reads."""


def _files_below(root: Path, limits: Limits) -> list[str]:
    """Paths relative to `root`, one folder deep at most."""
    paths: list[str] = []
    for entry in _entries(root, limits):
        if entry.is_dir(follow_symlinks=False):
            children = _entries(Path(entry.path), limits)
            paths += [f"{entry.name}/{child.name}" for child in children if child.is_file()]
        elif entry.is_file():
            paths.append(entry.name)
    paths = sorted(path for path in paths if not is_litter(path))
    for path in paths:
        if not (root / path).resolve().is_relative_to(root):
            raise BadBundle(
                f"{path} is a link that leads out of the folder. Put the file itself there.",
                kind="unsafe_path",
                file=path,
            )
    return paths


def _entries(folder: Path, limits: Limits) -> list[os.DirEntry[str]]:
    found: list[os.DirEntry[str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(entry)
            if len(found) > limits.members:
                raise BadBundle(
                    f"The folder holds more than {limits.members} files; a OneRoster bundle"
                    " has 14 at most.",
                    kind="too_many_files",
                )
    return found
