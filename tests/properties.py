"""How many examples a property that uses a database is asked."""

from django.db import connection
from hypothesis import Phase, settings

# Every example is some syncs: shrinking one takes minutes, and the examples are small as it is.
FAST = (Phase.explicit, Phase.reuse, Phase.generate)


def examples(most: int) -> settings:
    """So many on SQLite, and half on PostgreSQL, where each costs three times as much."""
    fewer = connection.vendor == "postgresql"
    return settings(max_examples=most // 2 if fewer else most, deadline=None, phases=FAST)
