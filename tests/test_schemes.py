"""Schemes of stages are data, and a wrong one is refused where it is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conf.errors import SettingsError
from conf.settings import FOLDER, load

OWN = 'name = "own"\n[[stages]]\nname = "cold"\nany_of = []\n[[stages]]\nname = "hot"\nany_of = [{{ {rule} = 1 }}]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "conf", ignore=shutil.ignore_patterns("__pycache__", "locks")))


def _own(folder: Path, rule: str) -> None:
    (folder / "lifecycle" / "own.toml").write_text(OWN.format(rule=rule), "utf-8")


def test_the_schemes_that_come_with_it_are_aipl_4a_and_5a() -> None:
    names = {name: scheme.stage_names for name, scheme in load().lifecycles.items()}
    assert names == {
        "aipl": ("aware", "interest", "purchase", "loyal"),
        "4a": ("aware", "appeal", "act", "advocate"),
        "5a": ("aware", "appeal", "ask", "act", "advocate"),
    }


def test_a_file_of_ones_own_is_a_scheme(folder: Path) -> None:
    _own(folder, "n_order_30d")
    assert load("local", folder).lifecycles["own"].stage_names == ("cold", "hot")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("n_dance_7d", r"no behaviour is named 'n_dance_7d'; there are n_touch_\{\}d"),
        ("n_touch", "no behaviour is named 'n_touch'"),
        ("n_order_400d", "'n_order_400d' asks for 400 days, longer than the history of 365"),
        ("spend_45d_fen", r"'spend_45d_fen': spend_\{\}d_fen is counted over 30, 90, 365 days"),
    ],
)
def test_a_rule_that_nothing_can_answer_is_refused_by_file_and_key(folder: Path, rule: str, why: str) -> None:
    _own(folder, rule)
    with pytest.raises(SettingsError, match=rf"own\.toml: stages\.1\.any_of: .*{why}"):
        load("local", folder)


def test_two_stages_of_one_name_or_a_scheme_of_another_name_are_refused(folder: Path) -> None:
    file = folder / "lifecycle" / "own.toml"
    file.write_text(OWN.format(rule="n_order_30d").replace('"hot"', '"cold"'), "utf-8")
    with pytest.raises(SettingsError, match="two stages have one name"):
        load("local", folder)
    file.write_text(OWN.format(rule="n_order_30d").replace('"own"', '"mine"'), "utf-8")
    with pytest.raises(SettingsError, match=r"own\.toml: name: 'mine' is not the file's name"):
        load("local", folder)


def test_a_brand_draws_only_from_stages_that_there_are(folder: Path) -> None:
    file = folder / "brands" / "b01.toml"
    file.write_text(file.read_text("utf-8").replace('"loyal"', '"loyl"'), "utf-8")
    with pytest.raises(SettingsError, match=r"b01\.toml: stages: the scheme aipl has no loyl"):
        load("local", folder)
