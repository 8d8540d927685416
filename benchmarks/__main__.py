"""`make bench`: every figure a ratio inside one run, since machines differ and days do too.

python benchmarks            all
python benchmarks pull       one of them

SCHOOLGATE_DATABASE_URL names a PostgreSQL server to measure on: each benchmark makes a database of
its own there, and drops it. Without it, SQLite in a folder of its own.
"""

import sys

import desk
import many
import peers
import pull
import sync
from commands import database_of_its_own

ALL = {
    "pull": pull.main,
    "peers": peers.main,
    "sync": sync.main,
    "desk": desk.main,
    "many": many.main,
}

for name in sys.argv[1:] or ALL:
    with database_of_its_own():
        ALL[name]()
