"""The two ways out to a patient: e-mail by Django's mail, and text messages by the gateway the site configures.

Without a gateway text messages go into a file in the data folder, one line each, where nobody but the clinic reads them.
No address and no word of a message reaches a log.
"""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

SENT, UNDELIVERABLE, FAILED = "sent", "undeliverable", "failed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as it leaves. `reference` is the same at every try, so that a carrier may know it again."""

    channel: str
    address: str
    subject: str
    body: str
    reference: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the carrier said; `code` without any address or word of the message."""

    outcome: str
    code: str = ""


Carrier = Callable[[Outgoing], Outcome]


def send(message: Outgoing) -> Outcome:
    """Hand a message to the carrier of its channel. Never raises: what went wrong is the outcome."""
    if message.channel == "email":
        return _email(message)
    return _gateway(message) if settings.SMS_URL else _outbox(message)


def _email(message: Outgoing) -> Outcome:
    domain = urlsplit(settings.PUBLIC_URL).hostname or "fanlight.invalid"
    headers = {"Message-ID": f"<{message.reference}@{domain}>", "Auto-Submitted": "auto-generated"}
    try:
        count = EmailMessage(message.subject, message.body, to=[message.address], headers=headers).send()
    except Exception as problem:  # noqa: BLE001 - each backend raises its own; a failed try is an answer
        refused = type(problem).__name__ == "SMTPRecipientsRefused"
        return Outcome(UNDELIVERABLE if refused else FAILED, type(problem).__name__)
    return Outcome(SENT if count else FAILED)


def _outbox(message: Outgoing) -> Outcome:
    line = json.dumps({"to": message.address, "body": message.body, "reference": message.reference}, ensure_ascii=False) + "\n"
    try:
        handle = os.open(Path(settings.DATA_FOLDER) / "sms-outbox.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as problem:
        return Outcome(FAILED, type(problem).__name__)
    return Outcome(SENT, "outbox")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """A gateway that points elsewhere is not the one the site chose."""


def _gateway(message: Outgoing) -> Outcome:
    """POST as most gateways take it: form fields To, From, Body, with basic authentication."""
    fields = {"To": message.address, "From": settings.SMS_FROM, "Body": message.body, "Reference": message.reference}
    proof = base64.b64encode(f"{settings.SMS_USER}:{settings.SMS_PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {proof}", "Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": message.reference}
    request = urllib.request.Request(settings.SMS_URL, urlencode(fields).encode(), headers, method="POST")  # noqa: S310  checked at start
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=20) as answer:
            return Outcome(SENT, f"HTTP {answer.status}")
    except urllib.error.HTTPError as problem:
        # 4xx but for "too many" and "sign in": the number itself is refused, and another try would be too
        is_final = 400 <= problem.code < 500 and problem.code not in (401, 403, 408, 429)
        return Outcome(UNDELIVERABLE if is_final else FAILED, f"HTTP {problem.code}")
    except OSError as problem:
        return Outcome(FAILED, type(problem).__name__)
