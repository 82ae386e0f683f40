// The selectors, and everything that follows what they say.
const selectors = Object.fromEntries(
  ["scope", "metric", "period"].map((name) => [name, document.getElementById(name)]),
);
const current = () => Object.fromEntries(Object.entries(selectors).map(([name, { value }]) => [name, value]));

function show() {
  for (const part of [showSummary, showDistribution, showTrend, showCoverage, showStatus]) part(current());
}

function choose(choice) {
  for (const [name, value] of Object.entries(choice)) selectors[name].value = value;
  show();
}

function offer(select, values, group, name) {
  for (const [label, members] of Object.entries(Object.groupBy(values, group))) {
    select.append(element("optgroup", { label }, ...members.map((value) => new Option(name(value), value))));
  }
}

const GROUPS = ["Network", "Industries", "Peer groups", "Industries without a benchmark"];
function groupOf(scope) {
  const [type] = JSON.parse(scope);
  if (!publishedScopes.has(scope)) return GROUPS[3];
  return type === "network" ? GROUPS[0] : type === "industry" ? GROUPS[1] : GROUPS[2];
}
offer(
  selectors.scope,
  scopes.toSorted((a, b) => GROUPS.indexOf(groupOf(a)) - GROUPS.indexOf(groupOf(b))),
  groupOf,
  scopeName,
);
offer(selectors.metric, metricNames, (name) => sentenceCase(categoryOf(name)), metricName);
offer(selectors.period, periods.toReversed(), kindOfPeriod, (period) => period);

// At first the industry with most figures, and of it the metric with most contributors in the newest year.
const most = (values, size) => values.reduce((best, value) => (size(value) > size(best) ? value : best));
const figuresOf = (scope) =>
  publishedScopes.get(scope).flatMap((cell) => FIGURES.filter(([, name]) => cell[name] !== null)).length;
const published = [...publishedScopes.keys()];
const narrow = published.filter((scope) => groupOf(scope) === GROUPS[1]);
const scope = most(narrow.length ? narrow : published, figuresOf);
const own = publishedScopes
  .get(scope)
  .map((cell) => cell.period)
  .sort();
const period = own.findLast((each) => kindOfPeriod(each) === "Years") ?? own.at(-1);
const metric = most(metricNames, (name) => benchmarks.get(cellKey(scope, name, period))?.contributors ?? 0);

for (const select of Object.values(selectors)) select.addEventListener("change", show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
choose({ scope, metric, period });
