"""Freeze a process, at a moment when it holds no lock of the SQLite files that are named after it.

python freeze.py PROCESS [FILE ...]
"""

import os
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

LOCK_SECONDS = 0.2
AGAIN_SECONDS = 0.01


def is_frozen(process: int) -> bool:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def is_free(file: str) -> bool:
    with closing(sqlite3.connect(file, timeout=LOCK_SECONDS)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


def main(process: int, files: list[str]) -> None:
    while True:
        os.kill(process, signal.SIGSTOP)
        while not is_frozen(process):
            time.sleep(AGAIN_SECONDS)
        if all(is_free(file) for file in files):
            return
        os.kill(process, signal.SIGCONT)
        time.sleep(AGAIN_SECONDS)


main(int(sys.argv[1]), sys.argv[2:])
