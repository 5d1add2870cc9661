"""Events are found by their kind: a lot among those prepared and taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0007_notices"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="sessionevent",
            index=models.Index(fields=["kind"], name="event_by_kind"),
        ),
    ]
