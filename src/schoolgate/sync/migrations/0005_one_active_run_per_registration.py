from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def end_all_but_the_newest(apps, schema_editor):
    """Runs of processes that died long ago: only the newest of a source may still go on."""
    runs = apps.get_model("sync", "SyncRun").objects.filter(state__in=("queued", "running"))
    newest = runs.filter(registration=OuterRef("registration")).order_by("-id").values("id")[:1]
    older = runs.exclude(id=Subquery(newest)).values_list("id", flat=True)
    runs.filter(id__in=list(older)).update(
        state="failed",
        failure="interrupted",
        failure_detail="The process ended in the middle. Every school's list is whole, and the "
        "next sync does the rest.",
        retry_helps=True,
    )


class Migration(migrations.Migration):

    # PostgreSQL makes no index over rows that the same transaction has changed.
    atomic = False

    dependencies = [
        ('sync', '0004_what_a_district_was_told'),
    ]

    operations = [
        migrations.RunPython(end_all_but_the_newest, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('registration',), name='one_active_run_per_registration'),
        ),
    ]
