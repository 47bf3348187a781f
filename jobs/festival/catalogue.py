"""What there is to buy and where: brands, articles with their price bands, cities, warehouses, sessions and campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from jobs.festival.plan import LIVE, number
from jobs.festival.quota import Floats

BRANDS = (
    ("b01", "Northwind", "北风", "consumer electronics", 0.22),
    ("b02", "Lotus", "莲花", "beauty and care", 0.20),
    ("b03", "Pinecone", "松果", "food and drink", 0.18),
    ("b04", "Harbor", "海港", "home appliances", 0.16),
    ("b05", "Kite", "风筝", "children's goods", 0.13),
    ("b06", "Amber", "琥珀", "apparel", 0.11),
)
CATEGORIES = (
    ("phone", 130_000),
    ("computer", 220_000),
    ("appliance", 70_000),
    ("beauty", 16_000),
    ("food", 6_000),
    ("apparel", 18_000),
)
BAND_FACTORS = (0.35, 0.65, 1.0, 1.6, 3.0)
SLOTS, BANDS = 3, len(BAND_FACTORS)
USUAL_DISCOUNT = 0.82

# code, name, province, tier, people's weight within its tier
CITIES = (
    ("110100", "北京", "北京", 1, 4),
    ("310100", "上海", "上海", 1, 4),
    ("440100", "广州", "广东", 1, 3),
    ("440300", "深圳", "广东", 1, 3),
    ("510100", "成都", "四川", 2, 3),
    ("330100", "杭州", "浙江", 2, 3),
    ("420100", "武汉", "湖北", 2, 3),
    ("320100", "南京", "江苏", 2, 2),
    ("610100", "西安", "陕西", 2, 2),
    ("500100", "重庆", "重庆", 2, 3),
    ("120100", "天津", "天津", 2, 2),
    ("320500", "苏州", "江苏", 2, 2),
    ("410300", "洛阳", "河南", 3, 3),
    ("370700", "潍坊", "山东", 3, 3),
    ("440500", "汕头", "广东", 3, 2),
    ("510700", "绵阳", "四川", 3, 2),
    ("340200", "芜湖", "安徽", 3, 2),
    ("320300", "徐州", "江苏", 3, 3),
    ("450300", "桂林", "广西", 3, 1),
    ("511500", "宜宾", "四川", 4, 2),
    ("130400", "邯郸", "河北", 4, 3),
    ("430400", "衡阳", "湖南", 4, 2),
    ("360400", "九江", "江西", 4, 2),
    ("140200", "大同", "山西", 4, 2),
    ("440800", "湛江", "广东", 4, 2),
    ("511700", "达州", "四川", 5, 2),
    ("341200", "阜阳", "安徽", 5, 3),
    ("530300", "曲靖", "云南", 5, 2),
    ("411400", "商丘", "河南", 5, 3),
    ("360700", "赣州", "江西", 5, 2),
    ("640400", "固原", "宁夏", 6, 1),
    ("621100", "定西", "甘肃", 6, 1),
    ("530600", "昭通", "云南", 6, 2),
    ("451000", "百色", "广西", 6, 1),
)
TIER_WEIGHTS = {1: 0.4, 2: 0.6, 3: 0.36, 4: 0.32, 5: 0.21, 6: 0.11}
"""Weights within the upper tiers (1, 2) and within the lower ones (3 to 6)."""
CENTRAL = ("110100", "310100", "440100")
FORWARD = ("410300", "370700", "510700", "320300", "130400", "430400", "360400", "440800")

SCENES = (
    "wechat_discovery", "mobile_qq", "moments_ad", "official_account", "mini_program", "qq_zone", "live", "group_share",
    "search", "jd_app", "jd_web", "jd_home_store", "partner_store",
)  # fmt: skip
LIVE_HOUR = 20
COUPON_DAYS = (date(2015, 10, 15), date(2015, 11, 12))


@dataclass(frozen=True)
class Session:
    """One live session: its brand's index, the day's place in the year, start and length in hours."""

    name: str
    brand: int
    day: int
    start: float
    hours: float


@dataclass(frozen=True)
class Campaign:
    """One campaign of one or more brands (by index) in one scene."""

    name: str
    brands: tuple[int, ...]
    title: str
    scene: str
    starts_on: date
    ends_on: date


def brand_weights() -> Floats:
    """How much is bought of each brand."""
    return np.array([brand[4] for brand in BRANDS])


def category_of(brand: int, slot: int) -> int:
    """The category of a brand's n-th range of articles: its own trade first, then what stands beside it."""
    home = {0: (0, 1, 2), 1: (3, 4, 5), 2: (4, 3, 5), 3: (2, 1, 0), 4: (5, 4, 3), 5: (5, 3, 4)}
    return home[brand][slot]


def sku_categories() -> list[int]:
    """The category of every article; articles are numbered by brand, range and band."""
    return [category_of(brand, slot) for brand in range(len(BRANDS)) for slot in range(SLOTS) for _ in range(BANDS)]


def sku_prices() -> Floats:
    """The list price of every article, in fen, ending in 9 yuan or 90 fen."""
    medians = np.array([CATEGORIES[category][1] for category in sku_categories()])
    factors = np.tile(BAND_FACTORS, len(BRANDS) * SLOTS)
    lift = np.repeat(1 + 0.03 * np.arange(len(BRANDS)), SLOTS * BANDS)
    prices: Floats = np.maximum(np.rint(medians * factors * lift / 1_000) * 1_000 - 100, 900)
    return prices


def slot_weights() -> Floats:
    """How much of each brand's ranges is bought, brand by range: cheap kinds more often."""
    medians = np.array([[CATEGORIES[category_of(brand, slot)][1] for slot in range(SLOTS)] for brand in range(len(BRANDS))])
    weights = medians**-0.6 * np.array([2.0, 1.0, 0.6])
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def usual_order_fen(lines: float, pieces: float, bands: Floats) -> float:
    """What an order is worth on a usual day, for band shares as given and everything else as the catalogue says."""
    prices = sku_prices().reshape(len(BRANDS), SLOTS, BANDS)
    per_piece = np.einsum("b,bs,k,bsk->", brand_weights(), slot_weights(), bands, prices)
    return float(per_piece) * lines * pieces * USUAL_DISCOUNT


def sessions(hours: float) -> tuple[Session, ...]:
    """The live sessions: l01 is the great one of 6 November; small ones every fourth evening, none on the peak day."""
    start, end, peak = number(date(2015, 9, 2)), number(date(2015, 12, 31)), number(date(2015, 11, 11))
    evenings = [day for day in range(start, end, 4) if day not in (LIVE, peak)]
    small = [Session(f"l{i + 2:02d}", i % len(BRANDS), day, LIVE_HOUR, 2.0) for i, day in enumerate(evenings)]
    return (Session("l01", 0, LIVE, LIVE_HOUR, hours), *small)


def campaigns(cobrand: int) -> tuple[Campaign, ...]:
    """Each brand's own campaign, and c07, which several brands share."""
    own = [
        Campaign(f"c{i + 1:02d}", (i,), f"{brand[1]} festival offer", "moments_ad", date(2015, 10, 15), date(2015, 11, 12))
        for i, brand in enumerate(BRANDS)
    ]
    shared = Campaign("c07", tuple(range(cobrand)), "Brands in one basket", "moments_ad", date(2015, 11, 1), date(2015, 11, 12))
    topics = Campaign("c08", (3, 4), "Topics of the season", "official_account", date(2015, 9, 25), date(2015, 10, 14))
    return (*own, shared, topics)


def coupon_terms(brand: int) -> tuple[int, int]:
    """Threshold and discount of a brand's coupon, in fen."""
    threshold = int(np.median(sku_prices().reshape(len(BRANDS), -1)[brand]))
    return threshold, threshold // 10
