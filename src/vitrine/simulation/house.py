"""The house: its products and its customers, drawn once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STYLE_SIZE = 8
"""Length of a style or a taste."""
ARCHETYPE_COUNT = 12


@dataclass(frozen=True)
class Category:
    """A category of the house."""

    name: str
    department: str
    share: float
    """Share of the catalogue."""
    median_price: float
    """Median list price, EUR."""
    price_spread: float
    """Standard deviation of the logarithm of the price."""
    demand: float
    """Logarithm of how often it is looked at."""
    nouns: tuple[str, ...]
    """What its products are: the subcategories."""
    is_durable: bool = False
    is_consumable: bool = False
    """Bought again and again; anything else is bought once."""
    gift_appeal: float = 0.0
    return_share: float = 0.05
    has_sales: bool = False


CATEGORIES = (
    Category(
        "handbags", "leather", 0.15, 2200, 0.50, 0.6, ("tote", "shoulder bag", "clutch", "bucket bag"), gift_appeal=0.1
    ),
    Category(
        "small leather", "leather", 0.12, 420, 0.35, 0.5, ("wallet", "card holder", "belt", "key case"), gift_appeal=0.8
    ),
    Category(
        "travel",
        "leather",
        0.06,
        1900,
        0.45,
        -0.5,
        ("weekender", "trolley", "garment bag", "watch roll"),
        is_durable=True,
    ),
    Category(
        "shoes",
        "fashion",
        0.13,
        780,
        0.30,
        0.4,
        ("pump", "loafer", "boot", "sandal"),
        return_share=0.14,
        has_sales=True,
    ),
    Category(
        "ready to wear",
        "fashion",
        0.15,
        1300,
        0.50,
        0.5,
        ("coat", "dress", "shirt", "knit"),
        return_share=0.16,
        has_sales=True,
    ),
    Category(
        "silk", "fashion", 0.09, 340, 0.35, 0.3, ("carre", "stole", "twilly", "tie"), gift_appeal=1.0, has_sales=True
    ),
    Category("eyewear", "accessories", 0.05, 360, 0.25, -0.3, ("sunglasses", "optical frame"), gift_appeal=0.2),
    Category(
        "jewellery", "jewellery", 0.09, 2600, 0.80, 0.1, ("ring", "bracelet", "necklace", "earrings"), gift_appeal=0.9
    ),
    Category(
        "watches",
        "jewellery",
        0.05,
        6500,
        0.60,
        -0.3,
        ("automatic", "chronograph", "quartz"),
        is_durable=True,
        gift_appeal=0.3,
    ),
    Category("watch straps", "jewellery", 0.04, 290, 0.30, -1.2, ("leather strap", "metal bracelet", "rubber strap")),
    Category(
        "fragrance",
        "beauty",
        0.05,
        140,
        0.35,
        0.4,
        ("eau de parfum", "candle", "body cream"),
        is_consumable=True,
        gift_appeal=1.0,
        return_share=0.02,
    ),
    Category(
        "care",
        "services",
        0.02,
        120,
        0.60,
        -1.2,
        ("leather care", "shoe care", "watch service"),
        is_consumable=True,
        return_share=0.01,
    ),
)
LINES = ("Aurore", "Belvedere", "Cantor", "Dauphine", "Eclipse", "Faubourg", "Galerie", "Heritage", "Iris", "Jardin")
MATERIALS = ("calfskin", "suede", "canvas", "satin", "cashmere", "cotton", "steel", "gold", "resin", "crystal")
COLOURS = ("noir", "ivory", "cognac", "bordeaux", "navy", "emerald", "blush", "sand", "silver", "saffron")


@dataclass(frozen=True)
class Complement:
    """Buying from one category makes another one wanted a while later."""

    after: str
    wanted: str
    strength: float
    """Added to the logarithm of how often the wanted category is looked at, at the peak."""
    lag_days: float
    """When that is."""
    spread_days: float


COMPLEMENTS = (
    Complement("watches", "watch straps", 3.2, 7, 20),
    Complement("watches", "travel", 1.6, 30, 25),
    Complement("watches", "care", 3.0, 365, 40),
    Complement("handbags", "small leather", 1.6, 21, 30),
    Complement("handbags", "care", 2.2, 14, 20),
    Complement("handbags", "silk", 0.9, 30, 40),
    Complement("shoes", "care", 2.2, 10, 20),
    Complement("shoes", "handbags", 0.7, 60, 40),
    Complement("ready to wear", "shoes", 0.9, 30, 30),
    Complement("ready to wear", "silk", 0.8, 21, 30),
    Complement("jewellery", "watches", 0.8, 120, 60),
    Complement("travel", "small leather", 1.2, 14, 25),
    Complement("eyewear", "small leather", 0.6, 14, 30),
    Complement("fragrance", "fragrance", 1.4, 110, 40),
)


@dataclass(frozen=True)
class HouseParams:
    """How large the house is and for how long it has been watched."""

    customers: int = 20_000
    products: int = 3_000
    weeks: int = 156
    begins_at: datetime = datetime(2022, 10, 3, tzinfo=UTC)
    """A Monday; the last week ends where the pipeline's as_of is."""
    seed: int = 1

    @property
    def ends_at(self) -> datetime:
        """When the watch ends."""
        return self.begins_at + timedelta(weeks=self.weeks)


@dataclass(frozen=True)
class Products:
    """The catalogue, by code."""

    category: Ints
    subcategory: Ints
    """Place among the nouns of the category."""
    line: Ints
    material: Ints
    colour: Ints
    style: Floats
    """Shape (products, STYLE_SIZE)."""
    price: Floats
    """List price at the start, EUR."""
    cost_share: Floats
    """What it costs the house, as a share of the list price at the start."""
    quality: Floats
    """What everybody likes about it: an addend of utility."""
    exposure: Floats
    """How much the site shows it: an addend of the logarithm of how often it is looked at."""
    is_limited: Bools
    """A limited edition: a small stock that is never filled up, reserved for the tier gold."""
    launch_week: Ints
    """Zero where it was there from the start."""
    end_week: Ints
    """First week without it; the number of weeks where it stays."""
    stock_level: Ints
    """Units that the stock is filled up to."""

    def __len__(self) -> int:
        return len(self.category)


@dataclass(frozen=True)
class Customers:
    """Who buys, by code. All of this is truth that no table shows."""

    taste: Floats
    """Shape (customers, STYLE_SIZE)."""
    category_taste: Floats
    """Logarithm of how often each category is looked at. Shape (customers, categories)."""
    price_centre: Floats
    """Logarithm of the preferred price over the category's median."""
    price_sensitivity: Floats
    """What a squared distance from it costs in utility."""
    wealth: Floats
    """Added to the utility of anything dear, above zero for those to whom the price matters less."""
    visit_rate: Floats
    """Visits in a week when active."""
    line_loyalty: Floats
    """What owning a line adds to the utility of the rest of it."""
    sale_taste: Floats
    """What a price cut of a tenth adds to utility."""
    gift_rate: Floats
    """Share of visits that look for a present, times the season's factor."""
    open_rate: Floats
    """Probability of opening a mail."""
    registered_week: Ints
    """Below zero for those who came before the watch began."""

    def __len__(self) -> int:
        return len(self.taste)


@dataclass(frozen=True)
class House:
    """Products, customers and parameters."""

    params: HouseParams
    products: Products
    customers: Customers


def draw_house(params: HouseParams) -> House:
    """Return a house.

    Raises
    ------
    ValueError
        If there are too few products for each category to have some, or no customer or week.
    """
    if params.products < 10 * len(CATEGORIES) or params.customers < 1 or params.weeks < 1:
        raise ValueError(
            f"A house needs at least {10 * len(CATEGORIES)} products, a customer and a week, not "
            f"{params.products}, {params.customers} and {params.weeks}."
        )
    of_products, of_customers = np.random.SeedSequence(params.seed).spawn(2)
    return House(
        params,
        _draw_products(params, np.random.default_rng(of_products)),
        _draw_customers(params, np.random.default_rng(of_customers)),
    )


def _draw_products(params: HouseParams, random: np.random.Generator) -> Products:
    count = params.products
    shares = np.array([category.share for category in CATEGORIES])
    per_category = np.maximum(np.floor(shares / shares.sum() * count).astype(int), 5)
    per_category[0] += count - per_category.sum()
    category = np.repeat(np.arange(len(CATEGORIES)), per_category)
    nouns = np.array([len(one.nouns) for one in CATEGORIES])[category]
    line = random.integers(0, len(LINES), count)
    material, colour = random.integers(0, len(MATERIALS), count), random.integers(0, len(COLOURS), count)
    styles = [random.normal(0, 1, (size, STYLE_SIZE)) for size in (len(LINES), len(MATERIALS), len(COLOURS))]
    style = 0.7 * styles[0][line] + 0.5 * styles[1][material] + 0.4 * styles[2][colour]
    style = style + 0.3 * random.normal(0, 1, style.shape)
    medians = np.array([one.median_price for one in CATEGORIES])
    spreads = np.array([one.price_spread for one in CATEGORIES])
    line_price = random.normal(0, 0.35, len(LINES))
    price = medians[category] * np.exp(spreads[category] * random.normal(0, 1, count) + line_price[line])
    is_limited = random.random(count) < 0.04
    launch = np.where(random.random(count) < 0.55, 0, random.integers(1, params.weeks + 1, count))
    launch = np.where(is_limited, random.integers(0, params.weeks, count), launch)
    stays = random.random(count) > 0.2
    end = np.where(stays, params.weeks, np.minimum(launch + random.integers(40, 110, count), params.weeks))
    exposure = random.normal(0, 0.9, count)
    per_product = params.customers / 20_000 * 3_000 / count
    stock = np.ceil(per_product * random.lognormal(2.6, 0.5, count) * np.exp(0.5 * exposure)).astype(np.int64) + 2
    stock = np.where(is_limited, np.ceil(per_product * random.integers(8, 50, count)).astype(np.int64) + 1, stock)
    return Products(
        category,
        random.integers(0, 1 << 30, count) % nouns,
        line,
        material,
        colour,
        (style / style.std(axis=0)).astype(np.float32),
        _rounded(price * np.where(is_limited, 1.6, 1.0)),
        random.uniform(0.2, 0.45, count).astype(np.float32),
        random.normal(0, 0.6, count).astype(np.float32),
        exposure.astype(np.float32),
        is_limited,
        launch,
        end,
        stock,
    )


def _draw_customers(params: HouseParams, random: np.random.Generator) -> Customers:
    count = params.customers
    archetype = random.integers(0, ARCHETYPE_COUNT, count)
    tastes = random.normal(0, 1, (ARCHETYPE_COUNT, STYLE_SIZE))
    taste = 0.8 * tastes[archetype] + 0.6 * random.normal(0, 1, (count, STYLE_SIZE))
    demand = np.array([one.demand for one in CATEGORIES])
    leanings = random.normal(0, 0.9, (ARCHETYPE_COUNT, len(CATEGORIES)))
    registered = random.integers(-104, params.weeks, count)
    wealth = random.normal(0, 1, count)
    return Customers(
        (taste / np.sqrt(STYLE_SIZE)).astype(np.float32),
        (demand + leanings[archetype] + 0.7 * random.normal(0, 1, (count, len(CATEGORIES)))).astype(np.float32),
        (0.35 * wealth + 0.3 * random.normal(0, 1, count)).astype(np.float32),
        random.lognormal(-0.3, 0.5, count).astype(np.float32),
        (0.35 * wealth).astype(np.float32),
        random.gamma(0.7, 0.2, count).astype(np.float32) + np.float32(0.01),
        random.gamma(2.0, 0.25, count).astype(np.float32),
        random.gamma(1.5, 0.15, count).astype(np.float32),
        random.beta(1.2, 8, count).astype(np.float32),
        random.beta(3, 5, count).astype(np.float32),
        registered,
    )


def _rounded(price: NDArray[np.float64]) -> Floats:
    """Return prices as a shop writes them: to 5 EUR below 1,000, to 50 above."""
    step = np.where(price < 1000, 5, 50)
    return np.asarray(np.maximum(np.round(price / step), 1) * step, dtype=np.float32)
