"""What a merchandiser sees who edits a guardrail and errs: each problem with its line, its row and what to do."""

import pytest
from harness import Warehouse, project_copy, stopped
from shop import AS_OF, make_shop, write_shop
from test_bad_seeds import edited

CHECKS = [f"int_integrity__{name}" for name in ("known_names", "limit_conflicts", "pin_conflicts", "seed_conflicts")]
BUILD = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A copy of the project whose seeds may be edited, its products staged, and the vars of its build."""
    folder = tmp_path_factory.mktemp("guardrails")
    project = Warehouse(folder, project_copy(folder))
    source = write_shop(make_shop(), folder / "source")
    variables = {"connector": "contract_files", "source_dir": str(source), "as_of": f"{AS_OF:%Y-%m-%d}"}
    for seed in (
        "slate_limits",
        "slate_pairs",
        "pinned_slots",
        "curated_pairs",
        "rule_exclusions",
        "price_limits",
        "contact_limits",
    ):
        edited(project, seed, [])
    edited(
        project, "channel_policies", [",email,discovery,10,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note"]
    )
    project.run([*BUILD, "+int_integrity__seed_errors"], variables)
    return project, variables


def said_of(shop, seed, rows):
    """What a build says that uses these rows of a seed."""
    project, variables = shop
    edited(project, seed, rows)
    models = [seed, *CHECKS, "int_integrity__seed_errors", f"int_integrity__{seed}"]
    said = stopped(project, [*BUILD, *models], variables)
    edited(project, seed, [])
    project.run([*BUILD, *models], variables)
    assert f"seeds/{seed}.csv has rows that cannot be used:" in said
    return said


def test_bad_limits_are_named_with_line_and_column(shop):
    said = said_of(
        shop,
        "slate_limits",
        [
            ",email,two lines,at_mots,category,,3,Ada,,,a note",
            ",letter,few,at_most,category,,few,Ada,,,a note",
            "shop,email,odd,at_most,shape,,3,,,31.12.2024,",
            ",email,backwards,at_most,category,,3,Ada,2024-02-01,2024-01-01,a note",
            ",email,nothing,at_least,material,,2,Ada,,,a note",
            ",email,every,at_least_distinct,material,wool,2,Ada,,,a note",
            ",email,too many,at_least_distinct,category,,11,Ada,,,a note",
        ],
    )
    assert "line 2, two lines: limit_type is at_mots, must be at_most, at_least, at_least_distinct" in said
    assert "line 3, few: channel is letter, must be empty (every channel) or a channel of seeds/channel_po" in said
    assert "line 3, few: slot_count is few, must be a whole number from 0 to 50" in said
    assert "line 4, odd: connector is shop, must be empty (every connector) or one of complete_journey" in said
    assert "line 4, odd: owner is empty" in said
    assert "line 4, odd: valid_until_on is 31.12.2024, must be a date like 2017-01-31" in said
    assert "line 5, backwards: valid_until_on is not after valid_from_on" in said
    assert "line 6, nothing: attribute_value is empty; name the value that must be there" in said
    assert "line 7, every: attribute_value must be empty: the limit counts different values" in said
    assert "line 8, too many: slot_count is 11, but a slate of channel email has 10 slots" in said


def test_limits_that_contradict_each_other_are_named(shop):
    said = said_of(
        shop,
        "slate_limits",
        [
            ",email,more wool,at_least,material,wool,3,Ada,,,a note",
            ",email,less wool,at_most,material,wool,2,Bob,,,a note",
            ",email,wool last year,at_most,material,wool,1,Bob,,2024-01-01,a note",
            ",email,much of one,at_least,category,category 1,4,Ada,,,a note",
            ",email,twice,at_most,material,,5,Ada,,2024-06-01,a note",
            ",email,twice,at_most,material,,6,Ada,2024-05-01,,a note",
            "contract_files,email,unknown,at_most,shape,round,6,Ada,,,a note",
            "contract_files,email,twice,at_most,category,,5,Ada,2024-01-01,,a note",
            ",email,some,at_least,category,category 3,2,Ada,,,a note",
            ",email,more,at_least,category,category 4,3,Ada,,,a note",
            ",email,most,at_least,category,category 5,3,Ada,,,a note",
            ',email,"red, gold",at_most,material,gold,3,Ada,,,a note',
            ",email,required,at_most,material,red,3,Ada,,,a note",
        ],
    )
    assert "line 2, more wool: slot_count asks for 3 slots of wool, but the limit less wool allows 2" in said
    assert "line 5, much of one: slot_count asks for 4 slots of category 1, but max_per_category of channel" in said
    assert "line 7, twice: valid_from_on overlaps with line 6, of the same limit_name: end one of them" in said
    assert "line 8, unknown: attribute_name is shape, must be product, category" in said
    assert "line 9, twice: valid_from_on overlaps with line 6, of the same limit_name for every connector, w" in said
    assert "line 12, most: slot_count asks with some and others for 12 slots by category, but a slate of ch" in said
    assert "line 13, red, gold: limit_name has a comma or is a name that Vitrine uses itself" in said
    assert "line 14, required: limit_name has a comma or is a name that Vitrine uses itself" in said


def test_pairs_pins_and_curated_pairs_that_cannot_be_are_named(shop):
    project, variables = shop
    said = said_of(
        shop,
        "slate_pairs",
        [
            ",,apart,never,brand,brand 1,brand,brand 2,Ada,,,a note",
            ",email,together,always,brand,brand 2,brand,brand 1,Ada,,,a note",
            ",,itself,never,brand,brand 3,brand,brand 3,Ada,,,a note",
        ],
    )
    assert "line 3, together: pair_type is always, but apart says never of the same two" in said
    assert "line 4, itself: other_attribute_value is the first side again; for a cap on one value" in said
    edited(project, "rule_exclusions", [",category,category 2,not by mail,Legal,2000-01-01,"])
    project.run([*BUILD, "rule_exclusions"], variables)
    edited(project, "slate_limits", [",email,none of these,at_most,product,p006,0,Ada,,,a note"])
    project.run([*BUILD, "slate_limits"], variables)
    said = said_of(
        shop,
        "pinned_slots",
        [
            ",email,first,1,p003,Ada,,,a note",
            ",,also first,1,p004,Ada,,,a note",
            ",email,eleventh,11,p005,Ada,,,a note",
            ",email,kept out,2,p002,Ada,,,a note",
            ",email,again,3,p003,Ada,,,a note",
            ",email,unwanted,4,p006,Ada,,,a note",
        ],
    )
    assert "line 7, unwanted: product_id is p006, of which the limit none of these allows none" in said
    assert "line 3, also first: slot is 1, which first has taken" in said
    assert "line 6, again: product_id is p003, which first pins to another slot" in said
    edited(project, "slate_limits", [])
    project.run([*BUILD, "slate_limits"], variables)
    assert "line 4, eleventh: slot is 11, but a slate of channel email has 10 slots" in said
    assert "line 5, kept out: product_id is kept out by seeds/rule_exclusions.csv (category category 2)" in said
    said = said_of(
        shop,
        "curated_pairs",
        [
            ",p003,p004,boost,,30,Ada,,,a note",
            ",p003,p005,require,1,30,Ada,,,a note",
            ",p003,p003,boost,1,30,Ada,,,a note",
            ",p003,p002,boost,1,0,Ada,,,a note",
        ],
    )
    assert "line 2, p003, p004: weight is empty; a boost needs a number" in said
    assert "line 3, p003, p005: weight must be empty: require has none" in said
    assert "line 4, p003, p003: product_id is its own anchor" in said
    assert "line 5, p003, p002: product_id is kept out by seeds/rule_exclusions.csv" in said
    assert "line 5, p003, p002: within_days is 0, must be a whole number from 1 to 3650" in said


def test_the_policy_of_the_connector_is_the_one_that_counts(shop):
    """More of a category than the policy for every connector allows, in a slate with more slots than its has."""
    project, variables = shop
    general = ",email,discovery,10,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note"
    own = "contract_files,email,discovery,20,top_share,0.5,mmr,0.2,0,1,5,4,0.5,,0,,,14,true,,CRM,a note"
    edited(project, "channel_policies", [general, own])
    project.run([*BUILD, "channel_policies"], variables)
    said = said_of(shop, "pinned_slots", [",email,late,15,p003,Ada,,,a note"])
    assert "line 2, late: product_id is shown to all, but max_exposure_share of channel email is 0.5" in said
    assert "slot is 15" not in said
    edited(project, "slate_limits", [",email,much of one,at_least,category,category 1,5,Ada,,,a note"])
    project.run([*BUILD, "slate_limits", *CHECKS, "int_integrity__seed_errors"], variables)
    assert project.query("select problem from intermediate.int_integrity__seed_errors") == []
    edited(project, "slate_limits", [])
    edited(project, "channel_policies", [general])
    project.run([*BUILD, "slate_limits", "channel_policies", *CHECKS, "int_integrity__seed_errors"], variables)


def test_bad_exclusions_are_named_together(shop):
    said = said_of(
        shop,
        "rule_exclusions",
        [
            ",colour,red,not liked,Legal,2000-01-01,",
            ",category,CIGARS,not by mail,Legal,01.31.2000,",
            ",brand,brand 1,not by mail,Legal,2001-01-01,2000-01-01",
            ",product,p001,,,2001-01-01,",
        ],
    )
    assert "line 2, colour, red: exclusion_type is colour, must be category, brand, product" in said
    assert "line 3, category, CIGARS: valid_from_on is 01.31.2000, must be a date like 2017-01-31" in said
    assert "line 4, brand, brand 1: valid_until_on is not after valid_from_on" in said
    assert "line 5, product, p001: owner is empty" in said
    assert "line 5, product, p001: reason is empty" in said


def test_unknown_names_and_ended_rows_are_told_but_stop_no_build(shop):
    project, variables = shop
    edited(
        project,
        "rule_exclusions",
        [
            ",category,CIGARS,not by mail,Legal,2000-01-01,",
            "complete_journey,category,BEERS/ALES,not by mail,Legal,2000-01-01,",
            ",brand,brand 1,a dispute,Legal,2000-01-01,2001-01-01",
            ",brand,brand 2,a dispute,Legal,2099-01-01,",
        ],
    )
    models = ["rule_exclusions", *CHECKS, "int_integrity__seed_errors", "int_integrity__rule_exclusions"]
    project.run([*BUILD, *models], variables)
    told = project.query(
        "select seed_row_number, row_key, problem, severity from intermediate.int_integrity__seed_errors order by 1"
    )
    assert told == [
        (1, "category, CIGARS", "is CIGARS, which no category of the connector contract_files is called", "warning"),
        (
            3, "brand, brand 1",
            "has ended (2001-01-01): the row does nothing any more; take it out or give it a later day", "note",
        ),
        (4, "brand, brand 2", "has not come (2099-01-01): the row does nothing yet", "note"),
    ]  # fmt: skip
    used = "select value from intermediate.int_integrity__rule_exclusions order by 1"
    assert project.query(used) == [("CIGARS",), ("brand 1",), ("brand 2",)]


def test_an_attribute_of_other_connectors_is_told_but_stops_no_build(shop):
    """Every product has a brand by the contract, even where a connector leaves it empty."""
    project, variables = shop
    edited(project, "rule_exclusions", [])
    rows = [",email,alike,at_most,shape,,3,Ada,,,a note", ",email,lines,at_most,brand,,3,Ada,,,a note"]
    edited(project, "slate_limits", rows)
    checked = ["int_integrity__seed_errors", "int_integrity__slate_limits"]
    models = ["slate_limits", "rule_exclusions", *CHECKS, *checked]
    project.run([*BUILD, *models], variables)
    told = "select row_key, problem, severity from intermediate.int_integrity__seed_errors where severity != 'note'"
    assert project.query(told) == [
        ("alike", "is shape, which no product of the connector contract_files has: the row does nothing", "warning")
    ]
    edited(project, "slate_limits", [])
    project.run([*BUILD, *models], variables)
