"""A brand's key needs the brand's own secret; once that is destroyed, nothing brings its pseudonyms back."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from conf.errors import SettingsError, SetupError
from conf.settings import FOLDER, load
from jobs import key_file
from jobs.__main__ import main
from jobs.brand_keys import BrandKeys, Offboarded
from jobs.privacy import JOINT, ROOT_VARIABLE, KeyRing, brand_purpose
from tests.conftest import ROOT_KEY

DAY = date(2026, 1, 31)


@pytest.fixture
def keys(tmp_path: Path) -> BrandKeys:
    """Where brands' secrets are made when they are first asked for."""
    return BrandKeys.beside(tmp_path / "lake", create=True)


def _ring(keys: BrandKeys, version: int = 1) -> KeyRing:
    return KeyRing(ROOT_KEY, version, keys)


def test_the_root_alone_does_not_give_a_brands_key(keys: BrandKeys, tmp_path: Path) -> None:
    ring = _ring(keys)
    assert ring.audience_hash("p", "b01") == _ring(BrandKeys(keys.folder)).audience_hash("p", "b01")
    assert ring.audience_hash("p", "b01") != _ring(BrandKeys(tmp_path / "other", create=True)).audience_hash("p", "b01")
    assert len({ring.key(brand_purpose(brand)) for brand in ("b01", "b02")} | {KeyRing(ROOT_KEY).key("brand/b01/person")}) == 3


def test_a_secret_is_its_owners_alone(keys: BrandKeys) -> None:
    keys.secret("b01")
    file = keys.folder / "b01.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    file.chmod(0o640)
    with pytest.raises(SetupError, match=r"b01\.key can be read by others than its owner: `chmod 600"):
        keys.secret("b01")


def test_a_secret_that_is_missing_or_none_is_said_and_none_is_made(keys: BrandKeys) -> None:
    with pytest.raises(SetupError, match=r"brand b01 has no key: put .*b01\.key back"):
        BrandKeys(keys.folder).secret("b01")
    keys.secret("b01")
    (keys.folder / "b01.key").write_text("secret word")
    with pytest.raises(SetupError, match=r"b01\.key does not hold a brand's key") as raised:
        keys.secret("b01")
    assert "secret word" not in str(raised.value)


def test_a_destroyed_key_is_never_made_again_and_the_others_stay(keys: BrandKeys) -> None:
    ring = _ring(keys)
    before = {brand: ring.audience_hash("p", brand) for brand in ("b01", "b02")}
    secret = (keys.folder / "b01.key").read_text().strip().encode()
    keys.destroy("b01", DAY)
    for version in (None, 1, 2):
        with pytest.raises(Offboarded, match=r"brand b01 was offboarded on 2026-01-31: its key is destroyed"):
            ring.key(brand_purpose("b01"), version)
    with pytest.raises(Offboarded):
        keys.destroy("b01", DAY)
    assert ring.audience_hash("p", "b02") == before["b02"]
    assert all(secret not in file.read_bytes() for file in keys.folder.iterdir())


def test_a_rotation_changes_what_brands_see_and_nothing_that_is_stored(keys: BrandKeys) -> None:
    old, new = _ring(keys, 1), _ring(keys, 2)
    fixed = (*JOINT, "vault", "quarantine", "quarantine/row", "event", "seal")
    assert [old.key(purpose) for purpose in fixed] == [new.key(purpose) for purpose in fixed]
    assert old.audience_hash("p", "b01").startswith("pv1_1_")
    assert new.audience_hash("p", "b01").startswith("pv1_2_")
    assert old.audience_hash("p", "b01")[-64:] != new.audience_hash("p", "b01")[-64:]
    assert new.key(brand_purpose("b01"), 1) == old.key(brand_purpose("b01"))


def test_a_later_version_needs_its_first_day(tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    for name in ("brands", "destinations", "lifecycle"):
        (folder / name).mkdir(parents=True)
        for file in (FOLDER / name).glob("*.toml"):
            (folder / name / file.name).write_bytes(file.read_bytes())
    base = (FOLDER / "base.toml").read_text("utf-8").replace("version = 1 ", "version = 2 ")
    (folder / "base.toml").write_text(base, "utf-8")
    (folder / "local.toml").write_text("", "utf-8")
    with pytest.raises(SettingsError, match="a version after the first needs rotated_on"):
        load("local", folder)
    (folder / "local.toml").write_text("[keys]\nrotated_on = 2026-01-31\n", "utf-8")
    assert load("local", folder).keys.overlap_ends == date(2026, 5, 1)


def test_two_brands_with_one_member_number_have_two_members() -> None:
    ring = KeyRing(ROOT_KEY)
    assert ring.pseudonym("10000007", "member", "b01") != ring.pseudonym("10000007", "member", "b02")
    assert ring.pseudonym("10000007", "member") is None


def test_the_command_destroys_a_key_once_and_refuses_the_brand_from_then_on(
    keys: BrandKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.secret("b02")
    asked = ["brandcube", "--lake", str(tmp_path / "lake"), "keys", "offboard", "--brand", "b02", "--json"]
    monkeypatch.setattr("sys.argv", asked)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in (0, None)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["brand"] == "b02"
    assert not (keys.folder / "b02.key").exists()
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "brand b02 was offboarded on" in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["fsync", "link"])
def test_a_key_file_that_could_not_be_written_to_its_end_is_not_there_and_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    settings = load("local")
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)
    with monkeypatch.context() as patched:
        patched.setattr(os, broken, _torn_off)
        with pytest.raises(OSError, match="torn off"):
            KeyRing.load(settings, tmp_path / "lake")
    assert list(tmp_path.iterdir()) == []
    first, again = (KeyRing.load(settings, tmp_path / "lake") for _ in range(2))
    assert first.root == again.root
    with pytest.raises(FileExistsError):
        key_file.keep(tmp_path / "lake.key", "other")
    assert KeyRing.load(settings, tmp_path / "lake").root == first.root


def _torn_off(*_: object) -> None:
    raise OSError("torn off")
