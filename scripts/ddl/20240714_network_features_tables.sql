-- Network Nodes (Organizations in the network)
CREATE TABLE IF NOT EXISTS network_nodes (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  organization_id UUID REFERENCES organizations(id),
  external_id TEXT, -- For non-platform organizations
  node_type TEXT NOT NULL CHECK (node_type IN ('organization', 'supplier', 'customer', 'partner')),
  node_name TEXT NOT NULL,
  industry TEXT,
  location JSONB,
  certifications TEXT[],
  esg_score DECIMAL(3,2),
  data_sharing_level TEXT NOT NULL DEFAULT 'none' CHECK (data_sharing_level IN ('full', 'anonymous', 'aggregated', 'none')),
  metadata JSONB DEFAULT '{}',
  joined_network_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- Network Edges (Relationships)
CREATE TABLE IF NOT EXISTS network_edges (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  source_node_id UUID NOT NULL REFERENCES network_nodes(id),
  target_node_id UUID NOT NULL REFERENCES network_nodes(id),
  edge_type TEXT NOT NULL CHECK (edge_type IN ('supplies_to', 'buys_from', 'partners_with', 'subsidiary_of')),
  relationship_strength DECIMAL(3,2),
  volume_info JSONB,
  sustainability_score DECIMAL(3,2),
  risk_score DECIMAL(3,2),
  metadata JSONB DEFAULT '{}',
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  UNIQUE(source_node_id, target_node_id, edge_type)
);

-- Privacy Layers
CREATE TABLE IF NOT EXISTS network_privacy_settings (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  organization_id UUID NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
  data_category TEXT NOT NULL,
  sharing_level TEXT NOT NULL CHECK (sharing_level IN ('public', 'network', 'partners', 'private')),
  anonymization_method TEXT,
  consent_given BOOLEAN NOT NULL DEFAULT false,
  consent_date TIMESTAMPTZ,
  expires_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  UNIQUE(organization_id, data_category)
);

-- Peer Groups
CREATE TABLE IF NOT EXISTS network_peer_groups (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  group_name TEXT NOT NULL,
  industry TEXT NOT NULL,
  criteria JSONB NOT NULL,
  member_count INTEGER NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- Peer Group Members
CREATE TABLE IF NOT EXISTS network_peer_group_members (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  peer_group_id UUID NOT NULL REFERENCES network_peer_groups(id),
  organization_id UUID NOT NULL REFERENCES organizations(id),
  similarity_score DECIMAL(3,2),
  joined_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  UNIQUE(peer_group_id, organization_id)
);

-- Anonymous Benchmarks
CREATE TABLE IF NOT EXISTS network_benchmarks (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  benchmark_type TEXT NOT NULL,
  industry TEXT,
  metric_name TEXT NOT NULL,
  period TEXT NOT NULL,
  participant_count INTEGER NOT NULL,
  statistics JSONB NOT NULL,
  confidence_level DECIMAL(3,2),
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  expires_at TIMESTAMPTZ NOT NULL,
  UNIQUE(benchmark_type, industry, metric_name, period)
);

-- Supply Chain Assessments
CREATE TABLE IF NOT EXISTS network_supplier_assessments (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  requester_org_id UUID NOT NULL REFERENCES organizations(id),
  supplier_node_id UUID NOT NULL REFERENCES network_nodes(id),
  assessment_type TEXT NOT NULL,
  scores JSONB NOT NULL,
  risks JSONB,
  recommendations JSONB,
  assessment_date TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  valid_until TIMESTAMPTZ NOT NULL
);

-- Data Marketplace
CREATE TABLE IF NOT EXISTS network_data_marketplace (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  provider_org_id UUID NOT NULL REFERENCES organizations(id),
  dataset_name TEXT NOT NULL,
  dataset_type TEXT NOT NULL,
  description TEXT,
  data_period TEXT NOT NULL,
  quality_score DECIMAL(3,2),
  price_credits INTEGER,
  access_type TEXT NOT NULL CHECK (access_type IN ('one_time', 'subscription', 'exchange')),
  metadata JSONB DEFAULT '{}',
  listed_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  expires_at TIMESTAMPTZ
);

-- Data Exchange Transactions
CREATE TABLE IF NOT EXISTS network_data_exchanges (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  listing_id UUID NOT NULL REFERENCES network_data_marketplace(id),
  buyer_org_id UUID NOT NULL REFERENCES organizations(id),
  transaction_type TEXT NOT NULL,
  credits_exchanged INTEGER,
  access_granted_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  access_expires_at TIMESTAMPTZ
);

-- Industry Consortiums
CREATE TABLE IF NOT EXISTS network_consortiums (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  consortium_name TEXT NOT NULL,
  industry TEXT NOT NULL,
  charter JSONB NOT NULL,
  governance JSONB NOT NULL,
  member_count INTEGER NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- Consortium Members
CREATE TABLE IF NOT EXISTS network_consortium_members (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  consortium_id UUID NOT NULL REFERENCES network_consortiums(id),
  organization_id UUID NOT NULL REFERENCES organizations(id),
  member_role TEXT NOT NULL,
  voting_power INTEGER DEFAULT 1,
  joined_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  UNIQUE(consortium_id, organization_id)
);
