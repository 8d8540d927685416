import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('districts', '0001_initial'),
        ('sync', '0005_one_active_run_per_registration'),
    ]

    operations = [
        migrations.AddField(
            model_name='syncrun',
            name='undo_why',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='syncrun',
            name='undone_school',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='districts.school'),
        ),
    ]
