"""A zipped bundle, inflated as a stream and proved whole by its check sums."""

import os
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from isal import isal_zlib

from schoolgate.oneroster.bundle.package import (
    CHUNK_BYTES,
    Limits,
    bundle_folder,
    files_in,
    not_read,
)
from schoolgate.oneroster.bundle.zip_directory import LOCAL_HEADER_BYTES, read_directory
from schoolgate.oneroster.errors import BadBundle

_PACKED_CHUNK_BYTES = 256 << 10
_RAW_DEFLATE = -15
# The stub of isal calls its exception class an instance.
_INFLATE_ERROR: type[Exception] = isal_zlib.error  # type: ignore[assignment]
# Signature, 22 bytes we know better from the directory, length of name, length of extra field.
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class ZipPackage:
    """A zip file. Several of its files may be read at the same time.

    Raises:
        BadBundle: see `read_directory`.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        directory = read_directory(path, limits)
        paths = [entry.orig_filename for entry in directory]
        files = files_in(bundle_folder(paths), paths)
        entries = dict(zip(paths, directory, strict=True))
        self._entries = {name: entries[stored] for name, stored in files.items()}
        self.names = frozenset(files)
        self.ignored = not_read(files, paths)
        self._file = path.open("rb", buffering=0)

    def chunks(self, name: str) -> Iterator[bytes]:
        entry = self._entries[name]
        inflate = {zipfile.ZIP_STORED: _as_stored, zipfile.ZIP_DEFLATED: _inflated}.get(
            entry.compress_type
        )
        if inflate is None:
            raise BadBundle(
                f"{name} is packed in a way we do not read. Use an ordinary zip (deflate).",
                kind="compression",
                file=name,
            )
        received = checksum = 0
        try:
            for chunk in inflate(self._packed(entry)):
                received += len(chunk)
                if received > entry.file_size:
                    raise _damaged(name)
                checksum = isal_zlib.crc32(chunk, checksum)
                yield chunk
        except (_INFLATE_ERROR, EOFError) as error:
            raise _damaged(name) from error
        if received != entry.file_size or checksum != entry.CRC:
            raise _damaged(name)

    def close(self) -> None:
        self._file.close()

    def _packed(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """Give the file's bytes as they lie in the zip: as many as the directory says, no more."""
        descriptor = self._file.fileno()
        header = os.pread(descriptor, LOCAL_HEADER_BYTES, entry.header_offset)
        if len(header) < LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
            raise EOFError
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        offset = entry.header_offset + LOCAL_HEADER_BYTES + name_length + extra_length
        end = offset + entry.compress_size
        while offset < end:
            packed = os.pread(descriptor, min(_PACKED_CHUNK_BYTES, end - offset), offset)
            if not packed:
                raise EOFError
            offset += len(packed)
            yield packed


def _as_stored(packed: Iterator[bytes]) -> Iterator[bytes]:
    return packed


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    stream = isal_zlib.decompressobj(_RAW_DEFLATE)
    for piece in packed:
        rest = piece
        while rest:
            # Never more than a chunk at once, however much a byte of input stands for.
            if chunk := stream.decompress(rest, CHUNK_BYTES):
                yield chunk
            rest = stream.unconsumed_tail
            if stream.unused_data:
                raise EOFError
    while not stream.eof:
        # isal may hold back output although all input is taken.
        chunk = stream.decompress(b"", CHUNK_BYTES)
        if not chunk:
            raise EOFError
        yield chunk


def _damaged(name: str) -> BadBundle:
    return BadBundle(
        f"{name} is damaged inside the zip. Nothing of it can be trusted:"
        " export and send the bundle again.",
        kind="damaged",
        file=name,
    )
