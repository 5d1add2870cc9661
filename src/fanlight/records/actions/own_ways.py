"""What may not simply be said as a fact: letting go, going past a criterion, and another person's signature.

A release and an override are decisions of the clinic, not things that befell it: each has its gate. Somebody who went all
the same has left against advice, absconded or was transferred, and that can always be said. A witness of waste is another
person who signs in there and then (CSL-6); waste without one is recorded, and stays owed its second signature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fanlight.care.sessions.events import Event, corrected_payload
from fanlight.care.sessions.kinds import EVENT_KINDS, EventKind
from fanlight.core.errors import FanlightError
from fanlight.records.models import StaffMember
from fanlight.records.permissions import Permission, whom_to_ask

_K = EventKind
RELEASES = frozenset({_K.DISCHARGED, _K.STOPPED_AND_OBSERVED})
"""The ends that are a decision of the clinic, and pass a gate."""
SIGNED = frozenset({_K.OVERRIDE, _K.SECOND_CHECK})
"""What a person put their own name to: another person may strike it, never put other words under it."""


class SessionError(FanlightError):
    """Something said of a session that cannot be recorded as given."""


def check_plain(kind: EventKind) -> None:
    """Raise where this kind cannot be said as a plain event."""
    what = f"Cannot record {EVENT_KINDS[kind].label.lower()} this way"
    if kind in RELEASES:
        raise SessionError(
            "FAN-SESS-013",
            what,
            "letting the patient go passes its criteria",
            "Use the page of leaving. Who went all the same: left against advice, absconded or transferred.",
        )
    if kind is _K.OVERRIDE:
        raise SessionError(
            "FAN-SESS-014", what, "a second licensed person signs in for it", "Use the page of leaving, with the second person beside you."
        )


def with_witness(
    kind: EventKind, payload: Mapping[str, Any], stream: Iterable[Event], *, by: StaffMember, second: StaffMember | None
) -> dict[str, Any]:
    """The payload with the witness who signed in; a witness who is only named is refused.

    `second` is the person `confirm_identity` confirmed. For a correction of waste the witness stands in the corrected
    values; one who was there before may stay.
    """
    given = dict(payload)
    waste, earlier = _waste_of(kind, given, stream)
    if waste is None:
        return given
    if second is not None:
        if second.pk == by.pk or second.site_id != by.site_id or not second.may(Permission.WITNESS_WASTE):
            raise SessionError(
                "FAN-SESS-015", "Cannot take this witness", "a witness is another person who may witness waste here", "Ask a colleague."
            )
        waste["witness"] = str(second.pk)
    elif waste.get("witness") not in (None, "", earlier):
        raise SessionError(
            "FAN-SESS-016",
            "Cannot take this witness",
            "a witness signs in; a name is not a signature",
            "Let the witness type their sign-in name and password, or record the waste without one: it stays owed.",
        )
    if kind is _K.WASTED:
        return waste
    given["payload"] = waste
    return given


def _waste_of(kind: EventKind, given: Mapping[str, Any], stream: Iterable[Event]) -> tuple[dict[str, Any] | None, str | None]:
    """The waste an entry speaks of, and the witness it had before."""
    if kind is _K.WASTED:
        return dict(given), None
    if kind is not _K.AMENDED or not isinstance(given.get("payload"), Mapping):
        return None, None
    old = next((event for event in stream if event.id == given.get("amends")), None)
    if old is None or old.kind is not _K.WASTED:
        return None, None
    return dict(given["payload"]), old.payload.witness


def check_correction(event: Event, stream: tuple[Event, ...], by: StaffMember) -> None:
    """Raise where a correction names nothing here, does not fit, or is not this person's to make.

    Who corrects an entry must be one who could have recorded it.
    """
    if event.kind is not _K.AMENDED:
        return
    known = {other.id: other for other in stream}
    named = old = known.get(event.payload.amends)
    while old is not None and old.kind is _K.AMENDED:
        old = known.get(old.payload.amends)
    if named is None or old is None:
        raise SessionError(
            "FAN-SESS-012", "Cannot correct this entry", "it is not an entry of this session", "Open the session it belongs to."
        )
    if not by.roles & EVENT_KINDS[old.kind].roles:
        wanted = whom_to_ask(role.replace("_", " ") for role in EVENT_KINDS[old.kind].roles)
        raise SessionError(
            "FAN-SESS-017",
            f"You cannot correct {EVENT_KINDS[old.kind].label.lower()}",
            "only who may record it may correct it",
            wanted,
        )
    if old.kind in SIGNED and event.payload.payload is not None:
        raise SessionError(
            "FAN-SESS-018",
            f"Cannot change the words of {EVENT_KINDS[old.kind].label.lower()}",
            "a person signed it as it stands",
            "Strike it, and let it be signed anew.",
        )
    if named.kind is not _K.AMENDED:
        corrected_payload(event.payload, named.kind)
