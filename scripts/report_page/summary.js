// The first thing to read: the choice, its figures, or what is shown in place of them.
function showSummary({ scope, metric, period }) {
  const { unit, direction } = metrics.get(metric);
  const cell = benchmarks.get(cellKey(scope, metric, period));
  const heading = element("h2", {}, `${metricName(metric)}, ${period}`);
  const whose = element("p", {}, `${scopeName(scope)} · in ${unit} · ${DIRECTIONS[direction] ?? ""}`);
  const body = cell ? keyFigures(cell, unit) : insufficient(scope, metric, period);
  document.getElementById("summary").replaceChildren(heading, whose, body);
}

function keyFigures(cell, unit) {
  const shown = [
    ["Median", number(cell.median), unit],
    ["Middle half", span(cell.p25, cell.p75, ""), ""],
    ["Mean", number(cell.mean), ""],
    ["Contributors", `${number(cell.contributors)} or more`, ""],
    ["Share of its known members", percent(cell.coverage), ""],
  ];
  return element("dl", { className: "figures" }, ...shown.map(([name, value, note]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value.trim(), " ", element("small", {}, value === DASH ? "" : note)))));
}

function insufficient(scope, metric, period) {
  const notice = element("div", { className: "notice" }, element("p", {}, "Insufficient data: nothing is published here."));
  const broader = levelUsed(scope, metric, period);
  if (broader) {
    const button = element("button", { type: "button", onclick: () => { choose({ scope: broader }); selectors.scope.focus(); } }, `Show: ${scopeName(broader)}`);
    notice.append(element("p", {}, "The nearest broader benchmark that is published:"), button);
  }
  return notice;
}
