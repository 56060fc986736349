"""The ledger of a slot as HTML: the addends of its score as bars and numbers, and what else had a say."""

from collections.abc import Sequence
from html import escape

from vitrine.engines.email_preview.slates import ADDENDS, Slot
from vitrine.engines.email_preview.words import amount, in_thousandths, percent, score, signed

# What an addend may differ by when a sum of doubles is added again.
TOLERANCE = 1e-6

Scale = tuple[float, float]


def ledger_html(slot: Slot, block: str, place: str, scale: Scale) -> str:
    """Return what stands behind a slot; `place` is where the style sheet puts it, `scale` that of its mail."""
    title = f"Slot {slot.slot}: {escape(slot.product_name)}"
    return f"""
<aside class="ledger {block}" data-slot="{slot.slot}" style="{place}">
<p class="title"><b>{slot.slot}</b> <span>{escape(slot.product_name)}</span></p>
{_sum(slot, scale, title)}
{facts_html(_stories(slot))}
</aside>"""


def _sum(slot: Slot, scale: Scale, title: str) -> str:
    """Return the addends as bars and numbers; what is nothing is only named."""
    if slot.addends is None or slot.objective_score is None:
        return '<p class="warning">The ledger has no row for this slot.</p>'
    shown = in_thousandths(slot.addends)
    nothing = [name for name, exact in zip(ADDENDS, slot.addends, strict=True) if not exact]
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td class="bar">{_bar(exact, scale)}</td>'
        f'<td class="addend">{signed(thousandths)}</td></tr>'
        for name, exact, thousandths in zip(ADDENDS, slot.addends, shown, strict=True)
        if exact
    )
    none = f'<p class="nothing">0: {", ".join(nothing)}</p>' if nothing else ""
    off = "" if abs(sum(slot.addends) - slot.objective_score) <= TOLERANCE else _off(slot.objective_score)
    return (
        f'<table aria-label="{title}, addends of its score"><tbody>{rows}<tr class="total">'
        f'<th scope="row">score</th><td></td><td class="score">{signed(sum(shown)).removeprefix("+")}</td></tr>'
        f"</tbody></table>{none}{off}"
    )


def _off(objective_score: float) -> str:
    return f'<p class="warning">These do not sum to the score of the slot, {score(objective_score)}.</p>'


def scale_of(slots: Sequence[Slot]) -> Scale:
    """Return the least and the largest addend of a mail, with 0 between them."""
    addends = [one for slot in slots for one in slot.addends or ()]
    return min([0.0, *addends]), max([0.0, *addends])


def zero_of(scale: Scale) -> float:
    """Return where 0 stands, in percent of the width of a bar's place."""
    low, high = scale
    return 100 * -low / (high - low) if high > low else 0.0


def _bar(number: float, scale: Scale) -> str:
    """Return a bar from where 0 stands, to the left for what takes away; the same scale in all of a mail."""
    zero, width = zero_of(scale), 100 * abs(number) / (scale[1] - scale[0])
    left = zero - width if number < 0 else zero
    return f'<span class="{"minus" if number < 0 else "plus"}" style="left:{left:.1f}%;width:{width:.1f}%"></span>'


def _stories(slot: Slot) -> dict[str, str]:
    displaced = ""
    if slot.displaced_product_id is not None:
        cost = "" if slot.score_given_up is None else f", giving up {score(slot.score_given_up)}"
        displaced = f"{slot.displaced_product_name or slot.displaced_product_id}{cost}"
    drawn = ""
    if slot.selection_probability is not None and slot.selection_probability < 1:
        drawn = f"with probability {percent(slot.selection_probability, 1)}, {score(slot.exploration_addend or 0)}"
    return {
        "rank": "" if slot.objective_rank is None else f"{slot.objective_rank:,}",
        "source": slot.candidate_source or "",
        "anchor": slot.anchor_product_name or slot.anchor_product_id or "",
        "rules": slot.rule_names or "",
        "stands in for": displaced,
        "drawn": drawn,
        "probability": percent(slot.purchase_probability, 1),
        "expected": amount(slot.expected_value_amount, slot.currency_code),
        "popularity": percent(slot.popularity_percentile),
    }


def facts_html(facts: dict[str, str]) -> str:
    """Return facts by name as a list; those that are empty are left out."""
    told = "".join(
        f"<div><dt>{name}</dt><dd>{escape(fact).replace('_', '_<wbr>')}</dd></div>"
        for name, fact in facts.items()
        if fact
    )
    return f'<dl class="facts">{told}</dl>'
