"""What the world plants: the plan's figures as knobs, and the page that tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GOAL_SHARE = 1000 / 1271
"""100 of the 127.1 billion CNY of 1 to 11 November."""

MARKET_RATINGS = {"product": 4.0, "logistics": 4.0, "aftersale": 3.9}
"""The market's mean satisfaction, 1 to 5, which the indices are measured against."""


@dataclass(frozen=True)
class Truth:
    """The knobs. Each moves its own figure; shares are 0 to 1, ratios are plain, money is CNY."""

    entrance_sales_ratio: float = 20.0
    new_user_ratio: float = 3.2
    order_ratio: float = 2.8
    discovery_share: float = 0.25
    live_hours: float = 3.0
    live_customer_price: int = 3_100
    member_overlap: float = 0.493
    platform_overlap: float = 0.923
    low_tier_users: float = 0.62
    low_tier_gmv: float = 0.53
    active_buyers: tuple[float, float, float, float] = (305.3, 310.1, 362.0, 387.0)
    rival_ratio: float = 168.3 / 127.1
    goal_hours: float = 247.0
    rival_hours: float = 544 / 60
    fill_rate: float = 0.65
    joins_per_group: float = 2.1
    join_depth: float = 1.4
    promise_forward: float = 0.97
    promise_central: float = 0.91
    forward_share: float = 0.80
    tier4_stock_share: float = 0.40
    product_index: float = 104.0
    logistics_index: float = 112.0
    aftersale_index: float = 106.0
    own_band_share: float = 0.70
    cobrand_brands: int = 3
    exposed_share: float = 0.90
    click_rate: float = 0.06
    uplift: float = 0.005

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """Figure id to title and planted value, as in ``truth.json``."""
        return {key: {"title": title, "planted": value} for key, (title, value) in self._told().items()}

    def _told(self) -> dict[str, tuple[str, Any]]:
        return self._festival() | self._people() | self._service() | self._closed_loop()

    def _festival(self) -> dict[str, tuple[str, Any]]:
        quarter, _, year, newest = self.active_buyers
        return {
            "1": ("Net sales through the two entrances, 11 November over October's daily mean", self.entrance_sales_ratio),
            "2": ("New users through the two entrances, 1-12 November over 1-12 October", self.new_user_ratio),
            "3": ("Net orders through the two entrances, 1-12 November over 1-12 October", self.order_ratio),
            "4": ("Share of all new users who come through wechat_discovery, 1-12 November", self.discovery_share),
            "5.hours": ("Length of live session l01, hours", self.live_hours),
            "5.customer_price": ("Net turnover of live session l01 over its customers, CNY", self.live_customer_price),
            "8.year": ("Annual active buyers 2015Q1 over 2014Q1", year / quarter),
            "8.quarter": ("Annual active buyers 2015Q2 over 2015Q1", newest / year),
            "9.ratio": ("The rival's single day over our net sales of 1-11 November", self.rival_ratio),
            "9.hours": ("Hours from 1 November 00:00 until 1000/1271 of the net sales of 1-11 November", self.goal_hours),
            "9.rival_hours": ("Hours of the rival's day until the same amount", self.rival_hours),
            "10": ("Topics, coupons, festival, peak: first days", ["2015-09-25", "2015-10-15", "2015-11-01", "2015-11-11"]),
            "17": ("Brands in the co-brand campaign c07", self.cobrand_brands),
        }

    def _people(self) -> dict[str, tuple[str, Any]]:
        return {
            "6.platforms": ("Share of the JD accounts that are bound to a Tencent openid", self.platform_overlap),
            "6.members": ("Share of brand b02's members who are members of b01 too", self.member_overlap),
            "7.users": ("Share of the people with any touch in 1-12 November who live in tiers 3-6", self.low_tier_users),
            "7.gmv": ("Share of the net sales of 1-12 November bought from tiers 3-6", self.low_tier_gmv),
            "11.fill_rate": ("Share of buying groups that are filled", self.fill_rate),
            "11.k_factor": ("Joins per opened group", self.joins_per_group),
            "11.depth": ("Mean number of shares between a joiner and the opener", self.join_depth),
            "16": ("Share of order lines in the price band that the buyer's means suggest", self.own_band_share),
        }

    def _service(self) -> dict[str, tuple[str, Any]]:
        return {
            "12.forward": ("Promises kept, forward warehouses", self.promise_forward),
            "12.central": ("Promises kept, central warehouses", self.promise_central),
            "13.share": ("Share of order lines to cities with a forward warehouse that leave from it", self.forward_share),
            "13.tier4": ("Share of the placed stock that lies in tier 4, the rest in tier 3", self.tier4_stock_share),
            "14.product": ("Product satisfaction, market = 100", self.product_index),
            "14.logistics": ("Delivery satisfaction, market = 100", self.logistics_index),
            "14.aftersale": ("After-sale satisfaction, market = 100", self.aftersale_index),
            "15": ("Scenes that carry events", 13),
        }

    def _closed_loop(self) -> dict[str, tuple[str, Any]]:
        return {
            "18.exposed": ("Share of a delivered list's reachable people who see its advertisement", self.exposed_share),
            "18.click_rate": ("Clicks per impression of a delivered list", self.click_rate),
            "19.persuadable": ("Incremental conversion of the persuadables on a delivered list", self.uplift),
        }
