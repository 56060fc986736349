"""The whole page as HTML: one file that asks nothing of a network and runs nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files

from vitrine.engines.email_preview.choose import Segment
from vitrine.engines.email_preview.mail import mail_html
from vitrine.engines.email_preview.slates import Mail, Release
from vitrine.engines.email_preview.words import counted

# Should a name ever get through as code, a browser still does not run it or fetch for it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page_html(release: Release, mails: Sequence[Mail], kinds: Iterable[Segment], notes: Iterable[str]) -> str:
    """Return the page.

    Parameters
    ----------
    release
        The live e-mail release.
    mails
        What is shown, in order.
    kinds
        The kinds of slates that were looked for, for the contents; a kind without a slate says so.
    notes
        Sentences to read before the mails.
    """
    numbers = {mail.slate.customer_id: number for number, mail in enumerate(mails, 1)}
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    told = "".join(f'<p class="note">{escape(note)}</p>' for note in notes)
    shown = "".join(mail_html(mail, number) for number, mail in enumerate(mails, 1))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<title>Preview of {escape(release.release_id)}: mails, not sent</title>
<style>
{style}</style>
</head>
<body>
<header class="top">
<p class="badge">Preview, not sent</p>
<h1>The mails of the live release</h1>
{_release(release, len(mails))}
{told}
</header>
<main>
{_contents(list(kinds), numbers)}
{shown}
</main>
</body>
</html>
"""


def _release(release: Release, shown: int) -> str:
    facts = {
        "release": release.release_id,
        "connector": release.connector,
        "as of": _instant(release.as_of_at),
        "valid until": _instant(release.valid_until_at),
        "published": _instant(release.published_at) if release.published_at else "",
        "live": f"{counted(release.customer_count, 'customer')}, {counted(release.slot_count, 'slot')}",
        "shown": counted(shown, "mail"),
    }
    told = "".join(f"<div><dt>{name}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts.items() if fact)
    return f'<dl class="release">{told}</dl>'


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute) == (0, 0) else f"{at:%Y-%m-%d %H:%M} UTC"


def _contents(kinds: Sequence[Segment], numbers: dict[str, int]) -> str:
    rows = "".join(f"<li><h3>{escape(kind.title)}</h3>{_links(kind, numbers)}</li>" for kind in kinds)
    listed = f'<h2 id="contents">What is shown, and why</h2><ol>{rows}</ol>' if rows else ""
    return f"""<nav class="contents" aria-label="Contents">{listed}
<p class="legend">With each slot stands its ledger: what its score is made of. Bars to the left take away, those to the
right add, on one scale for the whole mail. <b>Rank</b> is by score, before variety, limits and pins;
<b>stands in for</b> names the better product by score that these kept out; <b>probability</b> is of the purchase,
<b>expected</b> that times the price. The tiles stand where pictures will be.</p></nav>"""


def _links(kind: Segment, numbers: dict[str, int]) -> str:
    if not kind.members:
        return f'<p class="none">{escape(kind.otherwise.capitalize() or "None")}.</p>'
    links = "".join(
        f'<li><a href="#mail-{numbers[customer]}">{numbers[customer]} · {escape(customer)}</a> '
        f"<span>{escape(why)}</span></li>"
        for customer, why in kind.members
    )
    return f"<ul>{links}</ul>"
