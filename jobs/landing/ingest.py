"""Landing a source: find what has arrived, land what is new, and say what became of every row."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path

from pyspark.sql import SparkSession

from conf.errors import MissingInput, UnknownName
from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing.adapters import ADAPTERS
from jobs.landing.arrival import Arrival, in_inbox, of_table, sources
from jobs.landing.file import FileCount, Landed, Ledger
from jobs.landing.journal import journalled, undo_unfinished
from jobs.landing.receive import Batch, received
from jobs.landing.steps import Landing, Taken
from schemas.landing.quarantine import TABLE as QUARANTINE
from schemas.landing.vault import TABLE as VAULT

ALL = "all"
TRUTH = "truth.json"
_THREADS = 2


def land(spark: SparkSession, lake: Lake, settings: Settings, *, source: str, path: Path, day: date) -> Landed:
    """Land what ``source`` has sent up to the day; rows in = accepted + quarantined + duplicate, always.

    ``source`` is ``all`` for a whole inbox, a landing table for one file or a party's folder, or an adapter's name.
    Later than ``settings.landing.late_days`` is kept too, in its own event day, and counted apart.
    """
    if not path.exists():
        raise MissingInput(f"{path} is not there: name the folder or file that the party sent")
    undo_unfinished(lake)
    ledger = Ledger.read(lake)
    batches = _batches(spark, source, path, day, settings)
    known = [row for batch in batches for item in batch.arrivals if batch.is_counted and (row := ledger.find(item))]
    divided = [(batch, *ledger.divided(batch.arrivals)) for batch in batches]
    pending = [batch.only(new) for batch, new, _ in divided if new]
    copies = [item for _, _, copied in divided for item in copied]
    counts = _land(Landing(lake, ledger, settings.landing.late_days), pending, copies)
    if source == ALL:
        _keep_truth(path / TRUTH, lake.root / TRUTH)
    counted = {batch.table.name for batch in batches if batch.is_counted}
    fresh = [count for count in counts if count.table_name in counted]
    return Landed.of(fresh, known, beside=[count for count in counts if count.table_name not in counted])


def _land(landing: Landing, batches: Sequence[Batch], copies: Sequence[Arrival]) -> list[FileCount]:
    """All tables, two at a time; then what they share; the ledger last, so that whatever breaks off is landed again."""
    heaviest_first = sorted(batches, key=lambda batch: (-sum(item.n_bytes for item in batch.arrivals), batch.table.name))
    taken: list[Taken] = []
    tables = (*(batch.table for batch in batches), QUARANTINE, VAULT)
    try:
        with journalled(landing.lake, landing.run_id, tables), ThreadPoolExecutor(_THREADS) as pool:
            taken += pool.map(landing.take, heaviest_first)
            steps: list[Callable[[Sequence[Taken]], None]] = [landing.seal, landing.refuse] if taken else []
            for done in [pool.submit(step, taken) for step in steps]:
                done.result()
            counts = [count for item in taken for count in item.counts]
            counts += landing.ledger.copied(copies, counts)
            if counts:
                landing.enter(counts, [*copies, *(item for batch in batches for item in batch.arrivals)])
    finally:
        for item in taken:
            item.release()
    return counts


def _batches(spark: SparkSession, source: str, path: Path, day: date, settings: Settings) -> list[Batch]:
    """The files of the source by table, each with the way to read them."""
    if source in ADAPTERS:
        return ADAPTERS[source](spark, path, day)
    tables = sources()
    if source != ALL and source not in tables:
        raise UnknownName("source", source, f"there are {', '.join((ALL, *sorted(tables), *sorted(ADAPTERS)))}")
    arrivals = in_inbox(path, day) if source == ALL else of_table(tables[source], path, day)
    by_table = groupby(arrivals, key=lambda item: item.table)
    return [Batch(table, tuple(group), partial(received, spark, table, settings.landing)) for table, group in by_table]


def _keep_truth(sent: Path, kept: Path) -> None:
    """Copy a planted world's truth beside the tables; figures that are there already and not sent again stay."""
    if not sent.is_file():
        return
    truth = json.loads(sent.read_text("utf-8"))
    before = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    merged = {**before, **truth, "figures": {**before.get("figures", {}), **truth.get("figures", {})}}
    fresh = kept.with_name(f".{kept.name}.new")
    fresh.write_text(json.dumps(merged, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    fresh.replace(kept)
