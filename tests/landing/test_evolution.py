"""A party's files change: more columns are kept and said, a missing one refuses the file, another type its rows."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from jobs.lake import Lake
from jobs.landing.file import Ledger
from jobs.privacy import QUARANTINE, KeyRing
from schemas.catalogue import find
from schemas.contract import Table
from tests.landing.conftest import Land
from tests.landing.sending import BRAND, DAY, ORDER, SOCIAL, row, send

REFUSED = find("landing.quarantine")
PHONE, HIDDEN = "13912345678", "li_lei"
MORE = {"vip_level": 3, "tier": "gold", "phone2": PHONE, "nickname": HIDDEN, "note": f"call {PHONE}"}


def _kept(lake: Lake, table: Table) -> dict[str, dict[str, str]]:
    return {found.event_id: found.attributes for found in lake.read(table).collect()}


def _bytes(root: Path) -> bytes:
    """All bytes of a lake, the Parquet files' values as text beside them."""
    files = [path for path in root.rglob("*") if path.is_file()]
    parquet = (repr(pq.ParquetFile(path).read().to_pylist()).encode() for path in files if path.suffix == ".parquet")
    return b"\n".join([*(path.read_bytes() for path in files), *parquet])


def test_columns_beyond_the_contract_are_kept_in_all_formats_and_what_may_identify_somebody_is_sealed(
    landing: Land, inbox: Path, lake: Lake, ring: KeyRing
) -> None:
    own = {"attributes": json.dumps({"level": "3", "mail": "li.lei@example.com"})}
    for table in (SOCIAL, BRAND, ORDER):
        send(inbox, table, [row(table, "more", **MORE, **own), row(table, "own", **own), row(table, "none")])
    assert landing() == (9, 9, 0, 0, 0)
    for table in (SOCIAL, BRAND, ORDER):
        kept = _kept(lake, table)
        sealed = kept["more"].pop("sealed")
        opened = json.loads(ring.decrypt(base64.b64decode(sealed), QUARANTINE))
        assert kept["more"] == {"vip_level": "3", "tier": "gold", "level": "3"}
        assert opened == {"phone2": PHONE, "nickname": HIDDEN, "note": f"call {PHONE}", "mail": "li.lei@example.com"}
        assert set(kept["own"]) == {"level", "sealed"}
        assert kept["none"] is None
    assert {count.new_columns for count in Ledger.read(lake)} == {tuple(sorted(MORE))}
    sentences = [sentence for count in Ledger.read(lake) for sentence in count.sentences()]
    assert all("kept in attributes: nickname, note, phone2, tier, vip_level" in sentence for sentence in sentences)
    assert len(sentences) == 3
    found = _bytes(lake.root)
    assert b"vip_level" in found
    assert [value for value in (PHONE, HIDDEN, "li.lei@example.com") if value.encode() in found] == []


@pytest.mark.parametrize("sep", [(",", ":"), (", ", ": "), (" , ", " : ")])
def test_no_further_field_of_a_json_line_is_passed_over_however_it_is_written(
    landing: Land, inbox: Path, lake: Lake, sep: tuple[str, str]
) -> None:
    rows: list[dict[str, Any]] = [
        row(SOCIAL, "plain"),
        row(SOCIAL, "numbers", sku_id=5, city_code=510100, campaign_id=7, n=1),
        row(SOCIAL, "empty", oaid=None, n=1),
        row(SOCIAL, "chinese", group_id="团\\购", n=1),
    ]
    send(inbox, SOCIAL, [json.dumps(told, separators=sep) for told in rows])
    nulls = {"oaid": None, "sku_id": None}
    nulled = [
        row(SOCIAL, "null", **nulls),
        row(SOCIAL, "nulls", **nulls, n=1),
        row(SOCIAL, "one", **nulls | {"oaid": "ab" * 8}),
    ]
    send(inbox, SOCIAL, [json.dumps(told, separators=sep) for told in nulled], name=f"{DAY}.nulled.jsonl.gz")
    assert landing() == (7, 7, 0, 0, 0)
    further = {name for name, kept in _kept(lake, SOCIAL).items() if kept == {"n": "1"}}
    assert further == {"numbers", "empty", "chinese", "nulls"}


def test_a_missing_required_column_refuses_the_whole_file_in_all_formats(landing: Land, inbox: Path, lake: Lake) -> None:
    for table, name in ((SOCIAL, "scene"), (BRAND, "title"), (ORDER, "quantity")):
        rows = [row(table, f"{table.name}-{n}") for n in range(3)]
        send(inbox, table, [{key: value for key, value in told.items() if key != name} for told in rows])
    assert landing() == (9, 0, 9, 0, 0)
    counts = {count.table_name: count for count in Ledger.read(lake)}
    assert {name: count.n_by_reason for name, count in counts.items()} == {
        "brand": {"missing_column:title": 3},
        "order_event": {"missing_column:quantity": 3},
        "social_event": {"missing_column:scene": 3},
    }
    assert list(counts["brand"].sentences()) == [
        "jd/brand/2015-11-01.csv has no title, without which no row lands: have jd send it again"
    ]
    assert lake.read(REFUSED).selectExpr("explode(reasons) AS reason").distinct().count() == 3
