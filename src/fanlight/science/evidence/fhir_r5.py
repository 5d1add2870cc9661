"""An answer as FHIR Evidence and EvidenceVariable. Derived from R5, in a server that speaks R4: marked so, and to be read as such."""

from __future__ import annotations

from typing import Any

import numpy as np

from fanlight.science.evidence.measures import READINGS, Measure
from fanlight.science.evidence.questions import Answer
from fanlight.science.evidence.statements import Statement

MARK = "Derived from the FHIR R5 resource of the same name; not part of FHIR R4."
_TYPES = {
    Measure.RR: ("C93152", "Relative Risk"),
    Measure.OR: ("C16932", "Odds Ratio"),
    Measure.RD: ("0000424", "Absolute Risk Difference"),
    Measure.MD: ("0000457", "Mean Difference"),
    Measure.SMD: ("0000100", "Standardized Mean Difference"),
}
"""Codes of the R5 value set statistic-type. A measure not listed is named by text alone."""


def evidence_bundle(result: Answer, statement: Statement) -> dict[str, Any]:
    """A collection bundle: one Evidence, and an EvidenceVariable for population, intervention, comparator and outcome each."""
    question = result.question
    parts = {
        "population": ("population", question.population),
        "intervention": ("exposure", question.intervention),
        "comparator": ("referenceExposure", question.comparator),
        "outcome": ("measuredVariable", f"{question.outcome}, {question.time}"),
    }
    variables = [
        {
            "resourceType": "EvidenceVariable",
            "id": f"{_identifier(result.question_id)}-{name}",
            "meta": _mark(),
            "status": "draft",
            "title": words,
            "description": words,
        }
        for name, (_, words) in parts.items()
    ]
    evidence: dict[str, Any] = {
        "resourceType": "Evidence",
        "id": _identifier(result.question_id),
        "meta": _mark(),
        "status": "draft",
        "date": result.answered_on.isoformat(),
        "title": question.title,
        "description": statement.text(result.answered_on),
        "note": [{"text": note} for note in result.notes],
        "variableDefinition": [
            {
                "description": words,
                "variableRole": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/variable-role", "code": role}]},
                "observed": {"reference": f"EvidenceVariable/{_identifier(result.question_id)}-{name}"},
            }
            for name, (role, words) in parts.items()
        ],
        "certainty": [
            {
                "description": " ".join(question.judgement.reasons),
                "type": {"text": "Overall certainty"},
                "rating": {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/certainty-rating",
                            "code": question.judgement.certainty.value.replace(" ", "-"),
                        }
                    ]
                },
            }
        ],
    }
    if result.pooled is not None and result.pooled.converged:
        evidence["statistic"] = [_statistic(result)]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": item} for item in (evidence, *variables)]}


def _identifier(question_id: str) -> str:
    return question_id.replace("_", "-")[:60]


def _mark() -> dict[str, Any]:
    return {"tag": [{"system": "urn:fanlight:derivation", "code": "r5-derived", "display": MARK}]}


def _statistic(result: Answer) -> dict[str, Any]:
    fit = result.pooled
    assert fit is not None
    is_log = READINGS[result.measure].is_log

    def read(value: float) -> float:
        return round(float(np.exp(value)) if is_log else value, 6)

    estimates: list[dict[str, Any]] = []
    for name, interval in (("confidence interval", fit.ci), ("prediction interval", fit.pi)):
        if np.isfinite(interval).all():
            estimates.append(
                {
                    "type": {"text": name},
                    "description": fit.pi_rule if name.startswith("prediction") else f"test {fit.test}",
                    "level": fit.level,
                    "range": {"low": {"value": read(interval[0])}, "high": {"value": read(interval[1])}},
                }
            )
    for name, value in (("tau squared", fit.tau2), ("I squared, percent", fit.i2), ("Cochran Q", fit.q)):
        if np.isfinite(value):
            estimates.append({"type": {"text": name}, "quantity": {"value": round(value, 6)}})
    code = _TYPES.get(result.measure)
    kind: dict[str, Any] = {"text": READINGS[result.measure].words}
    if code:
        kind["coding"] = [{"system": "http://terminology.hl7.org/CodeSystem/statistic-type", "code": code[0], "display": code[1]}]
    people = (
        [row.total_arm1 or row.n_mean_arm1 or 0 for row in result.rows],
        [row.total_arm2 or row.n_mean_arm2 or 0 for row in result.rows],
    )
    return {
        "statisticType": kind,
        "quantity": {"value": read(fit.estimate)},
        "sampleSize": {"numberOfStudies": fit.k, "numberOfParticipants": int(sum(people[0]) + sum(people[1]))},
        "attributeEstimate": estimates,
        "modelCharacteristic": [{"code": {"text": f"{fit.method}, test {fit.test}"}}],
    }
