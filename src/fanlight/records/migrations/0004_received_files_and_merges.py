"""Delimited files received, what they and patients said, and merges of two records; their triggers with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fanlight.records.models.base
from fanlight.records.guards import lower_intake_guards, raise_intake_guards


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0003_scale_forms"),
    ]

    operations = [
        migrations.CreateModel(
            name="CsvMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("mapping", fanlight.records.models.base.ExactJSONField()),
                ("kept_at", models.DateTimeField()),
                ("kept_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="csv_mappings", to="records.site")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CsvUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160)),
                ("content", models.TextField()),
                ("content_hash", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField()),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="csv_uploads", to="records.site")),
                (
                    "uploaded_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PatientMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grounds", models.CharField(max_length=240)),
                ("merged_at", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "merged",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="merges_away", to="records.patient"),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "survivor",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="merges_into", to="records.patient"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PatientUnmerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=240)),
                ("unmerged_at", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "merge",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="unmerge", to="records.patientmerge"),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReceivedFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("value", fanlight.records.models.base.ExactJSONField()),
                ("unit", models.CharField(blank=True, max_length=24)),
                ("as_given", models.CharField(blank=True, max_length=80)),
                ("said_on", models.DateField(null=True)),
                ("source", models.CharField(max_length=160)),
                ("received_at", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="received_facts", to="records.importbatch"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="received_facts", to="records.patient"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReceivedFactSettled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_taken", models.BooleanField()),
                ("settled_at", models.DateTimeField()),
                (
                    "received",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="settled", to="records.receivedfact"),
                ),
                (
                    "settled_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TwoRecords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said_at", models.DateTimeField()),
                ("one", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.patient")),
                ("other", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.patient")),
                ("said_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("survivor", models.F("merged")), _negated=True), name="merge_of_two_records"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposed_by", models.F("confirmed_by")), _negated=True), name="merge_by_two_people"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientunmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposed_by", models.F("confirmed_by")), _negated=True), name="unmerge_by_two_people"
            ),
        ),
        migrations.RunPython(raise_intake_guards, lower_intake_guards),
    ]
