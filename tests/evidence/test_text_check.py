"""The leaflet checker on paragraphs good and bad, on paraphrases of everything forbidden, and on the denials that are right."""

import pytest

from fanlight.records.evidence_base import load_evidence
from fanlight.science.evidence.text_check import check_text, plain_words, sentences


@pytest.fixture(scope="module")
def rules():
    return load_evidence().text_rules


def found(text, rules):
    return {marked.rule for marked in check_text(text, rules)}


BAD_CLINIC_PAGE = """
# A breakthrough for depression
Our FDA-approved ketamine infusions heal depression at its root cause. 70% of patients get relief within 24 hours.
It is completely safe, because anaesthetists have used it for fifty years, and it is not addictive.
Treatment prevents suicide and replaces a stay in hospital. You can drive home the same evening.
"""

BAD_HOME_LEAFLET = """
- Take your lozenges safely at home without supervision
- Works for PTSD, fibromyalgia and anxious teenagers
- Safer and faster than antidepressants, so you can taper your other medicines yourself
- Bladder problems do not happen at medical doses
- Psilocybin sessions are legal here
"""

BAD_GENTLE_PARAGRAPH = """
Ketamine rewires the brain and grows new connections in your brain, which is why its benefits are long-lasting.
Science proves it: our clients rave about their life-changing sessions, and 8 out of 10 recover.
"""

GOOD_LEAFLET = """
# Ketamine for depression: what we know
Ketamine is approved as an anaesthetic. Using it for depression is off-label: no regulator has approved it for that.
Of 100 people on ketamine about 27 respond within a day, and about 9 of 100 on placebo; certainty is very low.
The effect often fades in days to weeks, and how best to keep it is not known.
It has not been shown to prevent suicide, and it does not replace hospital care.
Common effects are sleepiness, feeling cut off, dizziness, nausea and a rise in blood pressure.
It can be misused, and it can harm the bladder. Do not drive until the next day, after sleep.
Keep taking your medicines unless your prescriber tells you otherwise.
"""

GOOD_ESKETAMINE = """
Spravato (esketamine nasal spray) is approved by the FDA for adults with treatment-resistant depression.
In one trial 24 of 90 relapsed on it compared with 39 of 86 on placebo. For PTSD the results are mixed.
In people under 18 the evidence is very small, and nothing is approved. We cannot promise that it works for you.
A score is not a diagnosis. There is no cure, and no one can guarantee a result.
"""


def test_a_bad_page_is_marked_in_every_sentence(rules):
    marked = found(BAD_CLINIC_PAGE, rules)
    assert {
        "approved_racemic",
        "cure",
        "root_cause",
        "seventy_percent",
        "rate_without_comparison",
        "no_risk",
        "anaesthetic_safety",
    } <= marked
    assert {"not_addictive", "prevents_suicide", "replaces_hospital", "drive_tonight"} <= marked
    sentences_marked = {m.sentence for m in check_text(BAD_CLINIC_PAGE, rules)}
    assert len(sentences_marked) == 5


def test_a_bad_leaflet_of_bullets(rules):
    assert {
        "safe_at_home",
        "ptsd",
        "pain",
        "children",
        "better_than_approved",
        "stop_medicines",
        "bladder",
        "approved_psilocybin",
    } <= found(BAD_HOME_LEAFLET, rules)
    assert [m.line for m in check_text(BAD_HOME_LEAFLET, rules) if m.rule == "bladder"] == [5]


def test_a_gentle_paragraph_that_overstates(rules):
    assert {"mechanism", "lasting", "proven", "testimony", "seventy_percent"} <= found(BAD_GENTLE_PARAGRAPH, rules)


@pytest.mark.parametrize("text", [GOOD_LEAFLET, GOOD_ESKETAMINE], ids=["ketamine", "esketamine"])
def test_good_paragraphs_stand(text, rules):
    assert [(m.rule, m.sentence) for m in check_text(text, rules)] == []


PARAPHRASES = {
    "approved_racemic": (
        "Ketamine infusions have the FDA's blessing for depression.",
        "The FDA gave ketamine therapy the green light for major depression.",
        "Ketamine is a licensed treatment for depression.",
        "Our infusions are FDA‑cleared.",
    ),
    "approved_kap": ("Ketamine-assisted psychotherapy is now approved.", "KAP is officially recognised and licensed."),
    "approved_psilocybin": ("Psilocybin is fully legal in your state.", "Magic mushrooms have been approved for depression."),
    "prevents_suicide": (
        "One infusion stops suicidal thoughts and saves lives.",
        "It protects people from suicide.",
        "Suicide can be prevented with ketamine.",
    ),
    "replaces_hospital": ("Ketamine lets you avoid a hospital stay.", "With our treatment there is no need for inpatient admission."),
    "cure": (
        "It cures depression for good.",
        "Seven sessions and your depression is gone forever.",
        "Leave depression behind permanently with treatment.",
    ),
    "root_cause": ("It gets to the root of the problem.", "A single dose resets the brain.", "Ketamine fixes your brain."),
    "guarantee": ("You will feel better after the first infusion.", "It works for almost everyone.", "We promise results."),
    "seventy_percent": (
        "7 in 10 patients feel better the same day.",
        "Up to 85 % respond.",
        "Nearly all patients respond.",
        "Two-thirds of patients improve.",
    ),
    "no_risk": ("There are no side effects.", "The infusion is harmless.", "It is free of side-effects.", "There is zero risk."),
    "anaesthetic_safety": (
        "Used in operating rooms for decades, ketamine is very safe.",
        "It has been safely used in surgery since the 1970s.",
    ),
    "not_addictive": (
        "You can't get hooked... you cannot become addicted to it.",
        "It is non-addictive.",
        "There is no potential for abuse.",
    ),
    "bladder": (
        "Bladder harm is only seen with recreational use.",
        "Bladder damage is a myth.",
        "Urinary problems never happen at our doses.",
    ),
    "safe_at_home": (
        "Enjoy your session safely from your own couch.",
        "Take it at home, on your own.",
        "Lozenges delivered to your door, no monitoring needed.",
    ),
    "drive_tonight": (
        "It is fine to drive an hour later.",
        "You can go straight back to work and drive right after.",
        "You will be able to drive yourself home this evening.",
    ),
    "stop_medicines": (
        "You can ditch your antidepressants.",
        "Feel free to wean yourself off your medication.",
        "Simply stop taking your other pills.",
    ),
    "better_than_approved": (
        "Ketamine works faster and is safer than antidepressants.",
        "It outperforms SSRIs.",
        "Infusions are gentler than ECT.",
    ),
    "pain": ("Ketamine relieves fibromyalgia.", "Great results for nerve pain."),
    "ptsd": ("It helps veterans overcome trauma.", "An effective treatment for post-traumatic stress."),
    "children": ("Ketamine helps teens recover.", "Our treatment works for young people."),
    "anxiety": ("Ketamine eases panic and social anxiety.", "OCD responds well: the infusions are effective."),
    "proven": ("Clinically proven ketamine treatment.", "Science shows ketamine works."),
    "rate_without_comparison": ("45 % of people respond.", "About 60 per cent improved after six infusions."),
    "lasting": ("Lasting relief from depression.", "Infusions keep you better for years: it is a durable treatment."),
    "mechanism": ("It builds new synapses.", "Ketamine regrows brain cells."),
    "testimony": ("Thousands of happy patients.", "Our patients say it is a miracle."),
    "scale_as_diagnosis": ("A PHQ-9 of 15 means you have major depression.",),
    "software_orders": ("The app prescribes your next dose.",),
}


@pytest.mark.parametrize(("rule", "sentence"), [(rule, s) for rule, many in PARAPHRASES.items() for s in many])
def test_other_words_for_the_same_claim(rule, sentence, rules):
    assert rule in found(sentence, rules), sentence


ALLOWED = (
    "Ketamine is not approved for depression.",
    "No ketamine product has been approved for any psychiatric disorder.",
    "Ketamine is an approved anaesthetic.",
    "Spravato is approved for adults with depression that other medicines have not lifted.",
    "Psilocybin is not approved and is not legal here.",
    "It has not been shown to prevent suicide.",
    "This treatment does not cure depression.",
    "There is no guarantee that it will work.",
    "It is not safe to use at home without monitoring.",
    "Do not drive the same day.",
    "Never stop your antidepressants yourself.",
    "It has not been shown to be better than antidepressants.",
    "There is no good evidence that ketamine helps fibromyalgia.",
    "For PTSD the evidence is weak.",
    "On ketamine 55 of 100 improved, compared with 30 of 100 on midazolam.",
    "Common side effects are dizziness and nausea.",
    "Bring somebody who can take you home.",
    "Ketamine can be addictive.",
    "Our clinic is open from 9 to 5.",
    "Please fill in the PHQ-9 before you come.",
)


@pytest.mark.parametrize("sentence", ALLOWED)
def test_sentences_that_may_stand(sentence, rules):
    assert [(m.rule, m.matched) for m in check_text(sentence, rules)] == []


SLY = (
    ("Not only is ketamine FDA-approved, it works.", "approved_racemic"),
    ("There is no doubt that ketamine cures depression.", "cure"),
    ("While not a drug you know, ketamine is FDA-approved for depression.", "approved_racemic"),
    ("It is not expensive, and it is completely safe.", "no_risk"),
    ("“Cured!” — that is what ketamine did.", "cure"),
)


@pytest.mark.parametrize(("sentence", "rule"), SLY)
def test_a_denial_of_something_else_does_not_excuse(sentence, rule, rules):
    assert rule in found(sentence, rules)


def test_every_mark_says_why_and_what_instead(rules):
    for rule in rules.rules:
        assert rule.why
        assert rule.instead
        assert rule.source


def test_what_may_be_said_instead_passes_the_checker_itself(rules):
    for rule in rules.rules:
        assert [(m.rule, m.matched) for m in check_text(rule.instead, rules)] == [], rule.id


def test_sentences_keep_their_lines():
    assert sentences("One. Two vs. three is\none sentence.\n\n- bullet\n- another") == [
        ("One.", 1),
        ("Two vs. three is one sentence.", 1),
        ("bullet", 4),
        ("another", 5),
    ]
    assert plain_words("It’s  100\u00a0% “safe”") == 'it\'s 100 % "safe"'


def test_it_means_the_drug_of_the_sentence_before(rules):
    assert "approved_racemic" in found("Ketamine is used for depression. It is FDA-approved.", rules)
    assert found("Spravato is esketamine. It is FDA-approved for depression that other medicines have not lifted.", rules) == set()
    assert found("Our hall is new. It is licensed for weddings.", rules) == set()


@pytest.mark.parametrize(
    ("sentence", "is_marked"),
    [
        ("Safe for children and teenagers.", True),
        ("Suitable at any age, from kids to grandparents.", True),
        ("It is well tolerated in adolescents.", True),
        ("Ketamine is not known to be safe for children.", False),
        ("Keep your lozenges locked away from children.", False),
        ("In people under 18 the evidence is very small, and nothing is approved.", False),
    ],
)
def test_safety_for_the_young_is_never_claimed(sentence, is_marked, rules):
    assert ("children_safe" in found(sentence, rules)) is is_marked
