"""Who is in the network: organisations, who owns whom, their industries, consents and peer groups."""

from dataclasses import dataclass
from datetime import date
from itertools import product

from scripts.demo.bundle import Row, Tables
from scripts.demo.chance import Chance

# The story is told on this day. What must hold whenever the demo is built lies far from it, on either side.
TODAY = date(2025, 6, 30)
ENDED = date(2024, 12, 31)
NEVER_ENDS = date(2099, 12, 31)
NOT_YET = date(2098, 1, 1)


@dataclass(frozen=True)
class Industry:
    """A NAICS industry of the demo: its number of groups and what a typical employee stands for in a year."""

    code: str
    noun: str
    groups: int
    energy: float  # MWh per employee
    scope_1: float  # tCO2e per employee
    water: float  # ML per employee
    waste: float  # t per employee


# Exceptions of consent and late joiners cost each industry some 15 % of its groups.
INDUSTRIES = (
    Industry("2211", "Power", 66, 4000, 5000, 30, 60),
    Industry("5221", "Bank", 54, 5, 0.15, 0.008, 0.2),
    Industry("4451", "Grocers", 30, 20, 1.5, 0.01, 4),
    Industry("3115", "Dairy", 26, 120, 18, 0.6, 12),
    Industry("3251", "Chemicals", 24, 900, 200, 4, 25),
    Industry("5311", "Estates", 23, 60, 5, 0.15, 3),
    Industry("2111", "Petroleum", 23, 900, 700, 1.5, 15),
    Industry("4841", "Freight", 22, 90, 22, 0.01, 1),
    Industry("3273", "Cement", 20, 700, 800, 0.6, 15),
    Industry("7211", "Hotels", 20, 20, 2, 0.2, 1.5),
    Industry("5182", "Data Centres", 18, 400, 1, 0.3, 0.3),
    Industry("6221", "Hospitals", 17, 18, 2, 0.12, 0.9),
    Industry("3311", "Steel", 14, 1000, 600, 4, 120),
    Industry("1111", "Grain", 13, 60, 120, 4, 5),
    Industry("2122", "Mining", 9, 250, 80, 3, 50),
    Industry("3221", "Paper", 9, 1200, 150, 15, 90),
    Industry("3344", "Semiconductors", 8, 90, 8, 0.5, 3),
    Industry("3361", "Motors", 7, 40, 3, 0.05, 8),
    Industry("3241", "Refining", 7, 3500, 900, 5, 20),
    Industry("1125", "Aquaculture", 6, 30, 10, 5, 4),
    Industry("2121", "Coal", 4, 180, 300, 2, 20),
)
BY_CODE = {industry.code: industry for industry in INDUSTRIES}
MEDIAN_EMPLOYEES = 2000
GIANT = ("3241", 400_000)  # the first refiner is so large that the others together are a tenth of it

FIRST = ("Alder", "Ash", "Birch", "Cedar", "Elder", "Fir", "Hazel", "Heath", "Larch", "Maple", "Rowan", "Yew")
LAST = ("brook", "croft", "dale", "field", "ford", "gate", "haven", "mere", "ridge", "stead", "wick", "wood")
CITIES = (("Antwerp", "BE"), ("Houston", "US"), ("Leeds", "GB"), ("Lyon", "FR"), ("Osaka", "JP"))

# Every fifth group has this many subsidiaries, in turn; the third belongs to the second, not to the top.
SUBSIDIARIES = (1, 2, 3, 2, 3)
OTHER_TRADE = 4  # every fourth subsidiary works in another industry than its owner
HOLDING = "holding-outside"  # owns the first three freight groups and is itself no member
HELD_TRADE = "4841"
CYCLE_TRADE = "7211"  # the first two hotel groups own each other
VENTURE_TRADE = "3251"  # the first chemicals group belongs to the second (60 %) and the third (40 %)

OUTSIDE_SUPPLIERS = tuple(
    (f"supplier-outside-{place}", "supplier", f"{name} Trading", "42")
    for place, name in enumerate(("Auburn", "Bellwether", "Calder", "Dunmore", "Eskdale", "Fairholm"), 1)
)

NODE_LEVELS = ("full", "anonymous", "aggregated", "none")
SHARING_LEVELS = ("public", "network", "partners", "private")
CATEGORIES = ("energy", "water", "emissions", "waste", "social", "governance")
AGREED = date(2023, 3, 1)
# From when and until when. What has not begun cannot have ended, so that one term stands twice.
TERMS = (
    *product((AGREED, None), (NEVER_ENDS, ENDED, None)),
    (NOT_YET, NEVER_ENDS), (NOT_YET, NEVER_ENDS), (NOT_YET, None),
)  # fmt: skip
# One member in twelve lives through the combinations, six categories each: 48 members for all 288.
EXCEPTIONS = tuple(product(NODE_LEVELS, SHARING_LEVELS, (True, False), TERMS))
EXCEPTION_EVERY, EXCEPTION_AT = 12, 7
NO_SETTINGS_EVERY, NO_SETTINGS_AT = 100, 2
NO_NODE_EVERY, NO_NODE_AT = 101, 17  # none of these owns or is owned


@dataclass(frozen=True)
class Member:
    """An organisation of the network."""

    number: int
    id: str
    name: str
    industry: str
    employees: int
    owner: str | None = None  # id of the organisation that it belongs to

    @property
    def node(self) -> str:
        """Identifier of the member's node, which is not the organisation's."""
        return node_of(self.id)

    @property
    def is_exception(self) -> bool:
        """Whether the member's consents are one of EXCEPTIONS instead of plain ones."""
        return self.exception is not None

    @property
    def exception(self) -> int | None:
        """Position of the member among those that live through EXCEPTIONS."""
        position, at = divmod(self.number, EXCEPTION_EVERY)
        return position if at == EXCEPTION_AT and position * len(CATEGORIES) < len(EXCEPTIONS) else None

    @property
    def has_node(self) -> bool:
        """Whether the member stands in the network at all."""
        return self.number % NO_NODE_EVERY != NO_NODE_AT


def node_of(name: str) -> str:
    """Return the identifier of the node of a member; a firm outside is its node."""
    return name.replace("org-", "node-")


def members_of(seed: int) -> list[Member]:
    """Return every organisation, group by group, an owner before what it owns."""
    chance = Chance(seed, "members")
    names = [first + last for last, first in product(LAST, FIRST)]
    members: list[Member] = []
    group = 0

    def join(name: str, industry: str, employees: float, owner: str | None = None) -> Member:
        number = len(members) + 1
        member = Member(number, f"org-{number:04}", name, industry, max(20, round(employees)), owner)
        members.append(member)
        return member

    for industry in INDUSTRIES:
        for place in range(industry.groups):
            base = names[(place + 7 * INDUSTRIES.index(industry)) % len(names)]
            is_giant = (industry.code, place) == (GIANT[0], 0)
            employees = GIANT[1] if is_giant else chance.skewed(MEDIAN_EMPLOYEES, 1.1)
            top = join(f"{base} {industry.noun}", industry.code, employees)
            group += 1
            if group % 5 == 0:
                add_subsidiaries(join, chance, top, base, SUBSIDIARIES[group // 5 % len(SUBSIDIARIES)])
    return members


def add_subsidiaries(join, chance: Chance, top: Member, base: str, count: int) -> None:
    """Give a group its subsidiaries; a third one belongs to the second."""
    owner = top
    for rank in range(count):
        other_trade = (top.number + rank) % OTHER_TRADE == 0
        trade = chance.pick(INDUSTRIES) if other_trade else BY_CODE[top.industry]
        name = f"{base} {trade.noun} {chance.pick(CITIES)[0]} {rank + 1}"
        subsidiary = join(name, trade.code, top.employees * chance.between(0.1, 0.6), owner.id)
        owner = subsidiary if rank == 1 else top


def organization_rows(members: list[Member]) -> list[Row]:
    """Return one row per organisation."""
    return [{"organization_id": member.id, "name": member.name} for member in members]


def organization_industry_rows(seed: int, members: list[Member]) -> list[Row]:
    """Return one row per organisation; one in ten works in a second industry."""
    chance = Chance(seed, "industries")
    return [
        {
            "organization_id": member.id,
            "primary_industry": member.industry,
            "secondary_industries": (chance.pick(INDUSTRIES).code,) if chance.happens(0.1) else (),
            "classification_confidence": chance.between(0.7, 1),
        }
        for member in members
    ]


def node_rows(seed: int, members: list[Member]) -> list[Row]:
    """Return one row per member that joined, after those for the holding and the suppliers outside."""
    chance = Chance(seed, "nodes")
    rows: list[Row] = [outside_node(HOLDING, "partner", "Meridian Holding", "55")]
    rows += [outside_node(*supplier) for supplier in OUTSIDE_SUPPLIERS]
    for member in filter(lambda each: each.has_node, members):
        city, country = chance.pick(CITIES)
        level = chance.pick(NODE_LEVELS[:3])
        if member.is_exception:
            level = exceptions_of(member)[0][0]
        rows.append(
            {
                "id": member.node,
                "organization_id": member.id,
                "external_id": None,
                "node_type": "organization",
                "node_name": member.name,
                "industry": member.industry,
                "location": {"city": city, "country": country},
                "certifications": ("ISO 14001",) if chance.happens(0.3) else (),
                "esg_score": chance.between(0.2, 0.95) if chance.happens(0.8) else None,
                "data_sharing_level": level,
                "joined_network_at": chance.day(date(2020, 1, 1), date(2023, 12, 31)),
            }
        )
    return rows


def outside_node(name: str, kind: str, label: str, industry: str) -> Row:
    """Return the node of a firm that is no member: it has a name of its own instead of an organisation."""
    return {
        "id": name,
        "organization_id": None,
        "external_id": name,
        "node_type": kind,
        "node_name": label,
        "industry": industry,
        "location": None,
        "certifications": (),
        "esg_score": None,
        "data_sharing_level": "none",
        "joined_network_at": date(2022, 1, 1),
    }


def exceptions_of(member: Member) -> tuple:
    """Return the six combinations that the member lives through, one per category."""
    start = member.exception * len(CATEGORIES)
    return EXCEPTIONS[start : start + len(CATEGORIES)]


def privacy_rows(seed: int, members: list[Member]) -> list[Row]:
    """Return one row per organisation and category; most of them share, a few have no row at all."""
    chance = Chance(seed, "consents")
    rows: list[Row] = []
    for member in members:
        if member.number % NO_SETTINGS_EVERY == NO_SETTINGS_AT:
            continue
        for place, category in enumerate(CATEGORIES):
            level, given = chance.pick(("public", "network", "network")), True
            agreed, ends = chance.day(date(2021, 1, 1), date(2024, 6, 30)), chance.pick((NEVER_ENDS, None))
            if member.is_exception:
                _, level, given, (agreed, ends) = exceptions_of(member)[place]
            rows.append(
                {
                    "organization_id": member.id,
                    "data_category": category,
                    "sharing_level": level,
                    "anonymization_method": chance.pick(("aggregation", "k_anonymity", None)),
                    "consent_given": given,
                    "consent_date": agreed,
                    "expires_at": ends,
                }
            )
    return rows


def tops_in(members: list[Member], industry: str) -> list[Member]:
    """Return the organisations of an industry that no other member owns, in their order."""
    return [member for member in members if member.industry == industry and member.owner is None]


def owned_by(members: list[Member]) -> list[tuple[str, str, float]]:
    """Return (organisation, its owner, share owned), with the holding, the cycle and the joint venture."""
    pairs = [(member.id, member.owner, 1.0) for member in members if member.owner]
    pairs += [(held.id, HOLDING, 0.75) for held in tops_in(members, HELD_TRADE)[:3]]
    one, other = tops_in(members, CYCLE_TRADE)[:2]
    pairs += [(one.id, other.id, 0.55), (other.id, one.id, 0.55)]
    venture, major, minor = tops_in(members, VENTURE_TRADE)[:3]
    pairs += [(venture.id, major.id, 0.6), (venture.id, minor.id, 0.4)]
    return pairs


def peer_groups_of(members: list[Member]) -> dict[str, tuple[str, list[Member]]]:
    """Return name -> (industry, members) of a dozen peer groups; some overlap, two hold the same members."""

    def by_size(*industries: str) -> list[Member]:
        chosen = [member for code in industries for member in tops_in(members, code)]
        return sorted(chosen, key=lambda member: (-member.employees, member.id))

    power, banks, grocers, hotels = by_size("2211"), by_size("5221"), by_size("4451"), by_size("7211")
    chemicals, cement, dairy = by_size("3251"), by_size("3273"), by_size("3115")
    heavy = by_size("3273", "3311", "3221", "3241")
    return {
        "Large power producers": ("2211", power[:20]),
        "Large power producers without the leader": ("2211", power[1:20]),
        "Power producers of middle size": ("2211", power[15:45]),
        "Small power producers": ("2211", power[-9:]),
        "Leading banks": ("5221", banks[:25]),
        "Banks of the climate pledge": ("5221", banks[:25]),
        "Heavy industry": ("31-33", heavy),
        "Cement and chemicals": ("31-33", cement + chemicals[:12]),
        "From farm to shelf": ("4451", by_size("1111")[:8] + dairy[:12] + grocers[:12]),
        "Regional grocers": ("4451", grocers[8:]),
        "City hotels": ("7211", hotels[:12]),
        "Coal exit roundtable": ("2121", by_size("2121")),
    }


def peer_group_rows(seed: int, members: list[Member]) -> tuple[list[Row], list[Row]]:
    """Return the peer groups and their members."""
    groups = peer_groups_of(members)
    group_rows: list[Row] = [
        {
            "group_name": name,
            "industry": industry,
            "criteria": {"smallest_member_employees": min(member.employees for member in chosen)},
            "member_count": len(chosen),
        }
        for name, (industry, chosen) in groups.items()
    ]
    chance = Chance(seed, "peer groups")
    member_rows: list[Row] = [
        {
            "group_name": name,
            "organization_id": member.id,
            "similarity_score": chance.between(0.6, 1),
            "joined_at": chance.day(date(2023, 1, 1), date(2025, 3, 31)),
        }
        for name, (_, chosen) in groups.items()
        for member in chosen
    ]
    return group_rows, member_rows


def member_tables(seed: int, members: list[Member]) -> Tables:
    """Return the tables that say who is in the network."""
    groups, group_members = peer_group_rows(seed, members)
    return {
        "organizations": organization_rows(members),
        "organization_industries": organization_industry_rows(seed, members),
        "network_nodes": node_rows(seed, members),
        "network_privacy_settings": privacy_rows(seed, members),
        "network_peer_groups": groups,
        "network_peer_group_members": group_members,
    }
