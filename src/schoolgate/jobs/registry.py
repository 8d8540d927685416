"""What can be done, by name: the rooms register their functions here, and the engine calls them."""

import pkgutil
from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from django.apps import apps

# Told the id of what is to be done, and nothing else: only ids lie in the engine's tables.
Job = Callable[[int], None]
# Told the moment of the tick.
Tick = Callable[[datetime], None]

jobs: dict[str, Job] = {}
ticks: list[Tick] = []


def job(name: str) -> Callable[[Job], Job]:
    """Register a function of one id as a job. After a crash it runs again from its top."""

    def register(function: Job) -> Job:
        jobs[name] = function
        return function

    return register


def every_tick(function: Tick) -> Tick:
    """Register a function of `now`, called every few seconds by one worker of them all.

    It may be called again before it has ended elsewhere, and a tick may be left out: claim rows by
    compare-and-set, look at what is due and not at the clock's hand, and do a bounded piece.
    """
    ticks.append(function)
    return function


def load() -> None:
    """Import what registers: the modules `tasks` and `..._tasks` of every room."""
    for room in apps.get_app_configs():
        if not room.name.startswith("schoolgate."):
            continue
        for module in pkgutil.iter_modules([room.path]):
            if f"_{module.name}".endswith("_tasks"):
                import_module(f"{room.name}.{module.name}")
