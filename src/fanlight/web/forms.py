"""What every form shares: a key, so that it is done once; errors that say what to do; what was typed is kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest

from fanlight.core.errors import FanlightError, InputError
from fanlight.core.quantities import parse_decimal
from fanlight.records import clock
from fanlight.records.idempotency import once
from fanlight.records.models import StaffMember
from fanlight.web.access import person
from fanlight.web.second_person import second_person

_NEVER_KEPT = ("write_key", "second_password", "second_code", "code")
"""What proves a person once is not part of what was asked, and its hash is kept nowhere."""


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One line of the error summary; `href` leads to its field."""

    words: str
    href: str = ""


class KeyedForm(forms.Form):
    """A form with a key of its own. The same key with the same answers is answered once (CON-3)."""

    write_key = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-write-key": ""}), error_messages={"required": "Reload the page."})
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["write_key"].initial = uuid.uuid4()
        self.dress()

    def dress(self) -> None:
        """Give each field the house's look; called again by a form that adds fields of its own."""
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "select")
            elif isinstance(widget, forms.Textarea):
                widget.attrs.setdefault("class", "textarea")
                widget.attrs.setdefault("rows", "3")
            elif not isinstance(widget, forms.HiddenInput | forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
                widget.attrs.setdefault("class", "input")

    def full_clean(self) -> None:
        """Validate, then tell readers which fields are wrong and where that is said."""
        super().full_clean()
        for name in self.errors:
            field = self.fields.get(name)
            if field is not None and not isinstance(field.widget, forms.RadioSelect):
                field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}-error"}

    @property
    def faults(self) -> list[FaultLine]:
        """Every fault at once, each with where to mend it."""
        found = []
        for name, errors in self.errors.items():
            field = self.fields.get(name)
            label = f"{field.label}: " if field is not None and field.label and name != "write_key" else ""
            at = f"#id_{name}-group" if isinstance(getattr(field, "widget", None), forms.RadioSelect) else f"#id_{name}"
            found += [FaultLine(f"{label}{error}", at if field is not None and name != "write_key" else "") for error in errors]
        return found

    def say(self, problem: FanlightError, fields: Mapping[str, str] | None = None) -> None:
        """Put a refusal into the form, each fault beside its field where it has one."""
        if isinstance(problem, InputError) or hasattr(problem, "faults"):
            for fault in problem.faults:
                name = (fields or {}).get(fault.path, fault.path)
                self.add_error(name if name in self.fields else None, f"{fault.reason} {fault.suggestion}".strip())
            if problem.faults:
                return
        self.add_error(None, f"{problem.what}: {problem.why}. {problem.next_step}".replace(": . ", ". ").strip())


def do_once(request: HttpRequest, form: KeyedForm, endpoint: str, do: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Carry a valid form out, once. None, with the reasons in the form, where it is refused."""
    body = {name: _plain(value) for name, value in form.cleaned_data.items() if name not in _NEVER_KEPT}
    try:
        answer, _ = once(key=form.cleaned_data["write_key"], endpoint=endpoint, body=body, by=person(request), at=clock.now(), do=do)
    except FanlightError as problem:
        form.say(problem)
        return None
    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


class ExactField(forms.CharField):
    """A number as it was typed: digits are kept, a comma that could be a thousand is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """An exact decimal, or None where nothing was given."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_decimal(text)
        except FanlightError as problem:
            raise forms.ValidationError(f"{problem.why.capitalize()}. {problem.next_step}") from problem


class DayField(forms.DateField):
    """A calendar day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not known: three answers, and the third is said, not assumed."""

    def __init__(self, *, with_unknown: bool = True, **kwargs: Any) -> None:
        choices = [("yes", "Yes"), ("no", "No")] + ([("", "Not known")] if with_unknown else [])
        kwargs.setdefault("required", not with_unknown)
        super().__init__(
            choices=choices,
            widget=forms.RadioSelect,
            coerce=lambda value: {"yes": True, "no": False}.get(value),
            empty_value=None,
            **kwargs,
        )


class SecondPersonMixin(forms.Form):
    """A second person's own sign-in, in the same form."""

    second_name = forms.CharField(
        label="Second person, sign-in name", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    second_password = forms.CharField(
        label="Their password", required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)
    )
    second_code = forms.CharField(
        label="Their one-time code",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="From their own authenticator.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.MFA_IS_REQUIRED:
            del self.fields["second_code"]

    def second(self, request: HttpRequest) -> StaffMember | None:
        """The second person, confirmed by their own sign-in; None where nobody is named."""
        given = self.cleaned_data
        if not given.get("second_name"):
            return None
        return second_person(request, given["second_name"], given.get("second_password", ""), given.get("second_code", ""))
