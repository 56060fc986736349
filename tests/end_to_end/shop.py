"""A small made-up shop in the shape of the input contract, with every entity, for whole builds in tests."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

AS_OF = datetime(2024, 3, 4)
START = AS_OF - timedelta(days=400)
TIMESTAMP = pa.timestamp("us")
Tables = dict[str, pa.Table]


def make_shop(customers: int = 90, products: int = 60, seed: int = 7) -> Tables:
    """Return every entity of the contract: tastes by category, prices and stock that change, mails and answers."""
    random = np.random.default_rng(seed)
    categories = [f"category {i % 6}" for i in range(products)]
    prices = np.round(np.exp(random.normal(3, 0.6, products)), 2)
    taste = random.dirichlet(np.ones(6) * 0.5, customers)
    weight = random.pareto(1.5, products) + 0.3
    lines, events, sends = [], [], []
    for customer in range(customers):
        at = START + timedelta(days=float(random.exponential(60)))
        pace = float(random.uniform(6, 40))
        order = 0
        while at < AS_OF:
            chance = weight * taste[customer][[int(c[-1]) for c in categories]]
            basket = random.choice(
                products, size=min(4, int(1 + random.poisson(1.5))), replace=False, p=chance / chance.sum()
            )
            for product in basket:
                price = float(prices[product])
                paid = round(price * float(random.choice([1, 1, 0.8])), 2)
                lines.append(
                    (
                        f"l{len(lines)}",
                        f"o{customer}-{order}",
                        f"c{customer:03}",
                        f"p{product:03}",
                        at,
                        1.0,
                        paid,
                        price,
                        bool(random.random() < 0.03),
                    )
                )
                events.append(
                    (
                        f"e{len(events)}",
                        f"c{customer:03}",
                        f"s{customer}-{order}",
                        f"p{product:03}",
                        "view",
                        at - timedelta(hours=2),
                        None,
                    )
                )
                if len(lines) % 3 == 0:
                    event = (f"e{len(events)}", f"c{customer:03}", f"s{customer}-{order}", f"p{product:03}", "cart")
                    events.append((*event, at - timedelta(hours=1), None))
            order += 1
            at += timedelta(days=float(random.exponential(pace)) + 0.5)
    for month in range(12):
        at = START + timedelta(days=30 * month + 10)
        for customer in range(0, customers, 2):
            sends.append((f"m{month}-{customer}", f"c{customer:03}", "email", f"campaign {month}", at))
            if random.random() < 0.2:
                events.append(
                    (
                        f"e{len(events)}",
                        f"c{customer:03}",
                        None,
                        None,
                        "click",
                        at + timedelta(hours=5),
                        f"m{month}-{customer}",
                    )
                )
    events += _browsing(customers, products, seed)
    sends += [
        (f"a{i}", f"c{4 * i:03}", "advisor", None, AS_OF - timedelta(days=30 + 17 * i)) for i in range(customers // 5)
    ]
    states = []
    for product in range(products):
        for quarter in range(4):
            start = START + timedelta(days=100 * quarter)
            end = START + timedelta(days=100 * (quarter + 1)) if quarter < 3 else None
            stock = 0.0 if random.random() < 0.06 else float(random.integers(1, 50))
            states.append(
                (
                    f"p{product:03}",
                    start,
                    end,
                    True,
                    stock,
                    float(prices[product]) * (1 + 0.05 * quarter),
                    float(prices[product]) / 2,
                    None,
                )
            )
    consents = [(f"c{i:03}", "email", i % 11 != 0, START - timedelta(days=1), None) for i in range(customers)]
    consents += [(f"c{i:03}", "advisor", i % 4 != 0, START - timedelta(days=1), None) for i in range(customers)]
    shown = [
        (
            f"i{i}",
            f"m3-{2 * (i % (customers // 2))}",
            f"c{2 * (i % (customers // 2)):03}",
            "email",
            f"p{i % products:03}",
            1 + i % 3,
            None,
            START + timedelta(days=100),
            0.1,
        )
        for i in range(40)
    ]
    rows = {
        "customers": [(f"c{i:03}", START - timedelta(days=5)) for i in range(customers)],
        "products": [
            (
                f"p{i:03}",
                f"Product {i}",
                "house",
                categories[i],
                f"{categories[i]}, kind {i % 2}",
                f"brand {i % 9}",
                i != 1,
                categories[i] == "category 5",
            )
            for i in range(products)
        ],
        "product_states": states,
        "product_attributes": [
            (f"p{i:03}", "material", ["wood", "glass", "wool"][i % 3]) for i in range(products) if i % 10
        ],
        "consents": consents,
        "order_lines": lines,
        "events": events,
        "sends": sends,
        "impressions": shown,
        "erasure_requests": [("r0", "c005", START + timedelta(days=300))],
    }
    return {name: table(name, found) for name, found in rows.items()}


def _browsing(customers: int, products: int, seed: int) -> list[tuple]:
    """Return visits of each customer: views, some carts and wishes, some products again; and mails opened."""
    random = np.random.default_rng([seed, 1])
    found = []
    for customer in range(customers):
        for visit in range(int(random.integers(2, 12))):
            at = AS_OF - timedelta(days=float(random.uniform(0.5, 300)))
            session = None if visit == 1 else f"b{customer}-{visit}"
            for place, product in enumerate(random.choice(min(products, 12 + customer % 20), size=3, replace=False)):
                kinds = ["view", *random.choice(["cart", "wishlist", "none"], size=1, p=[0.3, 0.2, 0.5])]
                for kind in kinds:
                    if kind != "none":
                        when = at + timedelta(minutes=5 * place + len(kind) % 4)
                        name = f"b{customer}-{visit}-{place}-{kind}"
                        found.append((name, f"c{customer:03}", session, f"p{product:03}", str(kind), when, None))
    found += [
        (f"o{i}", f"c{2 * i:03}", None, None, "open", START + timedelta(days=100, hours=i), f"m3-{2 * i}")
        for i in range(customers // 4)
    ]
    return found


SCHEMAS = {
    "customers": "customer_id:s registered_at:t",
    "products": "product_id:s product_name:s department:s category:s subcategory:s brand:s is_merchandise:b is_durable:b",
    "product_states": "product_id:s valid_from_at:t valid_to_at:t is_active:b stock_quantity:d list_price_amount:d unit_cost_amount:d tier:s",
    "product_attributes": "product_id:s attribute_name:s attribute_value:s",
    "consents": "customer_id:s channel:s is_opted_in:b valid_from_at:t valid_to_at:t",
    "order_lines": "order_line_id:s order_id:s customer_id:s product_id:s ordered_at:t quantity:d net_amount:d list_amount:d is_return:b",
    "events": "event_id:s customer_id:s session_id:s product_id:s event_type:s occurred_at:t send_id:s",
    "sends": "send_id:s customer_id:s channel:s campaign_id:s sent_at:t",
    "impressions": "impression_id:s send_id:s customer_id:s channel:s product_id:s slot:i release_id:s shown_at:t selection_probability:d",
    "erasure_requests": "erasure_request_id:s customer_id:s requested_at:t",
}
KINDS = {"s": pa.string(), "t": TIMESTAMP, "b": pa.bool_(), "d": pa.float64(), "i": pa.int32()}


def table(name: str, rows: list[tuple]) -> pa.Table:
    """Return rows as a table with the entity's columns and types."""
    fields = [field.split(":") for field in SCHEMAS[name].split()]
    columns = list(zip(*rows, strict=True)) if rows else [[] for _ in fields]
    return pa.table(
        {column: pa.array(values, KINDS[kind]) for (column, kind), values in zip(fields, columns, strict=True)}
    )


def write_shop(tables: Tables, folder: Path) -> Path:
    """Write one parquet file an entity and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in tables.items():
        pq.write_table(found, folder / f"{name}.parquet")
    return folder


def poisoned(tables: Tables, cutoff: datetime, seed: int = 1) -> Tables:
    """Return the shop with everything that happened at or after the cutoff turned into something else.

    Every dated row from the cutoff on is replaced: other customers, products, amounts, answers, stock, prices. The
    ends of states that were still open are moved. New customers and products appear that only the future knows.
    Requests to be erased are left as they are: they are the one thing of the future that must change the past.
    """
    random = np.random.default_rng(seed)
    dated = {
        "customers": "registered_at",
        "product_states": "valid_from_at",
        "consents": "valid_from_at",
        "order_lines": "ordered_at",
        "events": "occurred_at",
        "sends": "sent_at",
        "impressions": "shown_at",
    }
    result = {}
    for name, found in tables.items():
        rows = found.to_pylist()
        if name == "erasure_requests":
            result[name] = rows
            continue
        at = dated.get(name)
        past = [row for row in rows if at is None or row[at] < cutoff]
        for row in past:
            if (row.get("valid_to_at") is None or row["valid_to_at"] > cutoff) and "valid_to_at" in row:
                row["valid_to_at"] = cutoff + timedelta(days=float(random.uniform(1, 9)))
        result[name] = past + _future(name, rows, cutoff, random)
    names = {name: [field.split(":")[0] for field in SCHEMAS[name].split()] for name in tables}
    return {
        name: table(name, [tuple(row[column] for column in names[name]) for row in rows])
        for name, rows in result.items()
    }


def _future(name: str, rows: list[dict], cutoff: datetime, random: np.random.Generator) -> list[dict]:
    """Return rows that no honest future would hold."""

    def later() -> datetime:
        return cutoff + timedelta(days=float(random.uniform(0, 27)))

    def customer() -> str:
        return f"c{random.integers(90):03}" if random.random() < 0.8 else f"x{random.integers(30)}"

    def product() -> str:
        return f"p{random.integers(60):03}" if random.random() < 0.6 else f"y{random.integers(12)}"

    template = rows[0]
    makers = {
        "customers": lambda i: {"customer_id": f"x{i}", "registered_at": later()},
        "products": lambda i: {
            **template,
            "product_id": f"y{i}",
            "product_name": "From the future",
            "category": "category 0",
            "brand": "brand 0",
            "is_merchandise": True,
        },
        "product_states": lambda i: {
            **template,
            "product_id": f"p{i:03}",
            "valid_from_at": cutoff + timedelta(days=9, hours=i),
            "valid_to_at": None,
            "is_active": i % 2 == 0,
            "stock_quantity": 0.0,
            "list_price_amount": 9999.0,
        },
        "product_attributes": lambda i: {"product_id": f"y{i}", "attribute_name": "material", "attribute_value": "tin"},
        "consents": lambda i: {
            **template,
            "customer_id": f"c{i:03}",
            "is_opted_in": i % 11 == 0,
            "valid_from_at": cutoff + timedelta(days=9),
            "valid_to_at": None,
        },
        "order_lines": lambda i: {
            **template,
            "order_line_id": f"z{i}",
            "order_id": f"zo{i}",
            "customer_id": customer(),
            "product_id": product(),
            "ordered_at": later() if i else cutoff,
            "quantity": 50.0,
            "net_amount": 5000.0,
            "list_amount": 7000.0,
            "is_return": i % 5 == 0,
        },
        "events": lambda i: {
            **template,
            "event_id": f"z{i}",
            "customer_id": customer(),
            "product_id": product(),
            "event_type": str(random.choice(["view", "cart", "wishlist", "click"])),
            "occurred_at": later(),
        },
        "sends": lambda i: {
            **template,
            "send_id": f"z{i}",
            "customer_id": customer(),
            "channel": "advisor" if i % 3 else "email",
            "sent_at": later(),
        },
        "impressions": lambda i: {
            **template,
            "impression_id": f"z{i}",
            "customer_id": customer(),
            "product_id": product(),
            "shown_at": later(),
        },
    }
    counts = {
        "customers": 30,
        "products": 12,
        "product_states": 60,
        "product_attributes": 12,
        "consents": 90,
        "order_lines": 900,
    }
    return [makers[name](i) for i in range(counts.get(name, 200))]
