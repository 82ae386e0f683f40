// How many report anything of a category. A peer group's members are those of its industry, which stands for it.
function showCoverage({ scope, period }) {
  const [, code] = JSON.parse(scope);
  const whose = code === null ? NETWORK : industryScope(code);
  const shown = rows.coverage
    .filter((row) => row.industry_code === code && row.period === period)
    .map((row) => ({
      ...row,
      name: sentenceCase(row.category ?? "other"),
      says: `${row.organizations} or more, ${percent(row.coverage)}`,
    }));
  fill("coverage", {
    says: `${scopeName(whose)}, ${period}: ${coverageInWords(shown)}.`,
    legend: [element("span", {}, "Contributors, at least")],
    values: shown,
    table: table(
      `${scopeName(whose)}, ${period}`,
      [
        ["Category", (row) => row.name],
        ["Contributors", (row) => number(row.organizations)],
        ["Share of members", (row) => percent(row.coverage)],
        ["Metrics", (row) => number(row.metrics)],
      ],
      shown,
    ),
  });
}

function coverageInWords(shown) {
  if (!shown.length) return "insufficient data";
  const sorted = shown.toSorted((a, b) => a.organizations - b.organizations);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least.organizations === most.organizations) return `${most.organizations} or more contributors in every category`;
  const [fewest, largest] = [least, most].map((row) => `${row.organizations} or more (${row.category})`);
  return `from ${fewest} to ${largest} contributors`;
}
