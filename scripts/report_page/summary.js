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
    ["Median", number(cell.median), cell.median === null ? "" : ` ${unit}`],
    ["Middle half", span(cell.p25, cell.p75)],
    ["Mean", number(cell.mean)],
    ["Contributors", `${number(cell.contributors)} or more`],
    ["Share of its known members", percent(cell.coverage)],
  ];
  const figures = shown.map(([name, value, note = ""]) => {
    const described = element("dd", {}, value, element("small", {}, note));
    return element("div", {}, element("dt", {}, name), described);
  });
  return element("dl", { className: "figures" }, ...figures);
}

function insufficient(scope, metric, period) {
  const notice = element("div", { className: "notice" });
  notice.append(element("p", {}, "Insufficient data: nothing is published here."));
  const broader = levelUsed(scope, metric, period);
  if (!broader) return notice;
  const onclick = () => {
    choose({ scope: broader });
    selectors.scope.focus(); // the button is gone
  };
  notice.append(element("p", {}, "The nearest broader benchmark that is published:"));
  notice.append(element("button", { type: "button", onclick }, `Show: ${scopeName(broader)}`));
  return notice;
}
