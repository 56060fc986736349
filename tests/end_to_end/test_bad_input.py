"""What a person sees when the input is bad: the message that stops the build, or the rejections that are counted."""

import json
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from harness import Warehouse, stopped
from shop import AS_OF, SCHEMAS, START, make_shop, table, write_shop

DAY = timedelta(days=1)
BEFORE = AS_OF - 30 * DAY
COUNTS = ["+stg_rejection_counts", "stg_rejected_rows"]


@pytest.fixture(scope="module")
def clean():
    return make_shop(customers=12, products=20)


@pytest.fixture
def warehouse(tmp_path):
    return Warehouse(tmp_path)


def variables_of(source, **others):
    return {"connector": "contract_files", "source_dir": str(source), "as_of": f"{AS_OF:%Y-%m-%d}", **others}


def with_rows(tables, entity, rows):
    return {**tables, entity: pa.concat_tables([tables[entity], table(entity, rows)])}


# -- Files that do not fit ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def misfits(clean, tmp_path_factory):
    """What dbt says about a folder with a file missing, one of another shape and one that is no parquet at all."""
    folder = tmp_path_factory.mktemp("misfits")
    lines = clean["order_lines"].drop_columns(["net_amount"])
    place = lines.column_names.index("quantity")
    lines = lines.set_column(place, "quantity", lines["quantity"].cast(pa.string()))
    source = write_shop({**clean, "order_lines": lines}, folder / "source")
    (source / "events.parquet").unlink()
    (source / "sends.parquet").write_text("send_id,customer_id\n1,2\n")
    models = [f"contract_files__{entity}" for entity in ("events", "order_lines", "sends")]
    return source, stopped(Warehouse(folder), ["run", "--select", *models], variables_of(source))


def test_a_missing_file_is_named_with_its_place(misfits):
    source, said = misfits
    assert f"Source table contract_files.events was not found at read_parquet('{source}/events.parquet')" in said
    assert "the var source_dir names another folder" in said


def test_a_missing_column_and_a_wrong_type_are_named_at_once(misfits):
    _, said = misfits
    assert "Source table contract_files.order_lines does not fit its declaration" in said
    assert "models/connectors/contract_files/__sources.yml" in said
    assert "column net_amount is missing" in said
    assert "column quantity is a text (character varying(256)), expected a number (double)" in said
    assert "Columns found: order_line_id, order_id, customer_id" in said


def test_a_file_that_is_no_parquet_is_named(misfits):
    source, said = misfits
    assert "Failure in model contract_files__sends" in said
    assert f"'{source}/sends.parquet'" in said


# -- Rows that do not fit -----------------------------------------------------------------------


def line(**changes):
    row = {
        "order_line_id": "bad",
        "order_id": "bad order",
        "customer_id": "c001",
        "product_id": "p001",
        "ordered_at": BEFORE,
        "quantity": 1.0,
        "net_amount": 2.0,
        "list_amount": 2.0,
        "is_return": False,
    }
    return tuple({**row, **changes}.values())


def event(**changes):
    row = {
        "event_id": "bad",
        "customer_id": "c001",
        "session_id": None,
        "product_id": "p001",
        "event_type": "view",
        "occurred_at": BEFORE,
        "send_id": None,
    }
    return tuple({**row, **changes}.values())


DIRTY_LINES = [
    line(order_line_id="twice"),
    line(order_line_id="twice", ordered_at=BEFORE + DAY, net_amount=9.0),
    # Blanks at an edge are cut off, so this is the same key again.
    line(order_line_id="twice ", ordered_at=BEFORE + 2 * DAY, net_amount=10.0),
    # Not fine on its own: it neither wins the key nor counts as its double.
    line(order_line_id="twice", ordered_at=BEFORE - DAY, quantity=-1.0),
    line(order_line_id=None),
    line(order_line_id="nobody 1", customer_id=None),
    line(order_line_id="nobody 2", customer_id="  "),
    line(order_line_id="negative", quantity=-3.0),
    line(order_line_id="zero", quantity=0.0),
    line(order_line_id="cheap", net_amount=-0.01),
    line(order_line_id="not a number", quantity=float("nan")),
    line(order_line_id="endless", net_amount=float("inf")),
    line(order_line_id="timeless", ordered_at=None),
    line(order_line_id="late", ordered_at=AS_OF + DAY),
    line(order_line_id="midnight", ordered_at=AS_OF),
    line(order_line_id="just in time", ordered_at=AS_OF - timedelta(microseconds=1)),
]
DIRTY = {
    "order_lines": DIRTY_LINES,
    "events": [
        event(event_type="teleport"),
        event(event_id="bad 2", event_type="View"),
        event(event_id="bad 3", event_type=None),
    ],
    "product_states": [
        ("p001", BEFORE, BEFORE, True, 1.0, 5.0, 2.0, None),
        ("p002", BEFORE, BEFORE - DAY, True, 1.0, 5.0, 2.0, None),
        ("p003", BEFORE, None, True, 1.0, -5.0, 2.0, None),
        ("p004", BEFORE, None, True, 1.0, 5.0, -2.0, None),
    ],
    "product_attributes": [("p001", "brand", "brand 0"), ("p002", "material", "wool"), ("p003", "colour", None)],
    "consents": [("c001", "email", True, BEFORE, BEFORE - DAY), ("c002", "email", None, BEFORE, None)],
    "products": [(None, "Nothing", "house", "category 0", None, "brand 0", True, False)],
    "customers": [("c001", START), (None, START)],
}
EXPECTED = {
    ("order_lines", "duplicate_key"): 2,
    ("order_lines", "missing_order_line_id"): 1,
    ("order_lines", "missing_customer_id"): 2,
    ("order_lines", "negative_quantity"): 2,
    ("order_lines", "zero_quantity"): 1,
    ("order_lines", "negative_net_amount"): 1,
    ("order_lines", "unreadable_quantity"): 1,
    ("order_lines", "unreadable_net_amount"): 1,
    ("order_lines", "missing_ordered_at"): 1,
    ("order_lines", "after_as_of"): 2,
    ("events", "unknown_event_type"): 2,
    ("events", "missing_event_type"): 1,
    ("product_states", "empty_validity"): 2,
    ("product_states", "negative_list_price_amount"): 1,
    ("product_states", "negative_unit_cost_amount"): 1,
    ("product_attributes", "reserved_attribute_name"): 1,
    ("product_attributes", "duplicate_key"): 1,
    ("product_attributes", "missing_attribute_value"): 1,
    ("consents", "empty_validity"): 1,
    ("consents", "missing_is_opted_in"): 1,
    ("products", "missing_product_id"): 1,
    ("customers", "duplicate_key"): 1,
    ("customers", "missing_customer_id"): 1,
    ("impressions", "unreadable_slot"): 1,
    ("impressions", "impossible_slot"): 1,
    ("impressions", "impossible_selection_probability"): 1,
}
# No reason stops the build but one, of an entity that is only counted here.
TOLERANCE = {"max_rejected_share": 1.0, "max_rejected_share_by_reason": {"unknown_event_type": 0.0001}}


@pytest.fixture(scope="module")
def dirty(clean, tmp_path_factory):
    """A warehouse with the staged rows of a shop in which everything is wrong once or twice."""
    folder = tmp_path_factory.mktemp("dirty")
    tables = clean
    for entity, rows in DIRTY.items():
        tables = with_rows(tables, entity, rows)
    shown = [
        ("bad 1", None, "c001", "email", "p001", 2**40, None, BEFORE, 0.1),
        ("bad 2", None, "c001", "email", "p001", 0, None, BEFORE, 0.1),
        ("bad 3", None, "c001", "email", "p001", 1, None, BEFORE, 0.0),
    ]
    schema = tables["impressions"].schema
    wide = schema.set(schema.get_field_index("slot"), pa.field("slot", pa.int64()))
    bad = pa.table(
        {field.name: pa.array(v, field.type) for field, v in zip(wide, zip(*shown, strict=True), strict=True)}
    )
    tables["impressions"] = pa.concat_tables([tables["impressions"].cast(wide), bad])
    source = write_shop(tables, folder / "source")
    warehouse = Warehouse(folder)
    warehouse.run(["run", "--select", *COUNTS, "stg_order_lines"], variables_of(source, **TOLERANCE))
    return warehouse, tables


def test_every_reason_is_counted(dirty):
    warehouse, tables = dirty
    counted = warehouse.query(
        "select entity, reason, row_count, row_share, is_tolerated from staging.stg_rejection_counts"
    )
    # The made-up shop itself writes a few states that begin after as_of; nothing else of it is rejected.
    found = {(entity, reason): count for entity, reason, count, _, _ in counted}
    erased = {key: n for key, n in found.items() if key[1] == "erased"}
    # One customer of the shop asked to be erased.
    assert erased == {
        (entity, "erased"): tables[entity]["customer_id"].to_pylist().count("c005")
        for entity in ("customers", "consents", "order_lines", "events")
    }
    rest = {key: n for key, n in found.items() if key not in erased}
    assert {key: n for key, n in rest.items() if key != ("product_states", "after_as_of")} == EXPECTED
    for entity, reason, count, share, is_tolerated in counted:
        assert share == pytest.approx(count / tables[entity].num_rows)
        assert is_tolerated == (reason != "unknown_event_type")


def test_a_rejected_row_is_kept_whole(dirty):
    warehouse, _ = dirty
    rows = {
        reason: (key, json.loads(text))
        for reason, key, text in warehouse.query(
            "select reason, row_key, row_json from staging.stg_rejected_rows where entity = 'order_lines'"
            " and reason in ('zero_quantity', 'missing_order_line_id', 'negative_net_amount')"
        )
    }
    key, row = rows["zero_quantity"]
    assert key == "zero"
    assert list(row) == [field.split(":")[0] for field in SCHEMAS["order_lines"].split()]
    assert (row["order_id"], row["customer_id"], row["product_id"]) == ("bad order", "c001", "p001")
    assert float(row["quantity"]) == 0
    assert datetime.fromisoformat(row["ordered_at"]) == BEFORE
    assert float(rows["negative_net_amount"][1]["net_amount"]) == -0.01
    assert rows["missing_order_line_id"][0] == "(none)"


def test_an_unreadable_value_is_kept_as_it_came(dirty):
    warehouse, _ = dirty
    [(text,)] = warehouse.query("select row_json from staging.stg_rejected_rows where reason = 'unreadable_slot'")
    assert int(json.loads(text)["slot"]) == 2**40


def test_every_row_is_accepted_or_rejected_and_the_first_of_a_key_stays(dirty):
    warehouse, tables = dirty
    [(accepted,)] = warehouse.query("select count(*) from staging.stg_order_lines")
    rejected = sum(count for (entity, _), count in EXPECTED.items() if entity == "order_lines")
    erased = tables["order_lines"]["customer_id"].to_pylist().count("c005")
    assert accepted + rejected + erased == tables["order_lines"].num_rows
    kept = warehouse.query("select net_amount from staging.stg_order_lines where order_line_id = 'twice'")
    assert kept == [(2.0,)]
    ids = warehouse.query("select count(*), count(distinct order_line_id) from staging.stg_order_lines")[0]
    assert ids[0] == ids[1]
    own = warehouse.query("select order_line_id from staging.stg_order_lines where order_id = 'bad order' order by 1")
    assert own == [("just in time",), ("twice",)]


def test_more_than_is_tolerated_stops_with_reason_share_and_a_row(warehouse, clean, tmp_path):
    lines = clean["order_lines"]
    count = lines.num_rows // 20
    bad = with_rows(clean, "order_lines", [line(order_line_id=f"bad {i:04}", quantity=-1.0) for i in range(count)])
    source = write_shop(bad, tmp_path / "source")
    said = stopped(
        warehouse,
        [
            "build",
            "--select",
            "+stg_order_lines",
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
        ],
        variables_of(source),
    )
    share = round(100 * count / (lines.num_rows + count), 2)
    assert "Too many rows of the input break the contract" in said
    assert f"order_lines: {count} rows ({share}%) rejected for negative_quantity, tolerated 2.0%" in said
    assert "for example row bad 0000" in said
    assert "max_rejected_share_by_reason" in said
    # The query that the message gives works.
    query = said.split("Look at them with: ")[1].split(". Mend the source")[0]
    rows = warehouse.query(query)
    assert len([row for row in rows if "negative_quantity" in row]) == count
    assert warehouse.query("select count(*) from information_schema.tables where table_name = 'stg_order_lines'") == [
        (0,)
    ]


def test_an_empty_file_names_the_connector(warehouse, clean, tmp_path):
    source = write_shop({**clean, "order_lines": table("order_lines", [])}, tmp_path / "source")
    said = stopped(warehouse, ["run", "--select", "+stg_order_lines"], variables_of(source))
    assert "The connector contract_files has no usable rows before as_of" in said
    assert f"{AS_OF:%Y-%m-%d}" in said
    assert "order_lines is empty" in said


# -- Settings that do not fit -------------------------------------------------------------------


def test_an_unknown_connector_gets_the_known_ones(warehouse):
    said = stopped(warehouse, ["build"], {"connector": "shopify"})
    assert (
        "Unknown connector 'shopify'. Known connectors: complete_journey, contract_files, maison, online_retail" in said
    )


def test_an_unknown_rule_is_named(warehouse, tmp_path):
    said = stopped(warehouse, ["build"], variables_of(tmp_path, rules=["recently_bought", "full_moon"]))
    assert "int_rules__verdicts" in said
    assert "'int_rules__full_moon' which was not found" in said


@pytest.mark.parametrize("as_of", ["04.03.2024", "yesterday"])
def test_as_of_in_another_format_is_shown_how(warehouse, tmp_path, as_of):
    said = stopped(warehouse, ["build"], variables_of(tmp_path, as_of=as_of))
    assert f"The var as_of is '{as_of}': write it as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS (UTC)." in said


# -- Too little to work with --------------------------------------------------------------------


@pytest.fixture(scope="module")
def lonely(tmp_path_factory):
    """A whole build for a shop with a single customer: the warehouse, dbt's exit code and what it said."""
    folder = tmp_path_factory.mktemp("lonely")
    tables = {
        name: found.filter(pc.equal(found["customer_id"], "c000")) if "customer_id" in found.column_names else found
        for name, found in make_shop(customers=2, products=20).items()
    }
    assert tables["order_lines"].num_rows > 0
    warehouse = Warehouse(folder)
    return warehouse, *warehouse.call(["build"], variables_of(write_shop(tables, folder / "source")))


def test_a_single_customer_is_built_up_to_publishing_which_says_what_lacks(lonely):
    warehouse, code, output = lonely
    said = " ".join(output.split())
    assert code != 0
    assert "Traceback" not in output, output[-6000:]
    assert "Completed with" in said and "PASS=" in said, said[-3000:]
    assert "Failure in model release_slates" in said
    assert "Nothing is published, the live release stays: audits failed" in said
    assert "email, has_slates: 0.0 against 1.0" in said
    assert "no customer is in the audience or none has a candidate" in said
    assert warehouse.query("select count(*) from staging.stg_customers") == [(1,)]
    assert not (warehouse.path / "recommendations.duckdb").exists()


def test_the_fits_of_a_single_customer_are_told_apart(lonely):
    """A data test of int_ranking__fits asks for it, and would stop the build before publishing can say why."""
    warehouse, _, _ = lonely
    assert warehouse.query("select count(distinct fit_id) from intermediate.int_ranking__fits") == [(2,)]
