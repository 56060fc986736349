"""What a check finds, where it stands, and which names somebody may have meant."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

SEVERITIES = ("error", "warning", "note")
# Of two names that differ in more than this share of their letters, neither was meant for the other.
LEAST_LIKENESS = 0.6


class CheckError(Exception):
    """Why nothing can be checked, in words for the person who asked."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `path` is from the project's root; `line` is None where no single line is to blame."""

    path: str
    line: int | None
    text: str
    severity: str = "error"

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}  {'' if self.severity == 'error' else self.severity + ': '}{self.text}"


def sorted_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return each problem once, by file and line; those of a whole file come first."""
    return sorted(set(problems), key=lambda one: (one.path, one.line or 0, SEVERITIES.index(one.severity), one.text))


def counted(count: int, what: str) -> str:
    """Return a count with its noun: ``1 error``, ``2 errors``."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def closest(name: str, known: Iterable[str], count: int = 3, likeness: float = LEAST_LIKENESS) -> list[str]:
    """Return the known names most like a name, best first; capitals do not matter, and a part of a name is like it."""
    wanted, spelled = name.strip().lower(), {one.strip().lower(): one for one in sorted(known)}
    if wanted in spelled:
        return [spelled[wanted]]
    found = difflib.get_close_matches(wanted, spelled, count, likeness)
    if len(wanted) > 2:
        found += [one for one in spelled if wanted in one and one not in found]
    return [spelled[one] for one in found[:count]]


def meant(name: str, known: Iterable[str], count: int = 3, likeness: float = LEAST_LIKENESS) -> str:
    """Return ``; did you mean 'a' or 'b'?`` for the known names most like a name, or nothing."""
    names = [f"'{one}'" for one in closest(name, known, count, likeness)]
    return f"; did you mean {' or '.join(names)}?" if names else ""
