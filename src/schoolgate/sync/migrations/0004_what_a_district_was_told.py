import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('districts', '0002_who_wants_mail'),
        ('registrations', '0003_a_pause_and_what_a_schedule_may_be'),
        ('sync', '0003_when_a_hold_was_applied'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Chore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('due_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='DistrictMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sent_on', models.DateField(null=True)),
                ('told', models.JSONField(default=dict)),
                ('retry_at', models.DateTimeField(null=True)),
                ('version', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(fields=['ended_at'], name='runs_by_end'),
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['registration'], name='runs_that_have_not_ended'),
        ),
        migrations.AddField(
            model_name='districtmail',
            name='district',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mail', to='districts.district'),
        ),
    ]
