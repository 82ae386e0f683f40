"""The data that scripts.bench measures: the same rows for the same number of rows, on every machine."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.shared.source import literal

SEEDS = Path(__file__).parents[2] / "seeds"
UNITS = {
    "energy": "MWh",
    "water": "m3",
    "emissions": "tCO2e",
    "waste": "t",
    "social": "h",
    "governance": "%",
}
METRICS = 20
YEARS = range(2016, 2024)
INDUSTRIES = 20
METRIC_PERIODS = METRICS * len(YEARS)
RESTATED_METRICS = 2  # in the last year: 2 of 160 metrics and periods are the first number above 1 %
MEMORY = "200MB"  # of DuckDB in this process

NUMBERED = {
    # One organisation in 20 belongs to the one before it; the shift spreads these over all industries.
    "organisations": """
        select
          number, md5('organisation ' || number)::uuid as organization_id,
          case when number % 20 = 19 then md5('organisation ' || (number - 1))::uuid end as parent_id,
          (number + number // 20) % {industries} as industry_number
        from range({organisations}) as numbers (number)""",
    # Three-digit industries of NAICS, five each of four sectors.
    "industries": """
        with three_digit as (
          select
            industry_code, industry_name, parent_industry_code,
            row_number() over (partition by parent_industry_code order by industry_code) as place,
            count(*) over (partition by parent_industry_code) as siblings
          from read_csv({catalogue}, all_varchar = true) where length(industry_code) = 3
        )
        select
          row_number() over (order by parent_industry_code, place) - 1 as number,
          industry_code, industry_name, parent_industry_code
        from three_digit where place <= 5 and siblings >= 5
        order by number limit {industries}""",
    "metric_definitions": """
        select
          number, format('metric_{{:02d}}', number + 1) as metric_name,
          list_extract({categories}, number % {category_count} + 1) as category,
          list_extract({units}, number % {category_count} + 1) as unit
        from range({metrics}) as numbers (number)""",
    # As they come in: year after year, in each every organisation with all its metrics. Lognormal values.
    "observations": """
        with numbered as (
          select
            number, number % {metrics} as metric_number,
            number // {metrics} % {organisations} as organisation_number,
            {first_year} + number // ({metrics} * {organisations}) as period,
            (hash(number) % 1000000 + 1) / 1000001 as first_chance,
            (hash(-1 - number) % 1000000 + 1) / 1000001 as second_chance
          from range({rows}) as numbers (number)
        )
        select
          md5('organisation ' || organisation_number)::uuid as organization_id, metric_number,
          format('metric_{{:02d}}', metric_number + 1) as metric_name, period,
          round(1000 * exp(1.5 * sqrt(-2 * ln(first_chance)) * cos(2 * pi() * second_chance)), 3) as value,
          list_extract({units}, metric_number % {category_count} + 1) as unit
        from numbered""",
}
SETTINGS = """
    select
      organization_id, unnest({categories}) as data_category, 'network' as sharing_level,
      {consent} as consent_given, '2016-01-01' as consent_date
    from organisations"""
OBSERVATIONS = "select organization_id, metric_name, period, {value} as value, unit from observations"

BUNDLES = {
    "members": {
        "organizations": "select organization_id, 'Organisation ' || number as name from organisations",
        "industry_models": """
            select sector.industry_code, sector.industry_name, null as parent_industry_code
            from read_csv({catalogue}, all_varchar = true) as sector
            where sector.industry_code in (select parent_industry_code from industries)
            union all
            select industry_code, industry_name, parent_industry_code from industries""",
        "organization_industries": """
            select organization_id, industry_code as primary_industry
            from organisations inner join industries on industry_number = industries.number""",
        "network_nodes": """
            select
              organization_id, 'Organisation ' || number as node_name, 'anonymous' as data_sharing_level
            from organisations""",
        "network_edges": """
            select
              organization_id as source_organization_id, parent_id as target_organization_id,
              'subsidiary_of' as edge_type
            from organisations where parent_id is not null""",
        "network_privacy_settings": SETTINGS.replace("{consent}", "true"),
        "metrics": "select metric_name, category, unit from metric_definitions",
    },
    "observations": {"metric_observations": OBSERVATIONS.replace("{value}", "value")},
    "restated": {
        "metric_observations": OBSERVATIONS.replace("{value}", "round(value * 1.1, 3)")
        + " where period = {last_year} and metric_number < {restated_metrics}"
    },
    "withdrawn": {
        "network_privacy_settings": SETTINGS.replace("{consent}", "false") + " where number = 0",
    },
}


@dataclass(frozen=True)
class Size:
    """How much data there is: every organisation reports every metric in every year."""

    organisations: int

    @property
    def rows(self) -> int:
        """The number of observations."""
        return self.organisations * METRIC_PERIODS

    @property
    def cells(self) -> int:
        """The number of cells of three-digit industries."""
        return min(self.organisations, INDUSTRIES) * METRIC_PERIODS


def write_bundles(folder: Path, size: Size) -> None:
    """Write the bundles, each a folder of CSV files: members, observations, restated, withdrawn."""
    parameters = {
        "organisations": size.organisations,
        "rows": size.rows,
        "metrics": METRICS,
        "first_year": YEARS[0],
        "last_year": YEARS[-1],
        "restated_metrics": RESTATED_METRICS,
        "industries": INDUSTRIES,
        "categories": list(UNITS),
        "units": list(UNITS.values()),
        "category_count": len(UNITS),
        "catalogue": literal(SEEDS / "industry_catalogue.csv"),
    }
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(folder)}) as connection:
        for name, query in NUMBERED.items():
            connection.execute(f"create view {name} as {query.format(**parameters)}")
        for bundle, tables in BUNDLES.items():
            (folder / bundle).mkdir()
            for table, query in tables.items():
                file = literal(folder / bundle / f"{table}.csv")
                connection.execute(f"copy ({query.format(**parameters)}) to {file} (format csv, header)")
