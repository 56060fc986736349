"""What a person sees who edits a seed and errs: each bad value is named with its row, all at once."""

import pytest
from harness import Warehouse, project_copy, stopped


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project whose seeds may be edited, with a warehouse of its own."""
    folder = tmp_path_factory.mktemp("seeds")
    return Warehouse(folder, project_copy(folder))


def edited(project, seed, rows):
    """Replace the rows of a seed under its own header and build it with the models that check it."""
    path = project.project / "seeds" / f"{seed}.csv"
    header = path.read_text().splitlines()[0]
    path.write_text("\n".join([header, *rows]) + "\n")


def test_bad_values_of_a_policy_are_named_together(project):
    edited(
        project,
        "channel_policies",
        [
            ",email,discovery,many,top_share,7,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note",
            "contract_files,push,discovery,2.5,everybody,0.5,mmr,,0,1,3,4,1,,0,,,14,true,,CRM,a note",
            "shop,push,discovery,3,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note",
            ",site,discovery,3,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note",
            ",site,discovery,4,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note",
            "complete_journey,email ,discovery,4,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note",
        ],
    )
    models = ["int_integrity__policy_errors", "int_integrity__channel_policies"]
    said = stopped(
        project,
        [
            "build",
            "--select",
            "channel_policies",
            *models,
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
        ],
        {},
    )
    assert "seeds/channel_policies.csv has rows that cannot be used" in said
    assert "line 2, email: slot_count is many, must be a whole number from 1 to 50" in said
    assert "line 2, email: audience_value is 7, must be a number from 0 to 1" in said
    assert "line 3, push of contract_files: slot_count is 2.5, must be a whole number from 1 to 50" in said
    assert "line 3, push of contract_files: audience_type is everybody, must be top_share or threshold" in said
    assert "line 3, push of contract_files: diversity_strength is (empty), must be a number" in said
    assert "line 4, push of shop: connector is shop, must be empty (every connector) or one of" in said
    assert "line 6, site: channel needs a name and exactly one row for a connector" in said
    assert (
        "line 7, email of complete_journey: channel has a blank before or after its name, which makes it another channel"
        in said
    )


def test_a_connector_without_a_policy_is_named(project):
    edited(
        project,
        "channel_policies",
        ["complete_journey,email,discovery,4,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note"],
    )
    models = ["int_integrity__policy_errors", "int_integrity__channel_policies"]
    arguments = [
        "build",
        "--select",
        "channel_policies",
        *models,
        "--exclude-resource-type",
        "test",
        "--exclude-resource-type",
        "unit_test",
    ]
    said = stopped(project, arguments, {"connector": "contract_files"})
    assert "connector has no row for contract_files; add one, or one with an empty connector" in said


def test_bad_weights_of_objectives_are_named_together(project):
    edited(project, "channel_policies", [",email,discovery,4,top_share,0.5,mmr,0.2,0,1,3,4,1,,0,,,14,true,,CRM,a note"])
    edited(
        project,
        "objective_weights",
        [
            ",email,purchase,0,CRM,a note",
            ",email,novelty,much,CRM,a note",
            ",email,value,2,CRM,a note",
            ",email,value,0.1,CRM,a note",
            "shop,email,novelty,1,CRM,a note",
            ",email,beauty,1,CRM,a note",
            ",fax,novelty,1,CRM,a note",
            ",email,click,0.3,CRM,a note",
            "complete_journey,email,cart,nan,CRM,a note",
            "maison,email,click,0.4,CRM,a note",
        ],
    )
    models = ["int_integrity__objective_errors", "+int_integrity__objective_weights"]
    said = stopped(
        project,
        ["build", "--select", *models, "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"],
        {},
    )
    assert "seeds/objective_weights.csv has rows that cannot be used" in said
    assert "line 2, email, purchase: weight is 0, must be a number above 0 to 10" in said
    assert "line 3, email, novelty: weight is much, must be a number from 0 to 10" in said
    assert "line 4, email, value: weight is 2, must be a number from 0 to 1" in said
    assert "line 5, email, value: objective stands there 2 times, must be one row" in said
    assert "line 6, email, novelty of shop: connector is shop, must be empty" in said
    assert (
        "line 7, email, beauty: objective is beauty, must be one of purchase, click, cart, value, margin, novelty"
        in said
    )
    assert "line 8, fax, novelty: channel is fax, which seeds/channel_policies.csv does not have" in said
    assert (
        "line 9, email, click: weight is 0.3, but connector complete_journey has no impressions: set it to 0 in a row of its own"
        in said
    )
    assert "line 10, email, cart of complete_journey: weight is nan, must be a number from" in said
    assert "is 0.4" not in said


def test_bad_rows_of_the_model_parameters_are_named_together(project):
    edited(
        project,
        "model_parameters",
        [
            ",als,factors,many,a note",
            "shop,als,alpha,1,a note",
            ",lstm,depth,3,a note",
            ",ranker,l2,-1,a note",
            ",als,iterations,3,a note",
            ",als,iterations,4,a note",
            ",als,regularization,nan,a note",
            ",als,alpha,0,a note",
            ",ranker,leaves,inf,a note",
            ",ranker,min_leaf_rows,2.5,a note",
            ",affinity,factors,8,a note",
        ],
    )
    models = ["int_integrity__parameter_errors", "int_integrity__model_parameters"]
    said = stopped(
        project,
        [
            "build",
            "--select",
            "model_parameters",
            *models,
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
        ],
        {},
    )
    assert "seeds/model_parameters.csv has rows that cannot be used" in said
    assert "line 2, als.factors: value is many, must be a whole number from 1 to 1024" in said
    assert (
        "line 3, als.alpha of shop: connector is shop, must be empty (every connector) or one of complete_journey"
        in said
    )
    assert "line 4, lstm.depth: model is lstm, must be one of als, affinity, ranker" in said
    assert "line 5, ranker.l2: value is -1, must be a number from 0 to 1000000" in said
    assert "line 7, als.iterations: parameter stands there 2 times, must be one row" in said
    assert "line 8, als.regularization: value is nan, must be a number from 1e-06 to 1000000" in said
    assert "line 9, als.alpha: value is 0, must be a number from 1e-06 to 1000000" in said
    assert "line 10, ranker.leaves: value is inf, must be a whole number from 2 to 1024" in said
    assert "line 11, ranker.min_leaf_rows: value is 2.5, must be a whole number from 1 to 1000000" in said
    assert (
        "line 12, affinity.factors: parameter is factors, which affinity does not have; it has max_new_category_candidates, "
        in said
    )
