// The choice over the periods of its kind: years beside years, quarters beside quarters.
function showTrend({ scope, metric, period }) {
  const { unit } = metrics.get(metric);
  const shown = samePeriodicity(period).map((each) => {
    const key = cellKey(scope, metric, each);
    const cell = benchmarks.get(key);
    return { ...cell, ...trends.get(key), period: each, says: `${each}: ${inWords(cell, unit)}` };
  });
  fill("trend", {
    says: trendInWords(shown),
    legend: [...keys("median", "band", "mean"), element("span", {}, `in ${unit}`)],
    values: shown.some((row) => row.contributors) ? shown : [],
    table: table(
      `${scopeName(scope)}, ${metricName(metric)}, in ${unit}`,
      [
        ["Period", (row) => row.period],
        ["Median", (row) => number(row.median)],
        ["Change", (row) => change(row.median_change)],
        ["P25", (row) => number(row.p25)],
        ["P75", (row) => number(row.p75)],
        ["Mean", (row) => number(row.mean)],
      ],
      shown,
      (row) => row.period === period,
    ),
  });
}

function trendInWords(shown) {
  const published = shown.filter((row) => row.contributors);
  if (!published.length) return "Insufficient data in every period.";
  const last = published.at(-1);
  const moves = [
    ["median", change(last.median_change)],
    ["mean", change(last.mean_change)],
  ].filter(([, moved]) => moved !== DASH);
  const moved = moves.map(([name, share]) => ` ${last.period}: ${name} ${share} against ${last.previous_period}.`);
  return `Published for ${published.length} of ${shown.length} periods.${moved[0] ?? ""}`;
}
