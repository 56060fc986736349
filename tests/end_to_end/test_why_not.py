"""Why not: one row for every customer and product, derived again here from the staged rows, and told in words."""

import time
from collections import Counter, defaultdict

import duckdb
import numpy as np
from harness import stopped
from shop import AS_OF

# The stages of every pair, in SQL that shares nothing with the models: staged rows, and of what is learned only the
# purchase probabilities and what each source proposed.
EXPECTED = f"""
with lines as (select * from staging.stg_order_lines where ordered_at < timestamp '{AS_OF}' and not is_return),
bought as (select customer_id, product_id, max(ordered_at) as last_at from lines group by all),
probabilities as (
    select customer_id, row_number() over (order by purchase_probability desc, customer_id) as place, count(*) over () as n
    from intermediate.int_propensity__scores where cutoff_at = timestamp '{AS_OF}'
),
customers as (
    select customers.customer_id, probabilities.place <= ceil(0.5 * n)
        and customers.customer_id not in (
            select customer_id from lines where ordered_at >= timestamp '{AS_OF}' - interval 3 day)
        and customers.customer_id in (select customer_id from staging.stg_consents where channel = 'email' and is_opted_in)
        and md5('vitrine' || customers.customer_id) >= '199a' as is_in
    from staging.stg_customers as customers left join probabilities using (customer_id)
),
states as (
    select product_id, list_price_amount as price, stock_quantity > 0 and is_active as is_in_stock
    from staging.stg_product_states
    where valid_from_at < timestamp '{AS_OF}' and coalesce(valid_to_at, timestamp '9999-01-01') >= timestamp '{AS_OF}'
),
products as (
    select product_id, category, is_durable, price, is_merchandise and coalesce(is_in_stock, false)
        and product_id in (select product_id from bought) as is_sellable
    from staging.stg_products left join states using (product_id)
),
paid as (select customer_id, 3 * max(price) as dearest from bought inner join products using (product_id) group by all),
resting as (
    select distinct customer_id, category from bought inner join products using (product_id)
    where is_durable and datediff('day', last_at, timestamp '{AS_OF}') <= 182
),
proposed as (
    select distinct customer_id, product_id from intermediate.int_candidates__all where cutoff_at = timestamp '{AS_OF}'
),
shown as (select customer_id, product_id from recommendations.recommendations_email_v1)
select customers.customer_id, products.product_id,
    case
        when not coalesce(is_in, false) then 'audience'
        when not is_sellable then 'not sellable'
        when bought.product_id is not null then 'owned'
        when proposed.product_id is null then 'candidates'
        when resting.category is not null and is_durable then 'rules: recently_bought'
        when price < 0.2 or price > dearest then 'rules: price_band'
        when shown.product_id is not null then 'slate'
        else 're-ranking'
    end
from customers cross join products
left join bought using (customer_id, product_id)
left join proposed using (customer_id, product_id)
left join shown using (customer_id, product_id)
left join resting using (customer_id, category)
left join paid using (customer_id)
"""


def readers(warehouse, query, *values):
    with duckdb.connect(str(warehouse.path / "recommendations.duckdb"), read_only=True) as connection:
        return connection.execute(query, values).fetchall()


def test_the_stage_of_pairs_is_what_the_staged_rows_say(shop):
    warehouse, _ = shop
    expected = warehouse.query(EXPECTED)
    random = np.random.default_rng(5)
    by_stage = defaultdict(list)
    for row in sorted(expected):
        by_stage[row[2]].append(row)
    assert set(by_stage) >= {"audience", "not sellable", "owned", "re-ranking", "slate", "rules: recently_bought"}
    drawn = [expected[place] for place in random.choice(len(expected), 200, replace=False)]
    drawn += [rows[0] for rows in by_stage.values()]
    for customer, product, stage in drawn:
        found = readers(
            warehouse,
            "select stage, rule_name from recommendation_audit "
            "where channel = 'email' and customer_id = ? and product_id = ?",
            customer,
            product,
        )
        assert len(found) == 1, (customer, product, found)
        told = f"rules: {found[0][1]}" if found[0][0] == "rules" else found[0][0]
        assert told == stage, (customer, product)


def test_what_holds_a_candidate_back_is_seen_in_the_slate(shop):
    """The cap that is named is full in the very slots that are named; who is outranked has a smaller score than each."""
    warehouse, _ = shop
    slots = defaultdict(dict)
    for customer, slot, category, brand, score in warehouse.query(
        "select customer_id, slot, category, brand, objective_score from intermediate.int_release__slates"
    ):
        slots[customer][slot] = (category, brand, score)
    rows = warehouse.query("""
        select audit.customer_id, products.category, products.brand, audit.rule_name, audit.reason, audit.objective_score
        from recommendations.recommendation_audit as audit inner join staging.stg_products as products using (product_id)
        where audit.stage = 're-ranking'
    """)
    kinds = Counter()
    for customer, category, brand, name, reason, score in rows:
        slate = slots[customer]
        full = {
            "max_per_category": [slot for slot, (one, _, _) in sorted(slate.items()) if one == category],
            "max_per_brand": [slot for slot, (_, one, _) in sorted(slate.items()) if one == brand],
        }
        if name:
            assert reason.endswith(": " + ", ".join(map(str, full[name])))
            assert len(full[name]) == {"max_per_category": 3, "max_per_brand": 4}[name]
        else:
            assert len(full["max_per_category"]) < 3 and len(full["max_per_brand"]) < 4
            is_least = score < min(one for _, _, one in slate.values())
            assert reason.startswith("outranked by every slot" if is_least else "held back by variety")
        kinds[name or reason[:9]] += 1
    assert len(kinds) >= 3, kinds


def test_the_readers_view_answers_at_once_and_under_any_name(shop):
    warehouse, _ = shop
    pairs = "select count(*), count(distinct customer_id || product_id) from {} where product_id is not null"
    (counted,) = readers(warehouse, pairs.format("recommendations.recommendation_audit"))
    (known,) = warehouse.query("""
        select count(distinct customer_id) * (select count(*) from staging.stg_products) from staging.stg_customers
    """)
    assert counted == (known[0], known[0])
    started = time.perf_counter()
    assert readers(
        warehouse, "select stage from recommendation_audit where customer_id = 'c010' and product_id = 'p010'"
    )
    assert time.perf_counter() - started < 1
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse.path / 'recommendations.duckdb'}' as shown (read_only)")
        assert connection.execute(pairs.format("shown.main.recommendation_audit")).fetchone() == counted
    kinds = "select table_name, table_type from information_schema.tables where table_type = 'VIEW'"
    assert readers(warehouse, kinds) == [("recommendation_audit", "VIEW")]


def explain(warehouse, variables, customer, product):
    arguments = f"{{customer_id: '{customer}', product_id: '{product}'}}"
    return " ".join(warehouse.run(["run-operation", "explain", "--args", arguments], variables).split())


def test_explain_tells_the_story_of_a_slot_and_of_what_is_not_there(shop):
    warehouse, variables = shop
    customer, product, slot, displaced, score = warehouse.query("""
        select customer_id, product_id, slot, displaced_product_id, objective_score
        from recommendations.recommendation_ledger where displaced_product_id is not null order by all limit 1
    """)[0]
    said = explain(warehouse, variables, customer, product)
    assert f"customer {customer} has decile " in said and "in the audience." in said
    assert f"Product {product} 'Product {int(product[1:])}' can be sold." in said
    assert "The customer does not have it." in said and " at rank " in said
    assert f"Score {score:.4f} = purchase " in said
    assert f"It has slot {slot}." in said and f"In its place {displaced} " in said
    ((owner, owned),) = warehouse.query("""
        select customer_id, product_id from recommendations.recommendation_audit where stage = 'owned' order by all limit 1
    """)
    assert "It fell at the stage owned: the customer has it: bought on " in explain(warehouse, variables, owner, owned)
    said = stopped(warehouse, ["run-operation", "explain", "--args", "{customer_id: c1, product_id: p001}"], variables)
    assert "No customer has the id 'c1'. Close to it: c001" in said
