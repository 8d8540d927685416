"""`schoolgate pull`: parallel pages against sequential ones, and memory against size."""

import tempfile
from pathlib import Path
from typing import Any

from commands import TIMES, median, row, sandbox, schoolgate

LATENCY_SECONDS = 0.15
MIB = 1 << 20


def main() -> None:
    print("pull: one page takes 150 ms, 28 thousand users, 500 a page")
    with sandbox("--students", 10_000, "--quirk", f"latency={LATENCY_SECONDS}") as sis:
        pull(sis, page_size=500, concurrency=8)
        seconds = {
            concurrency: median(
                [pull(sis, page_size=500, concurrency=concurrency)["seconds"] for _ in range(TIMES)]
            )
            for concurrency in (1, 4, 8)
        }
    for concurrency, target in ((4, ">= 3"), (8, "")):
        row(
            f"{concurrency} pages at once against 1 ({seconds[1]:.1f} s)",
            f"{seconds[1] / seconds[concurrency]:.2f} times as fast",
            target,
        )
    print("pull: memory must not grow with the district")
    peaks = {students: peak_of(students) for students in (10_000, 100_000)}
    for students, peak in peaks.items():
        row(f"peak memory, {students:,} students", f"{peak / MIB:.0f} MiB")
    row(
        "ten times the district", f"{peaks[100_000] / peaks[10_000]:.2f} times the memory", "<= 1.2"
    )


def peak_of(students: int) -> int:
    with sandbox("--students", students) as sis:
        answer = pull(sis, page_size=1_000, concurrency=4)
    row(
        f"{answer['counts']['users']:,} users, no latency",
        f"{answer['counts']['users'] / answer['seconds']:,.0f} users/s",
    )
    return int(answer["peak_memory_bytes"])


def pull(sis: dict[str, Any], *, page_size: int, concurrency: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text(sis["secret"], encoding="utf-8")
        return schoolgate(
            "pull",
            *("--url", sis["base_url"], "--auth", "oauth1", "--key", sis["key"]),
            *("--secret-file", secret, "--insecure", "--out", Path(folder) / "feed"),
            *("--page-size", page_size, "--concurrency", concurrency),
        )
