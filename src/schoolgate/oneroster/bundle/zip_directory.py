"""What a zip says it holds, checked before a byte of it is inflated.

The standard library reads the directory; inflating is `zip_reader`'s part.
"""

import io
import re
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path

from schoolgate.oneroster.bundle.package import Limits, is_litter
from schoolgate.oneroster.errors import BadBundle

LOCAL_HEADER_BYTES = 30
_DIRECTORY_BYTES = 1 << 20
_ENCRYPTED = 0x1 | 0x40
_UNIX = 3
# Absolute, with a drive letter, climbing up, or with a separator of another system.
_TRICK = re.compile(r"^/|^[A-Za-z]:|\\|\x00|(^|/)\.\.(/|$)")


class _DirectoryFile(io.FileIO):
    """Refuses to read a directory of a size that only an attack would have."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY_BYTES:
            raise BadBundle("The zip lists far too many files.", kind="too_many_files")
        return super().read(size) or b""


def read_directory(path: Path, limits: Limits) -> list[zipfile.ZipInfo]:
    """List the files of a zip, without folders and litter.

    Raises:
        BadBundle: no zip, a damaged one, or one built to do harm.
    """
    try:
        with _DirectoryFile(path) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise BadBundle(
            f"{path.name} is not a whole zip file. It may have been cut off on its way:"
            " export and send it again.",
            kind="not_a_zip",
        ) from error
    if len(entries) > limits.members:
        raise BadBundle(
            f"The zip holds {len(entries)} files; a OneRoster bundle has 14 at most.",
            kind="too_many_files",
        )
    for entry in entries:
        _refuse_tricks(entry)
    files = [
        entry
        for entry in entries
        if not entry.orig_filename.endswith("/") and not is_litter(entry.orig_filename)
    ]
    _refuse_bombs(files, limits)
    _refuse_overlaps(entries)
    return files


def _refuse_tricks(entry: zipfile.ZipInfo) -> None:
    # `filename` is already mended by the library; `orig_filename` is what was really sent.
    name = entry.orig_filename
    is_link = entry.create_system == _UNIX and stat.S_ISLNK(entry.external_attr >> 16)
    if _TRICK.search(name) or is_link:
        raise BadBundle(
            "The zip holds a link or a path that leads out of it. Nothing was read.",
            kind="unsafe_path",
            file=name,
        )
    if entry.flag_bits & _ENCRYPTED:
        raise BadBundle(
            f"{name} is locked with a password. Send the zip without one.",
            kind="encrypted",
            file=name,
        )


def _refuse_bombs(files: Iterable[zipfile.ZipInfo], limits: Limits) -> None:
    """Judge by the sizes the zip states. They are no mere claim: the reader stops at them."""
    total = 0
    for entry in files:
        total += entry.file_size
        large = entry.file_size > limits.member_bytes or total > limits.total_bytes
        inflated = (
            entry.file_size > limits.ratio_counts_from_bytes
            and entry.file_size > limits.ratio * entry.compress_size
        )
        if large or inflated:
            raise BadBundle(
                f"{entry.orig_filename} would unpack to more than we read. Nothing was read.",
                kind="too_large",
                file=entry.orig_filename,
            )


def _refuse_overlaps(entries: Iterable[zipfile.ZipInfo]) -> None:
    """Files that share bytes are how a small zip claims to be a huge one."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise BadBundle(
                "Files in the zip overlap each other. Nothing was read.",
                kind="unsafe_zip",
                file=entry.orig_filename,
            )
        end = entry.header_offset + LOCAL_HEADER_BYTES + entry.compress_size
