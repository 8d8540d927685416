"""Students, guardians and the relationships between them: the truth the desk works from.

Synced rows are keyed by (registration, sourced_id), the sourced_id an opaque string compared
exactly. `registration_id` and `run_id` are plain numbers: registrations and sync stand on floors
above this one, and keys only point down. What the school knows itself
(restrictions, pickup states, aliases) stands at the end: no sync touches it.
"""

from django.conf import settings
from django.db import models

from schoolgate.districts.models import District, School

# What a source says of a student and of a guardian, and a sync keeps in step.
STUDENT_FIELDS = ("given_name", "middle_name", "family_name", "identifier", "grade")
GUARDIAN_FIELDS = ("given_name", "middle_name", "family_name", "role", "email", "phone", "sms")


class State(models.TextChoices):
    ACTIVE = "active"
    DEPARTED = "departed"


class Person(models.Model):
    """What students and guardians share. Names are kept as the source spells them."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, db_index=False)
    # None: known to the school only, never seen at a source.
    registration_id = models.BigIntegerField(null=True)
    sourced_id = models.CharField(max_length=255, null=True)  # noqa: DJ001  # no id is not ""
    given_name = models.CharField(max_length=200)
    middle_name = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # The run that last changed this row.
    run_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Student(Person):
    identifier = models.CharField(max_length=100, blank=True)
    grade = models.CharField(max_length=40, blank=True)
    # Names and identifier folded for type-ahead: " rivera marisol j 4471" (roster/folding.py).
    folded = models.CharField(max_length=700)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "registration_id", "sourced_id"], name="one_student_per_id"
            ),
        ]


class Guardian(Person):
    """Any adult contact of a student. The role is the source's: a contact, never a permission."""

    role = models.CharField(max_length=40)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=100, blank=True)
    sms = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "registration_id", "sourced_id"], name="one_guardian_per_id"
            ),
        ]


class Listing(models.Model):
    """A student on one school's list. A student may be on several."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, db_index=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="listings")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="listings")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "school", "student"], name="one_listing_per_school"
            ),
        ]


class RelationshipState(models.TextChoices):
    CURRENT = "current"
    ENDED = "ended"


class Relationship(models.Model):
    """One student with one guardian. An ended one stays, so that the desk can say since when."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, db_index=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="relationships")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="relationships")
    state = models.CharField(max_length=10, choices=RelationshipState.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    run_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "student", "guardian"], name="one_relationship_per_pair"
            ),
            models.CheckConstraint(
                condition=models.Q(state="current", ended_at=None)
                | models.Q(state="ended", ended_at__isnull=False),
                name="an_ended_relationship_has_an_end",
            ),
        ]


class Side(models.TextChoices):
    """Whose source row says so (OneRoster `agents`, on either side)."""

    STUDENT = "student"
    ADULT = "adult"


class RelationshipClaim(models.Model):
    """What one source row says about one pair. A relationship stands while any side claims it.

    Kept by source ids, so that a claim about somebody not (yet) in the feed waits and resolves.
    """

    district = models.ForeignKey(District, on_delete=models.CASCADE, db_index=False)
    registration_id = models.BigIntegerField()
    side = models.CharField(max_length=10, choices=Side.choices)
    student_sourced_id = models.CharField(max_length=255)
    adult_sourced_id = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration_id", "student_sourced_id", "adult_sourced_id", "side"],
                name="one_claim_per_side",
            ),
        ]
        # The same the other way round, and as wide: SQLite takes a whole index that fits badly
        # for a narrower one that fits well.
        indexes = [
            models.Index(
                fields=["registration_id", "adult_sourced_id", "student_sourced_id", "side"],
                name="claims_by_adult",
            ),
        ]


class HistoryEntry(models.Model):
    """One change of one student, guardian or relationship, with what was before and after."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, db_index=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, db_index=False)
    registration_id = models.BigIntegerField(null=True)
    run_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    # "student.transferred", "relationship.removed", ...
    action = models.CharField(max_length=40)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, null=True, db_index=False)
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, null=True, db_index=False)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["student", "at"], name="history_of_a_student"),
            models.Index(fields=["guardian", "at"], name="history_of_a_guardian"),
            models.Index(fields=["run_id"], name="history_of_a_run"),
        ]


# --- the school's own knowledge: no sync touches what follows ---------------------------------


class Effect(models.TextChoices):
    NO_RELEASE = "no_release"
    NO_VISIT = "no_visit"
    NO_CONTACT = "no_contact"
    SUPERVISED_ONLY = "supervised_only"
    NO_INFORMATION = "no_information"
    ONLY_THESE_ADULTS = "only_these_adults"
    PARENTING_TIMES = "parenting_times"


class Restriction(models.Model):
    """A court order or do-not-release note: ours, dated. It is about a person, by name.

    `guardian` is a convenience: the restriction is matched by name too, so that it holds when the
    source deletes an adult and creates her again with another id.
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    given_name = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200)
    other_names = models.JSONField(default=list)
    birth_date = models.DateField(null=True)
    guardian = models.ForeignKey(Guardian, on_delete=models.SET_NULL, null=True)
    effects = models.JSONField()
    # Of parenting times: the days of the week on which the order lets her or him come; Monday is 0.
    days = models.JSONField(default=list)
    # Scope: the students named, or else the whole school, or else the whole district.
    students = models.ManyToManyField(Student, through="RestrictedStudent")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)
    instruction = models.CharField(max_length=140)
    # Court, number and date, and who saw the copy: the reference, never the document.
    order_reference = models.CharField(max_length=200, blank=True)
    from_on = models.DateField()
    # None: until reviewed.
    until_on = models.DateField(null=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    # Lifting takes two: one asks and says why, another agrees. Until then it binds.
    lift_asked_at = models.DateTimeField(null=True)
    lift_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    lift_reason = models.CharField(max_length=500, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class RestrictedStudent(models.Model):
    district = models.ForeignKey(District, on_delete=models.PROTECT)
    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE)
    student = models.ForeignKey(Student, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "restriction", "student"], name="one_row_per_restricted_student"
            ),
        ]


class Pickup(models.TextChoices):
    ALLOWED = "allowed"
    DENIED = "denied"


class PickupState(models.Model):
    """The school's own word on whether this adult may collect this student. No row: not stated."""

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="pickup_states")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="pickup_states")
    state = models.CharField(max_length=10, choices=Pickup.choices)
    why = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "student", "guardian"], name="one_pickup_state_per_pair"
            ),
        ]


class Alias(models.Model):
    """Another name under which this adult is known, confirmed by a person: it counts as exact."""

    district = models.ForeignKey(District, on_delete=models.PROTECT)
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "guardian", "name"], name="one_alias_per_name"
            ),
        ]


# --- lists that were there before a source ------------------------------------------------------


class ListDraft(models.Model):
    """A file of a list, as its person has it open: nothing of it is on a list yet."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    file_name = models.CharField(max_length=200)
    text = models.TextField()
    # Read as Windows writes: the file did not say what it is.
    guessed = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "by"], name="one_draft_per_person_and_district"
            ),
        ]


class ListChoice(models.TextChoices):
    # Whom the source has too takes the source's id, and keeps her history.
    ADOPT = "adopt"
    # Everybody of our own list leaves when the source's list comes.
    CLEAR = "clear"


class LeftOver(models.TextChoices):
    KEEP = "keep"
    LEAVE = "leave"


class ListDecision(models.Model):
    """What becomes of a school's own list once a source fills it. While there is none, it waits."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    school = models.ForeignKey(School, on_delete=models.CASCADE)
    registration_id = models.BigIntegerField()
    choice = models.CharField(max_length=10, choices=ListChoice.choices)
    left_over = models.CharField(max_length=10, choices=LeftOver.choices)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    # When those who leave left, in the transaction that brought the source's list.
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "school", "registration_id"],
                name="one_decision_per_school_and_source",
            ),
        ]


class Recognition(models.Model):
    """A person has said who one of the source's people is of ours; no student: nobody."""

    district = models.ForeignKey(District, on_delete=models.CASCADE)
    registration_id = models.BigIntegerField()
    sourced_id = models.CharField(max_length=255)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, null=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "registration_id", "sourced_id"],
                name="one_recognition_per_id",
            ),
        ]
