from django.db import migrations


class Migration(migrations.Migration):
    """The constraint one_active_run_per_registration is the same index."""

    dependencies = [("sync", "0006_what_an_undo_takes_back")]

    operations = [
        migrations.RemoveIndex(model_name="syncrun", name="runs_that_have_not_ended"),
    ]
