"""Reads the parties' files with pandas alone and recomputes the planted figures from them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from schemas.catalogue import find

ENTRANCES = ("wechat_discovery", "mobile_qq")
GOAL = 1000 / 1271


def rows(inbox: Path, name: str) -> pd.DataFrame:
    """All rows of a table that the inbox holds, with ``day``, the business day of the event, where there is an instant."""
    source = find(f"landing.{name}").source
    assert source is not None
    files = sorted((inbox / source.party / name).glob(f"*.{source.extension}"))
    read: dict[str, Callable[[Path], pd.DataFrame]] = {"jsonl": _json, "csv": _csv, "parquet": pd.read_parquet}
    batches = [read[source.format](path) for path in files]
    whole = pd.concat([batch for batch in batches if len(batch)], ignore_index=True)
    if "event_at" in whole:
        whole["day"] = (
            pd.to_datetime(whole["event_at"], unit="ms", utc=True).dt.tz_convert("Asia/Shanghai").dt.strftime("%m-%d")
        )
    return whole


def _json(path: Path) -> pd.DataFrame:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return pd.DataFrame([json.loads(line) for line in lines])


def _csv(path: Path) -> pd.DataFrame:
    read = pd.read_csv(path, dtype=str)
    return read.astype({"event_at": "int64"}) if "event_at" in read else read


def order_lines(inbox: Path) -> pd.DataFrame:
    """Order lines with ``net_fen`` and ``n_order``, as the core layer defines them, and the buyer's city tier."""
    lines = rows(inbox, "order_event")
    sign = lines["status"].eq("paid") * 2 - 1
    tiers = rows(inbox, "city").set_index("city_code")["city_tier"].astype(int)
    return lines.assign(
        net_fen=lines["paid_fen"] * sign, n_order=sign * lines["line_no"].eq(1), tier=lines["city_code"].map(tiers)
    )


def recovered(inbox: Path) -> dict[str, float]:
    """The figures that a report shows first, from the files alone."""
    lines, looks, met = order_lines(inbox), rows(inbox, "shopping_event"), rows(inbox, "social_event")
    entrance = lines[lines["scene"].isin(ENTRANCES)]
    new = looks[looks["action"].eq("register")]
    return {
        "1": _sum(entrance, "net_fen", "11-11", "11-11") / (_sum(entrance, "net_fen", "10-01", "10-31") / 31),
        "2": _ratio(new[new["scene"].isin(ENTRANCES)].assign(n=1), "n"),
        "3": _ratio(entrance, "n_order"),
        "4": float(_days(new, "11-01", "11-12")["scene"].eq(ENTRANCES[0]).mean()),
        "7.users": _low_tier_users(inbox, pd.concat([looks, met])),
        "7.gmv": _sum(lines[lines["tier"].ge(3)], "net_fen", "11-01", "11-12") / _sum(lines, "net_fen", "11-01", "11-12"),
        **_race(inbox, lines),
    }


def _days(frame: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    return frame[frame["day"].between(first, last)]


def _sum(frame: pd.DataFrame, column: str, first: str, last: str) -> float:
    return float(_days(frame, first, last)[column].sum())


def _ratio(frame: pd.DataFrame, column: str) -> float:
    return _sum(frame, column, "11-01", "11-12") / _sum(frame, column, "10-01", "10-12")


def _low_tier_users(inbox: Path, touches: pd.DataFrame) -> float:
    """People are joined by the bindings that name both accounts; the others count by account."""
    tiers = rows(inbox, "city").set_index("city_code")["city_tier"].astype(int)
    pairs = accounts(inbox)
    touched = _days(touches, "11-01", "11-12")
    owner = touched["openid"].map(pairs).fillna(touched["jd_pin"]).fillna(touched["openid"])
    people = touched.assign(owner=owner, tier=touched["city_code"].map(tiers)).groupby("owner")["tier"].first()
    return float(people.ge(3).mean())


def accounts(inbox: Path) -> dict[str, str]:
    """The JD account of every openid that is bound to one, directly or through a telephone number."""
    bound = rows(inbox, "identity_binding")
    whole = bound.dropna(subset=["openid", "jd_pin"])
    through = bound.dropna(subset=["openid", "phone"]).merge(bound.dropna(subset=["jd_pin", "phone"]), on="phone")
    return dict(zip(whole["openid"], whole["jd_pin"], strict=True)) | dict(
        zip(through["openid_x"], through["jd_pin_y"], strict=True)
    )


def _race(inbox: Path, lines: pd.DataFrame) -> dict[str, float]:
    """Our eleven days beside the rival's one."""
    ours = _days(lines, "11-01", "11-11").sort_values("event_at")
    running = ours["net_fen"].cumsum()
    total = float(running.iloc[-1])
    passed = int(ours["event_at"][running.ge(GOAL * total)].iloc[0])
    told = rows(inbox, "market_benchmark")
    rival = told[told["metric"].eq("rival_day_gmv_fen")].sort_values("period")["value"].astype(float)
    start = pd.Timestamp("2015-11-01", tz="Asia/Shanghai").timestamp() * 1000
    minutes = int((rival.cumsum() < GOAL * total - 1).sum()) + 1
    return {"9.ratio": rival.sum() / total, "9.hours": (passed - start) / 3_600_000, "9.rival_hours": minutes / 60}
