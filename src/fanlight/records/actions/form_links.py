"""A patient's link to one form: used once, for three days, after the date of birth, which may be tried five times."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, overload

from django.conf import settings
from django.db import transaction

from fanlight.records.audit import change, note
from fanlight.records.canonical import sha256
from fanlight.records.models import FormLink, FormLinkEvent, IntakeForm, IntakeLink, IntakeLinkEvent, ScaleForm, StaffMember
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

LIVES = timedelta(hours=72)
TRIES = 5
"""Source: safety-and-security reference, section 4.2."""
AnyLink = FormLink | IntakeLink
"""A link to a form of a scale, or to the patient's own form before the first visit."""
WRONG, OPENED, WITHDRAWN = "wrong", "opened", "withdrawn"


_NEEDS: dict[type, Permission] = {FormLink: Permission.RECORD_SCALES, IntakeLink: Permission.EDIT_DEMOGRAPHICS}


@dataclass(frozen=True, slots=True)
class LinkState:
    """How a link stands: `word` is live, finished, expired, locked or withdrawn."""

    word: str
    tries_left: int
    opened_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it still opens its form."""
        return self.word == "live"


@overload
def make_link(*, form: ScaleForm, by: StaffMember, at: datetime) -> FormLink: ...
@overload
def make_link(*, form: IntakeForm, by: StaffMember, at: datetime) -> IntakeLink: ...
def make_link(*, form: ScaleForm | IntakeForm, by: StaffMember, at: datetime) -> AnyLink:
    """Make a link to a form; an earlier one of the same form is withdrawn."""
    kind = IntakeLink if isinstance(form, IntakeForm) else FormLink
    check_may(by, _NEEDS[kind], at=at, patient=form.patient)
    return _made(form, by, at)


@overload
def _made(form: ScaleForm, by: StaffMember, at: datetime) -> FormLink: ...
@overload
def _made(form: IntakeForm, by: StaffMember, at: datetime) -> IntakeLink: ...
def _made(form: ScaleForm | IntakeForm, by: StaffMember, at: datetime) -> AnyLink:
    with change("make_form_link", at=at, by=by, patient=form.patient, form=form.pk) as entry:
        for earlier in form.links.all():
            if state_of(earlier, at).is_live:
                entry.add(_event(earlier, WITHDRAWN, at))
        nonce = secrets.token_hex(16)
        kept = {"nonce": nonce, "token_hash": sha256(_token(nonce))}
        shared: dict[str, Any] = kept | {"made_by": by, "made_at": at, "expires_at": at + LIVES}
        link = IntakeLink(form=form, **shared) if isinstance(form, IntakeForm) else FormLink(form=form, **shared)
        entry.add(link)
    return link


def link_for_message(*, form: ScaleForm, at: datetime) -> FormLink:
    """The live link of a form, or a new one made by the house for a message it sends."""
    live = next((link for link in form.links.order_by("-pk") if state_of(link, at).is_live and link.expires_at - at > LIVES / 3), None)
    return live if live is not None else _made(form, form.opened_by, at)


def _event(link: AnyLink, kind: str, at: datetime) -> FormLinkEvent | IntakeLinkEvent:
    if isinstance(link, IntakeLink):
        return IntakeLinkEvent(link=link, kind=kind, at=at)
    return FormLinkEvent(link=link, kind=kind, at=at)


def withdraw_link(*, link: AnyLink, by: StaffMember, at: datetime) -> None:
    """Take a link back: it opens nothing any more."""
    check_may(by, _NEEDS[type(link)], at=at, patient=link.form.patient)
    if state_of(link, at).is_live:
        with change("withdraw_form_link", at=at, by=by, patient=link.form.patient, link=link.pk) as entry:
            entry.add(_event(link, WITHDRAWN, at))


def take_back(*, link: FormLink, by: StaffMember, at: datetime) -> None:
    """The tablet is with the staff again: its address opens nothing any more, and a form half filled in waits for a new hand-over."""
    with change("take_tablet_back", at=at, by=by, patient=link.form.patient, link=link.pk) as entry:
        if state_of(link, at).is_live:
            entry.add(FormLinkEvent(link=link, kind=WITHDRAWN, at=at))


def token_of(link: AnyLink) -> str:
    """What stands in the address of a link. It is made, not kept: the database alone does not give it."""
    return _token(link.nonce)


def find_link(token: str) -> AnyLink | None:
    """The link of an address, whatever its state; None where there never was one."""
    digest = sha256(token)
    found = FormLink.objects.filter(token_hash=digest).select_related("form__patient__site", "form__edition").first()
    return found or IntakeLink.objects.filter(token_hash=digest).select_related("form__patient__site").first()


def state_of(link: AnyLink, at: datetime) -> LinkState:
    """How a link stands at an instant."""
    events = list(link.events.order_by("pk").values_list("kind", "at"))
    left = TRIES - sum(kind == WRONG for kind, _ in events)
    opened = next((when for kind, when in events if kind == OPENED), None)
    if link.is_finished:
        word = "finished"
    elif any(kind == WITHDRAWN for kind, _ in events):
        word = "withdrawn"
    elif left <= 0:
        word = "locked"
    else:
        word = "live" if at < link.expires_at else "expired"
    return LinkState(word, max(left, 0), opened)


def try_birth_date(*, link: AnyLink, given: date | None, at: datetime) -> LinkState:
    """One try at the date of birth; `opened_at` is set only when it was right. A wrong one is counted, and the fifth shuts the link."""
    with transaction.atomic():
        held = type(link).objects.select_for_update().select_related("form__patient").get(pk=link.pk)
        before = state_of(held, at)
        if not before.is_live:
            return LinkState(before.word, before.tries_left, None)
        is_right = given is not None and hmac.compare_digest(given.isoformat(), held.form.patient.birth_date.isoformat())
        action, kind = ("open_form_link", OPENED) if is_right else ("refused:form_link", WRONG)
        with change(action, at=at, by=None, patient=held.form.patient, link=held.pk) as entry:
            entry.add(_event(held, kind, at))
        after = state_of(held, at)
        return LinkState(after.word, after.tries_left, at if is_right else None)


def note_shut(*, link: AnyLink | None, at: datetime) -> None:
    """A link that opens nothing was tried: on record."""
    note("refused:form_link_shut", at=at, by=None, patient=link.form.patient if link else None, known=link is not None)


def _token(nonce: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"form-link:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode("ascii")
