"""Erasure: recorded first, then carried out table by table, then proved; broken off anywhere, the same request ends it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import ErasureIncomplete
from jobs.bank import Bank, logs
from jobs.changes import ERASED
from jobs.erasure import deliveries, sealed
from jobs.erasure.merge import purge
from jobs.erasure.person import belonging, holding_people
from jobs.erasure.proof import Proof, Searcher, prove
from jobs.erasure.request import Request
from jobs.erasure.rows import Forgotten, forget, forget_orphans
from jobs.landing.arrival import sources
from jobs.landing.forgotten import erased_hash
from jobs.landing.journal import undo_unfinished
from jobs.night import make_runner
from schemas.catalogue import build_order
from schemas.contract import NEWEST, Table
from schemas.landing.erasure import TABLE as ERASURE
from schemas.landing.quarantine import TABLE as QUARANTINE


@dataclass(frozen=True)
class Erased:
    """What an erasure did, and the proof of it: ``identifiers`` are the pseudonyms that were still found to be theirs."""

    people: int
    identifiers: int
    rows: int
    emptied: int
    removals: int
    rewritten: int
    proof: Proof


def erase(bank: Bank, request: Request) -> Erased:
    """Forget everybody whom the request names, in everything that the bank holds; ``ErasureIncomplete`` where it is not so.

    The caller holds the lake's lock: no other writer may be at work while the old files go.
    """
    lake, run_id = bank.lake, uuid.uuid4().hex
    undo_unfinished(lake)
    day = deliveries.first_day(lake)
    named = _frame(bank, "hash STRING", request.pseudonyms)
    found = belonging(lake, named)
    erasure = _record(bank, found, named, day, run_id)
    removals = deliveries.ask_for_removal(lake, erasure, day, run_id)
    texts = sealed.raw_texts(lake, erasure, _frame(bank, "text STRING", request.raws))
    emptied = sealed.empty_refused(lake, texts, run_id)
    emptied += sum(sealed.empty_attributes(lake, table, texts, run_id) for table in sources().values() if lake.exists(table))
    done = [forget(lake, table, erasure, run_id) for table in holding_people() if lake.exists(table)]
    forget_orphans(lake, run_id)
    _rebuild(bank, done)
    rewritten = deliveries.rewrite(lake, bank.settings, Searcher.of(lake, bank.ring))
    for table in _purged():
        if lake.exists(table):
            purge(lake, table)
    proof = prove(lake, bank.ring, logs(lake.root), request.raws, request.kind)
    if proof.hits:
        raise ErasureIncomplete([hit.path for hit in proof.places])
    n_gone, n_emptied = (sum(getattr(item, name) for item in done) for name in ("deleted", "emptied"))
    return Erased(len(request.raws), found.count(), n_gone, emptied + n_emptied, removals, len(rewritten), proof)


def _frame(bank: Bank, column: str, values: tuple[str, ...]) -> DataFrame:
    return bank.spark.createDataFrame([(value,) for value in values], column)


def _record(bank: Bank, found: DataFrame, named: DataFrame, day: date, run_id: str) -> DataFrame:
    """Enter the pseudonyms among the forgotten; all that are forgotten, those of earlier requests too."""
    lake, before = bank.lake, bank.lake.read(ERASURE)
    asked = named.withColumn("is_named", F.lit(True))
    is_named = F.coalesce("is_named", F.lit(False)).alias("is_named")
    entered = (F.lit(day).alias("day"), erased_hash(F.col("hash")).alias("erased_hash"), is_named)
    told = found.join(F.broadcast(asked), "hash", "left").select(*entered)
    new = told.join(before, "erased_hash", "left_anti").select(*ERASURE.column_names)
    kept = before.where(F.col("day") == F.lit(day))
    lake.replace(ERASURE, kept.unionByName(new), [day], {"run": run_id, "kind": ERASED, "days": [str(day)]})
    return lake.read(ERASURE).select("erased_hash").localCheckpoint()


def _rebuild(bank: Bank, done: list[Forgotten]) -> None:
    """Make the days of aggregates anew in which somebody who is forgotten was counted."""
    changed = {item.table: set(item.days) for item in done if item.days}
    runner = make_runner(bank)
    for table in _aggregates():
        days = set().union(*(changed.get(item.table, set()) for item in table.inputs if item.days != NEWEST))
        kept = sorted(days & set(bank.lake.days(table)))
        if kept:
            runner.run(table, kept)


def _purged() -> list[Table]:
    """The tables whose files of before may hold or count somebody."""
    return [*holding_people(), QUARANTINE, *_aggregates()]


def _aggregates() -> list[Table]:
    """The tables that count a day's people and name none."""
    held = holding_people()
    return [table for table in build_order() if table.is_day_local and table not in held]
