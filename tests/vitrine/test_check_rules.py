"""A rule that requires products is named where the project does not say so."""

from pathlib import Path

import duckdb
import pytest

from vitrine.engines.check.rules import Trial
from vitrine.engines.preview.plan import Graph

RULE = """
    select timestamp '2024-06-30' as cutoff_at, 'ada' as customer_id, 'p1' as product_id, 'gift' as rule_name,
        '{verdict}' as verdict, 1.0 as weight, 'a test' as reason
"""


@pytest.mark.parametrize(
    ("verdict", "requiring", "expected"),
    [
        ("require", ["curated"], ["curated, gift"]),
        ("require", [], ["gift"]),
        ("require", ["gift"], []),
        ("boost", [], []),
    ],
)
def test_a_rule_that_requires_without_being_listed_is_told_what_to_add(verdict, requiring, expected):
    with duckdb.connect() as connection:
        connection.execute("""
            attach ':memory:' as live;
            create schema live.intermediate;
            create table live.intermediate.int_calendar__cutoffs as
                select timestamp '2024-06-30' as cutoff_at, 'serve' as cutoff_role
        """)
        tried = Trial(connection, Graph({"nodes": {}, "macros": {}}), requiring, set(), set())
        problems, touched = tried.tried("gift", RULE.format(verdict=verdict), Path("gift.sql"))
    assert touched == f"{verdict} 1: 1 customer, 1 product"
    assert [str(one) for one in problems] == [
        "models/intermediate/rules/int_rules__gift.sql  verdict is require in 1 row, but these become no candidates: "
        f"write `requiring_rules: [{names}]` among the vars of dbt_project.yml"
        for names in expected
    ]
