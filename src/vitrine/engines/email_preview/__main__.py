"""`make email-preview`: a sample of the live e-mail slates as mails, for whoever signs off what customers will read.

It writes one HTML file to target/email_preview that needs no network. The warehouse and the readers' file are only
read, with builds kept out of the warehouse for the moment that takes; while a build has it, the mails come without it.
"""

import argparse
import os
import sys
from pathlib import Path

import yaml

from vitrine.engines.connections import in_words
from vitrine.engines.email_preview.choose import Segment, sampled, segments
from vitrine.engines.email_preview.facts import with_facts, with_names
from vitrine.engines.email_preview.page import page_html
from vitrine.engines.email_preview.read import ReaderFile
from vitrine.engines.email_preview.slates import EmailPreviewError, Mail, Release
from vitrine.engines.email_preview.words import counted


def main(arguments: list[str] | None = None) -> None:
    """Write the page and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", nargs="?", default="", help="connector of the release; default whichever is live")
    parser.add_argument("--customer", default="", help="show the mail of this customer only")
    parser.add_argument("--per-segment", type=int, default=2, help="customers to show of each kind of slate; default 2")
    parser.add_argument("--project", type=Path, default=Path(), help="folder of dbt_project.yml")
    options = parser.parse_args(arguments)
    try:
        email_preview(options.project.resolve(), options.connector, options.customer, options.per_segment)
    except EmailPreviewError as problem:
        sys.exit(str(problem))
    except OSError as problem:
        sys.exit(
            f"No preview: {in_words(problem)}. It runs in the project's folder and must be able to write to "
            "target/email_preview."
        )


def email_preview(project: Path, connector: str, customer: str, per_segment: int) -> None:
    """Write the page of the project's live e-mail release."""
    known = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["connectors"]
    if connector and connector not in known:
        raise EmailPreviewError(f"Unknown connector '{connector}'. Known connectors: {', '.join(sorted(known))}.")
    if per_segment < 1:
        raise EmailPreviewError(f"--per-segment is {per_segment}: write 1 or more.")
    warehouse = project / os.environ.get("VITRINE_WAREHOUSE", "warehouse")
    folder = project / "target" / "email_preview"
    folder.mkdir(parents=True, exist_ok=True)
    kinds: list[Segment] = []
    with ReaderFile(warehouse, folder) as reader:
        release = reader.release()
        _refuse_another(release, connector)
        slates = reader.slates()
        if customer:
            reader.check_customer(customer, slates)
        slates, why_not = with_facts(slates, warehouse, folder, release)
        if customer:
            reasons: dict[str, tuple[str, ...]] = {customer: ("Asked for",)}
        else:
            kinds = segments(slates, per_segment, release.requiring_rules)
            reasons = sampled(kinds)
        slots = reader.slots(list(reasons))
    if not why_not:
        slots = with_names(slots, warehouse, folder)
    by_customer = {one.customer_id: one for one in slates}
    mails = [Mail(by_customer[one], slots[one], why) for one, why in reasons.items()]
    path = folder / f"{connector or 'index'}.html"
    path.write_text(page_html(release, mails, kinds, [why_not] if why_not else []), encoding="utf-8")
    if why_not:
        print(why_not)
    print(
        f"{counted(len(mails), 'mail')} of {release.customer_count:,}, release {release.release_id}. Open in a browser:"
    )
    print(os.path.relpath(path))


def _refuse_another(release: Release, connector: str) -> None:
    if connector and connector != release.connector:
        raise EmailPreviewError(
            f"The live e-mail release is of the connector {release.connector}, not {connector}: "
            f"`make email-preview CONNECTOR={release.connector}`, or `make build CONNECTOR={connector}` first."
        )


if __name__ == "__main__":
    main()
