"""The report's charts, drawn when it is made: inline SVG, no script, nothing fetched."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from html import escape
from itertools import accumulate
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from jobs.serving.report.festival import Festival
from jobs.serving.report.figures import GOAL_SHARE, RACE_HOURS, Figure, by_minute
from jobs.serving.report.loop import Arm
from jobs.serving.report.measures import Day, Minute, Registered, Tier
from jobs.stats.proportion import wilson
from schemas.columns import ENTRANCES

INK, MUTED, LINE = "#1b2430", "#4a5766", "#d5dce4"
OURS, PEAK, QUIET = "#123a5c", "#c2410c", "#7b8ea3"
FONT = '"Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Helvetica Neue", Arial, sans-serif'
WIDTH = 850
_CJK_ROOM = 60
"""Pixels that Chinese labels may need beyond what a machine without their font measures."""

_THEME: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "#e8edf2",
        "domainColor": "#9aa7b5",
        "tickColor": "#9aa7b5",
    },
    "legend": {
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "orient": "top",
        "columnPadding": _CJK_ROOM,
    },
    "text": {"color": INK, "fontSize": 12},
}


def entrance_days(days: Sequence[Day], festival: Festival) -> Markup:
    """Sales through the entrances by day, the peak marked."""
    rows = [
        {"day": row.day.isoformat(), "yuan": row.entrance_fen / 100, "kind": "peak" if row.day == festival.peak else "usual"}
        for row in days
        if row.day >= festival.october[0]
    ]
    colour = alt.Color("kind:N", scale=alt.Scale(domain=["usual", "peak"], range=[OURS, PEAK]), legend=None)
    day = alt.X("day:T", timeUnit="utcyearmonthdate", title=None, axis=alt.Axis(format="%-d %b", grid=False, tickCount=8))
    money = alt.Y("yuan:Q", title="CNY a day · 元/日", axis=alt.Axis(format="~s", tickCount=5))
    bars = _data(rows).mark_bar(size=11).encode(x=day, y=money, color=colour)
    return _svg(bars.properties(width=WIDTH, height=220), "Sales through the two entrances by day, 1 October to 12 November")


def scenes(registrations: Sequence[Registered], festival: Festival) -> Markup:
    """New users by the scene that they came through."""
    counts: dict[str, int] = defaultdict(int)
    for row in registrations:
        counts[row.scene] += row.n if row.day in festival.window else 0
    most_first = sorted(((n, scene) for scene, n in counts.items() if n), key=lambda item: (-item[0], item[1]))
    rows = [{"scene": scene, "n": n, "kind": "entrance" if scene in ENTRANCES else "other"} for n, scene in most_first]
    order = [scene for _, scene in most_first]
    scene = alt.Y("scene:N", sort=order, title=None, axis=alt.Axis(labelLimit=200, ticks=False, domain=False))
    people = alt.X("n:Q", title="New users · 新用户数", axis=alt.Axis(tickCount=5, format="~s"))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=["entrance", "other"], range=[OURS, QUIET]), legend=None)
    bars = _data(rows).mark_bar(height=16).encode(x=people, y=scene, color=colour)
    labels = bars.mark_text(align="left", dx=5).encode(text=alt.Text("n:Q", format=","), color=alt.value(INK))
    return _svg((bars + labels).properties(width=WIDTH - 120, height=alt.Step(26)), "New users by scene, 1 to 12 November")


def tiers(rows: Sequence[Tier]) -> Markup:
    """Each tier's share of users beside its share of turnover."""
    known = [row for row in rows if row.tier]
    people, money = (sum(getattr(row, name) for row in known) for name in ("n_person", "net_fen"))
    shares = [
        {"tier": f"Tier {row.tier}", "of": of, "share": part / whole}
        for row in known
        for of, part, whole in (("Users · 用户", row.n_person, people), ("Turnover · 成交额", row.net_fen, money))
        if whole
    ]
    of = alt.Color("of:N", title=None, sort=None, scale=alt.Scale(range=[OURS, PEAK]))
    tier = alt.X("tier:N", title=None, axis=alt.Axis(labelAngle=0, ticks=False))
    share = alt.Y("share:Q", title="Share · 占比", axis=alt.Axis(format=".0%", tickCount=5))
    bars = _data(shares).mark_bar().encode(x=tier, xOffset=alt.XOffset("of:N", sort=None), y=share, color=of)
    labels = bars.mark_text(dy=-6, fontSize=11).encode(text=alt.Text("share:Q", format=".0%"), color=alt.value(INK))
    return _svg((bars + labels).properties(width=WIDTH, height=220), "Shares of users and of turnover by city tier")


def race(minutes: Sequence[Minute], rival: Sequence[tuple[int, float]], hours: Figure | None) -> Markup:
    """Our running total by hour, the goal, and the rival's one day in its place at the end."""
    ours = list(accumulate(by_minute(minutes)[0]))
    theirs = list(accumulate(value for _, value in rival))
    points = [_point("We · 我方", minute + 1, ours[minute]) for minute in (0, *range(59, len(ours), 60))]
    points += [
        _point("Rival's one day · 友商单日", (RACE_HOURS - 24) * 60 + minute + 1, total)
        for (minute, _), total in zip(rival, theirs, strict=True)
        if minute % 60 in {0, 59}
    ]
    who = alt.Color("who:N", title=None, sort=None, scale=alt.Scale(range=[OURS, PEAK]))
    dash = alt.StrokeDash("who:N", title=None, sort=None, scale=alt.Scale(range=[[1, 0], [6, 3]]))
    ticks = list(range(0, RACE_HOURS + 1, 24))
    hour = alt.X(
        "hour:Q",
        title="Hours since 1 November 00:00 · 自11月1日零时起小时数",
        axis=alt.Axis(values=ticks, grid=False),
        scale=alt.Scale(domain=[0, RACE_HOURS]),
    )
    yuan = alt.Y("yuan:Q", title="CNY, running total · 累计成交额（元）", axis=alt.Axis(format="~s", tickCount=6))
    lines = _data(points).mark_line(strokeWidth=2.5).encode(x=hour, y=yuan, color=who, strokeDash=dash)
    goal = GOAL_SHARE * ours[-1] / 100
    rule = _data([{"yuan": goal}]).mark_rule(stroke=MUTED, strokeDash=[3, 3]).encode(y="yuan:Q")
    text = "goal · 目标" + (f": {hours.estimate.value:.1f} h" if hours else "")
    note = _data([{"yuan": goal, "hour": 4, "text": text}]).mark_text(align="left", dy=-8, color=MUTED)
    layers = (lines + rule + note.encode(x="hour:Q", y="yuan:Q", text="text:N")).properties(width=WIDTH, height=260)
    return _svg(layers, "Running total of net turnover by hour beside the rival's one day")


def arms(control: Arm, treated: Arm) -> Markup:
    """Conversion of either side of the lot with its interval."""
    rows = []
    for name, arm in (("Treated · 投放组", treated), ("Sealed control · 封存对照组", control)):
        bought = wilson(arm.n_buyer, arm.n)
        rows.append({"side": name, "share": bought.value, "low": bought.low, "high": bought.high, "n": f"n = {arm.n:,}"})
    side = alt.Y("side:N", title=None, sort=None, axis=alt.Axis(labelLimit=240, ticks=False, domain=False))
    colour = alt.Color("side:N", sort=None, scale=alt.Scale(range=[PEAK, OURS]), legend=None)
    share = alt.X(
        "low:Q", title="Bought the brand, 1-12 November · 转化率", axis=alt.Axis(format=".1%"), scale=alt.Scale(zero=False)
    )
    base = _data(rows).encode(y=side, color=colour)
    interval = base.mark_rule(strokeWidth=3).encode(x=share, x2="high:Q")
    points = base.mark_point(filled=True, size=140, opacity=1).encode(x="share:Q")
    labels = base.mark_text(dy=-14).encode(x="share:Q", text=alt.Text("share:Q", format=".2%"), color=alt.value(INK))
    sizes = base.mark_text(dy=18, fontSize=11).encode(x="share:Q", text="n:N", color=alt.value(MUTED))
    layers = interval + points + labels + sizes
    return _svg(
        layers.properties(
            width=WIDTH - 220, height=alt.Step(64), padding={"left": _CJK_ROOM, "right": 4, "top": 4, "bottom": 4}
        ),
        "Conversion of the treated and of the sealed control",
    )


def _point(who: str, minute: int, fen: float) -> dict[str, Any]:
    return {"who": who, "hour": minute / 60, "yuan": fen / 100}


def _data(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _svg(chart: Any, label: str) -> Markup:
    """The drawing as an element of an HTML page: named for those who cannot see it, its width the page's."""
    drawn = vl_convert.vegalite_to_svg(chart.to_dict() | {"config": _THEME})
    drawn = re.sub(r'\s(?:xmlns|version|role|aria-[a-z]+)(?::\w+)?="[^"]*"', "", drawn)
    named = f'<svg role="img" aria-label="{escape(label)}" style="max-width:100%;height:auto"'
    return Markup(drawn.replace("<svg", named, 1))  # noqa: S704
