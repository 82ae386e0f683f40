"""How members deal with each other: supply chain, assessments, data marketplace, consortiums."""

from datetime import date, timedelta

from scripts.demo.bundle import Row, Tables
from scripts.demo.chance import Chance
from scripts.demo.members import (
    BY_CODE,
    ENDED,
    NEVER_ENDS,
    OUTSIDE_SUPPLIERS,
    TODAY,
    Member,
    node_of,
    owned_by,
    tops_in,
)

# Industry -> the industries that it buys from: tiers such as motors, steel, ore, power
# (power and coal need each other).
BUYS_FROM = {
    "3361": ("3311", "3344", "3251"),
    "3344": ("3251", "2211"),
    "3311": ("2122", "2121", "2211"),
    "3251": ("2111", "3241"),
    "3241": ("2111",),
    "3273": ("2121", "4841"),
    "2122": ("2211", "3251"),
    "2211": ("2121", "2111"),
    "2121": ("2211", "4841"),
    "4451": ("3115", "1111", "1125"),
    "3115": ("1111", "4841"),
    "7211": ("4451", "2211"),
    "5221": ("5182", "5311"),
    "5182": ("2211", "3344"),
    "6221": ("3251", "4451"),
}
BUYERS_PER_INDUSTRY = 8
OUTSIDE = {name for name, *_ in OUTSIDE_SUPPLIERS}
PARTNERSHIPS = 24
LISTINGS = 30
EXCHANGES = 45
CONSORTIUMS = {
    "Grid Transition Alliance": ("2211", ("2211", "2121")),
    "Green Materials Pact": ("31-33", ("3273", "3311", "3251")),
    "Shelf to Field Charter": ("4451", ("4451", "3115", "1111", "1125")),
    "Responsible Lending Forum": ("5221", ("5221",)),
}


def edge(source: str, target: str, kind: str, strength: float, deal: Row | None = None) -> Row:
    """Return an edge from a member, named by its organisation, to a node, which may be a firm outside."""
    row: Row = {
        "source_organization_id": source,
        "target_node_id": node_of(target),
        "edge_type": kind,
        "relationship_strength": strength,
    }
    return row | (deal or dict.fromkeys(("volume_info", "sustainability_score", "risk_score")))


def supplies_of(seed: int, members: list[Member]) -> list[tuple[str, str]]:
    """Return (supplier, buyer), each pair once: tiers by industry, suppliers outside, one cycle of three."""
    chance = Chance(seed, "supply chain")
    pairs: dict[tuple[str, str], None] = {}
    for buying, selling in BUYS_FROM.items():
        for buyer in tops_with_node(members, buying)[:BUYERS_PER_INDUSTRY]:
            for industry in selling:
                for supplier in chance.some(tops_with_node(members, industry), chance.whole(1, 3)):
                    pairs[supplier.id, buyer.id] = None
    for name, *_ in OUTSIDE_SUPPLIERS:
        for buyer in chance.some(tops_with_node(members, "3251"), 3):
            pairs[name, buyer.id] = None
    power, coal, freight = (tops_with_node(members, code)[0] for code in ("2211", "2121", "4841"))
    pairs |= dict.fromkeys([(power.id, coal.id), (coal.id, freight.id), (freight.id, power.id)])
    return list(pairs)


def tops_with_node(members: list[Member], industry: str) -> list[Member]:
    """Return the groups of an industry that stand in the network."""
    return [member for member in tops_in(members, industry) if member.has_node]


def edge_rows(seed: int, members: list[Member]) -> list[Row]:
    """Return ownership, supply in both spellings (some deals are written by both sides) and partnerships."""
    chance = Chance(seed, "edges")
    rows = [edge(source, owner, "subsidiary_of", share) for source, owner, share in owned_by(members)]
    for supplier, buyer in supplies_of(seed, members):
        strength = chance.between(0.1, 1)
        deal: Row = {
            "volume_info": {
                "annual_spend_usd": chance.whole(1, 900) * 10_000,
                "share_of_category": chance.between(0.05, 1),
            },
            "sustainability_score": chance.between(0.2, 0.95) if chance.happens(0.8) else None,
            "risk_score": chance.between(0.05, 0.9) if chance.happens(0.85) else None,
        }
        sides = ("buyer",) if supplier in OUTSIDE else ("supplier", "supplier", "buyer", "both")
        written_by = chance.pick(sides)
        if written_by != "buyer":
            rows.append(edge(supplier, buyer, "supplies_to", strength, deal))
        if written_by != "supplier":
            rows.append(edge(buyer, supplier, "buys_from", strength, deal))
    everybody = [member for member in members if member.has_node]
    partners: dict[tuple[str, str], None] = {}
    while len(partners) < PARTNERSHIPS:
        one, other = chance.some(everybody, 2)
        partners[one.id, other.id] = None
    return rows + [edge(one, other, "partners_with", chance.between(0.2, 0.9)) for one, other in partners]


def assessment_rows(seed: int, members: list[Member]) -> list[Row]:
    """Return assessments of most suppliers that are members: valid ones, expired ones, and some with both."""
    chance = Chance(seed, "assessments")
    rows: list[Row] = []

    def assess(supplier: str, buyer: str, when: date, until: date) -> None:
        parts = {part: chance.between(0.2, 0.95) for part in ("environment", "social", "governance")}
        overall = round(sum(parts.values()) / len(parts), 2)
        risk = {"topic": "water stress", "severity": "high"}
        rows.append(
            {
                "id": f"assessment-{len(rows) + 1:04}",
                "requester_org_id": buyer,
                "supplier_organization_id": supplier,
                "assessment_type": chance.pick(("esg_questionnaire", "site_audit", "desk_review")),
                "scores": {**parts, "overall": overall},
                "risks": [risk] if parts["environment"] < 0.4 else [],
                "recommendations": [{"action": "agree on an improvement plan"}] if overall < 0.5 else [],
                "assessment_date": when,
                "valid_until": until,
            }
        )

    for supplier, buyer in supplies_of(seed, members):
        if supplier in OUTSIDE:
            continue
        fate = chance.pick(("valid", "expired", "renewed", "never", "valid", "never"))
        if fate in ("expired", "renewed"):
            assess(supplier, buyer, chance.day(date(2022, 1, 1), date(2023, 6, 30)), ENDED)
        if fate in ("valid", "renewed"):
            assess(supplier, buyer, chance.day(date(2024, 1, 1), TODAY), NEVER_ENDS)
    return rows


def marketplace_rows(seed: int, members: list[Member]) -> tuple[list[Row], list[Row]]:
    """Return the listings, open and closed, and who bought what (never from oneself)."""
    chance = Chance(seed, "marketplace")
    listings: list[Row] = []
    providers = chance.some(members, LISTINGS)
    for place, provider in enumerate(providers, 1):
        kind = chance.pick(("emission_factors", "energy_profiles", "supplier_audits", "water_risk"))
        access = chance.pick(("one_time", "subscription", "exchange"))
        noun = BY_CODE[provider.industry].noun.lower()
        listings.append(
            {
                "id": f"listing-{place:03}",
                "provider_org_id": provider.id,
                "dataset_name": f"{kind.replace('_', ' ').capitalize()}, {noun}",
                "dataset_type": kind,
                "description": f"Anonymised {kind.replace('_', ' ')} of our sites",
                "data_period": chance.pick(("2022", "2023", "2024")),
                "quality_score": chance.between(0.5, 0.98),
                "price_credits": 0 if access == "exchange" else 10 * chance.whole(1, 50),
                "access_type": access,
                "metadata": {"industry": provider.industry},
                "listed_at": chance.day(date(2023, 1, 1), date(2024, 6, 30)),
                "expires_at": chance.pick((NEVER_ENDS, None, None, ENDED)),
            }
        )
    exchanges: list[Row] = []
    for place in range(1, EXCHANGES + 1):
        listing = chance.pick(listings)
        buyer = chance.pick([member for member in members if member.id != listing["provider_org_id"]])
        granted = chance.day(date(2024, 7, 1), date(2024, 12, 30))
        endings = {"one_time": None, "subscription": NEVER_ENDS, "exchange": granted + timedelta(days=90)}
        exchanges.append(
            {
                "id": f"exchange-{place:03}",
                "listing_id": listing["id"],
                "buyer_org_id": buyer.id,
                "transaction_type": "swap" if listing["access_type"] == "exchange" else "purchase",
                "credits_exchanged": listing["price_credits"],
                "access_granted_at": granted,
                "access_expires_at": endings[listing["access_type"]],
            }
        )
    return listings, exchanges


def consortium_rows(seed: int, members: list[Member]) -> tuple[list[Row], list[Row]]:
    """Return the consortiums and their members; the first to join is in the chair."""
    chance = Chance(seed, "consortiums")
    consortiums: list[Row] = []
    seats: list[Row] = []
    for name, (industry, trades) in CONSORTIUMS.items():
        joined = [member for trade in trades for member in tops_in(members, trade)[:9]]
        consortiums.append(
            {
                "consortium_name": name,
                "industry": industry,
                "charter": {"purpose": f"Shared targets in {industry}", "target_year": 2035},
                "governance": {"quorum": 0.5, "chair_term_years": 2},
                "member_count": len(joined),
            }
        )
        seats += [
            {
                "consortium_name": name,
                "organization_id": member.id,
                "member_role": "observer" if place % 5 == 4 else "member" if place else "chair",
                "voting_power": 0 if place % 5 == 4 else 1 if place else 2,
                "joined_at": chance.day(date(2022, 1, 1), TODAY),
            }
            for place, member in enumerate(joined)
        ]
    return consortiums, seats


def tables_of(seed: int, members: list[Member]) -> Tables:
    """Return the tables of the network."""
    listings, exchanges = marketplace_rows(seed, members)
    consortiums, seats = consortium_rows(seed, members)
    return {
        "network_edges": edge_rows(seed, members),
        "network_supplier_assessments": assessment_rows(seed, members),
        "network_data_marketplace": listings,
        "network_data_exchanges": exchanges,
        "network_consortiums": consortiums,
        "network_consortium_members": seats,
    }
