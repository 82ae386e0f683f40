-- GRI Standards Mapping
CREATE TABLE IF NOT EXISTS gri_standards (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  standard_code TEXT NOT NULL UNIQUE, -- e.g., 'GRI 11', 'GRI 12'
  industry TEXT NOT NULL,
  version TEXT NOT NULL,
  topics JSONB NOT NULL,
  requirements JSONB NOT NULL,
  effective_date DATE NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- Industry Models
CREATE TABLE IF NOT EXISTS industry_models (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  industry_code TEXT NOT NULL UNIQUE,
  industry_name TEXT NOT NULL,
  gri_standard TEXT REFERENCES gri_standards(standard_code),
  model_type TEXT NOT NULL,
  configuration JSONB NOT NULL,
  material_topics JSONB NOT NULL,
  benchmarks JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- Organization Industry Mapping
CREATE TABLE IF NOT EXISTS organization_industries (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  organization_id UUID NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
  primary_industry TEXT NOT NULL REFERENCES industry_models(industry_code),
  secondary_industries TEXT[] DEFAULT '{}',
  classification_confidence DECIMAL(3,2),
  material_topics JSONB,
  custom_topics JSONB,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- Industry Benchmarks
CREATE TABLE IF NOT EXISTS industry_benchmarks (
  id UUID PRIMARY KEY DEFAULT uuid_generate_v4(),
  industry_code TEXT NOT NULL REFERENCES industry_models(industry_code),
  metric_name TEXT NOT NULL,
  metric_type TEXT NOT NULL,
  period TEXT NOT NULL,
  statistics JSONB NOT NULL, -- mean, median, quartiles, etc.
  sample_size INTEGER NOT NULL,
  last_updated TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  UNIQUE(industry_code, metric_name, period)
);
