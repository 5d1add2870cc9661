"""How a patient agreed to be reached, and each message to them; their triggers with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fanlight.records.models.base
from fanlight.records.guards import lower_notice_guards, raise_notice_guards


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_dates_changed_together"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=8)),
                ("is_agreed", models.BooleanField()),
                ("address", models.CharField(blank=True, max_length=254)),
                ("language", models.CharField(default="en", max_length=8)),
                ("zone_name", models.CharField(blank=True, max_length=64)),
                ("why", models.CharField(blank=True, max_length=240)),
                ("said_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="contact_agreements", to="records.patient"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("message", models.CharField(max_length=40)),
                ("asks", fanlight.records.models.base.ExactJSONField()),
                ("due_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                (
                    "agreement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="records.contactagreement"),
                ),
                (
                    "course",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="records.course"),
                ),
                ("patient", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="records.patient")),
            ],
        ),
        migrations.CreateModel(
            name="NoticeAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=16)),
                ("code", models.CharField(blank=True, max_length=80)),
                ("notice", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="records.notice")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["patient", "due_on"], name="records_not_patient_4b4933_idx"),
        ),
        migrations.RunPython(raise_notice_guards, lower_notice_guards),
    ]
