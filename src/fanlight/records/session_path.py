"""The session states and their transitions, as the database holds them: the clinical room's one table, flattened."""

from __future__ import annotations

from fanlight.care.sessions.status import TRANSITIONS


def allowed_transitions() -> set[tuple[str, str]]:
    """Every (from, to) pair the database lets through."""
    return {(start.value, end.value) for start, ends in TRANSITIONS.items() for end in ends}


def keep_transitions() -> None:
    """Fill the database's table from the clinical room's, after a migration."""
    from django.db import transaction

    from fanlight.records.models import SessionTransition

    wanted = allowed_transitions()
    with transaction.atomic():
        stored = set(SessionTransition.objects.values_list("from_state", "to_state"))
        if stored != wanted:
            SessionTransition.objects.all().delete()
            SessionTransition.objects.bulk_create([SessionTransition(from_state=a, to_state=b) for a, b in sorted(wanted)])
