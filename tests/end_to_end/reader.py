"""A reader of the public file: looks again and again until its standard input says enough, then prints its looks.

    python reader.py recommendations.duckdb

A look is a line of JSON: rows by query. Each look opens the file anew, and all its queries read what was opened.
"""

import json
import select
import sys
import time

import duckdb

OF_MAILS = "from {} where channel = 'email'"
QUERIES = {
    "slates": "select release_id, count(*) from recommendations_email_v1 group by 1",
    "ledger": f"select release_id, count(*) {OF_MAILS.format('recommendation_ledger')} group by 1",
    "live": f"select release_id {OF_MAILS.format('releases.live_releases')}",
    "published": f"select release_id, slot_count {OF_MAILS.format('releases.recommendation_releases')}",
}


def look(path: str) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of all queries, with time between them for a build to get in."""
    found = {}
    with duckdb.connect(path, read_only=True) as connection:
        for name, query in QUERIES.items():
            found[name] = connection.execute(query).fetchall()
            time.sleep(0.01)
    return found


def main() -> None:
    looks = []
    while not select.select([sys.stdin], [], [], 0)[0]:
        looks.append(look(sys.argv[1]))
    print("\n".join(json.dumps(one) for one in looks))


if __name__ == "__main__":
    main()
