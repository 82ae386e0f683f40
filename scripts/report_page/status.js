// For which metrics and periods the scope has a benchmark, and what stands in where it has none.
function showStatus({ scope, metric, period }) {
  const isPublished = (name, each) => benchmarks.has(cellKey(scope, name, each));
  const values = metricNames.flatMap((name, at) => periods.filter((each) => isAnywhere(name, each)).map((each) => ({
    at, name: metricName(name), period: each, published: isPublished(name, each),
    says: `${metricName(name)}, ${each}: ${isPublished(name, each) ? "published" : "insufficient data"}`,
  })));
  const names = metricNames.filter((name) => isAnywhere(name, period));
  const published = names.filter((name) => isPublished(name, period)).length;
  fill("status", {
    says: `${scopeName(scope)}, ${period}: ${published} of ${names.length} metrics published, ${names.length - published} with insufficient data.`,
    legend: keys("published", "insufficient"),
    values,
    table: table(`${scopeName(scope)}, ${period}`, [
      ["Metric", metricName],
      ["Status", (name) => (isPublished(name, period) ? "Published" : withheldInWords(scope, name, period)), true],
    ], names, (name) => name === metric),
  });
}

function withheldInWords(scope, metric, period) {
  const broader = levelUsed(scope, metric, period);
  return `Insufficient data${broader ? `; shown instead: ${scopeName(broader)}` : ""}`;
}
