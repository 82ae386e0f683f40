// The figures of the choice beside those of the scopes that hold it.
const FIGURES = [
  ["Median", "median"],
  ["P10", "p10"],
  ["P25", "p25"],
  ["P75", "p75"],
  ["P90", "p90"],
  ["Mean", "mean"],
  ["Standard deviation", "stddev"],
];

function showDistribution({ scope, metric, period }) {
  const { unit } = metrics.get(metric);
  const lines = [scope, ...broaderScopes(scope)]
    .map((each, at) => {
      const cell = benchmarks.get(cellKey(each, metric, period));
      return { ...cell, at, scope: each, name: scopeName(each), says: inWords(cell, unit), chosen: each === scope };
    })
    .filter((line) => line.contributors || line.chosen);
  const axis = fittingAxis(lines);
  const inUnit = `in ${unit}${axis.scale.type === "log" ? ", logarithmic scale" : ""}`;
  fill("distribution", {
    says: `${lines[0].name}: ${lines[0].says}.`,
    legend: [...keys("median", "band", "range", "mean"), element("span", {}, inUnit)],
    values: lines.some((line) => line.contributors) ? lines : [],
    axis,
    table: table(
      `${metricName(metric)}, ${period}, in ${unit}`,
      [
        ["", ([title]) => title],
        ...lines.map((line) => [
          element("abbr", { title: line.name }, shortScopeName(line.scope)),
          ([, figure]) => number(line[figure]),
        ]),
      ],
      [["Contributors", "contributors"], ...FIGURES],
    ),
  });
}

// Industries differ in size by powers of ten: then a scale from zero would squash the small ones.
function fittingAxis(lines) {
  const drawn = ["p10", "p25", "median", "mean", "p75", "p90"];
  const shown = lines.flatMap((line) => drawn.flatMap((figure) => line[figure] ?? []));
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  if (!(least > 0 && most / least > 100)) return LINEAR;
  const decades = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const ticks = Array.from({ length: decades[1] - decades[0] + 1 }, (_, at) => 10 ** (decades[0] + at));
  return { scale: { type: "log", domain: [ticks[0], ticks.at(-1)] }, axis: { values: ticks } };
}

function inWords(cell, unit) {
  if (!cell) return "insufficient data";
  const parts = [
    ["median", number(cell.median)],
    ["middle half", span(cell.p25, cell.p75)],
    ["middle 80\u00a0%", span(cell.p10, cell.p90)],
    ["mean", number(cell.mean)],
  ].filter(([, figure]) => figure !== DASH);
  return `${parts.map(([name, figure]) => `${name} ${figure}`).join("; ")} (${unit})`;
}
