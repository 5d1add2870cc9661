"""Events are found by their kind: a lot among those prepared and taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_dates_changed_together"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="sessionevent",
            index=models.Index(fields=["kind"], name="event_by_kind"),
        ),
    ]
