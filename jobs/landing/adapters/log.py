"""What the adapters share: a publisher's log as text fields, ids for rows that have none, and the accounts' consents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.errors import MissingInput
from jobs.landing.arrival import Arrival
from jobs.landing.receive import RECEIVED, Batch, raw_struct
from jobs.privacy import EVENT, keyed_hash
from schemas.contract import Table
from schemas.landing.consent import TABLE as CONSENT

PURPOSES = ("link", "portrait", "measure")
"""What the accounts of a published log are taken to allow: that it is read and measured, never that they are targeted."""

_ZONE = ZoneInfo("Asia/Shanghai")
_N = "n_equal"


@dataclass(frozen=True)
class Log:
    """A publisher's log: its source name, the table it fills, and the field that names the account.

    ``read`` gives one file's rows as text: fields of the table where the log has them, all others being attributes.
    """

    name: str
    table: Table
    account: str
    read: Callable[[Path, date], pd.DataFrame]

    def batches(self, spark: SparkSession, paths: Sequence[Path], day: date) -> list[Batch]:
        """The log's rows, and the consents of its accounts beside them; ``MissingInput`` where a file is not there."""
        for path in paths:
            if not path.is_file():
                raise MissingInput(f"{path} is not there: {self.name} needs it for {day}")

        def rows(arrivals: Sequence[Arrival]) -> DataFrame:
            return _with_ids(_all(spark, arrivals, self.read), self.table)

        def consents(arrivals: Sequence[Arrival]) -> DataFrame:
            return _consents(spark, arrivals, self)

        files = tuple(Arrival.of(self.table, self.name, day, path) for path in paths)
        beside = tuple(Arrival.of(CONSENT, self.name, day, path) for path in paths)
        return [Batch(self.table, files, rows), Batch(CONSENT, beside, consents, is_counted=False)]


def millis(day: date, hour: int = 0) -> str:
    """An hour of a Shanghai day as epoch milliseconds in text, as parties send instants."""
    return str(int(datetime.combine(day, time(hour), _ZONE).timestamp() * 1000))


def _all(spark: SparkSession, arrivals: Sequence[Arrival], read: Callable[[Path, date], pd.DataFrame]) -> DataFrame:
    """The files' rows under one another, equal rows of a file numbered from 1."""
    parts = []
    for arrival in arrivals:
        rows = read(arrival.path, arrival.day)
        numbered = rows.assign(**{_N: (rows.groupby(list(rows.columns), dropna=False).cumcount() + 1).astype(str)})
        parts.append(numbered.assign(day=arrival.day, party=arrival.party, file_name=arrival.name))
    together = pd.concat(parts, ignore_index=True)
    return spark.createDataFrame(together.astype(object).where(together.notna(), None), _shape(together.columns))


def _with_ids(rows: DataFrame, table: Table) -> DataFrame:
    """The received frame: an id keyed on each row's content, the log's own columns kept as attributes."""
    known = {column.raw_name for column in table.columns}
    content = [name for name in rows.columns if name not in ("day", "party", "file_name")]
    further = [name for name in content if name not in known and name != _N]
    made: dict[str, Column] = {"event_id": keyed_hash(_joined(content), EVENT)}
    if further:
        made["attributes"] = F.to_json(F.struct(*further))
    return _received(rows.withColumns(made), table)


def _consents(spark: SparkSession, arrivals: Sequence[Arrival], log: Log) -> DataFrame:
    """One grant a purpose for each account of each file, from the start of the file's day."""

    def accounts(path: Path, day: date) -> pd.DataFrame:
        names = log.read(path, day)[[log.account]].drop_duplicates()
        granted = names.assign(event_at=millis(day), is_granted="true")
        return granted.merge(pd.DataFrame({"purpose": PURPOSES}), how="cross")

    return _with_ids(_all(spark, arrivals, accounts), CONSENT)


def _received(rows: DataFrame, table: Table) -> DataFrame:
    sent = F.to_json(F.struct(*(name for name in rows.columns if name not in ("day", "party", "file_name", _N))))
    made = rows.withColumns({"line": sent, "is_torn": F.lit(False), "raw": raw_struct(table, rows.columns)})
    return made.select(*RECEIVED)


def _joined(names: Iterable[str]) -> Column:
    """The texts of a row's fields, a missing one told from an empty one."""
    return F.concat_ws("\x1f", *(F.coalesce(F.col(name), F.lit("\x1e")) for name in names))


def _shape(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {'DATE' if name == 'day' else 'STRING'}" for name in names)
