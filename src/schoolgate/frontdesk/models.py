"""What happened at the desk: events are added, never changed. A correction points back."""

from datetime import datetime

from django.conf import settings
from django.db import models

from schoolgate.districts.models import District, School
from schoolgate.roster.models import Guardian, Student


class EventKind(models.TextChoices):
    EARLY_DEPARTURE = "early_departure"
    # Asked for and not finished: recorded as carefully as a release.
    REFUSAL = "refusal"
    LATE_ARRIVAL = "late_arrival"
    # Back on the day of a departure: ends it.
    RETURN = "return"
    VISIT = "visit"
    # Signed out: ends a visit.
    VISIT_END = "visit_end"
    # "Undo, child not gone": points at the event that it takes back.
    UNDONE = "undone"


class DeskEvent(models.Model):
    """One decision, with everything that was seen when it was made."""

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    # None: nobody pressed anything. The day ended.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    # None: a visitor who came to see no student.
    student = models.ForeignKey(Student, on_delete=models.PROTECT, null=True)
    # The contact who came, when she is one; the name as presented in any case.
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, null=True)
    presented_name = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=20)
    rules = models.JSONField(default=list)
    rules_version = models.CharField(max_length=20)
    evidence = models.JSONField(default=list)
    reason = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=500, blank=True)
    # Of a visit: whom or what it is for, as the clerk wrote it.
    host = models.CharField(max_length=120, blank=True)
    # The second person of an override: signed in on the spot.
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # What let an adult come who is not listed: a use of it.
    authorisation = models.ForeignKey(
        "TemporaryAuthorisation", on_delete=models.PROTECT, null=True, related_name="uses"
    )
    # The list that was decided with.
    list_as_of = models.DateTimeField(null=True)
    # Contacts, restrictions and reasons as they stood on the screen.
    snapshot = models.JSONField()
    # Of a late arrival: whether it is excused, and late for what.
    excused = models.BooleanField(null=True)
    period = models.CharField(max_length=20, blank=True)
    # Late: since the first bell. Back: since the departure.
    minutes = models.PositiveSmallIntegerField(null=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="correction"
    )
    # The departure that a return ends, the visit that a sign-out ends.
    ends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="endings")
    # The day of the school, and the event before on it (record.py). Empty before there were chains.
    chained_on = models.DateField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["district", "school", "-decided_at"], name="events_of_a_school"),
            models.Index(fields=["district", "student", "-decided_at"], name="events_of_a_student"),
            # What the worker looks through for visits that nobody ended.
            models.Index(
                fields=["decided_at"], condition=models.Q(kind="visit"), name="visits_by_time"
            ),
        ]
        constraints = [
            # A chain has no branches.
            models.UniqueConstraint(
                fields=["district", "school", "chained_on", "previous_hash"],
                condition=models.Q(chained_on__isnull=False),
                name="one_event_follows_another",
            ),
        ]

    @property
    def happened_at(self) -> datetime:
        """When it was: a late arrival may be written down after the student came."""
        return self.opened_at if self.kind == EventKind.LATE_ARRIVAL else self.decided_at

    @property
    def by_whom(self) -> str:
        """`Dana S.`, or whose doing it was where nobody pressed anything."""
        return self.actor.short_name if self.actor else "the end of the day"


class ExpectedVisitor(models.Model):
    """A visitor who comes again: approved once, checked at every visit like anybody else."""

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    reason = models.CharField(max_length=60)
    host = models.CharField(max_length=120, blank=True)
    # The last day.
    until_on = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["district", "school", "until_on"], name="visitors_who_are_expected"
            ),
        ]


class TemporaryAuthorisation(models.Model):
    """A listed contact's word, asked for by a call, that an adult may come for a student."""

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    given_by = models.ForeignKey(Guardian, on_delete=models.PROTECT)
    # The last digits of the number that was called: one on file before that day.
    number_called = models.CharField(max_length=4)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    # How many departures or visits it is good for.
    good_for = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["district", "student", "valid_until"], name="authorisations_of_a_student"
            ),
        ]


class RelationshipPolicy(models.Model):
    """What a district decides about releases and visits: for one school, or (no school) for all.

    Parent-Student Relationships. Nothing in it switches a restriction off.
    """

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True)
    validates_departures = models.BooleanField(default=True)
    validates_visits = models.BooleanField(default=True)
    # Roles of a source that count as listed: parent, guardian, relative.
    roles_that_count = models.JSONField()
    known_by_sight = models.BooleanField(default=False)
    leaves_alone = models.BooleanField(default=False)
    # From this time until the end of the day a release needs a reason. The school's own time.
    releases_end_at = models.TimeField(null=True)
    # A day that an order does not name is told, and stops nobody.
    parenting_times_inform = models.BooleanField(default=False)
    # The age of the list, in hours: a banner, a call, an administrator.
    warn_hours = models.PositiveSmallIntegerField()
    verify_hours = models.PositiveSmallIntegerField()
    limit_hours = models.PositiveSmallIntegerField()
    # Of the district's own: no school differs.
    locked = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "school"], name="one_policy_per_school"),
            # To a database no school differs from no school.
            models.UniqueConstraint(
                fields=["district"],
                condition=models.Q(school=None),
                name="one_policy_of_a_district_itself",
            ),
        ]


class HoldKind(models.TextChoices):
    ADMINISTRATOR_ONLY = "administrator_only"
    MAY_LEAVE_ALONE = "may_leave_alone"


class StudentHold(models.Model):
    """What the school says of a student herself: an administrator only, or she may leave alone."""

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=20, choices=HoldKind.choices)
    why = models.CharField(max_length=140)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "student", "kind"],
                condition=models.Q(ended_at=None),
                name="one_hold_of_a_kind_at_a_time",
            ),
        ]


class BellSchedule(models.Model):
    """The periods of a school's day. OneRoster 1.1 knows no bell times."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="bell_schedule")
    # As arrivals/bell_schedule.py writes it: a period a line.
    lines = models.TextField(max_length=2_000)


class Kiosk(models.Model):
    """A device at which students say that they are late. It is nobody's sign-in."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="kiosks")
    name = models.CharField(max_length=60)
    # SHA-256 of what the device alone keeps.
    secret_hash = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class KioskArrival(models.Model):
    """What a student typed at a kiosk. It waits for the desk, and is no record before."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    school = models.ForeignKey(School, on_delete=models.CASCADE)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.CASCADE)
    arrived_at = models.DateTimeField()
    reason = models.CharField(max_length=60)
    period = models.CharField(max_length=20, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    # Once the desk has said yes or no.
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    event = models.OneToOneField(DeskEvent, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "student"],
                condition=models.Q(settled_at=None),
                name="a_student_waits_once",
            ),
        ]


class Responder(models.Model):
    """Who comes when a desk asks for help: one after the other, by `position`."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    school = models.ForeignKey(School, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    phone = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "user"], name="one_responder_once"),
        ]


class HelpCause(models.TextChoices):
    ASKED = "asked"
    # The desk named an adult whom an order keeps away: nobody at the counter pressed anything.
    RESTRICTION = "restriction"


class HelpCall(models.Model):
    """A desk that needs somebody now. Open until somebody says that it is over, or the day is."""

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    cause = models.CharField(max_length=20, choices=HelpCause.choices)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["district", "school", "-asked_at"], name="help_calls_of_a_school"),
            # What the worker looks for at every tick.
            models.Index(
                fields=["asked_at"],
                condition=models.Q(answered_at=None, ended_at=None),
                name="help_calls_unanswered",
            ),
        ]


class HelpMail(models.Model):
    """A responder was written to about a call: claimed before it is sent, and never twice."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    call = models.ForeignKey(HelpCall, on_delete=models.CASCADE, related_name="mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    claimed_at = models.DateTimeField()
    # False: there is no address, or the mail server refused.
    sent = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "user"], name="one_help_mail_per_person"),
        ]
