"""The conditions of leaving, one by one (treatment protocols 4.5, as clarified in rule semantics 7).

Each answers met, not met or unknown, and says from which number of which minute. What nobody looked at since the
drug ended, or looked at too long ago, is unknown. Numbers come from the plan; one that is not there is unknown too.
"""

from __future__ import annotations

from fanlight.care.sessions.criteria_of_leaving import escort, gait, line_out, nausea, no_driving, oriented, plan_given, screener
from fanlight.care.sessions.criteria_of_readings import breathing, dissociation, distress, observed, oxygen, pressure, sedation
from fanlight.care.sessions.looking import Condition

CONDITIONS: dict[str, Condition] = {
    condition.id: condition
    for condition in (
        Condition("observation_time", "Observed long enough", "nurse", observed),
        Condition("sedation", "Awake: MOAA/S", "nurse", sedation),
        Condition("orientation", "Oriented", "nurse", oriented),
        Condition("blood_pressure", "Blood pressure near baseline", "nurse", pressure),
        Condition("oxygen", "SpO₂ on room air", "nurse", oxygen),
        Condition("breathing", "Breathing recovered", "nurse", breathing),
        Condition("dissociation", "Dissociation resolved", "patient", dissociation),
        Condition("distress", "Not distressed", "patient", distress),
        Condition("nausea", "Nausea controlled", "nurse", nausea),
        Condition("gait", "Gait steady", "nurse", gait),
        Condition("suicidality_reasked", "C-SSRS asked again", "nurse", screener),
        Condition("escort", "Named escort is here", "front desk", escort),
        Condition("written_plan", "Written plan given", "nurse", plan_given),
        Condition("no_driving", "No driving understood", "nurse", no_driving),
        Condition("line_out", "Line out", "nurse", line_out),
    )
}
"""Every condition of leaving, by the name protocols use."""
