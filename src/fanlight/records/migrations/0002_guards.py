"""Triggers: facts are never changed or deleted, and sessions keep to their path."""

from django.db import migrations

from fanlight.records.guards import lower_guards, raise_guards


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(raise_guards, lower_guards)]
