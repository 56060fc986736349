"""Every guardrail counted again in what readers see, by SQL that shares no code with the project's rules.

    python benchmarks/guardrails/violations.py warehouse complete_journey

Reads the published e-mail, the staged input of the same build and the seeds' CSV files; nothing between them. Prints a
row a guardrail with what it was counted over, how often it is broken, and, for those that may give way, how often
recommendation_audit does not say so. Exit code 1 where anything is broken or unsaid.
"""

import argparse
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
PRICE_FLOOR = 0.2
SEEDS = ("slate_limits", "slate_pairs", "pinned_slots", "curated_pairs", "customer_tiers", "price_limits")
SETUP = """
create temp table slots as
select customer_id, slot, product_id, category, brand, price_amount, as_of_at
from vitrine.recommendations.recommendations_email_v1;

create temp table serve as select max(as_of_at) as now_at from slots;

create temp table said as
select customer_id, ', ' || split_part(reason, ': ', 2) || ', ' as names
from vitrine.recommendations.recommendation_audit
where stage = 'guardrails';

create temp table states as
select states.* from vitrine.staging.stg_product_states as states, serve
where valid_from_at < now_at and (valid_to_at is null or valid_to_at >= now_at)
qualify row_number() over (partition by product_id order by valid_from_at desc, list_price_amount desc nulls last) = 1;

create temp table bought as
select lines.* from vitrine.staging.stg_order_lines as lines
join vitrine.staging.stg_products as products using (product_id)
where not is_return and is_merchandise;

create temp table traits as
select product_id, 'category' as name, category as value from vitrine.staging.stg_products
union all select product_id, 'brand', brand from vitrine.staging.stg_products
union all select product_id, 'subcategory', subcategory from vitrine.staging.stg_products
union all select product_id, 'product', product_id from vitrine.staging.stg_products
union all select product_id, attribute_name, attribute_value from vitrine.staging.stg_product_attributes;

create temp table standing as
select customer_id, slot, product_id, name, value from slots join traits using (product_id) where value is not null;

create temp table current_prices as
select product_id, coalesce(any_value(list_price_amount), sum(net_amount) / nullif(sum(quantity), 0)) as price
from bought left join states using (product_id) group by product_id;

create temp table ranges as
select customer_id, max(price) as dearest, sum(net_amount) / nullif(sum(quantity), 0) as usual
from bought join current_prices using (product_id) group by customer_id;
"""
SEED = """
create temp table {seed} as
select * from read_csv('{path}', all_varchar = true, header = true), serve
where coalesce(connector, '{connector}') = '{connector}'
    and coalesce(try_cast(valid_from_on as timestamp) <= now_at, true)
    and coalesce(try_cast(valid_until_on as timestamp) > now_at, true)
"""
POLICY = """
create temp table policy as
select * from read_csv('{path}', all_varchar = true, header = true)
where channel = 'email' and coalesce(connector, '{connector}') = '{connector}' order by connector nulls last limit 1
"""
# Never broken: each query returns the violations.
HARD = {
    "no product twice, slots in order": """
        select customer_id from slots group by 1
        having count(*) != count(distinct product_id) or max(slot) != count(*) or min(slot) != 1
    """,
    "max_per_category": """
        select customer_id, category from slots, policy
        group by all having count(*) > max(max_per_category::int)
    """,
    "max_per_brand": """
        select customer_id, brand from slots, policy where brand is not null
        group by all having count(*) > max(max_per_brand::int)
    """,
    "at_most limits": """
        select customer_id, limit_name, standing.value from standing
        join slate_limits on name = attribute_name and value = coalesce(attribute_value, value)
        where limit_type = 'at_most' group by all having count(*) > max(slot_count::int)
    """,
    "never pairs": """
        select one.customer_id from slate_pairs
        join standing as one on one.name = attribute_name and one.value = attribute_value
        join standing as two on two.name = other_attribute_name and two.value = other_attribute_value
            and two.customer_id = one.customer_id and two.product_id != one.product_id
        where pair_type = 'never'
    """,
    "always pairs": """
        select one.customer_id from slate_pairs
        join standing as one on one.name = attribute_name and one.value = attribute_value
        where pair_type = 'always' and not exists (
            from standing as two where two.name = other_attribute_name and two.value = other_attribute_value
                and two.customer_id = one.customer_id and two.slot = one.slot + 1)
    """,
    "exclusions": """
        select slots.* from slots join rule_exclusions on value = case exclusion_type
            when 'product' then product_id when 'brand' then brand else category end
    """,
    "max_price_ratio": """
        select slots.* from slots join ranges using (customer_id) join limits_of using (product_id)
        where price_amount > dearest * max_price_ratio * (1 + 1e-9)
    """,
    "min_price_ratio": """
        select slots.* from slots join ranges using (customer_id) join limits_of using (product_id)
        where price_amount < usual * min_price_ratio * (1 - 1e-9)
    """,
    "price floor": f"select * from slots where price_amount < {PRICE_FLOOR}",
    "min_margin_share": """
        select slots.* from slots join states using (product_id) join limits_of using (product_id)
        where price_amount - unit_cost_amount < min_margin_share * price_amount - 1e-9
    """,
    "tiers": """
        select slots.* from slots join states using (product_id) where tier is not null and not exists (
            from customer_tiers as wanted
            join customer_tiers as reached on reached.min_spent_amount::double >= wanted.min_spent_amount::double
            where wanted.tier = states.tier and reached.min_spent_amount::double <= (
                select coalesce(sum(net_amount), 0) from vitrine.staging.stg_order_lines as lines
                where lines.customer_id = slots.customer_id and not is_return and ordered_at < reached.now_at
                    and ordered_at >= reached.now_at - to_days(reached.window_days::int)))
    """,
    "owned products": "select slots.* from slots semi join bought using (customer_id, product_id)",
    "sellable": """
        select slots.* from slots join states using (product_id) where not coalesce(is_active, true)
            or coalesce(stock_quantity, 1) <= 0
    """,
    "consent": """
        select slots.* from slots, serve where exists (
            from vitrine.staging.stg_consents as consents where consents.customer_id = slots.customer_id
                and channel = 'email' and not is_opted_in and valid_from_at < now_at
                and (valid_to_at is null or valid_to_at >= now_at))
            or exists (from vitrine.staging.stg_erasure_requests as requests
                where requests.customer_id = slots.customer_id and requested_at < now_at)
    """,
    "max_exposure_share": """
        select product_id from slots, policy group by product_id
        having count(*) > greatest(
            floor(max(max_exposure_share::double) * (select count(distinct customer_id) from slots)), 1)
    """,
    "stock": """
        select product_id from slots join states using (product_id), policy
        where stock_quantity is not null and slots_per_unit is not null
        group by product_id having count(*) > floor(max(stock_quantity) * max(slots_per_unit::double))
    """,
}
# May give way, if recommendation_audit says so: each query returns customer and name.
SOFT = {
    "at_least_distinct limits": """
        select customer_id, limit_name as name from (select distinct customer_id from slots) as slots, slate_limits
        where limit_type = 'at_least_distinct' and slot_count::int > (
            select count(distinct value) from standing
            where standing.customer_id = slots.customer_id and standing.name = attribute_name)
    """,
    "at_least limits": """
        select customer_id, limit_name as name from (select distinct customer_id from slots) as slots, slate_limits
        where limit_type = 'at_least' and slot_count::int > (
            select count(*) from standing where standing.customer_id = slots.customer_id
                and standing.name = attribute_name and standing.value = attribute_value)
    """,
}
LIMITS_OF = """
create temp table limits_of as
select product_id, max_price_ratio::double as max_price_ratio, min_price_ratio::double as min_price_ratio,
    min_margin_share::double as min_margin_share
from vitrine.staging.stg_products as products
join price_limits on coalesce(price_limits.category, products.category) = products.category
qualify row_number() over (
    partition by product_id order by price_limits.category is null, price_limits.connector is null) = 1
"""


def counted(warehouse: Path, connector: str) -> list[tuple[str, int, int]]:
    """Return a row a guardrail: its name, how often it is broken, how often that is not said."""
    with duckdb.connect() as connection:
        run = connection.execute
        run("set timezone = 'UTC'")
        run(f"attach '{warehouse / 'vitrine.duckdb'}' as vitrine (read_only)")
        run(SETUP)
        for seed in (*SEEDS, "rule_exclusions"):
            run(SEED.format(seed=seed, path=ROOT / "seeds" / f"{seed}.csv", connector=connector))
        run(POLICY.format(path=ROOT / "seeds" / "channel_policies.csv", connector=connector))
        run(LIMITS_OF)
        found = []
        for name, query in HARD.items():
            (broken,) = run(f"select count(*) from ({query})").fetchall()[0]
            found.append((name, broken, broken))
        for name, query in SOFT.items():
            broken, unsaid = run(
                f"select count(*), count(*) filter (not coalesce(contains(names, ', ' || name || ', '), false)) "
                f"from ({query}) left join said using (customer_id)"
            ).fetchall()[0]
            found.append((name, broken, unsaid))
        (slots, customers) = run("select count(*), count(distinct customer_id) from slots").fetchall()[0]
        print(f"{connector}: {slots:,} slots of {customers:,} customers\n")
        return found


def main() -> int:
    """Print the table; 1 where a hard guardrail is broken, or a soft one without being named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path, help="folder of a finished build")
    parser.add_argument("connector")
    options = parser.parse_args()
    found = counted(options.warehouse.resolve(), options.connector)
    print("| guardrail | broken | not said |\n|---|---|---|")
    for name, broken, unsaid in found:
        print(f"| {name} | {broken} | {unsaid} |")
    return int(any(unsaid for _, _, unsaid in found))


if __name__ == "__main__":
    sys.exit(main())
