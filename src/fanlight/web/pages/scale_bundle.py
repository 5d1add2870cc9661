"""A patient's answer sets as one FHIR bundle: each form once, then its answers and the scores made from them."""

from __future__ import annotations

from typing import Any

from fanlight.care.scales import score
from fanlight.exchange.questionnaires import Answered, fhir_id, observations, questionnaire, questionnaire_response
from fanlight.records.import_patients import record_number_system
from fanlight.records.instruments import shipped_instruments
from fanlight.records.models import Patient, ScaleResponse


def forms_bundle(patient: Patient, *, base: str) -> dict[str, Any]:
    """A collection bundle. An answer set that a later one corrects is left out, and so is one of a scale no longer known here."""
    known = shipped_instruments()
    subject = f"Patient/{fhir_id(patient.number)}"
    rows = list(ScaleResponse.objects.filter(patient=patient).select_related("entered_by").order_by("answered_at", "pk"))
    corrected = {row.amends_id for row in rows}
    resources: list[dict[str, Any]] = [
        {
            "resourceType": "Patient",
            "id": fhir_id(patient.number),
            "identifier": [{"system": record_number_system(patient.site), "value": patient.number}],
            "name": [{"family": patient.family_name, "given": patient.given_names.split()}],
            "birthDate": patient.birth_date.isoformat(),
            "gender": patient.sex if patient.sex in ("male", "female", "other") else "unknown",
        }
    ]
    forms: set[str] = set()
    for row in rows:
        instrument = known.get(row.instrument_id)
        if instrument is None or row.pk in corrected:
            continue
        if instrument.id not in forms:
            forms.add(instrument.id)
            resources.append(questionnaire(instrument, base))
        context = dict(row.score.get("context") or {})
        answered = Answered(f"scale-{row.pk}", subject, row.answered_at, f"Practitioner/{row.entered_by_id}", is_finished=True)
        resources.append(questionnaire_response(instrument, row.answers, answered, base))
        resources += observations(instrument, row.answers, score(instrument, row.answers, context), answered, base)
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}
