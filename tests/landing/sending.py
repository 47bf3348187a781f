"""Files as the parties send them: each test says only what matters, the rest is filled in."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.landing.sent import fields
from schemas.catalogue import find
from schemas.contract import Column, IdentifierType, Table

SOCIAL, SHOPPING, ORDER = find("landing.social_event"), find("landing.shopping_event"), find("landing.order_event")
MEMBER, BRAND, CONSENT = find("landing.crm_member"), find("landing.brand"), find("landing.consent")
DAY = date(2015, 11, 1)
RAW = {
    IdentifierType.PHONE: "13800138000",
    IdentifierType.EMAIL: "li.lei@example.com",
    IdentifierType.OPENID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    IdentifierType.JD_PIN: "jd_lpgg5jczmpkf",
    IdentifierType.OAID: "39abac09-c5d8-d7dd-5d85-8f63178d2602",
    IdentifierType.MEMBER: "B01-10000007",
    IdentifierType.NAME: "许英杰",
}


def at(day: date = DAY, hour: int = 12) -> int:
    """An hour of a Shanghai day in epoch milliseconds."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Asia/Shanghai"))
    return int((midnight + timedelta(hours=hour)).timestamp() * 1000)


def row(table: Table, event_id: str, **told: Any) -> dict[str, Any]:
    """One row as the party sends it; optional fields are left out unless told."""
    filled = {
        column.raw_name: _value(column) for column in table.columns if column.raw_name in fields(table) and not column.nullable
    }
    return {**filled, "event_id": event_id, **told}


def send(inbox: Path, table: Table, rows: Sequence[dict[str, Any] | str], *, day: date = DAY, name: str = "") -> Path:
    """Write the rows as the table's party does; a string is a line as it stands. Returns the file."""
    assert table.source
    file = inbox / table.source.party / table.name / (name or f"{day}.{table.source.extension}")
    file.parent.mkdir(parents=True, exist_ok=True)
    if table.source.format == "parquet":
        pq.write_table(pa.Table.from_pylist([item for item in rows if isinstance(item, dict)]), file)
    elif table.source.format == "csv":
        _csv(file, rows)
    else:
        lines = [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in rows]
        with file.open("wb") as opened, gzip.GzipFile("", "wb", fileobj=opened, mtime=0) as packed:
            packed.write("".join(f"{line}\n" for line in lines).encode())
    return file


def _csv(file: Path, rows: Sequence[dict[str, Any] | str]) -> None:
    header = list(dict.fromkeys(name for item in rows if isinstance(item, dict) for name in item))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, header, restval="")
        writer.writeheader()
        for item in rows:
            if isinstance(item, str):
                opened.write(f"{item}\n")
            else:
                writer.writerow(item)


def _value(column: Column) -> Any:
    if column.identifier:
        return RAW[column.identifier]
    return at() if column.type == "TIMESTAMP" else column.example
