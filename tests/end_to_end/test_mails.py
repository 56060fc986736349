"""`make email-preview` shows the live mails as they are, says in words what keeps it, and changes nothing."""

import fcntl
import hashlib
import os
import re
import shutil
from dataclasses import replace

import duckdb
import pytest
from browser import browser, measured
from harness import PROJECT, WARM

from vitrine.engines.email_preview.page import page_html
from vitrine.engines.email_preview.read import ReaderFile
from vitrine.engines.email_preview.slates import Mail

CONNECTOR = "contract_files"
WIDTHS = (375, 768, 1280)


def email_preview(folder, warehouse, *arguments):
    """Return the exit code, what is said, and the page that it names last, if any."""
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    command = ["vitrine.engines.email_preview", *arguments, "--project", str(folder)]
    code, said = WARM.run(command, folder, os.environ | {"VITRINE_WAREHOUSE": str(warehouse)})
    assert "Traceback" not in said, said
    path = folder / said.splitlines()[-1]
    return code, said, path.read_text(encoding="utf-8") if code == 0 else ""


def state(folder):
    """Return a hash of every file of the warehouse but the lock."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".lock")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def once(shop, tmp_path_factory):
    """The page of every live mail, what was said, and the warehouse."""
    warehouse, _ = shop
    folder, before = tmp_path_factory.mktemp("mails"), state(warehouse.path)
    code, said, page = email_preview(folder, warehouse.path, CONNECTOR, "--per-segment", "1000")
    assert code == 0, said
    assert state(warehouse.path) == before
    return warehouse, said, page


def test_every_live_mail_can_be_seen_with_every_slot_in_order(once):
    warehouse, said, page = once
    live = warehouse.query(
        "select customer_id, slot, product_name from recommendations_email_v2 order by 1, 2", "recommendations.duckdb"
    )
    shown = []
    for case in re.findall(r'<section class="case".*?</section>', page, re.DOTALL):
        (customer,) = re.findall(r"Customer ([^<]+)</h2>", case)
        slots = re.findall(r'<article class="slot \w+" data-slot="(\d+)".*?<h4>(.*?)</h4>', case, re.DOTALL)
        shown += [(customer, int(slot), name) for slot, name in slots]
    assert sorted(shown) == live
    assert said.splitlines()[-1] == f"target/email_preview/{CONNECTOR}.html"
    assert "Found for you" in page
    assert "Every slate has 10 slots." in page


def test_what_the_build_knows_of_customers_is_shown(once):
    warehouse, _, page = once
    (first,) = warehouse.query("""
        select customer_id, propensity_decile from intermediate.int_propensity__audience
        inner join intermediate.int_calendar__cutoffs using (cutoff_at)
        where cutoff_role = 'serve' and channel = 'email' and is_in_audience order by propensity_rank limit 1
    """)
    assert re.search(rf"1 · {first[0]}</a> <span>\d+% likely to order, decile {first[1]}</span>", page)
    assert "taste distance" in page
    assert "are not shown" not in page


def test_a_sample_is_small_and_the_same_each_time(shop, tmp_path):
    warehouse, _ = shop
    code, said, page = email_preview(tmp_path, warehouse.path)
    assert code == 0, said
    assert said.splitlines()[-1] == "target/email_preview/index.html"
    customers = re.findall(r"Customer ([^<]+)</h2>", page)
    assert 3 < len(customers) <= 20
    assert len(customers) == len(set(customers))
    assert email_preview(tmp_path, warehouse.path)[2] == page


def test_one_customer_and_who_has_no_mail(shop, tmp_path):
    warehouse, _ = shop
    ((customer,),) = warehouse.query("select max(customer_id) from recommendations_email_v2", "recommendations.duckdb")
    code, said, page = email_preview(tmp_path, warehouse.path, "--customer", customer)
    assert code == 0, said
    assert re.findall(r"Customer ([^<]+)</h2>", page) == [customer]
    code, said, _ = email_preview(tmp_path, warehouse.path, "--customer", f"{customer}x")
    assert code == 1
    assert said.startswith(f"No customer '{customer}x' has a live e-mail slate; did you mean '{customer}'")
    left_out = warehouse.query(
        "select customer_id, reason from recommendation_audit where channel = 'email' and product_id is null "
        "and stage = 'audience' order by all limit 1",
        "recommendations.duckdb",
    )
    for one, reason in left_out:
        assert email_preview(tmp_path, warehouse.path, "--customer", one)[:2] == (
            1, f"Customer {one} gets no e-mail: {reason}.\n"
        )  # fmt: skip


def test_what_keeps_it_is_said_in_a_sentence(shop, tmp_path):
    warehouse, _ = shop
    said = {}
    for name, arguments in {
        "unknown": ["nobodys"],
        "another": ["online_retail"],
        "none of a kind": ["--per-segment", "0"],
    }.items():
        code, said[name], _ = email_preview(tmp_path, warehouse.path, *arguments)
        assert code == 1
    assert said["unknown"].startswith("Unknown connector 'nobodys'. Known connectors: complete_journey, contract_files")
    assert said["another"].startswith("The live e-mail release is of the connector contract_files, not online_retail: ")
    assert said["none of a kind"] == "--per-segment is 0: write 1 or more.\n"
    code, text, _ = email_preview(tmp_path, tmp_path / "nowhere")
    assert code == 1
    assert text.endswith("recommendations.duckdb is not there: `make build` publishes the first release.\n")
    assert not (tmp_path / "nowhere").exists()


def test_no_live_release_an_old_file_and_a_first_build_are_said_in_a_sentence(shop, tmp_path):
    warehouse, _ = shop
    copy = tmp_path / "warehouse"
    shutil.copytree(warehouse.path, copy)
    with duckdb.connect(str(copy / "recommendations.duckdb")) as connection:
        connection.execute("delete from main.recommendations_email_v2")
    code, said, _ = email_preview(tmp_path, copy)
    assert code == 1
    assert "holds no live e-mail release: `make releases` shows" in said
    with duckdb.connect(str(copy / "recommendations.duckdb")) as connection:
        connection.execute("drop table main.recommendations_email_v2")
    code, said, _ = email_preview(tmp_path, copy)
    assert code == 1
    assert "was written by another version of the project: `make build` writes it anew" in said
    (copy / "recommendations.duckdb").unlink()
    with (copy / "vitrine.duckdb.lock").open("w+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("process 1, dbt build")
        lock.flush()
        code, said, _ = email_preview(tmp_path, copy)
    assert code == 1
    assert said.startswith("Nothing is published yet. Another build is using")


def test_while_a_build_holds_the_warehouse_the_mails_come_without_what_only_it_knows(shop, tmp_path):
    warehouse, _ = shop
    with (warehouse.path / "vitrine.duckdb.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said, page = email_preview(tmp_path, warehouse.path)
    assert code == 0, said
    note = "are not shown: a build or another program is using the build&#x27;s own warehouse."
    assert note in page
    assert "is using the build's own warehouse." in said
    assert "Most likely to buy, by the mean probability of their slots" in page


def long_names(warehouse, folder):
    """Return a page of two thin mails with names, categories and reasons that do not want to fit."""
    word, text = "Seidenschalkollektionsvorbestellung" * 3, "A sentence that does not end " * 12
    with ReaderFile(warehouse.path, folder) as reader:
        release, (one, two, *_) = reader.release(), reader.slates()
        slots = reader.slots([one.customer_id, two.customer_id])
    mails = [
        Mail(one, tuple(replace(slot, product_name=word, category=word, brand=word, price_amount=9876543.2, currency_code="CHF",
            candidate_source=word, rule_names=word, displaced_product_id="p", displaced_product_name=word, score_given_up=1234.5)
            for slot in slots[one.customer_id]), (text,)),
        Mail(replace(two, customer_id=word, relaxed_limits=word), tuple(replace(slot, product_name=text, reason=text, block_name=None,
            campaign_name=word) for slot in slots[two.customer_id][:2]), (word,)),
    ]  # fmt: skip
    return page_html(release, mails, [], [text, word])


@pytest.mark.skipif(
    browser() is None, reason="no Chromium on the PATH or with Playwright, and CHROMIUM does not name one"
)
def test_a_browser_shows_every_slot_on_a_phone_and_on_a_desktop(once, tmp_path):
    warehouse, _, page = once
    for shown in (page, long_names(warehouse, tmp_path)):
        found = measured(browser(), shown, tmp_path, WIDTHS)
        count = len(re.findall(r'<article class="slot', shown))
        for width in WIDTHS:
            assert found[width]["scroll_width"] <= width
            assert (found[width]["slots"], found[width]["ledgers"]) == (count, count)
            assert not found[width]["overlaps"]
        # Under each slot on a phone, beside it where there is room.
        assert (found[375]["beside"], found[1280]["beside"]) == (0, count)
