"""What patients say in their own words; its triggers with it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from fanlight.records.guards import lower_message_guards, raise_message_guards


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0008_events_found_by_kind"),
    ]

    operations = [
        migrations.CreateModel(
            name="PatientMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.UUIDField(unique=True)),
                ("way", models.CharField(max_length=16)),
                ("text", models.TextField()),
                ("received_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("patient", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="records.patient")),
                ("task", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="records.task")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(raise_message_guards, lower_message_guards),
    ]
