"""One mail as HTML: the card a customer would see, and the ledger of each slot for whoever signs it off.

A slot is followed by its ledger, so that a phone shows them in that order; the style sheet puts them side by side
where there is room. Everything that data say goes through `escape`.
"""

from collections.abc import Sequence
from html import escape

from vitrine.engines.email_preview.ledger import facts_html, ledger_html, scale_of, zero_of
from vitrine.engines.email_preview.slates import Mail, Slot
from vitrine.engines.email_preview.words import amount, hue, initials, percent

# Sixths of the mail's width that a slot of a block takes.
SPANS = {"hero": 6, "pair": 3, "grid": 2}
# Columns from a slot to its ledger: the mail's six and the gap.
TO_LEDGER = 7


def mail_html(mail: Mail, number: int) -> str:
    """Return the section of one mail; `number` names it in links."""
    campaign = next((one.campaign_name for one in mail.slots if one.campaign_name), None)
    headline = escape(campaign) if campaign else "No campaign"
    scale = scale_of(mail.slots)
    places = _places(mail.slots)
    rows = "\n".join(
        _slot(slot, block, _at(row, column)) + ledger_html(slot, block, _at(row, column + TO_LEDGER), scale)
        for slot, (block, row, column) in zip(mail.slots, places, strict=True)
    )
    valid = "Prices as of the day of the release. Your address, legal text and the link to unsubscribe stand here."
    return f"""
<section class="case" id="mail-{number}" aria-labelledby="mail-{number}-title">
<header class="about">
<h2 id="mail-{number}-title"><span class="number">{number}</span> Customer {escape(mail.slate.customer_id)}</h2>
{_why(mail)}
{_known(mail)}
</header>
<div class="mail" style="--zero:{zero_of(scale):.1f}%">
<div class="masthead"><p class="house">Your masthead</p><p class="stamp">Preview, not sent</p><h3>{headline}</h3></div>
{rows}
<div class="foot" style="--row:{places[-1][1] + 1 if places else 2}"><p>{valid}</p></div>
</div>
</section>"""


def _why(mail: Mail) -> str:
    return '<ul class="why">' + "".join(f"<li>{escape(one)}</li>" for one in mail.reasons) + "</ul>"


def _known(mail: Mail) -> str:
    slate = mail.slate
    facts = {
        "slots": f"{slate.slot_count}",
        "categories": f"{slate.category_count}",
        "mean price": amount(slate.mean_price_amount, slate.currency_code),
        "mean popularity": percent(slate.mean_popularity_percentile),
        "taste distance": "" if slate.taste_distance is None else f"{slate.taste_distance:.2f}",
        "likely to order": percent(slate.purchase_probability),
        "decile": "" if slate.propensity_decile is None else f"{slate.propensity_decile}",
        "orders so far": "" if slate.order_count is None else f"{slate.order_count:,}",
        "slate": {None: "", "personal": "the customer's own"}.get(
            slate.fallback_level, f"shared, of the {slate.fallback_level}"
        ),
        "gave way": slate.relaxed_limits or "",
    }
    return facts_html(facts)


def _places(slots: Sequence[Slot]) -> list[tuple[str, int, int]]:
    """Return block, row and first column of each slot; a block begins a row of its own, the masthead is row 1."""
    places: list[tuple[str, int, int]] = []
    row, column, before = 1, 7, ""
    for slot in slots:
        block = slot.block_name if slot.block_name in SPANS else "grid"
        if block != before or column + SPANS[block] > 7:
            row, column = row + 1, 1
        places.append((block, row, column))
        column, before = column + SPANS[block], block
    return places


def _at(row: int, column: int) -> str:
    return f"--row:{row};--column:{column}"


def _slot(slot: Slot, block: str, place: str) -> str:
    kind = " · ".join(escape(one) for one in (slot.brand, slot.category) if one)
    price = amount(slot.price_amount, slot.currency_code)
    tile = escape(slot.category or "no category")
    return f"""
<article class="slot {block}" data-slot="{slot.slot}" style="{place}">
<div class="tile" role="img" aria-label="In place of a picture: {tile}" style="--hue:{hue(slot.category)}">
<span class="initials">{escape(initials(slot.product_name))}</span></div>
<div class="text"><p class="kind">{kind}</p>
<h4>{escape(slot.product_name)}</h4>
{f'<p class="price">{escape(price)}</p>' if price else '<p class="price none">no price</p>'}
<p class="reason">{escape(slot.reason)}</p></div>
</article>"""
