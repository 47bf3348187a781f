"""What a brand receives."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.errors import MissingInput, UnknownName
from conf.settings import Settings
from jobs.lake import Lake
from jobs.serving import folder as folders
from jobs.serving.export import export
from schemas.catalogue import find
from tests.frames import frame

DAY = date(2015, 10, 31)
LIST, LEDGER = find("serving.target_list"), find("serving.export_manifest")


@pytest.fixture
def listed(spark: SparkSession, lake: Lake) -> Lake:
    """A lake with 60 people on b01's list of the day and 10 on b02's."""
    rows = [
        {
            "person_id": f"{brand}{number}",
            "brand_id": brand,
            "list_id": f"{brand}-20151031",
            "audience_hash": hashed(brand, number),
        }
        | {"day": str(DAY)}
        for brand, n in (("b01", 60), ("b02", 10))
        for number in range(n)
    ]
    lake.replace(LIST, frame(spark, LIST, rows), [DAY], {})
    return lake


def hashed(brand: str, number: int) -> str:
    return f"pv1_1_{hashlib.sha256(f'{brand}{number}'.encode()).hexdigest()}"


def test_the_folder_holds_the_sorted_ids_a_manifest_and_a_receipt(listed: Lake, settings: Settings) -> None:
    made = export(listed, settings, brand_id="b01", destination="brand", day=DAY)

    content = "audience_hash\n" + "".join(f"{line}\n" for line in sorted(hashed("b01", number) for number in range(60)))
    manifest = json.loads((made.folder / "manifest.json").read_bytes())
    assert made.folder == listed.root / "exports" / "b01" / "brand" / "2015-10-31"
    assert {path.name for path in made.folder.iterdir()} == {"b01-20151031.csv", "manifest.json", "receipt.html"}
    assert (made.folder / "b01-20151031.csv").read_bytes() == content.encode()
    assert manifest["files"] == [
        {
            "name": "b01-20151031.csv",
            "rows": 60,
            "bytes": len(content),
            "sha256": "bfbd60ac6175e602d0ee8a27ed833fafc9604e29b7b0b5ecda8f2b7eede4ee68",
        }
    ]
    assert {
        key: manifest[key] for key in ("brand_id", "list_id", "day", "destination", "k", "key_version", "model_version")
    } == {
        "brand_id": "b01",
        "list_id": "b01-20151031",
        "day": "2015-10-31",
        "destination": "brand",
        "k": 50,
        "key_version": 1,
        "model_version": "1",
    }
    assert (made.rows, made.withheld) == (60, 0)


def test_the_receipt_speaks_both_languages_and_fetches_nothing(listed: Lake, settings: Settings) -> None:
    made = export(listed, settings, brand_id="b01", destination="brand", day=DAY)
    receipt = (made.folder / "receipt.html").read_text("utf-8")

    assert "Northwind" in receipt
    assert "北风" in receipt
    assert 'lang="zh-CN"' in receipt
    assert "http" not in receipt
    assert "<script" not in receipt
    assert "pv1_" not in receipt


def test_the_same_list_gives_the_same_bytes(listed: Lake, settings: Settings) -> None:
    first, again = (contents(export(listed, settings, brand_id="b01", destination="brand", day=DAY).folder) for _ in "12")

    assert first == again


def test_under_the_floor_only_a_receipt_leaves_and_does_not_say_how_many(listed: Lake, settings: Settings) -> None:
    made = export(listed, settings, brand_id="b02", destination="brand", day=DAY)

    assert [path.name for path in made.folder.iterdir()] == ["receipt.html"]
    assert (made.rows, made.withheld) == (0, 10)
    assert "fewer than 50 people" in (made.folder / "receipt.html").read_text("utf-8")


def test_the_receiver_s_own_floor_counts_where_it_is_larger(listed: Lake, settings: Settings) -> None:
    choosy = settings.destinations["brand"].model_copy(update={"least_people": 61})
    made = export(
        listed, settings.model_copy(update={"destinations": {"brand": choosy}}), brand_id="b01", destination="brand", day=DAY
    )

    assert (made.rows, made.withheld) == (0, 60)


def test_a_list_that_shrank_under_the_floor_takes_the_earlier_file_away(
    spark: SparkSession, listed: Lake, settings: Settings
) -> None:
    export(listed, settings, brand_id="b01", destination="brand", day=DAY)
    listed.replace(LIST, frame(spark, LIST, [{"brand_id": "b01", "day": str(DAY)}]), [DAY], {})

    made = export(listed, settings, brand_id="b01", destination="brand", day=DAY)

    assert [path.name for path in made.folder.parent.iterdir()] == ["2015-10-31"]
    assert [path.name for path in made.folder.iterdir()] == ["receipt.html"]


def test_the_ledger_keeps_one_row_for_each_list_and_receiver(listed: Lake, settings: Settings) -> None:
    for brand in ("b01", "b02", "b01"):
        export(listed, settings, brand_id=brand, destination="brand", day=DAY)

    rows = {row.brand_id: (row.n_row, row.n_withheld, row.sha256 is None) for row in listed.read(LEDGER).collect()}
    assert listed.read(LEDGER).count() == 2
    assert rows == {"b01": (60, 0, False), "b02": (0, 10, True)}


def test_a_crash_while_writing_leaves_no_half_folder(listed: Lake, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Path, content: bytes) -> None:
        if file.name == "manifest.json":
            raise OSError("no space left")
        file.write_bytes(content)

    with monkeypatch.context() as patched:
        patched.setattr(folders, "_write", full)
        with pytest.raises(OSError, match="no space left"):
            export(listed, settings, brand_id="b01", destination="brand", day=DAY)
    assert not (listed.root / "exports" / "b01" / "brand" / "2015-10-31").exists()

    made = export(listed, settings, brand_id="b01", destination="brand", day=DAY)
    assert [path.name for path in made.folder.parent.iterdir()] == ["2015-10-31"]


def test_a_missing_list_is_named(lake: Lake, settings: Settings) -> None:
    with pytest.raises(MissingInput, match="no list of b01 for 2015-10-31: run `brandcube night --day 2015-10-31`"):
        export(lake, settings, brand_id="b01", destination="brand", day=DAY)


@pytest.mark.parametrize("brand", ["../b01", "/etc", "b99", ""])
def test_a_brand_that_nobody_declared_is_refused(lake: Lake, settings: Settings, brand: str) -> None:
    with pytest.raises(UnknownName, match="no brand is named"):
        export(lake, settings, brand_id=brand, destination="brand", day=DAY)
    assert not (lake.root / "exports").exists()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
