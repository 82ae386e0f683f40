// Draws a Vega-Lite specification in the page's own colours.
function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    labelColor: colour("ink"),
    titleColor: colour("quiet"),
    domainColor: colour("range"),
    tickColor: colour("range"),
    gridColor: colour("line"),
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelPadding: 6,
  };
  return {
    font: "system-ui, sans-serif",
    background: null,
    view: { stroke: null },
    axis,
    style: {
      median: { color: colour("median") },
      median_point: { color: colour("paper"), stroke: colour("median"), strokeWidth: 2, size: 70 },
      band: { color: colour("band"), stroke: colour("median"), strokeWidth: 1 },
      range: { color: colour("range"), strokeWidth: 2 },
      mean: { color: colour("mean") },
      name: { color: colour("ink"), fontSize: 13, align: "left", baseline: "bottom" },
      withheld: { color: colour("quiet"), fontSize: 12, align: "left", fontStyle: "italic" },
      hollow: { color: colour("range"), strokeWidth: 1.5 },
    },
  };
}

const AXIS_NUMBER =
  "abs(datum.value) >= 1e4 ? replace(format(datum.value, '~s'), 'G', 'bn') : format(datum.value, ',~r')";
const LINEAR = { scale: { zero: true, nice: 5 } };
const drawn = new Map();

// ast: the interpreter that needs no eval, which the page's security policy forbids.
function draw(place, specification, values, axis = LINEAR) {
  const axisQuantitative = {
    labelExpr: AXIS_NUMBER,
    domain: false,
    ticks: false,
    tickCount: 5,
    labelOverlap: true,
  };
  const options = { renderer: "svg", actions: false, ast: true, config: { ...theme(), axisQuantitative } };
  drawn.get(place)?.then((before) => before.finalize());
  drawn.set(place, vegaEmbed(place, fitted(specification, values, axis), options));
}

// Vega-Lite warns of a height in steps beside a fitted width, and of a layer without a value.
function fitted({ height, encoding, layer, ...rest }, values, axis) {
  const lines = new Set(values.map((value) => value.name)).size;
  const measure = Object.entries(encoding).find(([, channel]) => channel.type === "quantitative")?.[0];
  const hasValues = ({ encoding: { [measure]: channel } = {} }) =>
    !channel?.field || values.some((value) => Number.isFinite(value[channel.field]));
  return {
    ...rest,
    height: height.step ? height.step * lines : height,
    encoding: measure ? { ...encoding, [measure]: { ...axis, ...encoding[measure] } } : encoding,
    layer: measure ? layer.filter(hasValues) : layer,
    data: { values },
  };
}
