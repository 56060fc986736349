"""The preview in words: GitHub markdown that a terminal shows well too."""

from collections.abc import Iterable
from typing import Any

Rows = list[dict[str, Any]]
TOP = 10
# Figures that are counts, amounts, and shares of one.
DECIMALS = {"expected value": 2, "expected value per slate": 3}


def preview_text(heading: str, notes: Iterable[str], found: dict[str, Rows], unseen: dict[str, list[str]]) -> str:
    """Return the report.

    Parameters
    ----------
    heading
        What was compared with what.
    notes
        Sentences that a reader must know before the figures.
    found
        Rows of the comparison by table, as ``compared`` gives them.
    unseen
        For each edit that the preview cannot show in full, the models that it left as they were.
    """
    parts = [heading, *(f"> {note}" for note in notes), _unseen(unseen), _verdict(found["slots"])]
    if found["audits"]:
        parts += ["**Audits that would stop this release:**", _audits(found["audits"])]
    changed = any(row["change"] != "kept" for row in found["slots"])
    rules = [row for row in found["rules"] if changed or row["live_verdict_count"] != row["preview_verdict_count"]]
    if changed:
        parts += ["### Figures", _figures(found)]
    if rules:
        parts += ["### Rules", _rules(rules)]
    if changed:
        parts += ["### Why slots change", _causes(found["causes"])]
        parts += ["### Categories", _categories(found["categories"])]
        parts += ["### Products that change most", _products(found["products"])]
        if found["short_slates"]:
            parts += ["### What holds back customers without a full slate", _short(found["short_slates"])]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(header: list[str], rows: Iterable[Iterable[str]]) -> str:
    """Return an aligned markdown table; columns of numbers, with gaps or without, stand to the right."""
    lines = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [header, *lines]) for i in range(len(header))]
    filled = [[row[i] for row in lines if row[i]] for i in range(len(header))]
    right = [bool(cells) and all(_is_number(cell) for cell in cells) for cells in filled]
    pads = [str.rjust if one else str.ljust for one in right]
    rule = ["-" * (width - 1) + ":" if one else "-" * width for width, one in zip(widths, right, strict=True)]
    padded = [
        [pad(cell, width) for pad, cell, width in zip(pads, row, widths, strict=True)] for row in [header, *lines]
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in [padded[0], rule, *padded[1:]])


def _is_number(cell: str) -> bool:
    return not cell.strip("+-0123456789.,%")


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _signed(number: float, decimals: int = 0) -> str:
    return "0" if round(number, decimals) == 0 else f"{number:+,.{decimals}f}"


def _unseen(unseen: dict[str, list[str]]) -> str:
    if not unseen:
        return ""
    lines = [
        f"- `{name}`: {', '.join(models[:3])}{f' and {len(models) - 3} more' if len(models) > 3 else ''}"
        for name, models in sorted(unseen.items())
    ]
    head = (
        "**This preview does not show all of your edit.** These files or vars changed since the last build, and the "
        "models behind each are left as that build made them; only `make build` shows what they do:"
    )
    return "\n".join([head, "", *lines])


def _verdict(slots: Rows) -> str:
    counts: dict[str, dict[str, int]] = {}
    for row in slots:
        counts.setdefault(row["channel"], {})[row["change"]] = row["slot_count"]
    if all(set(found) <= {"kept"} for found in counts.values()):
        return "**No slot changes.** Readers would see exactly what they see now."
    lines = []
    for channel, found in sorted(counts.items()):
        out, new, moved, kept = (found.get(name, 0) for name in ("out", "in", "moved", "kept"))
        now = out + moved + kept
        share = f", {out / now:.1%} of the live ones leave" if now else ""
        came = f"{_count(out)} slots out, {_count(new)} in, {_count(moved)} moved, {_count(kept)} kept"
        lines.append(f"**{channel}: {came}**{share}.")
    return "\n".join(lines)


def _audits(rows: Rows) -> str:
    cells = [
        [
            row["channel"],
            row["audit_name"],
            "no figure" if row["figure"] is None else f"{row['figure']:.4g}",
            f"{row['threshold']:.4g}",
            row["detail"],
        ]
        for row in rows
    ]
    return table(["channel", "audit", "figure", "threshold", "about"], cells)


def _figures(found: dict[str, Rows]) -> str:
    unit = ", ".join(row["currency_code"] for row in found["currency"])
    rows = []
    for row in found["figures"]:
        name = row["figure"]
        decimals = DECIMALS.get(name, 4 if row["place"] > 6 else 0)
        live, new = row["live"], row["preview"]
        cells = ["" if value is None else f"{value:,.{decimals}f}" for value in (live, new)]
        change = "" if live is None or new is None else _signed(new - live, decimals)
        rows.append([row["channel"], f"{name} ({unit})" if name in DECIMALS and unit else name, *cells, change])
    for row in found["customers"]:
        for name, column in (
            ("lose their slate", "lost"),
            ("gain a slate", "gained"),
            ("see another slate", "changed"),
        ):
            rows.append([row["channel"], f"customers who {name}", "", _count(row[f"{column}_count"]), ""])
    return table(["channel", "figure", "live", "preview", "change"], rows)


def _rules(rows: Rows) -> str:
    cells = [
        [
            row["rule_name"],
            *(_count(row[f"{state}_verdict_count"]) for state in ("live", "preview")),
            *(_count(row[f"{way}_count"]) for way in ("out", "in")),
        ]
        for row in rows
    ]
    return table(["rule", "verdicts in the last build", "verdicts now", "slots out", "slots in"], cells)


def _causes(rows: Rows) -> str:
    ordered = sorted(rows, key=lambda row: (row["channel"], row["change"] != "out", -row["slot_count"]))
    cells = [
        [
            row["channel"],
            row["change"],
            row["cause"],
            row["rule_name"] or "",
            _count(row["slot_count"]),
            _count(row["customer_count"]),
        ]
        for row in ordered
    ]
    return table(["channel", "change", "cause", "rule", "slots", "customers"], cells)


def _moves(rows: Rows) -> Rows:
    """Return the rows of which most slots come or go, most first."""
    touched = [row for row in rows if row["out_count"] + row["in_count"]]
    return sorted(
        touched,
        key=lambda row: (
            -abs(row["preview_count"] - row["live_count"]),
            -(row["out_count"] + row["in_count"]),
            row["channel"],
            str(row.get("product_id") or row["category"]),
        ),
    )


def _move_cells(row: dict[str, Any]) -> list[str]:
    change = _signed(row["preview_count"] - row["live_count"])
    return [*(_count(row[f"{name}_count"]) for name in ("live", "preview", "out", "in")), change]


def _categories(rows: Rows) -> str:
    moves = _moves(rows)
    cells = [[row["channel"], row["category"] or "", *_move_cells(row)] for row in moves[:TOP]]
    text = table(["channel", "category", "live", "preview", "out", "in", "change"], cells)
    left = len(moves) - TOP
    return text + (f"\n\nand {left} more in `preview.categories`." if left > 0 else "")


def _products(rows: Rows) -> str:
    cells = [
        [row["channel"], row["product_id"], row["product_name"], row["category"] or "", *_move_cells(row)]
        for row in _moves(rows)[:TOP]
    ]
    return table(["channel", "product", "name", "category", "live", "preview", "out", "in", "change"], cells)


def _short(rows: Rows) -> str:
    ordered = sorted(rows, key=lambda row: (row["channel"], -row["customer_count"], -row["candidate_count"]))
    cells = [
        [row["channel"], row["held_back_by"], _count(row["customer_count"]), _count(row["candidate_count"])]
        for row in ordered[:TOP]
    ]
    return table(["channel", "candidates held back by", "customers", "candidates"], cells)
