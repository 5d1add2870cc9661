"""Signatures under a course's documents; their triggers with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from fanlight.records.guards import lower_course_document_guards, raise_course_document_guards


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0009_patient_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseDocumentSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document_id", models.CharField(max_length=40)),
                ("content_hash", models.CharField(max_length=64)),
                ("meaning", models.CharField(max_length=24)),
                ("signed_at", models.DateTimeField()),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="records.course")),
                (
                    "signed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(raise_course_document_guards, lower_course_document_guards),
    ]
