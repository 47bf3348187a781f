"""A process to be killed: lands and exports on a lake, or publishes one folder again and again.

``BRANDCUBE_FAULT_AT`` is the number of the boundary at which it kills its own process group; without it, it runs to its end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.faults.boundaries import Counter, kill, watched, watched_commits


def main() -> None:
    """Play the scenario that the arguments name."""
    kind, at = sys.argv[1], os.environ.get("BRANDCUBE_FAULT_AT")
    counter = Counter(int(at) if at else None, kill)
    if kind == "publish":
        with watched(counter):
            _publish(Path(sys.argv[2]), [int(number) for number in sys.argv[3:]])
    else:
        _land(Path(sys.argv[2]), Path(sys.argv[3]), counter)


def _publish(folder: Path, numbers: list[int]) -> None:
    from jobs.serving.folder import publish
    from tests.faults.publishing import version

    (folder.parent / "started").touch()
    for number in numbers:
        publish(folder, version(number))


def _land(root: Path, inbox: Path, counter: Counter) -> None:
    from conf.settings import load
    from jobs.bank import logs, writing
    from jobs.lake import Lake
    from jobs.privacy import KeyRing, register_keys
    from jobs.session import open_session
    from tests.faults.world import play

    loaded = load("local")
    small = loaded.session.model_copy(update={"shuffle_partitions": 1, "snapshot_partitions": 1, "driver_memory": "1g"})
    settings = loaded.model_copy(update={"session": small})
    with writing(root):
        spark = open_session(settings, logs(root) / "spark.log")
        register_keys(spark, KeyRing.load(settings, root), settings)
        (root.parent / "started").touch()
        with watched(counter), watched_commits(counter):
            play(Lake(spark, root), settings, inbox)


if __name__ == "__main__":
    main()
