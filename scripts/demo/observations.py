"""What the members report: skewed figures in many units and spellings, and the dirt that comes with them."""

from collections.abc import Callable
from datetime import date

from scripts.demo.bundle import Row, seed_rows
from scripts.demo.chance import Chance
from scripts.demo.members import BY_CODE, Member

YEARS = (2022, 2023, 2024)
QUARTERLY = ("electricity_consumption", "water_withdrawal_total", "scope_1_emissions")  # for the last year
QUARTER_CHANCE = 0.4  # that a member reports them
JOINED = (2022, 2022, 2022, 2022, 2023, 2024)  # the first year that a member reports
SILENT_CHANCE = 0.05  # that a member never reports a metric: a total and its parts differ in members
FATALITY_CHANCE = 0.02  # in nine of ten cells nearly everybody reports 0
SITES_EVERY = 6  # every sixth member reports amounts by site
RESTATED_CHANCE = 0.03  # that a later, verified value replaces the first
DOUBTED_CHANCE = 0.01  # that a later, unverified value contradicts a verified one, and does not hold

OTHER_UNITS = {
    "MWh": ("GJ", "kWh", "MMBtu"),
    "ML": ("m3", "megalitres", "US gallons"),
    "tCO2e": ("kgCO2e", "t CO2e", "ktCO2e", "short tons CO2e"),
    "t": ("kg", "lb", "short tons", "tonnes"),
    "%": ("fraction", "percent"),
}
OTHER_UNIT_CHANCE = 0.25
YEAR_SPELLINGS = ("{year}", "{year}", "FY {year}", "FY{year}")
QUARTER_SPELLINGS = ("{year}-Q{quarter}", "Q{quarter} {year}")
LOUD_EVERY = 50  # every fiftieth member writes metric names in capitals

# Reason given by staging -> what is wrong with the row. Each is a copy of a good row, for a site of its own.
DIRT: dict[str, tuple[Row, ...]] = {
    "unknown metric": ({"metric_name": "carbon_footprint"}, {"metric_name": "scope_4_emissions"}),
    "unreadable period": ({"period": "2024/25"}, {"period": "last year"}, {"period": "2024-13"}),
    "unit does not convert": ({"unit": "tons"}, {"unit": "mtCO2e"}, {"unit": "MWh"}),
    "unknown organization": ({"organization_id": "org-9998"}, {"organization_id": "org-9999"}),
    "not a number": ({"value": "NaN"},),
    "infinite": ({"value": "Infinity"}, {"value": "-Infinity"}),
    "magnitude outside 1e-100 to 1e100": ({"value": "1e200"},),
    "negative where the metric forbids it": ({"value": "-12.5"}, {"value": "-0.01"}),
    "data quality outside 0 to 1": ({"data_quality": "1.7"}, {"data_quality": "-0.2"}),
}
DIRTY_METRIC = "scope_1_emissions"

# Lines that cannot be read at all: words for a number, cells or the organisation missing, no such day.
BROKEN = (
    "org-0001,scope_1_emissions,2024,not measured,tCO2e,,0.9,verified,2025-04-15T00:00:00+00:00",
    'org-0002,scope_1_emissions,2024,"1,204 approx.",tCO2e,,0.9,verified,2025-04-15T00:00:00+00:00',
    "org-0003,scope_1_emissions,2024",
    ",scope_1_emissions,2024,4100,tCO2e,,0.9,verified,2025-04-15T00:00:00+00:00",
    "org-0004,scope_1_emissions,2024,,tCO2e,,0.9,verified,2025-04-15T00:00:00+00:00",
    "org-0005,scope_1_emissions,2024,380,tCO2e,,0.9,verified,2025-02-30",
)


def rounded(value: float) -> float:
    """Return the value to 5 significant digits, as members report."""
    return float(f"{value:.5g}")


def figures_of(member: Member, chance: Chance) -> Callable[[int], dict[str, float]]:
    """Return the member's figures of a year in the catalogue's units: habits stay, years add noise."""
    trade = BY_CODE[member.industry]
    energy_use, emitting, thirst, litter = (chance.skewed(1, 0.5) for _ in range(4))
    electric, discharged, diverted = (chance.between(0.2, 0.8) for _ in range(3))  # shares
    renewable, trained = chance.between(2, 80), chance.between(60, 100)  # %
    injuries, board = chance.skewed(3, 0.6), chance.whole(5, 15)  # per million hours, members
    revenue_per_head = chance.skewed(0.3, 0.4)  # million USD

    def in_year(year: int) -> dict[str, float]:
        noise = chance.skewed(1, 0.05)
        people = round(member.employees * (1 + 0.02 * (year - YEARS[0])) * noise)
        energy = rounded(people * trade.energy * energy_use)
        scope_1 = rounded(people * trade.scope_1 * emitting * 0.97 ** (year - YEARS[0]))
        scope_2 = rounded(energy * electric * (1 - renewable / 100) * 0.4)  # tCO2e per MWh
        discharge = rounded(people * trade.water * thirst * discharged)
        consumption = rounded(people * trade.water * thirst * (1 - discharged))
        recycled = rounded(people * trade.waste * litter * diverted)
        disposed = rounded(people * trade.waste * litter * (1 - diverted))
        deaths = chance.whole(1, 3) if chance.happens(FATALITY_CHANCE) else 0
        corruption = chance.whole(1, 4) if chance.happens(0.25) else 0
        return {
            "energy_consumption_total": energy,
            "electricity_consumption": rounded(energy * electric),
            "renewable_energy_share": round(min(100, renewable + 2 * (year - YEARS[0])), 1),
            "water_withdrawal_total": discharge + consumption,
            "water_discharge_total": discharge,
            "water_consumption_total": consumption,
            "scope_1_emissions": scope_1,
            "scope_2_emissions_market_based": scope_2,
            "scope_1_and_2_emissions": scope_1 + scope_2,
            "scope_3_emissions": rounded((scope_1 + scope_2) * chance.skewed(2.5, 0.7)),
            "ghg_intensity_revenue": rounded((scope_1 + scope_2) / (people * revenue_per_head)),
            "waste_generated_total": recycled + disposed,
            "waste_diverted_total": recycled,
            "waste_directed_total": disposed,
            "employees_total": people,
            "work_related_fatalities": deaths,
            "recordable_injury_rate": round(injuries * noise, 2),
            "women_board_share": round(100 * chance.whole(1, board // 2) / board, 1),
            "anti_corruption_training_share": round(min(100, trained * noise), 1),
            "corruption_incidents": corruption,
        }

    return in_year


class Units:
    """The catalogue's units and how many of another unit a figure is."""

    def __init__(self) -> None:
        catalogue = seed_rows("metric_catalogue")
        self.of_metric = {row["metric_name"]: row["unit"] for row in catalogue}
        self.is_sum = {row["metric_name"]: row["aggregation"] == "sum" for row in catalogue}
        self.factors = {row["unit"]: float(row["factor_to_base"]) for row in seed_rows("unit_conversions")}

    def chosen(self, metric: str, chance: Chance) -> str:
        """Return the unit in which a member reports the metric."""
        unit = self.of_metric[metric]
        others = OTHER_UNITS.get(unit, ())
        return chance.pick(others) if others and chance.happens(OTHER_UNIT_CHANCE) else unit

    def convert(self, value: float, metric: str, unit: str) -> float:
        """Return a figure of the catalogue's unit in another one."""
        wanted = self.of_metric[metric]
        return value if unit == wanted else value * self.factors[wanted] / self.factors[unit]


def rows_of(member: Member, seed: int, units: Units) -> list[Row]:
    """Return all that one member reports, restatements included."""
    chance = Chance(seed, "observations", member.id)
    figures = figures_of(member, chance)
    first_year = chance.pick(JOINED)
    year_spelling, quarter_spelling = chance.pick(YEAR_SPELLINGS), chance.pick(QUARTER_SPELLINGS)
    habits: dict[str, tuple[bool, str]] = {}  # metric -> whether the member keeps silent, and its unit
    rows: list[Row] = []

    def report(metric: str, period: str, value: float, reported: date) -> None:
        if metric not in habits:
            habits[metric] = chance.happens(SILENT_CHANCE), units.chosen(metric, chance)
        silent, unit = habits[metric]
        if silent:
            return
        amounts = units.is_sum[metric] and units.of_metric[metric] in OTHER_UNITS
        for site, share in sites if amounts else [(None, 1)]:
            row: Row = {
                "organization_id": member.id,
                "metric_name": metric.upper() if member.number % LOUD_EVERY == 0 else metric,
                "period": period,
                "value": units.convert(value * share, metric, unit),
                "unit": unit,
                "site_id": site,
                "data_quality": chance.between(0.5, 1) if chance.happens(0.85) else None,
                "verification_status": chance.pick(("verified", "verified", "unverified", None)),
                "reported_at": reported,
            }
            rows.append(row)
            rows.extend(corrections(row, chance))

    sites: list[tuple[str | None, float]] = [(None, 1)]
    if member.number % SITES_EVERY == 0:
        shares = [chance.between(0.2, 1) for _ in range(chance.whole(2, 4))]
        sites = [(f"site-{place}", share / sum(shares)) for place, share in enumerate(shares, 1)]

    by_quarter = chance.happens(QUARTER_CHANCE)
    for year in YEARS[YEARS.index(first_year) :]:
        values = figures(year)
        reported = chance.day(date(year + 1, 2, 1), date(year + 1, 5, 31))
        for metric, value in values.items():
            report(metric, year_spelling.format(year=year), value, reported)
        if by_quarter and year == YEARS[-1]:
            for quarter in (1, 2, 3, 4):
                for metric in QUARTERLY:
                    value = rounded(values[metric] / 4 * chance.between(0.85, 1.15))
                    report(metric, quarter_spelling.format(year=year, quarter=quarter), value, reported)
    return rows


def corrections(row: Row, chance: Chance) -> list[Row]:
    """Return the later versions of a row, mostly none."""
    later = {"reported_at": date(row["reported_at"].year, 6, 15)}
    if chance.happens(RESTATED_CHANCE):
        value = row["value"] * chance.between(0.9, 1.1)
        return [{**row, **later, "value": value, "verification_status": "verified"}]
    if row["verification_status"] == "verified" and chance.happens(DOUBTED_CHANCE):
        return [{**row, **later, "value": row["value"] * 10, "verification_status": "unverified"}]
    return []


def dirty_rows(rows: list[Row]) -> list[Row]:
    """Return copies of good rows, each with one thing wrong that staging must see."""
    good = [row for row in rows if row["metric_name"] == DIRTY_METRIC and row["period"] == str(YEARS[-1])]
    wrongs = [wrong for kind in DIRT.values() for wrong in kind]
    return [
        {**row, "site_id": f"annex-{place}", **wrong}
        for place, (row, wrong) in enumerate(zip(good, wrongs, strict=False), 1)
    ]


def observation_rows(seed: int, members: list[Member]) -> list[Row]:
    """Return the observations of all members, then the dirt."""
    units = Units()
    rows = [row for member in members for row in rows_of(member, seed, units)]
    return rows + dirty_rows(rows)
