-- Agent-ML Integration
CREATE TABLE IF NOT EXISTS agent_ml_requests (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  agent_id UUID NOT NULL REFERENCES autonomous_agents(id),
  model_id UUID NOT NULL REFERENCES ml_models(id),
  organization_id UUID NOT NULL REFERENCES organizations(id),
  request_type TEXT NOT NULL,
  input_data JSONB NOT NULL,
  prediction JSONB,
  status TEXT NOT NULL DEFAULT 'pending',
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  completed_at TIMESTAMPTZ
);

-- Network Intelligence Cache
CREATE TABLE IF NOT EXISTS network_intelligence_cache (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  cache_key TEXT NOT NULL UNIQUE,
  cache_type TEXT NOT NULL,
  data JSONB NOT NULL,
  organization_id UUID REFERENCES organizations(id),
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  expires_at TIMESTAMPTZ NOT NULL
);

-- Regulatory Compliance Tracking
CREATE TABLE IF NOT EXISTS regulatory_compliance (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  organization_id UUID NOT NULL REFERENCES organizations(id),
  regulation TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  status TEXT NOT NULL,
  last_assessment TIMESTAMPTZ,
  next_deadline TIMESTAMPTZ,
  compliance_data JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
