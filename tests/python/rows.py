"""A row of every documented table that obeys every rule, and what makes it break one."""

import json
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

ORGANIZATION, OTHER, AGENT, MODEL, NODE, NEIGHBOUR, GROUP, LISTING, CONSORTIUM = (
    UUID(int=number) for number in range(1, 10)
)
LATER = "2100-01-01"
ROWS = {
    "ml_models": {
        "id": MODEL, "organization_id": ORGANIZATION, "model_type": "optimization", "model_name": "x",
        "version": "1", "architecture": {},
    },
    "ml_features": {
        "organization_id": ORGANIZATION, "feature_set": "x", "features": {}, "computed_at": "2024-01-01",
    },
    "ml_predictions": {
        "organization_id": ORGANIZATION, "model_id": MODEL, "prediction_type": "x", "input_data": {},
        "prediction": {},
    },
    "ml_training_jobs": {"organization_id": ORGANIZATION, "model_type": "x", "config": {}},
    "ml_model_performance": {"organization_id": ORGANIZATION, "model_id": MODEL, "metric_type": "x"},
    "gri_standards": {
        "standard_code": "x", "industry": "x", "version": "x", "topics": [], "requirements": {},
        "effective_date": "2024-01-01",
    },
    "industry_models": {
        "industry_code": "x", "industry_name": "x", "gri_standard": "x", "model_type": "x",
        "configuration": {}, "material_topics": [],
    },
    "organization_industries": {"organization_id": ORGANIZATION, "primary_industry": "x"},
    "industry_benchmarks": {
        "industry_code": "x", "metric_name": "x", "metric_type": "x", "period": "2024", "statistics": {},
        "sample_size": 5,
    },
    "network_nodes": {"id": NODE, "organization_id": ORGANIZATION, "node_type": "supplier", "node_name": "x"},
    "network_edges": {"source_node_id": NODE, "target_node_id": NEIGHBOUR, "edge_type": "supplies_to"},
    "network_privacy_settings": {
        "organization_id": ORGANIZATION, "data_category": "energy", "sharing_level": "private",
    },
    "network_peer_groups": {"id": GROUP, "group_name": "x", "industry": "x", "criteria": {}},
    "network_peer_group_members": {"peer_group_id": GROUP, "organization_id": ORGANIZATION},
    "network_benchmarks": {
        "benchmark_type": "industry", "industry": "x", "metric_name": "x", "period": "2024",
        "participant_count": 5, "statistics": {}, "expires_at": LATER,
    },
    "network_supplier_assessments": {
        "requester_org_id": ORGANIZATION, "supplier_node_id": NODE, "assessment_type": "x", "scores": {},
        "valid_until": LATER,
    },
    "network_data_marketplace": {
        "id": LISTING, "provider_org_id": ORGANIZATION, "dataset_name": "x", "dataset_type": "x",
        "data_period": "2024", "access_type": "exchange",
    },
    "network_data_exchanges": {"listing_id": LISTING, "buyer_org_id": OTHER, "transaction_type": "x"},
    "network_consortiums": {
        "id": CONSORTIUM, "consortium_name": "x", "industry": "x", "charter": {}, "governance": {},
    },
    "network_consortium_members": {
        "consortium_id": CONSORTIUM, "organization_id": ORGANIZATION, "member_role": "x",
    },
    "agent_ml_requests": {
        "agent_id": AGENT, "model_id": MODEL, "organization_id": ORGANIZATION, "request_type": "x",
        "input_data": {},
    },
    "network_intelligence_cache": {"cache_key": "x", "cache_type": "x", "data": {}, "expires_at": LATER},
    "regulatory_compliance": {
        "organization_id": ORGANIZATION, "regulation": "x", "jurisdiction": "x", "status": "x",
    },
}  # fmt: skip

# What makes a second row of a table another one, where something besides the id has to be unique.
ANOTHER = {
    "ml_models": {"version": "2"},
    "gri_standards": {"standard_code": "y"},
    "industry_models": {"industry_code": "y"},
    "industry_benchmarks": {"period": "2025"},
    "network_edges": {"edge_type": "buys_from"},
    "network_privacy_settings": {"data_category": "water"},
    "network_peer_group_members": {"organization_id": OTHER},
    "network_benchmarks": {"period": "2025"},
    "network_consortium_members": {"organization_id": OTHER},
    "network_intelligence_cache": {"cache_key": "y"},
}

# What breaks a CHECK, by how its name ends; the value goes into its only column.
BREAKS = {
    "_from_0_to_1": "NaN",
    "_not_negative": -1,
    "_not_blank": " ",
    "_is_an_object": [],
    "_is_an_array": {},
    "_is_no_scalar": 1,
    "_type_check": "another",
    "_status_check": "another",
    "_level_check": "another",
    "_progress_check": 101,
    "_confidence_check": 1.01,
    "_one_spelling_of_data_category": "Energy",
}
LONG_AGO = "2000-01-01"
BREAKS_BY_NAME = {
    "agent_ml_requests_completes_after_creation": {"completed_at": LONG_AGO},
    "ml_training_jobs_completes_after_start": {"completed_at": LONG_AGO},
    "ml_training_jobs_starts_after_creation": {"started_at": LONG_AGO},
    "network_benchmarks_expires_after_creation": {"expires_at": LONG_AGO},
    "network_data_exchanges_access_expires_after_grant": {"access_expires_at": LONG_AGO},
    "network_data_marketplace_expires_after_listing": {"expires_at": LONG_AGO},
    "network_edges_no_self_edge": {"target_node_id": NODE},
    "network_intelligence_cache_expires_after_creation": {"expires_at": LONG_AGO},
    "network_privacy_settings_expires_after_consent": {"consent_date": LATER, "expires_at": LONG_AGO},
    "network_supplier_assessments_valid_until_after_assessment": {"valid_until": LONG_AGO},
    "regulatory_compliance_deadline_after_assessment": {"last_assessment": LATER, "next_deadline": LONG_AGO},
}


def insert(connection: psycopg.Connection, table: str, row: dict) -> None:
    """Insert a row given as plain values, of whatever types the columns are."""
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    values = Jsonb(row, dumps=lambda given: json.dumps(given, default=str))
    statement = sql.SQL(
        "insert into {table} ({names}) select {names} from jsonb_populate_record(null::{table}, {row})"
    )
    connection.execute(statement.format(table=sql.Identifier(table), names=names, row=values))
