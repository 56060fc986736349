"""The simulated house fits the contract: every row of it is accepted, and a build without its files says how to get them."""

import pytest
from harness import Warehouse, stopped

from vitrine.simulation.__main__ import main

HOUSE = ["--customers", "300", "--products", "150", "--weeks", "60"]
ENTITIES = (
    "customers", "products", "product_states", "product_attributes", "consents", "order_lines", "events", "sends",
    "impressions",
)  # fmt: skip


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """The staged tables of a small house."""
    folder = tmp_path_factory.mktemp("maison")
    main([str(folder / "source"), *HOUSE])
    warehouse = Warehouse(folder)
    variables = {"connector": "maison", "source_dir": str(folder / "source")}
    arguments = ["run", "--select", "+stg_rejection_counts", "stg_rejected_rows"]
    warehouse.run([*arguments, *(f"stg_{entity}" for entity in ENTITIES)], variables)
    return warehouse


def test_every_row_is_accepted_but_those_of_the_erased(staged):
    assert staged.query("select entity from staging.stg_rejection_counts where reason != 'erased'") == []
    assert staged.query("select count(*) > 0 from staging.stg_erased_customers") == [(True,)]
    for entity in ENTITIES:
        assert staged.query(f"select count(*) > 0 from staging.stg_{entity}") == [(True,)], entity


def test_slots_come_with_the_probability_that_they_were_drawn_with(staged):
    query = "select min(selection_probability) > 0, max(selection_probability) <= 1 from staging.stg_impressions"
    assert staged.query(query) == [(True, True)]


def test_candidates_have_probabilities_where_clicks_and_carts_were_learned(tmp_path):
    """The tests' shop has too few clicks on what it showed for a model of them; a larger house has."""
    main([str(tmp_path / "source"), "--customers", "900", "--products", "150", "--weeks", "60"])
    warehouse = Warehouse(tmp_path)
    variables = {"connector": "maison", "source_dir": str(tmp_path / "source"), "as_of": "2023-11-27"}
    variables["response_min_positives"] = 10
    warehouse.run(["run", "--select", "+int_ranking__response_scores"], variables, seeds=True)
    counts = "count(click_probability), count(cart_probability), count(distinct cutoff_at), count(*)"
    ((clicks, carts, cutoffs, rows),) = warehouse.query(
        f"select {counts} from intermediate.int_ranking__response_scores"
    )
    assert clicks == carts == rows > 0 and cutoffs == 3


def test_without_its_files_the_build_says_what_makes_them(tmp_path):
    variables = {"connector": "maison", "source_dir": str(tmp_path / "nowhere")}
    said = stopped(Warehouse(tmp_path), ["run", "--select", "contract_files__customers"], variables)
    assert "Run `make maison`, which writes it" in said
