"""The preview of mails: what is chosen, and what the page says of it, without a warehouse."""

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest

from vitrine.engines.email_preview.choose import sampled, segments
from vitrine.engines.email_preview.page import page_html
from vitrine.engines.email_preview.slates import ADDENDS, Mail, Release, Slate, Slot
from vitrine.engines.email_preview.words import MINUS, amount, hue, in_thousandths, initials, signed

RELEASE = Release("r1", "shop", datetime(2024, 3, 4), datetime(2024, 3, 18), 27, 270, ("pinned",))
EVIL = """"><script>alert('x')</script><img src=https://evil.example/x onerror=alert(1)>"""
SLOT = Slot(
    slot=1, product_id="p6", product_name="Silk scarf", reason="Goes with the Coat you bought", campaign_name="Found for you",
    block_name="hero", category="Scarves", brand="Maison", price_amount=1234.5, currency_code="EUR", candidate_source="new_arrivals",
    anchor_product_id="p7", anchor_product_name="Coat", purchase_probability=0.0917, expected_value_amount=113.2,
    popularity_percentile=0.79, addends=(-2.2117286, 0.0, 0.0, 0.3175676, 0.0, -0.1880422, 1.5), objective_score=-0.5822032,
    objective_rank=4, rule_names="pinned", displaced_product_id="p9", displaced_product_name="Plain belt", displaced_score=-0.4,
    score_given_up=0.1822032,
)  # fmt: skip


class Tags(HTMLParser):
    """The tags and attributes that a browser would see, and whether every tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.names, self.attributes, self.open, self.unclosed = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += [(tag, *one) for one in attrs]
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.unclosed.append(tag)


def slate(customer, rank=None, **facts):
    return Slate(**{
        "customer_id": customer, "slot_count": 10, "category_count": 4, "mean_price_amount": 20.0,
        "mean_popularity_percentile": 0.5, "mean_slot_probability": 0.05, "currency_code": "EUR", "propensity_rank": rank,
        "propensity_decile": rank, "purchase_probability": None if rank is None else 1 - rank / 20,
        "fallback_level": None if rank is None else "personal", **facts,
    })  # fmt: skip


def slate_of(*slots):
    blocks = ["hero", "pair", "pair", *["grid"] * 7]
    chosen = slots or [replace(SLOT, slot=i, block_name=one) for i, one in enumerate(blocks, 1)]
    return Mail(slate("c1", 1), tuple(chosen), ("Dearest: €35",))


def page(*slots, **given):
    mails = [slate_of(*slots)]
    return page_html(RELEASE, mails, given.get("kinds", ()), given.get("notes", ()))


def chosen(slates, count=1):
    return {one.title: [customer for customer, _ in one.members] for one in segments(slates, count, ["pinned"])}


def test_each_kind_shows_its_extremes():
    slates = [slate(f"c{i}", i) for i in range(1, 10)]
    slates[1] = replace(slates[1], slot_count=7)
    slates[2] = replace(slates[2], relaxed_limits="few,many")
    slates[3] = replace(slates[3], rule_names=("pinned",))
    slates[4] = replace(slates[4], mean_price_amount=900.0)
    slates[5] = replace(slates[5], mean_price_amount=2.0)
    slates[6] = replace(slates[6], taste_distance=0.9)
    slates[7] = replace(slates[7], fallback_level="segment", rule_names=("curated",))
    assert chosen(slates) == {
        "Most likely to buy": ["c1"],
        "In the middle of the audience": ["c5"],
        "Last of the audience": ["c9"],
        "Thinnest slates": ["c2"],
        "A guardrail gave way": ["c3"],
        "A rule requires or boosts a product": ["c4"],
        "Not a slate of the customer's own": ["c8"],
        "Farthest from the customer's taste": ["c7"],
        "Dearest": ["c5"],
        "Cheapest": ["c6"],
    }


def test_without_the_warehouse_the_slots_tell_who_is_likely_and_what_is_strange():
    slates = [slate(f"c{i}", mean_slot_probability=i / 100) for i in range(1, 6)]
    slates[1] = replace(slates[1], category_count=9, mean_popularity_percentile=0.9)
    slates[2] = replace(slates[2], category_count=9, mean_popularity_percentile=0.1)
    found = chosen(slates)
    assert found["Most likely to buy, by the mean probability of their slots"] == ["c5"]
    assert found["Most categories, least popular"] == ["c3"]
    assert "Not a slate of the customer's own" not in found


def test_a_customer_of_several_kinds_is_shown_once_with_every_reason():
    slates = [slate("c1", 1, mean_price_amount=99.0), slate("c2", 2), slate("c3", 3)]
    found = segments(slates, 2)
    reasons = sampled(found)
    assert list(reasons) == ["c1", "c2", "c3"]
    assert reasons["c1"] == (
        "Most likely to buy: 95% likely to order, decile 1",
        "In the middle of the audience: 95% likely to order, decile 1",
        "Most categories, least popular: 4 categories, popularity 50%",
        "Dearest: €99.00 a product",
    )
    assert sampled(segments(slates[::-1], 2)) == reasons


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_slates_and_none_are_no_failure(count):
    assert set(sampled(segments([slate("c1", 1)], count))) == {"c1"}
    assert sampled(segments([], count)) == {}


def test_amounts_are_written_as_their_currency_is():
    assert amount(23.942999999999998, "EUR") == "€23.94"
    assert amount(1234567.005, "GBP") == "£1,234,567.01"
    assert amount(0.5, "USD") == "$0.50"
    assert amount(1200.4, "JPY") == "¥1,200"
    assert amount(1200, "CHF") == "CHF\N{NO-BREAK SPACE}1,200.00"
    assert amount(-3, "EUR") == f"{MINUS}€3.00"
    assert amount(3, None) == "3.00"
    assert amount(None, "EUR") == ""


def test_what_is_rounded_still_adds_up():
    numbers = [0.0004, 0.0004, 0.0004, -2.2117286, 0.0]
    shown = in_thousandths(numbers)
    assert sum(shown) == round(1000 * sum(numbers))
    assert all(abs(one - 1000 * exact) < 1 for one, exact in zip(shown, numbers, strict=True))
    assert shown[-1] == 0
    assert [signed(one) for one in (-2212, 0, 318)] == [f"{MINUS}2.212", "0.000", "+0.318"]


def test_initials_and_tones_are_the_same_in_every_run():
    assert [initials(one) for one in ("Silk scarf", "Product 16", "  ", "'n Roll", "42 000")] == [
        "SS",
        "P16",
        "·",
        "NR",
        "4200",
    ]
    assert hue("Scarves") == hue("Scarves") != hue("Belts")
    assert 0 <= hue(None) < 360


def test_addends_that_are_shown_sum_to_the_score():
    shown = page()
    ledgers = re.findall(r'<aside class="ledger.*?</aside>', shown, re.DOTALL)
    assert len(ledgers) == 10
    for ledger in ledgers:
        addends = [number(one) for one in re.findall(r'class="addend">([^<]*)<', ledger)]
        (score,) = re.findall(r'class="score">([^<]*)<', ledger)
        assert len(addends) == 4
        assert round(sum(addends), 3) == number(score) == -0.582
        assert re.findall(r'scope="row">(\w+)<', ledger) == ["purchase", "value", "novelty", "boost", "score"]
        assert f"0: {', '.join(name for name in ADDENDS if name in ('click', 'cart', 'margin'))}" in ledger
    assert "do not sum" not in shown
    assert "These do not sum to the score of the slot, 1.000." in page(replace(SLOT, objective_score=1.0))


def number(text):
    return float(text.replace(MINUS, "-"))


def test_a_slot_tells_its_story():
    shown = page()
    for text in (
        "€1,234.50", "Found for you", "Goes with the Coat you bought", "Maison · Scarves", "9.2%", "€113.20", "new_<wbr>arrivals",
        "Plain belt, giving up 0.182", "r1", "2024-03-04", "2024-03-18", "27 customers, 270 slots", "Dearest: €35", "Preview, not sent",
    ):  # fmt: skip
        assert text in shown, text
    bare = page(Slot(slot=1, product_id="p1", product_name="Tea", reason="For you"))
    assert "no price" in bare
    assert "No campaign" in bare
    assert "The ledger has no row for this slot." in bare


def test_blocks_lie_in_rows_of_their_own():
    places = re.findall(r'<article class="slot (\w+)" data-slot="\d+" style="--row:(\d+);--column:(\d+)"', page())
    assert places == [
        ("hero", "2", "1"), ("pair", "3", "1"), ("pair", "3", "4"),
        ("grid", "4", "1"), ("grid", "4", "3"), ("grid", "4", "5"),
        ("grid", "5", "1"), ("grid", "5", "3"), ("grid", "5", "5"), ("grid", "6", "1"),
    ]  # fmt: skip


def test_names_are_text_wherever_they_stand():
    texts = [
        one
        for one, value in vars(SLOT).items()
        if isinstance(value, str) and one not in ("block_name", "currency_code")
    ]
    evil = Mail(
        replace(slate("c1", 1), customer_id=EVIL, relaxed_limits=EVIL, fallback_level=EVIL, currency_code=EVIL),
        (replace(SLOT, **dict.fromkeys(texts, EVIL), block_name=EVIL, currency_code=EVIL),),
        (EVIL,),
    )
    kinds = segments([replace(evil.slate, rule_names=(EVIL,))], 1)
    shown = page_html(replace(RELEASE, release_id=EVIL, connector=EVIL), [evil], kinds, [EVIL])
    tags = Tags(shown)
    assert not {"script", "img", "link", "iframe", "object"} & set(tags.names)
    assert not [one for one in tags.attributes if one[1].startswith("on") or one[1] in ("src", "srcset")]
    assert not tags.unclosed
    assert not tags.open


def test_nothing_is_fetched_and_nothing_runs():
    shown = page(kinds=segments([slate("c1", 1)], 1), notes=["A note."])
    assert not re.search(r"https?://|//[a-z]|url\(|@import|@font-face|<script|<link|<img", shown)
    assert "default-src &#x27;none&#x27;" in shown
    links = [value for tag, name, value in Tags(shown).attributes if name == "href"]
    assert links
    assert set(links) == {"#mail-1"}


def test_the_page_is_one_that_a_screen_reader_can_walk():
    shown = page(kinds=segments([slate("c1", 1)], 1))
    tags = Tags(shown)
    assert ("html", "lang", "en") in tags.attributes
    levels = [int(one[1]) for one in tags.names if re.fullmatch(r"h[1-6]", one)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [value for _, name, value in tags.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert not tags.unclosed
    assert not tags.open


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_in_light_and_in_dark():
    style = files("vitrine.engines.email_preview").joinpath("page.css").read_text()
    assert "prefers-color-scheme: dark" in style
    schemes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", one)) for one in re.findall(r":root \{.*?\}", style, re.DOTALL)
    ]
    assert len(schemes) == 2
    for colours in schemes:
        for text in ("ink", "muted", "accent", "minus"):
            for ground in ("page", "paper"):
                lighter, darker = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
                assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, ground)


def test_a_slot_that_was_drawn_says_with_what_probability():
    drawn = page(replace(SLOT, exploration_addend=0.25, selection_probability=0.124))
    assert "<dt>drawn</dt><dd>with probability 12.4%, 0.250</dd>" in drawn
    assert "<dt>drawn</dt>" not in page(replace(SLOT, exploration_addend=0.0, selection_probability=1.0))
