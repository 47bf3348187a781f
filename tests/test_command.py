"""The command as a person or a script meets it: facts on the last line, one sentence and an exit code for what is wrong."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.__main__ import BAD_INPUT, main
from jobs.bank import Bank
from jobs.lake import Lake
from schemas.catalogue import tables
from schemas.contract import IdentifierType
from tests.conftest import HISTORY, ROOT_KEY
from tests.landing.sending import DAY, RAW, SOCIAL, row, send

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run the command with these words; its exit code, what it printed, and what it said on standard error."""
    monkeypatch.setenv("BRANDCUBE_ROOT_KEY", ROOT_KEY.hex())
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["brandcube", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return run


@pytest.fixture(scope="module")
def copied(october: Bank, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """October's lake, copied, that may be written."""
    return Path(shutil.copytree(october.lake.root, tmp_path_factory.mktemp("copied") / "lake"))


def _facts(answer: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = answer
    assert code == 0, err
    facts: dict[str, Any] = json.loads(out.splitlines()[-1])
    return facts


def _versions(lake: Lake) -> dict[str, int | None]:
    return {name: lake.version(table) for name, table in tables().items()}


WRONG = {
    "an unknown table": (("run", "nowhere", "--day", "2015-10-31"), "no table is named 'nowhere'"),
    "a table that is landed": (("run", "social_event", "--day", "2015-10-31"), "landing.social_event is filled by land"),
    "a day that is none": (("night", "--day", "2015-02-30"), "2015-02-30"),
    "no day at all": (("run", "touch"), "name either --day D, or --from D --to D"),
    "an unknown brand": (("export", "--brand", "b99", "--destination", "brand", "--day", "2015-10-31"), "no brand is named"),
    "an unknown receiver": (("export", "--brand", "b01", "--destination", "moon", "--day", "2015-10-31"), "destination"),
    "an unknown environment": (
        ("--conf", "moon", "export", "--brand", "b01", "--destination", "brand", "--day", "2015-10-31"),
        "no environment is named 'moon'",
    ),
    "a missing inbox": (("land", "all", "nowhere", "--day", "2015-10-31"), "nowhere is not there"),
    "an unknown command": (("fly",), "fly"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_bad_input_is_one_sentence_and_exit_code_2_and_writes_nothing(
    wrong: str, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, told = WRONG[wrong]
    monkeypatch.chdir(tmp_path)
    code, _, err = ask(*words)
    assert (code, err.count("\n")) == (BAD_INPUT, 1)
    assert told in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_lake_that_is_not_there_or_of_another_version_is_named(ask: Ask, tmp_path: Path) -> None:
    assert "none is not there: land something first" in ask("--lake", tmp_path / "none", "tables")[2]
    other = tmp_path / "other"
    other.mkdir()
    (other / "brandcube.json").write_text('{"format": 99}')
    code, _, err = ask("--lake", other, "tables")
    assert (code, err.count("\n")) == (BAD_INPUT, 1)
    assert "is a lake of format 99" in err
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_night_of_a_day_on_which_nothing_came_is_one_sentence(ask: Ask, spark: SparkSession, copied: Path) -> None:
    before = _versions(Lake(spark, copied))
    code, _, err = ask("--lake", copied, "night", "--day", "2015-12-24")
    assert code == BAD_INPUT
    assert "nothing has landed for 2015-12-24: run `brandcube land all INBOX --day 2015-12-24` first" in err
    assert _versions(Lake(spark, copied)) == before


def test_land_tells_the_five_counts(ask: Ask, spark: SparkSession, tmp_path: Path) -> None:
    send(tmp_path / "inbox", SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "a"), row(SOCIAL, "b", action="teleport")])
    facts = _facts(ask("--lake", tmp_path / "lake", "land", "all", tmp_path / "inbox", "--day", DAY, "--json"))
    counts = {name: facts[name] for name in ("rows_in", "accepted", "quarantined", "duplicate", "late")}
    assert counts == {"rows_in": 3, "accepted": 1, "quarantined": 1, "duplicate": 1, "late": 0}


def test_the_ledger_tells_what_became_of_each_file_of_a_day(ask: Ask, spark: SparkSession, tmp_path: Path) -> None:
    lake = ("--lake", tmp_path / "lake")
    send(tmp_path / "inbox", SOCIAL, [row(SOCIAL, "a", tier="gold"), row(SOCIAL, "b", action="teleport")])
    said = ask(*lake, "land", "all", tmp_path / "inbox", "--day", DAY)[2]
    assert "has columns beyond the contract, kept in attributes: tier" in said
    facts = _facts(ask(*lake, "ledger", "--day", DAY, "--json"))
    assert (facts["n_in"], facts["n_accepted"], facts["n_quarantined"], facts["n_duplicate"]) == (2, 1, 1, 0)
    told = facts["files"][0]
    assert (told["file_name"], told["n_by_reason"], told["new_columns"], told["delta_version"]) == (
        f"{DAY}.jsonl.gz",
        {"allowed:action": 1},
        ["tier"],
        1,
    )
    code, out, err = ask(*lake, "ledger", "--day", DAY)
    assert (code, "allowed:action 1" in out, "kept in attributes: tier" in err) == (0, True, True)
    assert "no file of 2015-12-24 has landed" in ask(*lake, "ledger", "--day", "2015-12-24")[2]


def test_refused_rows_are_shown_and_judged_again_and_who_asks_is_forgotten(
    ask: Ask, spark: SparkSession, tmp_path: Path
) -> None:
    lake, file = ("--lake", tmp_path / "lake"), tmp_path / "ids.txt"
    rows = [row(SOCIAL, "a"), row(SOCIAL, "b", action="teleport"), row(SOCIAL, "c", openid="oOther")]
    send(tmp_path / "inbox", SOCIAL, rows)
    ask(*lake, "land", "all", tmp_path / "inbox", "--day", DAY)
    shown = _facts(ask(*lake, "quarantine", "show", "--day", DAY, "--table", "social_event", "--json"))
    told = [(item["reasons"], item["severity"], item["n_row"], item["is_todays_suite"]) for item in shown["quarantine"]]
    assert (shown["rows"], told) == (1, [(["allowed:action"], "critical", 1, True)])
    again = _facts(ask(*lake, "quarantine", "replay", "--day", DAY, "--json"))
    assert {name: again[name] for name in ("judged", "accepted", "duplicate", "quarantined")} == {
        "judged": 1,
        "accepted": 0,
        "duplicate": 0,
        "quarantined": 1,
    }
    file.write_text(RAW[IdentifierType.OPENID])
    erased = _facts(ask(*lake, "erase", "--id-type", "openid", "--file", file, "--json"))
    assert (erased["people"], erased["rows"], erased["emptied"], erased["hits"]) == (1, 2, 1, 0)
    proof = _facts(ask(*lake, "verify", "erasure", "--json"))
    assert proof.keys() == {"people", "files", "bytes", "patterns", "hits"}
    assert (proof["people"], proof["patterns"], proof["hits"]) == (1, 1, 0)
    assert proof["files"] > 10
    code, _, err = ask(*lake, "erase", "--id-type", "phone", "--file", file)
    assert (code, "ids.txt line 1 is no phone" in err, RAW[IdentifierType.OPENID] in err) == (BAD_INPUT, True, False)


def test_tables_tells_what_each_holds(ask: Ask, copied: Path) -> None:
    facts = _facts(ask("--lake", copied, "tables", "--json"))
    found = {item["table"]: item for item in facts["tables"]}
    assert {"landing.file", "core.person", "mart.brand_cube", "serving.target_list"} <= found.keys()
    assert all(item.keys() >= {"table", "layer", "days", "rows", "checksum"} for item in found.values())
    assert found["core.person"]["layer"] == "core"


def test_run_and_export_tell_what_they_made_and_a_report_that_is_too_early_is_refused(
    ask: Ask, copied: Path, tmp_path: Path
) -> None:
    lake = ("--lake", copied)
    day = HISTORY[1]
    made = _facts(ask(*lake, "run", "touch", "--day", day, "--json"))
    assert made["day"] == str(day)
    assert [item["table"] for item in made["tables"]] == ["core.touch"]
    assert made["seconds"] > 0
    sent = _facts(ask(*lake, "export", "--brand", "b01", "--destination", "brand", "--day", day, "--json"))
    assert Path(sent["folder"]).is_dir()
    assert (sent["rows"] > 0) != (sent["withheld"] > 0)
    out = tmp_path / "report.html"
    code, _, err = ask(*lake, "report", "--brand", "b01", "--festival", "2015", "--out", out, "--json")
    assert code == BAD_INPUT
    assert "the lake holds no order of 1-11 November 2015: land those days and run their nights first" in err
    assert not out.exists()
