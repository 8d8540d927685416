"""`make bench`: every figure a ratio inside one run, since machines differ and days do too.

python benchmarks            all
python benchmarks pull       one of them
"""

import sys

import peers
import pull
import sync

ALL = {"pull": pull.main, "peers": peers.main, "sync": sync.main}

for name in sys.argv[1:] or ALL:
    ALL[name]()
