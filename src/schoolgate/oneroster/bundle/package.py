"""What a CSV bundle is packed in, a zip or a folder, behind one small face.

A package knows its files by lower-cased name and gives each as a stream of byte chunks.
Everything here treats the package as hostile: it came from outside, over SFTP or an upload.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from schoolgate.oneroster.errors import BadBundle

MANIFEST = "manifest.csv"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a package we are willing to read. The defaults fit a few million users."""

    members: int = 200
    member_bytes: int = 8 << 30
    total_bytes: int = 16 << 30
    # Inflated size over packed size. Real rosters stay below 30; deflate can reach 1032.
    ratio: int = 250
    # Small files may be as repetitive as they like.
    ratio_counts_from_bytes: int = 4 << 20
    record_bytes: int = 1 << 20


class Package(Protocol):
    """The files of a bundle, by lower-cased name without folder."""

    names: frozenset[str]
    # What was there and is not read: names only, for a warning.
    ignored: tuple[str, ...]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give the file's bytes. When the stream ends, all of it was there and unharmed.

        Raises:
            BadBundle: the file is damaged, too large, or changed while it was read.
        """
        ...

    def close(self) -> None: ...


def bundle_folder(paths: Iterable[str]) -> str:
    """Say which folder of a package is the bundle: its root, or the one folder wrapped around it.

    Takes and gives `/`-separated paths; the root is `""`.
    """
    csv_paths = [path for path in paths if path.lower().endswith(".csv")]
    folders = {_parent(path) for path in csv_paths}
    holders = {_parent(path) for path in csv_paths if _leaf(path).lower() == MANIFEST}
    if len(holders) > 1:
        raise BadBundle(
            "There is more than one manifest.csv here. Send one OneRoster bundle at a time.",
            kind="two_bundles",
        )
    if holders:
        return holders.pop()
    return folders.pop() if len(folders) == 1 else ""


def files_in(folder: str, paths: Iterable[str]) -> dict[str, str]:
    """Find the CSV files right inside `folder`: lower-cased name to path as packed.

    Names are compared lower-cased, since exporters differ in case; two that are then the same
    leave no way to tell which one is meant.
    """
    found: dict[str, str] = {}
    for path in paths:
        name = _leaf(path).lower()
        if _parent(path) != folder or not name.endswith(".csv"):
            continue
        if name in found:
            raise BadBundle(
                f"{name} is in the bundle twice. Send it once.", kind="duplicate_file", file=name
            )
        found[name] = path
    return found


def is_litter(path: str) -> bool:
    """Files that operating systems leave behind: `__MACOSX/...`, `.DS_Store`."""
    return path.startswith("__MACOSX/") or _leaf(path).startswith(".")


def not_read(files: Mapping[str, str], paths: Iterable[str]) -> tuple[str, ...]:
    taken = set(files.values())
    return tuple(path for path in paths if path not in taken)


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _leaf(path: str) -> str:
    return path.rpartition("/")[2]
