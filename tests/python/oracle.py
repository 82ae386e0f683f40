"""What must be published, worked out once more from the rows of a bundle and from the design alone.

Slow, plain Python and numpy, sharing no code with the project: who is counted (design, section 6) and what
may be shown (section 7: D1 to D5, D11, D12, the confidence level). Ownership is a forest, one parent each.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
from worlds import Bundle, Row

K = 5
QUANTILES = {"p10": 10, "p25": 25, "median": 50, "p75": 75, "p90": 90}
# Base units per unit, exactly: what the worlds report in.
UNITS = {
    "MWh": ("energy", Fraction(3600)), "kWh": ("energy", Fraction(36, 10)), "GJ": ("energy", Fraction(1000)),
    "t": ("mass", Fraction(1000)), "kg": ("mass", Fraction(1)), "lb": ("mass", Fraction(45359237, 10**8)),
    "m3": ("volume", Fraction(1)), "ML": ("volume", Fraction(1000)),
    "%": ("share", Fraction(1, 100)), "fraction": ("share", Fraction(1)),
}  # fmt: skip


@dataclass
class Cell:
    """A figure's contributors, and what of it may be seen."""

    by_contributor: dict[str, float]
    known_members: int
    data_quality: float | None
    period: str
    withheld_by: set[str] = field(default_factory=set)
    statistics: dict[str, set[Decimal]] = field(default_factory=dict)  # key -> what it may be rounded to

    @property
    def values(self) -> list[float]:
        return list(self.by_contributor.values())

    @property
    def contributors(self) -> int:
        return len(self.by_contributor)

    @property
    def shown_count(self) -> int:
        return floored(self.contributors)

    @property
    def shown_population(self) -> int:
        return max(floored(self.known_members), self.shown_count)

    @property
    def coverage(self) -> Decimal:
        return rounded(Decimal(self.shown_count) / self.shown_population, 2)

    def confidence(self, as_of: datetime) -> float:
        n, population = self.shown_count, self.shown_population
        certainty = 1.0
        if population > n:
            effective = n * (population - 1) / (population - n)
            certainty = math.erf(0.10 * math.sqrt(2 * (effective + 1)))
        quality = 1.0 if self.data_quality is None else self.data_quality
        return certainty * quality * freshness(self.period, as_of)


def expected_cells(bundle: Bundle, as_of: datetime) -> dict[tuple[str, str, str, str], Cell]:
    """Every cell with a contributor, by (type, industry or group, metric, period)."""
    rows = bundle.tables
    top = ultimate_parents(rows["organizations"], rows["network_edges"])
    cells_of = memberships(bundle, top)
    population: dict[tuple[str, str], int] = defaultdict(int)
    for cells in cells_of.values():
        for cell in cells:
            population[cell] += 1
    contributed: dict[tuple, dict[str, tuple[float, float | None]]] = defaultdict(dict)
    for (metric, period, contributor), contribution in contributions(bundle, top, as_of).items():
        for cell in cells_of[contributor]:
            contributed[(*cell, metric, period)][contributor] = contribution
    return {
        key: judged(
            Cell(
                {contributor: value for contributor, (value, _) in pairs.items()},
                population[key[:2]],
                average([quality for _, quality in pairs.values()]),
                key[3],
            )
        )
        for key, pairs in contributed.items()
    }


# --- who is counted ---


def ultimate_parents(organizations: list[Row], edges: list[Row]) -> dict[str, str]:
    parent = {edge["source_organization_id"]: edge["target_organization_id"] for edge in edges}

    def top(name: str) -> str:
        return top(parent[name]) if name in parent else name

    return {row["organization_id"]: top(row["organization_id"]) for row in organizations}


def memberships(bundle: Bundle, top: dict[str, str]) -> dict[str, set[tuple[str, str]]]:
    """The cells of every contributor, counted or not: an industry's with all levels above it."""
    above = {row["industry_code"]: row["parent_industry_code"] for row in bundle.tables["industry_models"]}
    cells = {contributor: {("network", "")} for contributor in top.values()}
    for row in bundle.tables["organization_industries"]:
        industry = row["primary_industry"]
        while industry and row["organization_id"] in cells:
            cells[row["organization_id"]].add(("industry", industry))
            industry = above[industry]
    for row in bundle.tables["network_peer_group_members"]:
        cells[top[row["organization_id"]]].add(("peer_group", row["group_name"]))
    return cells


def may_be_counted(bundle: Bundle, as_of: datetime) -> set[tuple[str, str]]:
    """(organisation, data category)."""
    sharing = {
        row["organization_id"]
        for row in bundle.tables["network_nodes"]
        if row["data_sharing_level"] in ("full", "anonymous", "aggregated")
    }
    return {
        (row["organization_id"], row["data_category"])
        for row in bundle.tables["network_privacy_settings"]
        if row["organization_id"] in sharing and consents(row, as_of)
    }


def consents(setting: Row, as_of: datetime) -> bool:
    since, until = (
        setting[name] and datetime.fromisoformat(setting[name]) for name in ("consent_date", "expires_at")
    )
    return bool(
        setting["consent_given"]
        and since
        and since <= as_of
        and (until is None or until > as_of)
        and setting["sharing_level"] in ("public", "network")
    )


def canonical(period: str) -> str | None:
    text = period.replace(" ", "").upper()
    for pattern, form in (
        (r"(?:FY)?(\d{4})", "{0}"),
        (r"(\d{4})-?Q([1-4])", "{0}-Q{1}"),
        (r"Q([1-4])-?(\d{4})", "{1}-Q{0}"),
        (r"(\d{4})-(0[1-9]|1[0-2])", "{0}-{1}"),
    ):
        if match := re.fullmatch(pattern, text):
            return form.format(*match.groups())
    return None


def contributions(
    bundle: Bundle, top: dict[str, str], as_of: datetime
) -> dict[tuple[str, str, str], tuple[float, float | None]]:
    """(metric, period, contributor) -> value in the metric's unit, and data quality."""
    metrics = {row["metric_name"]: row for row in bundle.tables["metrics"]}
    counted = may_be_counted(bundle, as_of)
    held: dict[tuple, tuple] = {}
    for row in bundle.tables["metric_observations"]:
        name = str(row["metric_name"]).strip().lower()
        organization, period = row["organization_id"], canonical(row["period"])
        if name not in metrics or period is None or (organization, metrics[name]["category"]) not in counted:
            continue
        value = converted(row["value"], row["unit"].strip(), metrics[name]["unit"])
        if value < 0 and not metrics[name]["allow_negative"]:
            continue
        verified = str(row["verification_status"]).strip().lower() == "verified"
        reported_at = row["reported_at"] or "9999"  # the moment of the load, after all that is stated
        version = (verified, reported_at, value, row["data_quality"])
        series = (name, period, top[organization]), (organization, row["site_id"])
        # Of two alike the later row in the bundle, so >=; ISO dates of one zone compare as text.
        if series not in held or version[:2] >= held[series][:2]:
            held[series] = version
    gathered: dict[tuple, list[tuple]] = defaultdict(list)
    for (key, _), version in held.items():
        gathered[key].append(version)
    return {
        key: (
            aggregated(metrics[key[0]]["aggregation"], versions),
            average([quality for *_, quality in versions]),
        )
        for key, versions in gathered.items()
    }


def converted(value: float, given: str, wanted: str) -> float:
    if given == wanted:
        return value
    (dimension, factor), (same, divisor) = UNITS[given], UNITS[wanted]
    assert dimension == same, f"the world is wrong: {given} is no {wanted}"
    return float(Fraction(value) * factor / divisor)


def aggregated(rule: str, versions: list[tuple]) -> float:
    if rule == "latest":
        return max(versions, key=lambda version: version[1])[2]
    total = math.fsum(value for _, _, value, _ in versions)
    return total if rule == "sum" else total / len(versions)


def average(numbers: list[float | None]) -> float | None:
    stated = [number for number in numbers if number is not None]
    return math.fsum(stated) / len(stated) if stated else None


# --- what may be shown ---


def judged(cell: Cell) -> Cell:
    """Fill in which figures are allowed and what they are."""
    values, n = np.array(cell.values, dtype=float), cell.contributors
    if n < K:
        cell.withheld_by.add("D1")
    if is_dominated(cell.values):
        cell.withheld_by.add("D2")
    if 10 * max(cell.values.count(value) for value in set(cell.values)) >= 9 * n:
        cell.withheld_by.add("D3")
    allowed = set()
    if not cell.withheld_by & {"D1", "D3"}:
        allowed = {key for key, percent in QUANTILES.items() if n * min(percent, 100 - percent) >= 100 * K}
        if "D2" not in cell.withheld_by:
            allowed |= {"mean", "stddev"} if n >= 30 else {"mean"}
    scale = float(np.abs(values).max())
    for key in allowed:
        figure = (
            values.mean() if key == "mean"
            else values.std(ddof=1) if key == "stddev"
            else np.percentile(values, QUANTILES[key])
        )  # fmt: skip
        cell.statistics[key] = shown_as(float(figure), scale)
    return cell


def is_dominated(values: list[float]) -> bool:
    """The p% rule at p = 10, exactly; one or two contributors are always dominated."""
    sizes = sorted((abs(Fraction(value)) for value in values), reverse=True)
    return len(sizes) < 3 or sum(sizes[2:]) * 10 < sizes[0]


def shown_as(figure: float, scale: float) -> set[Decimal]:
    """The figure to 3 significant digits; two answers where it lies within rounding error of a tie."""
    error = 1e-9 * abs(figure) + 1e-13 * scale
    return {significant(figure + off) for off in (-error, 0, error)}


def significant(figure: float) -> Decimal:
    exact = Decimal(figure)
    return rounded(figure, 2 - exact.adjusted()) if exact else Decimal(0)


def rounded(figure: float | Decimal, places: int) -> Decimal:
    return Decimal(figure).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def floored(count: int) -> int:
    return count - count % 5


def freshness(period: str, as_of: datetime) -> float:
    year = int(period[:4])
    months = 12
    if "Q" in period:
        months = 3 * int(period[-1])
    elif "-" in period:
        months = int(period[-2:])
    ended = (year, months)
    end = datetime(ended[0] + ended[1] // 12, ended[1] % 12 + 1, 1, tzinfo=UTC)
    if as_of < end.replace(year=end.year + 1):
        return 1.0
    return 0.9 if as_of < end.replace(year=end.year + 2) else 0.75
