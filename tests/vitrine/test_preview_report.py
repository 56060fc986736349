"""The preview's plan on a graph of a few models, and its text on a few rows."""

from pathlib import Path

import pytest

from vitrine.engines.preview.plan import Graph, PreviewError, not_shown, planned, scores_stay
from vitrine.engines.preview.report import preview_text, table

MODELS = {
    "stg_products": ("models/staging", []),
    "int_features__products": ("models/intermediate/features", ["stg_products"]),
    "int_candidates__all": ("models/intermediate/candidates", ["int_features__products"]),
    # Made of a seed and read by rules only.
    "int_features__tiers": ("models/intermediate/features", ["int_integrity__tiers"]),
    "int_features__customer_tiers": ("models/intermediate/features", ["int_features__tiers", "stg_products"]),
    "int_integrity__tiers": ("models/intermediate/integrity", ["tiers"]),
    "int_integrity__policies": ("models/intermediate/integrity", ["policies"]),
    "int_integrity__parameters": ("models/intermediate/integrity", ["parameters"]),
    "int_rules__fresh": ("models/intermediate/rules", ["int_features__products"]),
    "int_rules__tier_only": ("models/intermediate/rules", ["int_features__tiers", "int_features__customer_tiers"]),
    "int_rules__required": ("models/intermediate/rules", ["int_rules__fresh"]),
    "int_rules__verdicts": ("models/intermediate/rules", ["int_rules__fresh", "int_rules__tier_only"]),
    "int_ranking__candidates": ("models/intermediate/ranking", ["int_candidates__all", "int_rules__required"]),
    "int_ranking__candidate_features": (
        "models/intermediate/ranking",
        ["int_ranking__candidates", "int_features__products"],
    ),
    "int_ranking__fits": (
        "python_models/intermediate/ranking",
        ["int_ranking__candidate_features", "int_integrity__parameters"],
    ),
    "int_ranking__scores": (
        "python_models/intermediate/ranking",
        ["int_ranking__fits", "int_ranking__candidate_features"],
    ),
    "int_ranking__slates": (
        "python_models/intermediate/ranking",
        ["int_ranking__scores", "int_rules__verdicts", "int_integrity__policies"],
    ),
    "int_release__fingerprints": ("models/intermediate/release", ["stg_products", "int_ranking__fits"]),
    "int_release__slates": ("models/intermediate/release", ["int_ranking__slates", "int_release__fingerprints"]),
    "int_release__candidate_audit": ("models/intermediate/release", ["int_release__slates"]),
    "int_release__audits": ("models/intermediate/release", ["int_release__slates"]),
    "recommendations": ("models/marts/recommendations", ["int_release__slates"]),
    "policies": ("seeds", []),
    "parameters": ("seeds", []),
    "tiers": ("seeds", []),
}
SOURCES_YML = "models/connectors/shop/__sources.yml"


def graph(project=Path("nowhere")):
    """Return the graph of MODELS; int_rules__fresh uses a macro, which uses a var, and stg_products a source."""
    nodes = {}
    for name, (folder, parents) in MODELS.items():
        language = "python" if folder.startswith("python") else "sql"
        suffix = {"seeds": "csv"}.get(folder, {"python": "py", "sql": "sql"}[language])
        nodes[name] = {
            "name": name,
            "alias": name,
            "schema": "intermediate",
            "resource_type": "seed" if folder == "seeds" else "model",
            "original_file_path": f"{folder}/{name}.{suffix}",
            "patch_path": f"vitrine://{folder}/{name}.yml",
            "language": language,
            "raw_code": "select 1",
            "config": {},
            "depends_on": {"nodes": parents, "macros": ["macro.vitrine.days"] if name == "int_rules__fresh" else []},
        }
    nodes["stg_products"]["depends_on"]["nodes"] = ["source.vitrine.shop.products"]
    days = {
        "macro_sql": "{{ var('fresh_days') }}",
        "original_file_path": "macros/days.sql",
        "depends_on": {"macros": []},
    }
    sources = {"source.vitrine.shop.products": {"original_file_path": SOURCES_YML}}
    return Graph({"nodes": nodes, "macros": {"macro.vitrine.days": days}, "sources": sources}, project)


BUILT = {("intermediate", name) for name in MODELS if name != "int_rules__fresh"}


def test_rules_and_rankings_are_built_and_the_rest_is_taken_over():
    plan = planned(graph(), BUILT)
    assert plan.rules == [
        "int_features__customer_tiers",
        "int_features__tiers",
        "int_integrity__parameters",
        "int_integrity__policies",
        "int_integrity__tiers",
        "int_rules__fresh",
        "int_rules__required",
        "int_rules__tier_only",
        "int_rules__verdicts",
        "parameters",
        "policies",
        "tiers",
    ]
    assert plan.scored == ["int_ranking__candidate_features", "int_ranking__candidates", "int_ranking__scores"]
    assert set(plan.rankings) == {*plan.scored, "int_ranking__slates", "int_release__slates"} | {
        "int_release__candidate_audit",
        "int_release__audits",
    }
    taken = {"int_candidates__all", "int_features__products", "int_ranking__fits", "int_release__fingerprints"}
    assert {name for _, name in plan.inputs} == {*taken, "stg_products", *plan.scored}


def test_a_model_that_the_last_build_lacks_is_built_but_for_a_fit():
    plan = planned(graph(), BUILT - {("intermediate", "int_candidates__all")})
    assert "int_candidates__all" in plan.rules
    with pytest.raises(PreviewError, match="int_ranking__fits: build once"):
        planned(graph(), BUILT - {("intermediate", "int_ranking__fits")})


@pytest.mark.parametrize(
    ("changed", "models"),
    [
        ("seeds/policies.csv", None),
        ("models/intermediate/rules/int_rules__fresh.sql", None),
        ("macros/days.sql", None),
        ("var fresh_days", None),
        ("docs/x.md", None),
        ("src/vitrine/rerank.py", None),
        ("src/vitrine/engines/check/rules.py", None),
        ("src/vitrine/engines/reader_file.py", None),
        ("seeds/tiers.csv", None),
        ("src/vitrine/engines/frames.py", ["int_ranking__fits"]),
        ("models/intermediate/features/int_features__products.yml", None),
        ("seeds/parameters.csv", ["int_ranking__fits"]),
        ("src/vitrine/ranker.py", ["int_ranking__fits"]),
        ("python_models/intermediate/ranking/int_ranking__fits.yml", ["int_ranking__fits"]),
        ("models/intermediate/ranking/int_ranking__candidate_features.sql", ["int_ranking__fits"]),
        ("models/intermediate/features/int_features__products.sql", ["int_features__products", "int_candidates__all"]),
        ("models/staging/stg_products.sql", ["stg_products", "int_features__products", "int_candidates__all"]),
    ],
)
def test_an_edit_is_not_shown_where_it_reaches_what_is_taken_over(changed, models):
    plan = planned(graph(), BUILT)
    assert not_shown(graph(), [changed], plan.rebuilt) == ({changed: models} if models else {})


EVERYTHING = ["stg_products", "int_features__products", "int_candidates__all", "int_ranking__fits"]


@pytest.mark.parametrize("changed", ["dbt_project.yml", "src/vitrine/engines/duckdb_plugin.py"])
def test_what_every_model_is_made_with_is_not_shown(changed):
    plan = planned(graph(), BUILT)
    (models,) = not_shown(graph(), [changed], plan.rebuilt).values()
    assert set(models) == set(EVERYTHING)
    assert not scores_stay(graph(), plan, [changed])


def test_vars_and_sources_that_only_a_yml_names_are_not_shown(tmp_path):
    """The manifest holds the value of such a var, not its name."""
    ranking = "python_models/intermediate/ranking"
    for path, text in {
        SOURCES_YML: "external_location: \"read_parquet('{{ var('source_dir') }}/{name}.parquet')\"",
        f"{ranking}/int_ranking__fits.yml": "meta: {negative_share: \"{{ var( 'negative_share' ) }}\"}",
        f"{ranking}/int_ranking__slates.yml": "meta: {brand_weight: \"{{ var('brand_weight') | as_native }}\"}",
        "models/staging/stg_products.yml": "description: \"{{ var('of_a_description') }}\"",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    known = graph(tmp_path)
    plan = planned(known, BUILT)
    names = ("negative_share", "source_dir", "brand_weight", "of_a_description")
    unseen = not_shown(known, [*(f"var {name}" for name in names), SOURCES_YML], plan.rebuilt)
    of_source = ["stg_products", "int_features__products", "int_candidates__all"]
    assert unseen == {"var negative_share": ["int_ranking__fits"], "var source_dir": of_source, SOURCES_YML: of_source}


def test_scores_stay_while_nothing_of_them_has_changed():
    plan = planned(graph(), BUILT)
    assert scores_stay(graph(), plan, ["models/intermediate/rules/int_rules__fresh.sql", "seeds/policies.csv"])
    assert not scores_stay(graph(), plan, ["models/intermediate/ranking/int_ranking__candidates.sql"])
    assert not scores_stay(graph(), plan, None)


def test_a_table_is_aligned_and_its_numbers_stand_to_the_right():
    rows = [["a|b", "1,200"], ["excluded", "7"], ["price_band", ""]]
    assert table(["rule", "slots"], rows).splitlines() == [
        "| rule       | slots |",
        "| ---------- | ----: |",
        "| a\\|b       | 1,200 |",
        "| excluded   |     7 |",
        "| price_band |       |",
    ]


def found(**tables):
    names = ("slots", "audits", "rules", "figures", "customers", "causes", "categories", "products", "short_slates")
    return {name: [] for name in (*names, "currency")} | tables


def test_no_change_is_said_and_tables_are_left_out():
    rules = [{"rule_name": "a", "live_verdict_count": 3, "preview_verdict_count": 3, "out_count": 0, "in_count": 0}]
    slots = [{"channel": "email", "change": "kept", "slot_count": 9}]
    assert preview_text("## P", ["a note"], found(slots=slots, rules=rules), {}) == (
        "## P\n\n> a note\n\n**No slot changes.** Readers would see exactly what they see now.\n"
    )
    moved = {**rules[0], "preview_verdict_count": 4}
    assert "| a    |" in preview_text("## P", [], found(slots=slots, rules=[moved]), {})


def test_an_audit_without_a_figure_says_so():
    audit = {"channel": "email", "audit_name": "relevance_on_validate", "threshold": 0.8, "detail": "no NDCG"}
    text = preview_text("## P", [], found(audits=[audit | {"figure": None}, audit | {"figure": 0.0}]), {})
    assert [line.split("|")[3].strip() for line in text.splitlines() if "relevance" in line] == ["no figure", "0"]


def test_changes_are_counted_and_what_is_not_shown_is_named():
    slots = [
        {"channel": "email", "change": change, "slot_count": n} for change, n in (("in", 2), ("kept", 6), ("out", 4))
    ]
    text = preview_text("## P", [], found(slots=slots), {"seeds/x.csv": ["a", "b", "c", "d", "e"]})
    assert "**email: 4 slots out, 2 in, 0 moved, 6 kept**, 40.0% of the live ones leave." in text
    assert "- `seeds/x.csv`: a, b, c and 2 more" in text
