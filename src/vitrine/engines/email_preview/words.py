"""Amounts, signs, names and tones as a mail and its ledger show them."""

import zlib
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}
# Currencies without a smaller coin.
WHOLE = ("JPY", "KRW", "CLP", "VND", "ISK")
MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
DECIMALS = 3


def amount(number: float | None, currency_code: str | None) -> str:
    """Return an amount with its currency: ``€1,234.50``, ``CHF 1,234.50``; without a code the number alone."""
    if number is None:
        return ""
    code = (currency_code or "").upper()
    cents = Decimal(1) if code in WHOLE else Decimal("0.01")
    # Through its shortest spelling, so that 1.005 is rounded as it reads.
    value = Decimal(repr(float(number))).quantize(cents, ROUND_HALF_UP)
    digits = f"{abs(value):,}"
    text = f"{SIGNS[code]}{digits}" if code in SIGNS else f"{code}{NO_BREAK}{digits}" if code else digits
    return f"{MINUS}{text}" if value < 0 else text


def percent(share: float | None, decimals: int = 0) -> str:
    """Return a share of one in percent."""
    return "" if share is None else f"{100 * share:.{decimals}f}%"


def signed(thousandths: int) -> str:
    """Return a number of thousandths with its sign."""
    sign = "+" if thousandths > 0 else MINUS if thousandths < 0 else ""
    return f"{sign}{abs(thousandths) / 10**DECIMALS:.{DECIMALS}f}"


def score(number: float) -> str:
    """Return a score, with a sign only where it is below zero."""
    return signed(in_thousandths([number])[0]).removeprefix("+")


def in_thousandths(numbers: Sequence[float]) -> list[int]:
    """Round numbers so that what is shown adds up to their rounded sum.

    Each is off by less than one thousandth: those that lost most in rounding down are raised, by largest remainder.
    """
    exact = [Decimal(repr(float(number))).scaleb(DECIMALS) for number in numbers]
    floors = [int(one.to_integral_value("ROUND_FLOOR")) for one in exact]
    short = int(sum(exact, Decimal()).to_integral_value(ROUND_HALF_UP)) - sum(floors)
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in by_remainder[:short]:
        floors[i] += 1
    return floors


def initials(name: str) -> str:
    """Return the first letters of a name's first two words, numbers up to two digits, where a picture will be."""
    words = [one for one in ("".join(filter(str.isalnum, word)) for word in name.split()) if one]
    return "".join(word[:2] if word.isdigit() else word[0] for word in words[:2]).upper() or "·"


def hue(category: str | None) -> int:
    """Return the tone of a category, in degrees: the same in every run."""
    return zlib.crc32((category or "").encode()) % 360


def counted(count: int, what: str) -> str:
    """Return a count with its noun: ``1 mail``, ``2,000 mails``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
