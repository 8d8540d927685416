"""A sync that finds nothing changed, against the floor of reading the same zip."""

import tempfile
import time
import zipfile
from hashlib import blake2b
from pathlib import Path

from isal import isal_zlib

from commands import TIMES, median, row, schoolgate


def main() -> None:
    print("sync: 28 thousand users from a CSV zip")
    with tempfile.TemporaryDirectory() as folder:
        source, home = Path(folder) / "oneroster.zip", Path(folder) / "home"
        schoolgate("sandbox", "export", "--students", 10_000, "--out", source)
        schoolgate("district", "add", "--name", "Bench", "--edition", "enterprise", home=home)
        added = schoolgate(
            *("registration", "add", "--district", "bench", "--name", "zip", "--csv", source),
            home=home,
        )
        registration = added["registration"]
        schoolgate("schools", "map", "--registration", registration, "--all", home=home)
        first = schoolgate("sync", registration, home=home)["timings"]
        again = [schoolgate("sync", registration, home=home)["timings"] for _ in range(TIMES)]
        floor = median([read_floor(source) for _ in range(TIMES)])
    unchanged = median([sum(timings.values()) for timings in again])
    fetch = median([timings["fetch"] for timings in again])
    row("first load", f"{sum(first.values()):.1f} s")
    row("nothing changed, reading alone", f"{fetch / floor:.1f} times the floor", "")
    row("nothing changed, all three steps", f"{unchanged / floor:.1f} times the floor", "")


def read_floor(source: Path) -> float:
    """Inflate users.csv and hash each of its lines: less than this no reader can do."""
    with zipfile.ZipFile(source) as archive:
        member = archive.getinfo("users.csv")
    with source.open("rb") as file:
        file.seek(member.header_offset + 26)
        name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
        file.seek(member.header_offset + 30 + name + extra)
        packed = file.read(member.compress_size)
    started = time.perf_counter()
    rest = b""
    inflate = isal_zlib.decompressobj(-15)
    for start in range(0, len(packed), 1 << 16):
        lines = (rest + inflate.decompress(packed[start : start + (1 << 16)])).split(b"\n")
        rest = lines.pop()
        for line in lines:
            blake2b(line, digest_size=16).digest()
    return time.perf_counter() - started
