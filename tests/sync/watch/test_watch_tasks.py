"""The engine's tick reaches what watches."""

from schoolgate.jobs import registry
from schoolgate.sync.watch_tasks import watch


def test_every_tick_looks_at_what_is_due() -> None:
    registry.load()

    assert watch in registry.ticks
