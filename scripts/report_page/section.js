// A section of the page: a sentence that says what the chart shows, a legend, the chart, and the table beside it.
const KEYS = {
  median: "Median",
  band: "Middle half",
  range: "Middle 80 %",
  mean: "Mean",
  published: "Published",
  insufficient: "Insufficient data",
};
const keys = (...names) => names.map((name) => element("span", { className: `key ${name}` }, KEYS[name]));

function fill(name, { says, legend, values, axis, table }) {
  const section = document.getElementById(name);
  section.querySelector(".says").textContent = says;
  section.querySelector("figcaption").replaceChildren(...legend);
  section.querySelector(".scroll").replaceChildren(table);
  section.querySelector(".scroll").hidden = !table.tBodies[0].rows.length;
  section.querySelector("figure").hidden = !values.length;
  if (values.length) draw(section.querySelector(".chart"), data.charts[name], values, axis);
}
