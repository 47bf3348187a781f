"""The report's page: charts, figures and tables, ready for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from conf.settings import Brand
from jobs.serving.pages import render
from jobs.serving.report import charts
from jobs.serving.report.festival import Festival
from jobs.serving.report.figures import Figure, Omitted
from jobs.serving.report.loop import Arm, Returned
from jobs.serving.report.measures import Day, Minute, Registered, Tier
from jobs.serving.report.spread import views
from jobs.stats import difference, sample_ratio
from jobs.stats.difference import Adjusted, Difference, Relative
from jobs.stats.sample_ratio import SampleRatio


@dataclass(frozen=True)
class Told:
    """All that a report tells of, before it is put into words."""

    brand: Brand
    festival: Festival
    control_share: float
    days: Sequence[Day]
    registrations: Sequence[Registered]
    tiers: Sequence[Tier]
    minutes: Sequence[Minute]
    rival: Sequence[tuple[int, float]]
    control: Arm
    treated: Arm
    returns: Sequence[Returned]
    figures: Sequence[Figure]
    omitted: Sequence[Omitted]

    @property
    def is_planted(self) -> bool:
        """True where the lake holds the truth of some figure."""
        return any(figure.planted is not None for figure in self.figures)


@dataclass(frozen=True)
class Comparison:
    """The lot's two sides: whether it fell as meant, and what each outcome's difference is, plain and after CUPED."""

    lot: SampleRatio
    bought: Difference
    lift: Relative | None
    conversion: Adjusted
    spend: Difference
    spend_adjusted: Adjusted


def compared(told: Told) -> Comparison | None:
    """The comparison of treated and sealed; None where either side has fewer than two people."""
    control, treated = told.control, told.treated
    if min(control.n, treated.n) <= 1:
        return None
    return Comparison(
        sample_ratio.check(control.n, treated.n, told.control_share),
        difference.in_proportions((control.n_buyer, control.n), (treated.n_buyer, treated.n)),
        difference.relative(control.conversion, treated.conversion) if control.n_buyer else None,
        difference.adjusted(control.conversion, treated.conversion),
        difference.in_means(control.spend, treated.spend),
        difference.adjusted(control.spend, treated.spend),
    )


def page(told: Told) -> bytes:
    """The whole report as one self-contained HTML file."""
    by_id = {figure.id: figure for figure in told.figures}
    comparison = compared(told)
    return render(
        "report.html",
        told=told,
        figures=by_id,
        views=views(told.days, told.festival),
        scenes=_by_scene(told),
        daily=_by_day(told),
        lot=comparison,
        charts={
            "entrance": charts.entrance_days(told.days, told.festival),
            "scenes": charts.scenes(told.registrations, told.festival) if told.registrations else None,
            "tiers": charts.tiers(told.tiers) if told.tiers else None,
            "race": charts.race(told.minutes, told.rival, by_id.get("9.hours")) if told.minutes else None,
            "arms": charts.arms(told.control, told.treated) if comparison else None,
        },
        version=version("brandcube"),
    )


def _by_scene(told: Told) -> list[tuple[str, int, int]]:
    """Scene, new users in the festival's window and in October's, most first."""
    festival = told.festival
    found: dict[str, list[int]] = {}
    for row in told.registrations:
        counts = found.setdefault(row.scene, [0, 0])
        counts[0] += row.n if row.day in festival.window else 0
        counts[1] += row.n if row.day in festival.october_window else 0
    return sorted(((scene, now, then) for scene, (now, then) in found.items()), key=lambda row: (-row[1], row[0]))


def _by_day(told: Told) -> list[tuple[str, int, int]]:
    """October's mean day and each day of the festival's window: turnover in all and through the entrances."""
    festival = told.festival
    october = [row for row in told.days if row.day in festival.october]
    n = len(festival.october)
    mean = (
        "October, mean day · 10月日均",
        sum(row.net_fen for row in october) // n,
        sum(row.entrance_fen for row in october) // n,
    )
    return [mean, *((str(row.day), row.net_fen, row.entrance_fen) for row in told.days if row.day in festival.window)]
