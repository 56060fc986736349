"""What all channels promise together, counted again by SQL that shares no code with the project's rules.

    python benchmarks/guardrails/channels.py warehouse maison

Reads the published tables of the four channels, the staged input of the same build and the seeds' CSV files; nothing
between them. Prints how full each channel is and each promise with how often it is broken. Exit code 1 where one is,
or where a customer has a short slate or none and recommendation_audit does not say why.
"""

import argparse
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
SEED = """
create temp table {seed} as
select * from read_csv('{path}', all_varchar = true, header = true), serve
where coalesce(connector, '{connector}') = '{connector}'
    and coalesce(try_cast(valid_from_on as timestamp) <= now_at, true)
    and coalesce(try_cast(valid_until_on as timestamp) > now_at, true)
"""
# Of campaigns a row for the connector stands before one for every connector.
CAMPAIGN = SEED + "qualify row_number() over (partition by channel order by connector nulls last) = 1"
SETUP = """
create temp table slots as
select 'email' as channel, customer_id, slot, product_id, 'personal' as fallback_level
from vitrine.recommendations.recommendations_email_v1
union all select 'onsite', placement_key, slot, product_id, fallback_level
from vitrine.recommendations.recommendations_onsite_v1 where placement = 'customer'
union all select 'advisor', customer_id, slot, product_id, 'personal'
from vitrine.recommendations.recommendations_advisor_v1
union all select 'journey', customer_id, null, product_id, 'personal'
from vitrine.recommendations.recommendations_journey_v1;

create temp table policies as
select * from read_csv('{policies}', all_varchar = true, header = true)
where coalesce(connector, '{connector}') = '{connector}'
qualify row_number() over (partition by channel order by connector nulls last) = 1;

create temp table said as
select distinct channel, customer_id from vitrine.recommendations.recommendation_audit
where customer_id is not null and stage in ('audience', 'short slate');
"""
# A journey goes out as a mail: the limits of that channel hold for it.
PROMISES = {
    "no product in a channel and in one before it": """
        with recursive earlier as (
            select channel, after_channel from policies where after_channel is not null
            union select earlier.channel, policies.after_channel from earlier
            join policies on policies.channel = earlier.after_channel where policies.after_channel is not null)
        select later.* from slots as later join earlier on later.channel = earlier.channel
        join slots as first on first.channel = earlier.after_channel
            and first.customer_id = later.customer_id and first.product_id = later.product_id
    """,
    "no journey shows what a slate shows": """
        select steps.* from slots as steps join slots as others using (customer_id, product_id)
        where steps.channel = 'journey' and others.channel != 'journey' and others.fallback_level = 'personal'
    """,
    "what was shown rests": """
        select slots.channel, slots.customer_id, slots.product_id, limit_name from slots
        join contact_limits as limits on limit_type = 'product_rest' and coalesce(limits.channel, slots.channel)
            in (slots.channel, case when slots.channel = 'journey' then 'email' end)
        join vitrine.staging.stg_impressions as shown
            on shown.customer_id = slots.customer_id and shown.product_id = slots.product_id
            and shown.shown_at < now_at and shown.shown_at >= now_at - to_days(within_days::int)
            and coalesce(counted_channel, shown.channel, '') = coalesce(shown.channel, '')
        group by all having count(*) >= max(max_count::int)
    """,
    "who was written to often enough waits": """
        with receivers as (select distinct channel, customer_id from slots where fallback_level = 'personal')
        select receivers.channel, receivers.customer_id, limit_name from receivers
        join contact_limits as limits on limit_type = 'customer_cap' and coalesce(limits.channel, receivers.channel)
            in (receivers.channel, case when receivers.channel = 'journey' then 'email' end)
        join vitrine.staging.stg_sends as sends on sends.customer_id = receivers.customer_id
            and sent_at < now_at and sent_at >= now_at - to_days(within_days::int)
            and coalesce(counted_channel, sends.channel) = sends.channel
        group by all having count(*) >= max(max_count::int)
    """,
    "who just bought is left in peace": """
        select slots.* from slots join campaigns using (channel)
        join vitrine.staging.stg_order_lines as lines on lines.customer_id = slots.customer_id
            and not is_return and ordered_at < now_at
            and ordered_at >= now_at - to_days(suppress_buyers_days::int)
    """,
    "consent": """
        select slots.* from slots, serve join policies
            on policies.channel = case when slots.channel = 'journey' then 'email' else slots.channel end
        where needs_consent = 'true' and exists (
            from vitrine.staging.stg_consents as consents where consents.customer_id = slots.customer_id
                and consents.channel = policies.channel and not is_opted_in and valid_from_at < now_at
                and (valid_to_at is null or valid_to_at >= now_at))
    """,
    "nobody erased": """
        select slots.* from slots, serve where sha256('vitrine:' || customer_id) in (
            select customer_hash from vitrine.staging.stg_erased_customers)
    """,
    "nothing that the customer has": """
        select slots.* from slots, serve where exists (from vitrine.staging.stg_order_lines as lines
            join vitrine.staging.stg_products as products using (product_id)
            where lines.customer_id = slots.customer_id and lines.product_id = slots.product_id
                and not is_return and is_merchandise and ordered_at < now_at)
    """,
    "everybody sees something on the site": """
        select customer_id from vitrine.staging.stg_customers, serve
        where coalesce(registered_at < now_at, true)
            and customer_id not in (select customer_id from slots where channel = 'onsite')
    """,
    "no product twice, slots in order": """
        select channel, customer_id from slots where channel != 'journey' group by all
        having count(*) != count(distinct product_id) or max(slot) != count(*)
    """,
    "a short slate, or none, has a reason": """
        with counted as (
            select policies.channel, customers.customer_id, max(slot_count::int) as wanted,
                count(slots.product_id) as found
            from policies cross join vitrine.staging.stg_customers as customers
            left join slots on slots.channel = policies.channel and slots.customer_id = customers.customer_id
            where customers.customer_id in (select customer_id from vitrine.intermediate.int_propensity__scores)
            group by all)
        select counted.* from counted anti join said using (channel, customer_id) where found < wanted
    """,
}


def main() -> int:
    """Count and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("connector")
    given = parser.parse_args()
    connection = duckdb.connect()
    connection.execute(f"attach '{given.warehouse / 'vitrine.duckdb'}' as vitrine (read_only)")
    connection.execute(
        "create temp table serve as "
        "select max(as_of_at) as now_at from vitrine.recommendations.recommendations_email_v1"
    )
    for seed in ("contact_limits", "campaigns"):
        path = ROOT / "seeds" / f"{seed}.csv"
        query = CAMPAIGN if seed == "campaigns" else SEED
        connection.execute(query.format(seed=seed, path=path, connector=given.connector))
    policies = ROOT / "seeds" / "channel_policies.csv"
    connection.execute(SETUP.format(policies=policies, connector=given.connector))
    print("| channel | whose choice | customers | slots | full slates |\n|---|---|---|---|---|")
    rows = connection.execute("""
        with slates as (select channel, fallback_level, customer_id, count(*) as found from slots group by all)
        select channel, fallback_level, count(distinct customer_id), sum(found),
            avg((found >= slot_count::int)::int)
        from slates left join policies using (channel) group by 1, 2 order by 1, 2
    """).fetchall()
    for channel, level, customers, slots, full in rows:
        share = "" if full is None else f"{full:.1%}"
        print(f"| {channel} | {level} | {customers:,} | {slots:,} | {share} |")
    print("\n| promise | broken |\n|---|---|")
    broken = 0
    for name, query in PROMISES.items():
        (count,) = connection.execute(f"select count(*) from ({query})").fetchall()[0]
        broken += count
        print(f"| {name} | {count:,} |")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
