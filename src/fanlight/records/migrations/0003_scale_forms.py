"""Forms under way, patients' links, and what a risk answer sets going; their triggers with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fanlight.records.models.base
from fanlight.records.guards import lower_scale_guards, raise_scale_guards


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstrumentEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instrument_id", models.CharField(max_length=40)),
                ("instrument_version", models.CharField(max_length=24)),
                ("content_hash", models.CharField(max_length=64, unique=True)),
                ("text", models.TextField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FormLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=32)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FormLinkEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("link", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="events", to="records.formlink")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RiskAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grade", models.CharField(max_length=40)),
                ("found", fanlight.records.models.base.ExactJSONField()),
                ("assessed_at", models.DateTimeField()),
                (
                    "assessed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="risk_assessments", to="records.patient"),
                ),
                ("task", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="assessment", to="records.task")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ScaleForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.CharField(max_length=16)),
                ("opened_at", models.DateTimeField()),
                (
                    "edition",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="forms", to="records.instrumentedition"),
                ),
                (
                    "opened_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scale_forms", to="records.patient"),
                ),
                (
                    "rater",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="scale_forms", to="records.treatmentsession"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ScaleFinish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finished_at", models.DateTimeField()),
                (
                    "response",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="finish", to="records.scaleresponse"),
                ),
                ("form", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="finish", to="records.scaleform")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="formlink",
            name="form",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="links", to="records.scaleform"),
        ),
        migrations.CreateModel(
            name="ScaleItemAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer_id", models.UUIDField(unique=True)),
                ("item", models.CharField(max_length=24)),
                ("value", fanlight.records.models.base.ExactJSONField(null=True)),
                ("answered_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("form", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="taps", to="records.scaleform")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RiskRaised",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grade", models.CharField(max_length=40)),
                ("urgency", models.PositiveSmallIntegerField()),
                ("table_version", models.CharField(max_length=24)),
                ("event", models.CharField(blank=True, max_length=64)),
                ("raised_at", models.DateTimeField()),
                ("patient", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="risks", to="records.patient")),
                ("task", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="risks", to="records.task")),
                (
                    "form",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="risks", to="records.scaleform"),
                ),
                (
                    "tap",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="risks", to="records.scaleitemanswer"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(raise_scale_guards, lower_scale_guards),
    ]
