"""``python -m jobs.setup``: finds or fetches Java and the jars, once."""

from __future__ import annotations

import sys

from conf.errors import SetupError
from jobs.setup.jars import fetch_jars
from jobs.setup.java import provide_java


def main() -> int:
    """Provide both, saying what is there; 2 where one cannot be had."""
    try:
        java = provide_java()
        print(f"setup: {java}", flush=True)
        jars = fetch_jars(java)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 2
    print(f"setup: {len(jars)} jars, checksums as locked ({jars[0].parent})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
