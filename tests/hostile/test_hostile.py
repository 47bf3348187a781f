"""Whatever a party sends, landing goes on, each row is accounted for, and what is refused has its counted reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.errors import BrandcubeError
from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing.arrival import in_inbox
from jobs.landing.file import FileCount, Ledger
from jobs.landing.ingest import land
from jobs.landing.inspection import inspected
from schemas.catalogue import find
from tests.conftest import Figure
from tests.hostile.corpus import EXPANDED, Case, corpus
from tests.landing.sending import BRAND, DAY, row, send

REFUSED = find("landing.quarantine")


def _silent_losses(cases: list[Case], counts: dict[str, FileCount]) -> list[str]:
    """Files of which rows are neither accepted nor counted as refused or repeated."""
    return [case.name for case in cases if case.n_in != counts[case.file_name].n_in]


def test_no_hostile_file_stops_a_landing_or_loses_a_row(
    spark: SparkSession, lake: Lake, settings: Settings, tmp_path: Path, figure: Figure
) -> None:
    cases, inbox = corpus(), tmp_path / "in box [1]{a,b}"
    for case in cases:
        case.write(inbox)
    limits = settings.landing.model_copy(update={"most_expanded_bytes": EXPANDED})
    small = settings.model_copy(update={"landing": limits})
    landed = land(spark, lake, small, source="all", path=inbox, day=DAY)
    counts = {count.file_name: count for count in Ledger.read(lake)}
    found = {name: (c.n_in, c.n_accepted, c.n_duplicate, c.n_by_reason) for name, c in counts.items()}
    expected = {case.file_name: (case.n_in, case.n_accepted, case.n_duplicate, case.reasons) for case in cases}
    assert found == expected
    losses = _silent_losses(cases, counts)
    assert losses == []
    assert lake.read(REFUSED).count() == landed.quarantined == sum(sum(case.reasons.values()) for case in cases)
    stored = sum(lake.read(table).count() for table in {case.table.name: case.table for case in cases}.values())
    assert stored == landed.accepted
    said = "\n".join(landed.sentences())
    assert not re.search("13800138000|Northwind|calc|x{9}", said)
    assert f"tencent/social_event/{DAY}.cut-gz.jsonl.gz is cut short or damaged: have tencent send it again" in said
    assert len(cases) >= 60
    figure(f"{len(cases)} hostile files, 0 crashes, {len(losses)} silent losses")


@pytest.mark.parametrize("name", [f"{DAY}.a\nb.csv", f"{DAY}.{'x' * 200}.csv", f"{DAY}.*.csv", f"{DAY}.%2e.csv", "today.csv"])
def test_a_name_that_is_none_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    send(tmp_path, BRAND, [row(BRAND, "b1")], name=name)
    with pytest.raises(BrandcubeError, match="rename") as told:
        in_inbox(tmp_path, DAY)
    assert "\n" not in str(told.value)


def test_a_folder_or_a_link_that_is_named_like_a_file_is_said(tmp_path: Path) -> None:
    outside = send(tmp_path / "outside", BRAND, [row(BRAND, "b1")])
    folder = tmp_path / "inbox" / "jd" / "brand"
    (folder / f"{DAY}.csv").mkdir(parents=True)
    with pytest.raises(BrandcubeError, match=r"2015-11-01\.csv is named like a file and is none"):
        in_inbox(tmp_path / "inbox", DAY)
    (folder / f"{DAY}.csv").rmdir()
    (folder / f"{DAY}.csv").symlink_to(outside)
    with pytest.raises(BrandcubeError, match=r"2015-11-01\.csv is a link to another folder"):
        in_inbox(tmp_path / "inbox", DAY)
    (folder / f"{DAY}.csv").unlink()
    (folder / f"{DAY}.csv").symlink_to(folder / "gone")
    with pytest.raises(BrandcubeError, match="named like a file and is none"):
        in_inbox(tmp_path / "inbox", DAY)


def test_a_line_without_an_end_is_not_read_to_its_end(tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / f"{DAY}.jsonl"
    with file.open("wb") as opened:
        opened.truncate(0)
        for _ in range(65):
            opened.write(b" " * (1 << 20))
    assert inspected(file, settings.landing).defect == "long_line"
    file.write_bytes(b" " * (63 << 20))
    assert inspected(file, settings.landing).defect == ""
