"""Known people for a world that another environment plays: ``python -m tests.privacy.searching plant|find FOLDER [DAY]``."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from jobs.scan import scan
from tests.privacy.canaries import PEOPLE, patterns, plant


def main() -> None:
    """Plant them in an inbox, or say as JSON what a search for them under a folder found."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    if kind == "plant":
        plant(folder, day=date.fromisoformat(sys.argv[3]))
    else:
        found = scan([folder], patterns(*PEOPLE))
        hits = sorted({hit.path.name for hit in found.hits})
        told = {"files": found.files, "bytes": found.bytes, "patterns": found.patterns, "hits": hits}
        print(json.dumps(told | {"undecoded": [path.name for path in found.undecoded]}))


if __name__ == "__main__":
    main()
