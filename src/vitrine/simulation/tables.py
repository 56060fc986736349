"""What the house would have recorded, in the shape of the input contract."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vitrine.simulation.house import CATEGORIES, COLOURS, LINES, MATERIALS, House, Ints
from vitrine.simulation.timeline import WEEK_SECONDS, Timeline

TIMESTAMP = pa.timestamp("us")
Array = NDArray[Any]
EMAIL, ADVISOR = "email", "advisor"
ERASURE_SHARE = 0.001
NOT_SOLD_NOUNS = ("watch service",)
"""Services that are booked, never offered."""


def contract_tables(timeline: Timeline) -> dict[str, pa.Table]:
    """Return the tables of a timeline, by entity: nothing that a shop could not know by its week."""
    return {
        "customers": _customers(timeline),
        "products": _products(timeline),
        "product_states": _product_states(timeline),
        "product_attributes": _product_attributes(timeline),
        "consents": _consents(timeline),
        "order_lines": _order_lines(timeline),
        "events": _events(timeline),
        "sends": _sends(timeline),
        "impressions": _impressions(timeline),
        "erasure_requests": _erasure_requests(timeline),
    }


def write_tables(tables: dict[str, pa.Table], folder: Path) -> None:
    """Write one parquet file an entity into a folder, which is made where it lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    for entity, table in tables.items():
        pq.write_table(table, folder / f"{entity}.parquet")


def names(prefix: str, codes: Array, width: int) -> pa.Array:
    """Return codes as ids, such as p00042; NULL for those below zero."""
    text = pc.utf8_lpad(pa.array(codes, mask=codes < 0).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), text, "")


def customer_ids(codes: Array) -> pa.Array:
    """Return the ids of customers."""
    return names("c", codes, 6)


def product_ids(codes: Array) -> pa.Array:
    """Return the ids of products."""
    return names("p", codes, 5)


def product_name(house: House, product: int) -> str:
    """Return what a product is called: line, material, noun and colour."""
    products = house.products
    noun = CATEGORIES[products.category[product]].nouns[products.subcategory[product]]
    material, colour = MATERIALS[products.material[product]], COLOURS[products.colour[product]]
    edition = " limited edition" if products.is_limited[product] else ""
    return f"{LINES[products.line[product]]} {material} {noun} {colour}{edition}"


def _known_products(timeline: Timeline) -> Ints:
    """Return the products launched before the week that comes; when the watch is over, all."""
    is_over = timeline.state.week >= timeline.house.params.weeks
    return np.flatnonzero(is_over | (timeline.house.products.launch_week < timeline.state.week))


def _customers(timeline: Timeline) -> pa.Table:
    house = timeline.house
    codes = np.flatnonzero(house.customers.registered_week < timeline.state.week)
    return pa.table(
        {
            "customer_id": customer_ids(codes),
            "registered_at": _instants(house, house.customers.registered_week[codes] * WEEK_SECONDS),
        }
    )


def _products(timeline: Timeline) -> pa.Table:
    house, codes = timeline.house, _known_products(timeline)
    products = house.products
    of_category = [CATEGORIES[code] for code in products.category[codes]]
    nouns = [category.nouns[code] for category, code in zip(of_category, products.subcategory[codes], strict=True)]
    return pa.table(
        {
            "product_id": product_ids(codes),
            "product_name": [product_name(house, int(code)) for code in codes],
            "department": [category.department for category in of_category],
            "category": [category.name for category in of_category],
            "subcategory": nouns,
            "brand": [LINES[code] for code in products.line[codes]],
            "is_merchandise": [noun not in NOT_SOLD_NOUNS for noun in nouns],
            "is_durable": [category.is_durable for category in of_category],
        }
    )


def _product_states(timeline: Timeline) -> pa.Table:
    """Return a row for each stretch of weeks with the same price, stock and activity."""
    house, rows = timeline.house, timeline.log.rows("states")
    products, weeks = house.products, timeline.state.week
    shape = (weeks, len(products))
    stock, price = rows["stock"].reshape(shape), rows["price"].reshape(shape)
    week = np.arange(weeks)[:, None]
    is_active = (week >= products.launch_week) & (week < products.end_week)
    is_known = week >= np.minimum(products.launch_week, weeks - 1)
    is_known &= np.isin(np.arange(len(products)), _known_products(timeline))
    changes = np.ones(shape, dtype=bool)
    changes[1:] = (np.diff(stock, axis=0) != 0) | (np.diff(price, axis=0) != 0) | np.diff(is_active, axis=0)
    product, begins = np.nonzero((changes | (week == products.launch_week)).T & is_known.T)
    is_last = np.append(product[1:] != product[:-1], True)
    ends = np.append(begins[1:], 0)
    return pa.table(
        {
            "product_id": product_ids(product),
            "valid_from_at": _instants(house, begins * WEEK_SECONDS),
            "valid_to_at": _instants(house, ends * WEEK_SECONDS, is_last),
            "is_active": is_active[begins, product],
            "stock_quantity": stock[begins, product].astype(np.float64),
            "list_price_amount": price[begins, product].astype(np.float64),
            "unit_cost_amount": np.round(products.price[product].astype(np.float64) * products.cost_share[product], 2),
            "tier": pa.array(np.where(products.is_limited[product], "gold", ""), mask=~products.is_limited[product]),
        }
    )


def _product_attributes(timeline: Timeline) -> pa.Table:
    """Return what the house says of each product: material, colour, and whether its edition is limited."""
    products, codes = timeline.house.products, _known_products(timeline)
    values = {
        "material": np.array(MATERIALS)[products.material[codes]],
        "colour": np.array(COLOURS)[products.colour[codes]],
        "edition": np.where(products.is_limited[codes], "limited", "permanent"),
    }
    return pa.table(
        {
            "product_id": pa.concat_arrays([product_ids(codes)] * len(values)),
            "attribute_name": [name for name in values for _ in codes],
            "attribute_value": np.concatenate(list(values.values())),
        }
    )


def _consents(timeline: Timeline) -> pa.Table:
    """Return each customer's answers to mails; what was never asked is not there."""
    rows = _until_end(timeline, timeline.log.rows("consents"))
    order = np.lexsort((rows["second"], rows["customer"]))
    customer, second = rows["customer"][order], rows["second"][order]
    is_last = np.append(customer[1:] != customer[:-1], True)
    return pa.table(
        {
            "customer_id": customer_ids(customer),
            "channel": [EMAIL] * len(order),
            "is_opted_in": rows["is_opted_in"][order],
            "valid_from_at": _instants(timeline.house, second),
            "valid_to_at": _instants(timeline.house, np.append(second[1:], 0), is_last),
        }
    )


def _order_lines(timeline: Timeline) -> pa.Table:
    """Return the lines of orders, and those of what came back."""
    rows = _until_end(timeline, timeline.log.rows("lines"))
    order = np.lexsort((rows["product"], rows["order"]))
    rows = {name: column[order] for name, column in rows.items()}
    line = np.arange(len(order))
    ends = timeline.state.week * WEEK_SECONDS
    back = np.flatnonzero((rows["return_second"] >= 0) & (rows["return_second"] < ends))
    every = np.concatenate([line, back])
    is_return = np.arange(len(every)) >= len(line)
    second = np.where(is_return, rows["return_second"][every], rows["second"][every])
    return pa.table(
        {
            "order_line_id": pa.concat_arrays([names("l", line, 7), names("r", back, 7)]),
            "order_id": names("o", rows["order"][every], 7),
            "customer_id": customer_ids(rows["customer"][every]),
            "product_id": product_ids(rows["product"][every]),
            "ordered_at": _instants(timeline.house, second),
            "quantity": rows["quantity"][every].astype(np.float64),
            "net_amount": rows["net_amount"][every].astype(np.float64),
            "list_amount": rows["list_amount"][every].astype(np.float64),
            "is_return": is_return,
        }
    )


def _events(timeline: Timeline) -> pa.Table:
    rows = _until_end(timeline, timeline.log.rows("events"))
    order = np.lexsort((rows["product"], rows["kind"], rows["customer"], rows["second"]))
    rows = {name: column[order] for name, column in rows.items()}
    return pa.table(
        {
            "event_id": names("e", np.arange(len(order)), 8),
            "customer_id": customer_ids(rows["customer"]),
            "session_id": names("v", rows["visit"], 8),
            "product_id": product_ids(rows["product"]),
            "event_type": rows["kind"],
            "occurred_at": _instants(timeline.house, rows["second"]),
            "send_id": names("s", rows["send"], 7),
        }
    )


def _sends(timeline: Timeline) -> pa.Table:
    rows = _until_end(timeline, timeline.log.rows("sends"))
    is_mail = rows["campaign"] >= 0
    return pa.table(
        {
            "send_id": names("s", rows["send"], 7),
            "customer_id": customer_ids(rows["customer"]),
            "channel": np.where(is_mail, EMAIL, ADVISOR),
            "campaign_id": names("week ", rows["campaign"], 3),
            "sent_at": _instants(timeline.house, rows["second"]),
        }
    )


def _impressions(timeline: Timeline) -> pa.Table:
    rows = _until_end(timeline, timeline.log.rows("impressions"))
    count = len(rows["send"])
    return pa.table(
        {
            "impression_id": names("i", np.arange(count), 8),
            "send_id": names("s", rows["send"], 7),
            "customer_id": customer_ids(rows["customer"]),
            "channel": [EMAIL] * count,
            "product_id": product_ids(rows["product"]),
            "slot": rows["slot"].astype(np.int32),
            "release_id": pa.array(rows["release"], pa.string(), mask=rows["release"] == ""),
            "shown_at": _instants(timeline.house, rows["second"]),
            "selection_probability": pa.array(rows["chance"].astype(np.float64), mask=np.isnan(rows["chance"])),
        }
    )


def _erasure_requests(timeline: Timeline) -> pa.Table:
    """Return a request of one customer in a thousand, in the last year."""
    params = timeline.house.params
    random = np.random.default_rng([params.seed, 2])
    customer = np.flatnonzero(random.random(params.customers) < ERASURE_SHARE)
    second = (params.weeks - random.integers(1, min(52, params.weeks) + 1, len(customer))) * WEEK_SECONDS
    is_known = second < timeline.state.week * WEEK_SECONDS
    customer, second = customer[is_known], second[is_known]
    return pa.table(
        {
            "erasure_request_id": names("x", np.arange(len(customer)), 4),
            "customer_id": customer_ids(customer),
            "requested_at": _instants(timeline.house, second),
        }
    )


def _until_end(timeline: Timeline, rows: dict[str, Array]) -> dict[str, Array]:
    kept = rows["second"] < timeline.state.week * WEEK_SECONDS
    return {name: column[kept] for name, column in rows.items()}


def _instants(house: House, seconds: Ints, is_missing: Array | None = None) -> pa.Array:
    """Return seconds since the watch began as UTC timestamps."""
    begins: datetime = house.params.begins_at.replace(tzinfo=None)
    micros = (
        np.int64((begins - datetime(1970, 1, 1)) // timedelta(microseconds=1)) + seconds.astype(np.int64) * 1_000_000
    )
    return pa.array(micros, pa.int64(), mask=is_missing).cast(TIMESTAMP)
