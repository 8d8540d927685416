from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_unattended")]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="applied_at",
            field=models.DateTimeField(null=True),
        ),
    ]
