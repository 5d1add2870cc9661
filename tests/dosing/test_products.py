"""The product in hand is the one ordered, in the strength ordered, fit for its route (HAZ-06, R14)."""

from dataclasses import replace

import pytest

import shipped_care as shipped
from fanlight.care.dosing import ContainerKind, PotencyBasis, dose_for, dose_json
from fanlight.core.answers import Severity
from shipped_care import TODAY, dose

NOW = {"weight_kg": 70, "height_cm": 175, "weight_measured_on": "2026-11-21", "sessions_given": []}
V50, V100 = "ketamine-50-mg-ml-10-ml-multi", "ketamine-100-mg-ml-5-ml-multi"


def against(found, finding_id):
    return [item for item in found.findings if item.id == finding_id]


def test_without_a_product_the_dose_is_shown_and_the_preparation_waits():
    found = dose("iv-racemic-induction", **NOW)
    assert dose_json(found)["dose"]["mg"] == "35"
    assert dose_json(found)["preparation"] is None
    assert against(found, "HAZ-06")[0].missing[0].who == "pharmacy"


def test_a_strength_alone_does_not_say_whether_the_vial_is_single_dose():
    found = dose("iv-racemic-induction", vial_concentration_mg_per_ml=50, **NOW)
    assert found.preparation is None
    assert "ketamine-50-mg-ml-10-ml-multi, ketamine-50-mg-ml-10-ml-single" in against(found, "HAZ-06")[0].message


def test_a_strength_that_fits_one_product_names_it():
    found = dose("oral-racemic-twice-weekly", vial_concentration_mg_per_ml=50, **NOW)
    assert found.preparation is not None
    assert found.preparation.product.id == "ketamine-oral-50-mg-ml"


def test_a_strength_nobody_makes_is_said():
    assert (
        "No product of this protocol holds 42 mg/mL."
        in against(dose("iv-racemic-induction", vial_concentration_mg_per_ml=42, **NOW), "HAZ-06")[0].message
    )


def test_a_product_nobody_knows_is_said():
    assert "no product 'ketamine-55'" in against(dose("iv-racemic-induction", product="ketamine-55", **NOW), "HAZ-06")[0].message


def test_esketamine_is_never_drawn_for_a_ketamine_protocol():
    found = dose("iv-racemic-induction", product="spravato-28-mg", **NOW)
    assert against(found, "HAZ-06")[0].severity is Severity.HARD_STOP
    assert found.preparation is None


def test_a_product_of_another_route_is_no_product_of_this_protocol():
    assert against(dose("iv-racemic-induction", product="ketamine-oral-50-mg-ml", **NOW), "HAZ-06")[0].severity is Severity.BLOCK


def test_milligrams_of_salt_are_refused():
    products = dict(shipped.products())
    products[V50] = replace(products[V50], potency_basis=PotencyBasis.SALT)
    found = dose_for(shipped.facts(product=V50, **NOW), shipped.protocols()["iv-racemic-induction"], products, shipped.policy(), on=TODAY)
    assert against(found, "HAZ-06")[0].severity is Severity.HARD_STOP
    assert found.preparation is None


@pytest.mark.parametrize("name", ["vial_concentration_mg_per_ml", "ordered_strength_mg_per_ml"])
def test_a_strength_that_is_not_the_labels_stops_the_preparation(name):
    assert against(dose("iv-racemic-induction", product=V50, **{name: 50}, **NOW), "R14") == []
    found = dose("iv-racemic-induction", product=V50, **{name: 100}, **NOW)
    assert against(found, "R14")[0].severity is Severity.HARD_STOP
    assert found.preparation is None


@pytest.mark.parametrize(("bag_ml", "stands"), [("0.7", False), ("0.69", True), ("50", False)])  # 0.35 mL drawn
def test_100_mg_per_ml_goes_into_a_vein_with_at_least_its_own_volume(bag_ml, stands):
    assert bool(against(dose("iv-racemic-induction", product=V100, bag_ml=bag_ml, **NOW), "R14")) is stands


def test_100_mg_per_ml_may_go_under_the_skin_as_it_is():
    assert against(dose("sc-racemic-fixed", product=V100, **NOW), "R14") == []


def test_a_bag_smaller_than_what_is_drawn_is_asked_back():
    found = dose("iv-racemic-induction", product=V50, bag_ml="0.5", **NOW)
    assert any("bag is smaller" in item.message for item in found.findings)


def test_a_product_whose_file_names_no_strength_waits():
    products = dict(shipped.products())
    for change in ({"strength": None}, {"kind": ContainerKind.TABLET}):
        products[V50] = replace(shipped.products()[V50], **change)
        facts, protocol = shipped.facts(product=V50, **NOW), shipped.protocols()["iv-racemic-induction"]
        found = dose_for(facts, protocol, products, shipped.policy(), on=TODAY)
        assert found.preparation is None
        assert "strength" in against(found, "HAZ-06")[0].message


@pytest.mark.parametrize("product", sorted(shipped.products().values(), key=lambda item: item.id), ids=lambda item: item.id)
def test_every_shipped_product_is_whole(product):
    """Each is measured or counted, names where its numbers were read, and keeps its tall-man letters."""
    assert product.container_mg is not None
    assert product.kind.is_measured_by_volume == (product.piece is None)
    assert product.potency_basis is PotencyBasis.BASE
    numbers = [product.strength, product.volume, product.piece, product.beyond_use, product.diluent_parts]
    assert all(number.source in shipped.sources() for number in numbers if number is not None)
    if product.drug.value == "esketamine":
        assert product.name.startswith("esKETAmine")


def test_products_of_every_protocol_exist():
    for protocol in shipped.protocols().values():
        assert set(protocol.products) <= set(shipped.products()), protocol.id


def test_what_stands_against_a_dose_has_the_shape_of_a_rule_and_a_source_of_the_register():
    found = dose("iv-racemic-induction", product=V100, bag_ml="0.5", stopped_after_minutes=5, weight_kg=70, sessions_given=[])
    shapes = [item.as_json() for item in found.findings]
    assert {shape["id"] for shape in shapes} == {"HAZ-02", "HAZ-03", "R14", "R25"}
    keys = {"id", "family", "stage", "answer", "severity", "message", "inputs", "missing", "override", "source", "mark", "version"}
    assert all(set(shape) == keys for shape in shapes)
    assert all(item["id"] in shipped.sources() for shape in shapes for item in shape["source"])
    assert {shape["id"]: shape["family"] for shape in shapes}["R14"] == "R"
