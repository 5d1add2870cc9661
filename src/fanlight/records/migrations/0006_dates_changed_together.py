"""Dates of a course changed together are kept as facts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fanlight.records.models.base
from fanlight.records.guards import lower_dates_guards, raise_dates_guards


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0005_phone_intake"),
    ]

    operations = [
        migrations.CreateModel(
            name="DatesChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("before", fanlight.records.models.base.ExactJSONField()),
                ("after", fanlight.records.models.base.ExactJSONField()),
                ("problems", fanlight.records.models.base.ExactJSONField(default=list)),
                ("reason", models.CharField(blank=True, max_length=240)),
                ("made_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="dates_changes", to="records.course"),
                ),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "session",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.treatmentsession"),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="undone_by", to="records.dateschange"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(raise_dates_guards, lower_dates_guards),
    ]
