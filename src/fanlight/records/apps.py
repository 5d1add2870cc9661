"""The records application."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Facts, people, audit."""

    name = "fanlight.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
