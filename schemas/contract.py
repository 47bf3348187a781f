"""The contract classes: what a table is, what its rows hold, and which days of which tables it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

LAYERS = ("landing", "core", "mart", "serving")

Layer = Literal["landing", "core", "mart", "serving"]
Value = str | int | float | bool | None
Format = Literal["jsonl", "csv", "parquet"]
Role = Literal["subject", "mention"]

EVERY: Final = "every"
"""All partitions up to and including the day."""
NEWEST: Final = "newest"
"""The newest snapshot at or before the day; for history older than the first snapshot, that first one."""


class Privacy(IntEnum):
    """How close a column's values bring a reader to a person, in rising order."""

    PUBLIC = 0
    INTERNAL = 1
    PSEUDONYM = 2
    IDENTITY = 3


class IdentifierType:
    """The kinds of raw identifiers that the parties send; each has its own key and its own normalisation."""

    PHONE = "phone"
    EMAIL = "email"
    OPENID = "openid"
    JD_PIN = "jd_pin"
    OAID = "oaid"
    IMEI = "imei"
    MEMBER = "member"
    NAME = "name"
    ALL = (PHONE, EMAIL, OPENID, JD_PIN, OAID, IMEI, MEMBER, NAME)
    SHARED = (OAID, IMEI, NAME)
    """What several people may have in common: a device, a name."""


def window(days: int) -> tuple[int, ...]:
    """Offsets of the last ``days`` days, the run's own day included: ``window(3) == (0, -1, -2)``."""
    return tuple(-offset for offset in range(days))


@dataclass(frozen=True, slots=True)
class Input:
    """One table that a job reads, and exactly which of its partitions: offsets in days, ``EVERY`` or ``NEWEST``."""

    table: str
    days: tuple[int, ...] | Literal["every", "newest"] = (0,)

    @property
    def name(self) -> str:
        """The parameter name in the job's ``build``: the table's name without its layer."""
        return self.table.partition(".")[2]

    @property
    def is_same_day(self) -> bool:
        """True where of each day only that day's partition is read, or the newest snapshot as of it."""
        return self.days in ((0,), NEWEST)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Spark SQL type, its meaning, who may see it, and what its values may be.

    ``identifier`` marks a landing column that holds the keyed pseudonym of a raw identifier of that type; the raw field
    is then named ``raw`` (by default the column's name without ``_hash``). ``low`` and ``high`` are inclusive.
    ``is_physical`` marks what says where rows lie and not what they are: the table's checksum leaves it out.
    ``pattern`` is what a party's text must match from its start, in a form that Java and Python read alike.
    ``person`` says whose pseudonym it holds: that of the row's own ``subject``, with whom the row is forgotten, or of somebody
    whom the row is a ``mention`` of, in whose place NULL is then put.
    """

    name: str
    type: str
    doc: str
    privacy: Privacy = Privacy.INTERNAL
    nullable: bool = False
    allowed: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    example: Value | dict[str, str] | list[int] | list[dict[str, str]] = None
    identifier: str | None = None
    raw: str | None = None
    is_physical: bool = False
    pattern: str | None = None
    person: Role | None = None

    @property
    def raw_name(self) -> str:
        """The field's name in the party's file."""
        return self.raw or (self.name.removesuffix("_hash") if self.identifier else self.name)

    @property
    def ddl(self) -> str:
        """The column as Spark DDL."""
        return f"`{self.name}` {self.type}" + ("" if self.nullable else " NOT NULL")


@dataclass(frozen=True, slots=True)
class Source:
    """How a party sends a landing table: who, in which format. Its files are ``<party>/<table>/<day>.<extension>``."""

    party: str
    format: Format

    @property
    def extension(self) -> str:
        """The ending of the party's file names."""
        return {"jsonl": "jsonl.gz", "csv": "csv", "parquet": "parquet"}[self.format]


@dataclass(frozen=True, slots=True)
class Table:
    """What a table is: one row's meaning, its key, its columns, its partition, and what it is made from.

    ``needs`` names what the runner hands to ``build`` besides tables. A run replaces the rows of its ``day``, whichever
    column partitions the files. What is ``kept`` of a state that changes little from night to night are its ``changes``:
    under each day those rows that differ from the night before, a row with ``is_gone`` where a key ends; the first night of a
    month keeps all rows. Such a table is read as of a day: of each key the newest row at or before it.
    """

    layer: Layer
    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partitioned_by: str = "day"
    inputs: tuple[Input, ...] = ()
    source: Source | None = None
    needs: tuple[Literal["model"], ...] = ()
    kept: Literal["days", "changes"] = "days"
    retention_days: int = 730

    @property
    def full_name(self) -> str:
        """Layer and name, as in ``core.touch``."""
        return f"{self.layer}.{self.name}"

    @property
    def ddl(self) -> str:
        """The whole row as Spark DDL, for ``createDataFrame``, ``StructType.fromDDL`` and ``CREATE TABLE``."""
        return ", ".join(column.ddl for column in self.columns)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def is_day_local(self) -> bool:
        """True where a day's rows depend on that same day and on snapshots alone, so that a range is built in one job."""
        return bool(self.inputs) and self.kept == "days" and all(item.is_same_day for item in self.inputs)

    @property
    def state_key(self) -> tuple[str, ...]:
        """What one row is about, whatever the day: the key without it."""
        return tuple(name for name in self.key if name != "day")

    @property
    def identifiers(self) -> tuple[Column, ...]:
        """The landing columns that hold the pseudonym of a raw identifier."""
        return tuple(column for column in self.columns if column.identifier)

    def naming(self, role: Role) -> tuple[Column, ...]:
        """The columns that hold a person's pseudonym in that role."""
        return tuple(column for column in self.columns if column.person == role)

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.full_name} has no column {name}")
