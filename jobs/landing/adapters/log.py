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
from jobs.landing.receive import RECEIVED, Batch
from jobs.landing.sent import no_texts, raw_struct
from jobs.privacy import EVENT, keyed_hash
from schemas.contract import Table
from schemas.landing.consent import TABLE as CONSENT

PURPOSES = ("link", "portrait", "measure")
"""What the accounts of a published log are taken to allow: that it is read and measured, never that they are targeted."""

_ZONE = ZoneInfo("Asia/Shanghai")
_N = "n_equal"


@dataclass(frozen=True)
class Log:
    """A publisher's log: its source name, the table it fills, and the fields that name accounts, the kind of account first.

    ``read`` gives one file's rows as text: fields of the table where the log has them, all others being attributes.
    """

    name: str
    table: Table
    accounts: tuple[str, ...]
    read: Callable[[Path, date], pd.DataFrame]

    def batches(self, spark: SparkSession, paths: Sequence[Path], day: date) -> list[Batch]:
        """The log's rows, and the consents of its accounts beside them; ``MissingInput`` where a file is not there."""
        for path in paths:
            if not path.is_file():
                raise MissingInput(f"{path} is not there: {self.name} needs it for {day}")

        def rows(arrivals: Sequence[Arrival]) -> DataFrame:
            return _with_ids(_framed(spark, (_numbered(self.read(item.path, item.day), item) for item in arrivals)), self.table)

        def consents(arrivals: Sequence[Arrival]) -> DataFrame:
            return _consents(spark, arrivals, self)

        files = tuple(Arrival.of(self.table, self.name, day, path) for path in paths)
        beside = tuple(Arrival.of(CONSENT, self.name, day, path) for path in paths)
        return [Batch(self.table, files, rows), Batch(CONSENT, beside, consents, is_counted=False)]


def millis(day: date, hour: int = 0) -> str:
    """An hour of a Shanghai day as epoch milliseconds in text, as parties send instants."""
    return str(int(datetime.combine(day, time(hour), _ZONE).timestamp() * 1000))


def _numbered(rows: pd.DataFrame, arrival: Arrival) -> pd.DataFrame:
    """A file's rows with where they came from, equal rows numbered from 1."""
    n = (rows.groupby(list(rows.columns), dropna=False).cumcount() + 1).astype(str)
    return rows.assign(**{_N: n}, day=arrival.day, party=arrival.party, file_name=arrival.name)


def _framed(spark: SparkSession, parts: Iterable[pd.DataFrame]) -> DataFrame:
    """The parts under one another as a frame of texts."""
    rows = pd.concat(list(parts), ignore_index=True)
    shape = ", ".join(f"{name} {'DATE' if name == 'day' else 'STRING'}" for name in rows.columns)
    return spark.createDataFrame(rows.astype(object).where(rows.notna(), None), shape)


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
    """One grant a purpose for each account, from the start of the day, in the first file that names the account."""
    named = pd.concat([_numbered(_accounts(log, item), item) for item in arrivals], ignore_index=True)
    granted = named.drop_duplicates(log.accounts[0]).assign(event_at=named["day"].map(millis), is_granted="true")
    return _with_ids(_framed(spark, [granted.assign(purpose=purpose) for purpose in PURPOSES]), CONSENT)


def _accounts(log: Log, arrival: Arrival) -> pd.DataFrame:
    """One row per account that a file names, under the first field's name."""
    rows = log.read(arrival.path, arrival.day)
    named = pd.concat([rows[field] for field in log.accounts], ignore_index=True).dropna().drop_duplicates()
    return pd.DataFrame({log.accounts[0]: named})


def _received(rows: DataFrame, table: Table) -> DataFrame:
    sent = F.to_json(F.struct(*(name for name in rows.columns if name not in ("day", "party", "file_name", _N))))
    raw = raw_struct(table, {name: F.col(name) for name in rows.columns})
    made = rows.withColumns({"line": sent, "defects": no_texts(), "further": no_texts(), "raw": raw})
    return made.select(*RECEIVED)


def _joined(names: Iterable[str]) -> Column:
    """The texts of a row's fields, a missing one told from an empty one."""
    return F.concat_ws("\x1f", *(F.coalesce(F.col(name), F.lit("\x1e")) for name in names))
