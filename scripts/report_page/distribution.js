// The figures of the choice beside those of the scopes that hold it.
const FIGURES = [["Median", "median"], ["P10", "p10"], ["P25", "p25"], ["P75", "p75"], ["P90", "p90"], ["Mean", "mean"], ["Standard deviation", "stddev"]];

function showDistribution({ scope, metric, period }) {
  const { unit } = metrics.get(metric);
  const shown = [scope, ...broaderScopes(scope)]
    .map((each) => ({ scope: each, cell: benchmarks.get(cellKey(each, metric, period)) }))
    .filter(({ scope: each, cell }) => cell || each === scope);
  const read = (name, format) => ({ cell }) => (cell ? format(cell[name]) : DASH);
  const measures = [["Contributors", "contributors"], ...FIGURES];
  const values = shown.map(({ scope: each, cell }, at) => ({ ...cell, at, name: scopeName(each), chosen: each === scope, says: inWords(cell, unit) }));
  const axis = fittingAxis(values);
  fill("distribution", {
    says: shown.map(({ scope: each, cell }) => `${scopeName(each)}: ${inWords(cell, unit)}.`)[0],
    legend: [...keys("median", "band", "range", "mean"), element("span", {}, `in ${unit}${axis.scale.type === "log" ? ", logarithmic scale" : ""}`)],
    values: shown.some(({ cell }) => cell) ? values : [],
    axis,
    table: table(
      `${metricName(metric)}, ${period}, in ${unit}`,
      [["", ([title]) => title], ...shown.map((each) => [element("abbr", { title: scopeName(each.scope) }, shortScopeName(each.scope)), ([, name]) => read(name, number)(each)])],
      measures,
    ),
  });
}

// Industries differ in size by powers of ten: then a scale from zero would squash the small ones.
function fittingAxis(values) {
  const shown = values.flatMap((cell) => ["p10", "p25", "median", "mean", "p75", "p90"].flatMap((name) => cell[name] ?? []));
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  if (!(least > 0 && most / least > 100)) return LINEAR;
  const decades = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const ticks = Array.from({ length: decades[1] - decades[0] + 1 }, (_, at) => 10 ** (decades[0] + at));
  return { scale: { type: "log", domain: [ticks[0], ticks.at(-1)] }, axis: { values: ticks } };
}

function inWords(cell, unit) {
  if (!cell) return "insufficient data";
  const parts = [["median", withUnit(cell.median, unit)], ["middle half", span(cell.p25, cell.p75, unit)],
    ["middle 80 %", span(cell.p10, cell.p90, unit)], ["mean", withUnit(cell.mean, unit)]];
  return parts.filter(([, value]) => value !== DASH).map(([name, value]) => `${name} ${value}`).join("; ");
}
