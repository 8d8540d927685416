"""Who works: the processes that do jobs, and when each was last heard of."""

from django.db import models


class Worker(models.Model):
    """One process that does jobs. Beats are stamped by the database's clock, never the worker's."""

    # Stable and unique: "<host>:<slot>". A restart under the same id goes on with its own jobs.
    executor_id = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    # Claimed by compare-and-set: one other worker takes over the jobs of one that is silent.
    reaped_at = models.DateTimeField(null=True)
    reaped_by = models.CharField(max_length=200, blank=True)
