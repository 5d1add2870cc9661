"""The records application."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Facts, people, audit."""

    name = "fanlight.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the sign-ins."""
        from fanlight.records import sign_ins  # noqa: F401  models are there only now
