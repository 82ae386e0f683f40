// What the marts hold, as objects that are found by their key.
const data = JSON.parse(document.getElementById("data").textContent);

const rows = Object.fromEntries(
  Object.entries(data.tables).map(([name, { columns, rows }]) => [
    name,
    rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]]))),
  ]),
);

// A scope is whose benchmark it is: the network, an industry or a peer group. A cell is one metric and period of it.
const scopeKey = (row) => JSON.stringify([row.benchmark_type, row.industry_code]);
const cellKey = (scope, metric, period) => JSON.stringify([scope, metric, period]);
const byCell = (table) => new Map(table.map((row) => [cellKey(scopeKey(row), row.metric_name, row.period), row]));

const benchmarks = byCell(rows.benchmarks);
const trends = byCell(rows.benchmark_trend);
const metrics = new Map(rows.benchmarks.map((row) => [row.metric_name, row]));
const industries = new Map(rows.industries.map((row) => [row.industry_code, row]));

const NETWORK = scopeKey({ benchmark_type: "network", industry_code: null });
const industryScope = (industry_code) => scopeKey({ benchmark_type: "industry", industry_code });

const publishedScopes = Map.groupBy(rows.benchmarks, scopeKey);
const scopes = [...new Set([...publishedScopes.keys(), ...[...industries.keys()].map(industryScope)])].sort();
const categoryOf = (metric) => metrics.get(metric).category ?? "other";
const metricNames = [...metrics.keys()].sort().sort((a, b) => categoryOf(a).localeCompare(categoryOf(b)));
const periods = [...new Set(rows.benchmarks.map((row) => row.period))].sort();

// What somebody has a benchmark of; elsewhere there is nothing to withhold.
const anywhere = new Set(rows.benchmarks.map((row) => cellKey(null, row.metric_name, row.period)));
const isAnywhere = (metric, period) => anywhere.has(cellKey(null, metric, period));

// A year, a quarter and a month are told apart by how they are written: 2024, 2024-Q1, 2024-01.
const kindOfPeriod = (period) => (period.includes("Q") ? "Quarters" : period.includes("-") ? "Months" : "Years");
const samePeriodicity = (period) => periods.filter((other) => kindOfPeriod(other) === kindOfPeriod(period));

// The scopes that hold this one, the nearest first; an industry that is its own ancestor is visited once.
function broaderScopes(scope) {
  const [type, code] = JSON.parse(scope);
  const codes = [code];
  let next = type === "industry" ? industries.get(code)?.parent_code : null;
  while (industries.has(next) && !codes.includes(next)) {
    codes.push(next);
    next = industries.get(next).parent_code;
  }
  return scope === NETWORK ? [] : [...codes.slice(1).map(industryScope), NETWORK];
}

// As in the mart benchmark_status, which has a row for every industry there is and would not fit into a page.
const levelUsed = (scope, metric, period) =>
  broaderScopes(scope).find((each) => benchmarks.has(cellKey(each, metric, period)));
