"""Who reads what: roles for the public tables only, and no person in them but by an id."""

import re
from typing import Any

from manifest import READERS, Project

# What names a person in the warehouse: an id, what stands for it, and rows kept as they came.
PERSONAL = {"customer_id", "customer_hash", "session_id", "entity_id", "row_json", "placement_key"}
# A customer's id in a connector's own words.
SOURCE_NAMES = {"household_id", "Customer ID"}
# What only one customer did.
OWN = {"order_line_id", "event_id", "action_id", "impression_id", "send_id"}
# What public tables may name a person by; the key of a placement is a customer's id where the placement is personal.
PUBLIC = {"customer_id", "placement_key"}
# A column of such a name is a person's own: the contract takes none in.
DIRECT = re.compile(
    r"(^|_)(e_?mail|(customer|client|first|last|full|sur)_?name|(tele)?phone|mobile|street|address|postcode|birth\w*)(_|$)"
)


def tagged(column: dict[str, Any]) -> bool:
    return "personal" in column["config"].get("tags", [])


def untagged(columns: dict[str, dict[str, Any]]) -> set[str]:
    """Return the columns whose tag is not what their name asks for."""
    return {name for name, column in columns.items() if tagged(column) != (name in PERSONAL | SOURCE_NAMES)}


def test_whatever_names_a_person_is_tagged_so(project: Project) -> None:
    nodes = [node for node in project.nodes.values() if node.kind in {"model", "source"}]
    assert any(map(tagged, (column for node in nodes for column in node.node["columns"].values())))
    assert not {f"{node.name}.{name}" for node in nodes for name in untagged(node.node["columns"])}


def test_a_forgotten_tag_and_one_too_many_are_found() -> None:
    tag, none = {"config": {"tags": ["personal"]}}, {"config": {}}
    assert untagged({"customer_id": none, "product_id": tag, "session_id": tag}) == {"customer_id", "product_id"}


def test_public_tables_name_a_person_by_his_id_only(project: Project) -> None:
    shown = {
        f"{model.name}.{name}"
        for model in project.models
        if model.is_public
        for name, column in model.node["columns"].items()
        if tagged(column) and name not in PUBLIC
    }
    assert not shown


def test_no_table_has_a_place_for_a_name_or_an_address(project: Project) -> None:
    assert all(map(DIRECT.search, ("customer_email", "first_name", "telephone", "birthday", "customer_name")))
    assert not DIRECT.search("product_name") and not DIRECT.search("campaign_name")
    columns = {(node.name, name) for node in project.nodes.values() for name in node.node["columns"]}
    assert not {one for one in columns if DIRECT.search(one[1])}


def test_rows_that_are_kept_from_night_to_night_say_whose_they_are(project: Project) -> None:
    """An erasure deletes by customer_id what no build makes anew."""
    kept = [model for model in project.models if model.node["config"]["materialized"] == "incremental"]
    unnamed = {
        model.name
        for model in kept
        if OWN & model.node["columns"].keys() and "customer_id" not in model.node["columns"]
    }
    assert any(OWN & model.node["columns"].keys() for model in kept) and not unnamed


def test_roles_read_the_public_tables_and_no_other(project: Project) -> None:
    for model in project.models:
        expected = {"select": READERS} if model.is_public else {}
        assert model.node["config"]["grants"] == expected, model.name
