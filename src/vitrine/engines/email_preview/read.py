"""The live e-mail slates and their ledger, from the readers' file, which no build locks."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from vitrine.engines.build_lock import WarehouseBusyError, kept_still
from vitrine.engines.check.problems import meant
from vitrine.engines.connections import connected
from vitrine.engines.email_preview.slates import ADDENDS, EmailPreviewError, Release, Slate, Slot
from vitrine.engines.reader_file import READER_FILE

RELEASE = """
select release_id, min(as_of_at) as as_of_at, max(valid_until_at) as valid_until_at,
    count(distinct customer_id) as customer_count, count(*) as slot_count
from main.recommendations_email_v2 group by release_id order by release_id
"""
# Rounded, so that a sum in another order ranks no slate anew.
SLATES = """
select slots.customer_id, count(*) as slot_count, count(distinct slots.category) as category_count,
    round(avg(slots.price_amount), 6) as mean_price_amount,
    round(avg(slots.popularity_percentile), 6) as mean_popularity_percentile,
    round(avg(slots.purchase_probability), 9) as mean_slot_probability,
    min(slots.currency_code) as currency_code, max(ledger.relaxed_limits) as relaxed_limits,
    string_agg(distinct ledger.rule_names, ',') as rule_names
from main.recommendations_email_v2 as slots
left join main.recommendation_ledger as ledger
    on ledger.channel = 'email' and slots.customer_id = ledger.customer_id and slots.slot = ledger.slot
group by slots.customer_id order by slots.customer_id
"""
SLOTS = f"""
select slots.customer_id, slots.slot, slots.product_id, slots.product_name, slots.reason, slots.campaign_name,
    slots.block_name, slots.category, slots.brand, slots.price_amount, slots.currency_code, slots.candidate_source,
    slots.anchor_product_id, slots.purchase_probability, slots.expected_value_amount, slots.popularity_percentile,
    slots.objective_score, ledger.objective_rank, ledger.rule_names, ledger.displaced_product_id,
    ledger.displaced_product_name, ledger.displaced_score, ledger.score_given_up,
    ledger.exploration_addend, slots.selection_probability,
    {", ".join(f"ledger.{name}_addend" for name in ADDENDS)}
from main.recommendations_email_v2 as slots
left join main.recommendation_ledger as ledger
    on ledger.channel = 'email' and slots.customer_id = ledger.customer_id and slots.slot = ledger.slot
where slots.customer_id in (select unnest($customers)) order by slots.customer_id, slots.slot
"""
LEFT_OUT = """
select reason from main.recommendation_audit
where channel = 'email' and customer_id = $customer and product_id is null order by stage, reason limit 1
"""

Rows = list[dict[str, Any]]


class ReaderFile:
    """The readers' file, read only. Use it as a context."""

    def __init__(self, warehouse: Path, folder: Path) -> None:
        self._path, self._folder = warehouse / READER_FILE, folder

    def __enter__(self) -> "ReaderFile":
        if not self._path.exists():
            raise EmailPreviewError(self._why_missing())
        try:
            self._connection = connected(self._folder, self._path, read_only=True)
        except duckdb.Error as problem:
            raise EmailPreviewError(f"{self._path} cannot be read: {_first_line(problem)}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def release(self) -> Release:
        """Return the live e-mail release."""
        rows = self._rows(RELEASE)
        if not rows:
            raise EmailPreviewError(
                f"{self._path} holds no live e-mail release: `make releases` shows what was published, "
                "`make build` publishes."
            )
        row = rows[0]
        (told,) = self._rows(
            "select connector, parameters, published_at from releases.recommendation_releases "
            "where channel = 'email' and release_id = $release",
            release=row["release_id"],
        ) or [{"connector": "", "parameters": None, "published_at": None}]
        requiring = json.loads(told["parameters"] or "{}").get("requiring_rules", [])
        return Release(
            **row, connector=told["connector"], requiring_rules=tuple(requiring), published_at=told["published_at"]
        )

    def slates(self) -> list[Slate]:
        """Return every live slate in figures, by customer."""
        return [Slate(**{**row, "rule_names": _listed(row["rule_names"])}) for row in self._rows(SLATES)]

    def slots(self, customers: Sequence[str]) -> dict[str, tuple[Slot, ...]]:
        """Return the slots of customers, in order."""
        found: dict[str, tuple[Slot, ...]] = {}
        for row in self._rows(SLOTS, customers=list(customers)):
            customer, addends = row.pop("customer_id"), tuple(row.pop(f"{name}_addend") for name in ADDENDS)
            slot = Slot(**row, addends=None if None in addends else addends)
            found[customer] = (*found.get(customer, ()), slot)
        return found

    def check_customer(self, customer: str, slates: Sequence[Slate]) -> None:
        """Say why a customer gets no mail, or whose id may have been meant.

        Raises
        ------
        EmailPreviewError
            If he has no live e-mail slate.
        """
        ids = [one.customer_id for one in slates]
        if customer in ids:
            return
        if told := self._rows(LEFT_OUT, customer=customer):
            raise EmailPreviewError(f"Customer {customer} gets no e-mail: {told[0]['reason']}.")
        like = meant(customer, ids) or f". Ids look like '{ids[0]}'."
        raise EmailPreviewError(f"No customer '{customer}' has a live e-mail slate{like}")

    def _rows(self, query: str, **values: Any) -> Rows:
        try:
            return self._connection.execute(query, values or None).to_arrow_table().to_pylist()  # type: ignore[no-any-return]
        except (duckdb.CatalogException, duckdb.BinderException):
            raise EmailPreviewError(
                f"{self._path} was written by another version of the project: `make build` writes it anew."
            ) from None

    def _why_missing(self) -> str:
        database = self._path.with_name("vitrine.duckdb")
        if database.exists():
            try:
                with kept_still(database):
                    pass
            except WarehouseBusyError as busy:
                return f"Nothing is published yet. {busy}"
            except OSError:
                pass
        return f"{self._path} is not there: `make build` publishes the first release."


def _listed(names: str | None) -> tuple[str, ...]:
    return tuple(sorted({one.strip() for one in (names or "").split(",")} - {""}))


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]
