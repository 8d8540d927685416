"""What a sync run read, planned, held and did."""

from django.conf import settings
from django.db import models

from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (
    RunState.APPLIED,
    RunState.UNCHANGED,
    RunState.HELD,
    RunState.FAILED,
    RunState.CANCELLED,
)


class RunKind(models.TextChoices):
    """What a run looks at: everything, what changed since the last, or our own earlier work."""

    FULL = "full"
    CHANGES = "changes"
    UNDO = "undo"
    REKEY = "rekey"


class Origin(models.TextChoices):
    """Who wanted a run."""

    PERSON = "person"
    SCHEDULE = "schedule"
    COMMAND = "command"


class SyncRun(models.Model):
    district = models.ForeignKey(District, on_delete=models.CASCADE)
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=10, choices=RunKind.choices, default=RunKind.FULL)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.PERSON)
    # The run whose work this one takes back, at which school, and why.
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    undone_school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)
    undo_why = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    stage = models.CharField(max_length=20, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # How often a worker has begun it; a crash makes it begin again, a few times.
    attempts = models.PositiveSmallIntegerField(default=0)
    # When the engine took it over. None: the next tick hands it over.
    submitted_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    cancel_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Steps that are done are not done again: everything is staged; everything is planned.
    fetched_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    # Whether the pull proved to be whole (None: nobody knows yet); why not, in a word and a
    # sentence.
    complete = models.BooleanField(null=True)
    incomplete_reason = models.CharField(max_length=60, blank=True)
    incomplete_detail = models.CharField(max_length=500, blank=True)
    # A stable word and a sentence for a failed run, and whether trying again may help.
    failure = models.CharField(max_length=60, blank=True)
    failure_detail = models.CharField(max_length=500, blank=True)
    retry_helps = models.BooleanField(default=False)
    # Its rows count as seen: everything that follows from them is in the roster, or is marked.
    remembered = models.BooleanField(default=False)
    # Ids of enabled schools that the source lists no more.
    schools_missing = models.JSONField(default=list)
    # What the source announced, or the last run read: for an estimate.
    rows_expected = models.PositiveBigIntegerField(null=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_unchanged = models.PositiveBigIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    # {"student.added": 3, ...}: only what was applied. {"fetch": 1.2, ...}: seconds.
    changes = models.JSONField(default=dict)
    problems = models.JSONField(default=dict)
    timings = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["registration", "-id"], name="runs_of_a_registration"),
            models.Index(fields=["ended_at"], name="runs_by_end"),
        ]
        constraints = [
            # Across machines too: nobody begins a sync beside another of the same source.
            models.UniqueConstraint(
                fields=["registration"],
                condition=models.Q(state__in=["queued", "running"]),
                name="one_active_run_per_registration",
            ),
        ]


class RowProblem(models.Model):
    """A row that could not be read, or was read with a coercion. Never the person's data."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="row_problems")
    kind = models.CharField(max_length=60)
    severity = models.CharField(max_length=10)
    collection = models.CharField(max_length=40)
    position = models.PositiveBigIntegerField()
    sourced_id = models.CharField(max_length=255, blank=True)
    field = models.CharField(max_length=60, blank=True)
    expected = models.CharField(max_length=200, blank=True)


class RowKind(models.TextChoices):
    STUDENT = "student"
    GUARDIAN = "guardian"


# Where a planned change, and a claim, hold the id of a row's own person; and the side she claims.
OWN_ID = {"student": "student_sourced_id", "guardian": "adult_sourced_id"}
SIDE = {"student": "student", "guardian": "adult"}


class SeenBlock(models.Model):
    """Some rows that stood together in the source, as they were last accepted (sync/ledger.py).

    A block whose digest is known is neither split nor parsed. One without a digest is looked at
    row by row: something in it waits, could not be read, or did not come any more.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, db_index=False)
    # The run that read it. It counts when that run has done all its work (SyncRun.remembered).
    run = models.ForeignKey(SyncRun, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=16, null=True)
    # Packed: digest, key and kind of each row; and the ids of their people, in the same order.
    rows = models.BinaryField()
    ids = models.BinaryField()
    count = models.PositiveSmallIntegerField()
    # Its rows are to be looked at whatever their digests say; absences are still noticed.
    void = models.BooleanField(default=False)
    # The run that read something else in its place.
    replaced_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["registration", "run", "void"], name="seen_blocks_of_a_run"),
            models.Index(fields=["registration", "replaced_by"], name="replaced_blocks"),
        ]


class StagedRow(models.Model):
    """A changed row of one run, or one that is gone (`gone` says why, `wanted` is empty)."""

    run = models.ForeignKey(
        SyncRun, on_delete=models.CASCADE, related_name="staged_rows", db_index=False
    )
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    sourced_id = models.CharField(max_length=255)
    # What the roster should hold; None for a row that is gone.
    wanted = models.JSONField(null=True)
    gone = models.CharField(max_length=30, blank=True)
    # A student's first school, whose transaction takes her changes; how many there are; and whether
    # contacts are taken.
    home_school_id = models.BigIntegerField(null=True)
    schools = models.PositiveSmallIntegerField(default=0)
    contacts = models.BooleanField(default=False)
    # Not to be believed as it stands: more than one row makes up this person.
    look_again = models.BooleanField(default=False)
    accepted = models.BooleanField(default=False)

    class Meta:
        # Not unique: an id that comes twice is noticed when all has come (stages/stage.py).
        indexes = [
            models.Index(fields=["run", "kind", "sourced_id"], name="staged_rows_by_id"),
        ]


class StagedClaim(models.Model):
    """What one staged row says about one pair."""

    run = models.ForeignKey(
        SyncRun, on_delete=models.CASCADE, related_name="staged_claims", db_index=False
    )
    side = models.CharField(max_length=10)
    student_sourced_id = models.CharField(max_length=255)
    adult_sourced_id = models.CharField(max_length=255)

    class Meta:
        indexes = [
            models.Index(fields=["run", "student_sourced_id"], name="staged_claims_by_student"),
            models.Index(fields=["run", "adult_sourced_id"], name="staged_claims_by_adult"),
        ]


class ChangeState(models.TextChoices):
    PLANNED = "planned"
    APPLIED = "applied"
    # Dangerous in itself: a person decides.
    HELD = "held"
    # Depends on one that is held, and waits with it.
    HANGING = "hanging"
    # A removal in a pull that was not whole, or of somebody still counted on: the next whole pull
    # decides.
    WITHHELD = "withheld"


class PlannedChange(models.Model):
    """One thing that must change for the roster to match the source, with before and after."""

    run = models.ForeignKey(
        SyncRun, on_delete=models.CASCADE, related_name="planned_changes", db_index=False
    )
    # None: a guardian whose children are in several schools; added before any school.
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, db_index=False)
    kind = models.CharField(max_length=20)
    action = models.CharField(max_length=20)
    student_sourced_id = models.CharField(max_length=255, blank=True)
    adult_sourced_id = models.CharField(max_length=255, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    state = models.CharField(
        max_length=10, choices=ChangeState.choices, default=ChangeState.PLANNED
    )

    class Meta:
        indexes = [
            models.Index(fields=["run", "school"], name="changes_of_one_school"),
            models.Index(fields=["run", "student_sourced_id"], name="changes_by_student"),
            models.Index(fields=["run", "adult_sourced_id"], name="changes_by_adult"),
        ]


class Decision(models.TextChoices):
    APPROVED = "approved"
    DISCARDED = "discarded"


class Hold(models.Model):
    """Why the removals of one kind in one school wait for a person."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="holds")
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=30)
    count = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    limit = models.PositiveIntegerField()
    # Of the held changes, as a person has reviewed them: exactly these are applied.
    checksum = models.CharField(max_length=64, blank=True)
    # What a person decided, and why. Empty: it waits.
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    why = models.CharField(max_length=500, blank=True)
    # When all of it was in the roster. None: not approved, or not all of it written yet.
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "school", "kind"], name="one_hold_per_school_and_kind"
            ),
        ]


class AppliedSchool(models.Model):
    """A school whose part of a run is in: a run that died in the middle goes on with the others."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="applied_schools")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)
    applied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "school"], name="one_apply_per_school"),
            models.UniqueConstraint(
                fields=["run"],
                condition=models.Q(school=None),
                name="one_apply_of_what_schools_share",
            ),
        ]


class DistrictMail(models.Model):
    """What a district was told by e-mail, and when: nothing is told twice on a day."""

    district = models.OneToOneField(District, on_delete=models.CASCADE, related_name="mail")
    # The district's day of the last mail.
    sent_on = models.DateField(null=True)
    # {"failed:12": "2026-11-23"}: each trouble that was told, with the district's day of it.
    told = models.JSONField(default=dict)
    # After the mail server refused: not before then.
    retry_at = models.DateTimeField(null=True)
    # Claimed by compare-and-set: of two workers with the same mail one sends it.
    version = models.PositiveBigIntegerField(default=0)


class Chore(models.Model):
    """Something that is done every so often by one worker of them all."""

    name = models.CharField(max_length=40, unique=True)
    due_at = models.DateTimeField()
