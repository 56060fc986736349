"""All channels of one build: what they promise together holds, and one that fails its audits holds nobody else back."""

import subprocess
import sys

import pytest
from harness import PROJECT, Warehouse, project_copy, set_limits
from shop import AS_OF, make_shop, write_shop


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The shop with every channel of the policies."""
    folder = tmp_path_factory.mktemp("channels")
    source = write_shop(make_shop(), folder / "source")
    variables = {"connector": "contract_files", "source_dir": str(source), "as_of": f"{AS_OF:%Y-%m-%d}"}
    warehouse = Warehouse(folder, project_copy(folder))
    warehouse.run(["run"], variables, seeds=True)
    return warehouse, variables


def test_the_channels_keep_what_they_promise_together(built):
    """Counted by SQL of its own, over what readers see and the staged input."""
    warehouse, _ = built
    script = PROJECT / "benchmarks" / "guardrails" / "channels.py"
    command = [sys.executable, str(script), str(warehouse.path), "contract_files"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(f"| {channel} | personal |" in done.stdout for channel in ("email", "onsite", "advisor"))


def test_everybody_sees_something_on_the_site(built):
    warehouse, _ = built
    unseen = warehouse.query("""
        select customer_id from staging.stg_customers
        except select placement_key from recommendations.recommendations_onsite_v1 where placement = 'customer'
    """)
    assert unseen == []
    placements = warehouse.query("select distinct placement from recommendations.recommendations_onsite_v1 order by 1")
    assert placements == [("category",), ("customer",), ("everybody",), ("product",)]
    looks = "select count(*) from recommendations.recommendations_onsite_v1 as looks "
    looks += "join staging.stg_products as anchors on anchors.product_id = looks.placement_key "
    assert warehouse.query(f"{looks} where placement = 'product' and anchors.category = looks.category") == [(0,)]


def test_the_addends_of_shared_slates_sum_to_the_score_too(built):
    warehouse, _ = built
    wrong = """
        select count(*), count(*) filter (abs(purchase_addend + click_addend + cart_addend + value_addend + margin_addend
            + novelty_addend + boost_addend - objective_score) > 1e-9)
        from recommendations.recommendation_ledger where channel = 'onsite'
    """
    ((count, broken),) = warehouse.query(wrong)
    assert count > 0 and broken == 0


def test_a_channel_that_fails_its_audits_holds_nobody_back(built):
    """So few customers without a slate of their own may fall back on a shared one that the site alone fails."""
    warehouse, variables = built
    releases = "select channel, count(*) from releases.recommendation_releases group by 1 order by 1"
    before = dict(warehouse.query(releases))
    set_limits(warehouse, variables, fallback_slates=0.01)
    strict = {**variables, "recently_bought_days": 21}
    code, said = warehouse.call(["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
                                 "--select", "int_rules__recently_bought+"], strict)  # fmt: skip
    assert code == 1
    assert "Nothing is published for onsite, the live release stays" in said and "fallback_slates" in said
    after = dict(warehouse.query(releases))
    assert after == {"advisor": before["advisor"] + 1, "email": before["email"] + 1, "onsite": before["onsite"]}
    shown = warehouse.query("select distinct release_id from recommendations_email_v1", "recommendations.duckdb")
    assert shown == warehouse.query("select release_id from releases.live_releases where channel = 'email'")
