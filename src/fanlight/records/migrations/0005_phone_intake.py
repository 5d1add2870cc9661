"""The patient's own form before the first visit, and its link; their triggers with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fanlight.records.models.base
from fanlight.records.guards import lower_phone_intake_guards, raise_phone_intake_guards


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_received_files_and_merges"),
    ]

    operations = [
        migrations.CreateModel(
            name="IntakeForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=24)),
                ("questions", fanlight.records.models.base.ExactJSONField()),
                ("opened_at", models.DateTimeField()),
                (
                    "opened_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="intake_forms", to="records.patient"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IntakeFinish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finished_at", models.DateTimeField()),
                ("form", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="finish", to="records.intakeform")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IntakeAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.CharField(max_length=80)),
                ("value", fanlight.records.models.base.ExactJSONField()),
                ("answered_at", models.DateTimeField()),
                ("form", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="records.intakeform")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IntakeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=32)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("form", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="links", to="records.intakeform")),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IntakeLinkEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("link", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="events", to="records.intakelink")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(raise_phone_intake_guards, lower_phone_intake_guards),
    ]
