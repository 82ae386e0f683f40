// For which metrics and periods the scope has a benchmark, and what stands in where it has none.
function showStatus({ scope, metric, period }) {
  const isPublished = (name, each) => benchmarks.has(cellKey(scope, name, each));
  const inWords = (name) => (isPublished(name, period) ? "Published" : withheldInWords(scope, name, period));
  const names = metricNames.filter((name) => isAnywhere(name, period));
  const published = names.filter((name) => isPublished(name, period)).length;
  const withheld = names.length - published;
  const counts = `${published} of ${names.length} metrics published, ${withheld} with insufficient data`;
  fill("status", {
    says: `${scopeName(scope)}, ${period}: ${counts}.`,
    legend: keys("published", "insufficient"),
    values: metricNames.flatMap((name, at) =>
      periods.filter((each) => isAnywhere(name, each)).map((each) => tile(name, at, each, isPublished(name, each))),
    ),
    table: table(
      `${scopeName(scope)}, ${period}`,
      [
        ["Metric", metricName],
        ["Status", inWords, true],
      ],
      names,
      (name) => name === metric,
    ),
  });
}

function tile(metric, at, period, published) {
  const name = metricName(metric);
  return { at, name, period, published, says: `${name}, ${period}: ${published ? "published" : "insufficient data"}` };
}

function withheldInWords(scope, metric, period) {
  const broader = levelUsed(scope, metric, period);
  return `Insufficient data${broader ? `; shown instead: ${scopeName(broader)}` : ""}`;
}
