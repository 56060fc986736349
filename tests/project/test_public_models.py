"""What other teams read: contract, owner, description, grain and behaviour are all written down."""

from typing import Any

from manifest import Model, Project


def missing_promises(model: Model, owners: dict[str, Any]) -> list[str]:
    """Return what a public model owes its readers."""
    columns = model.node["columns"].values()
    promises = {
        "an enforced contract": model.node["contract"]["enforced"],
        "a group with an owner": bool(owners.get(model.node["group"])),
        "a description": bool(model.node["description"].strip()),
        "columns": bool(columns),
        "a description of every column": all(one["description"].strip() for one in columns),
        "a grain test": model.has_grain_test,
        "a unit test": bool(model.unit_tests),
        "SQL, since only SQL carries a contract": not model.is_python,
    }
    return [f"{model.name} lacks {promise}" for promise, kept in promises.items() if not kept]


def test_public_models_keep_their_promises(project: Project) -> None:
    owners = {group["name"]: group["owner"] for group in project.manifests[0]["groups"].values()}
    public = [model for model in project.models if model.is_public]
    assert public
    assert not [problem for model in public for problem in missing_promises(model, owners)]


def test_a_bare_public_model_is_found() -> None:
    node = {
        "name": "bare",
        "original_file_path": "models/marts/bare.py",
        "columns": {},
        "constraints": [],
        "contract": {"enforced": False},
        "description": "",
        "group": None,
    }
    assert len(missing_promises(Model(node), {})) == 7  # no column lacks a description


def test_only_marts_are_public(project: Project) -> None:
    # The history of releases is the project's own: readers see the live release through public tables.
    history = {"release_slates", "release_shared_slates", "release_exits", "release_audiences", "release_pins"}
    history |= {"release_kills", "release_costs", "release_fits"}
    marts = {m.name for m in project.models if m.folder.startswith("marts/")} - history
    wrong = [m.path for m in project.models if m.is_public != (m.name in marts)]
    assert not wrong


def showing_killed(names_by_reader: dict[str, tuple[set[str], set[str]]]) -> list[str]:
    """Return the models that name products (columns) and do not ask (reads) which of them are killed."""
    return [
        name
        for name, (columns, reads) in names_by_reader.items()
        if any(column.endswith("product_id") for column in columns) and "killed_products" not in reads
    ]


def test_readers_see_no_killed_product(project: Project) -> None:
    public = [m for m in project.models if m.folder == "marts/recommendations"]
    reads = {m.path: {read.name for reader, read in project.edges if reader.path == m.path} for m in public}
    # An older version that is taken from the newest shows what that shows.
    own = [m for m in public if reads[m.path] != {m.name}]
    assert len(own) >= len(public) - 1
    assert not showing_killed({m.path: (set(m.node["columns"]), reads[m.path]) for m in own})


def test_readers_see_no_customer_who_took_his_consent_back(project: Project) -> None:
    """Directly, or through a table that hides him; the audit answers for the newest build and says so itself."""
    public = [m for m in project.models if m.folder == "marts/recommendations"]
    hiding = {reader.path for reader, read in project.edges if read.name == "hidden_customers"}
    for _ in public:
        hiding |= {reader.path for reader, read in project.edges if read.path in hiding}
    showing = [m for m in public if {"customer_id", "placement_key"} & set(m.node["columns"])]
    assert len(showing) > 5
    assert {m.name for m in showing if m.path not in hiding} == {"recommendation_audit"}


def test_a_table_that_shows_killed_products_is_found() -> None:
    models = {
        "safe": ({"product_id"}, {"release_slates", "killed_products"}),
        "aggregate": ({"channel"}, {"release_slates"}),
        "unsafe": ({"companion_product_id"}, {"release_slates"}),
    }
    assert showing_killed(models) == ["unsafe"]


def rebuilt_histories(configs: dict[str, dict[str, Any]]) -> list[str]:
    """Return the incremental models that --full-refresh would wipe."""
    return [
        name
        for name, config in configs.items()
        if config["materialized"] == "incremental" and config["full_refresh"] is not False
    ]


def test_no_full_refresh_wipes_the_history(project: Project) -> None:
    histories = {m.name: m.node["config"] for m in project.models if m.folder == "marts/releases"}
    assert any(config["materialized"] == "incremental" for config in histories.values())
    assert not rebuilt_histories(histories)


def test_a_history_that_can_be_wiped_is_found() -> None:
    assert rebuilt_histories({"x": {"materialized": "incremental", "full_refresh": None}}) == ["x"]


def test_exposures_have_owners_and_read_public_models(project: Project) -> None:
    for exposure in project.manifests[0]["exposures"].values():
        assert exposure["owner"].get("email"), exposure["name"]
        for parent in exposure["depends_on"]["nodes"]:
            assert project.nodes[parent].is_public, f"{exposure['name']} reads {parent}"
