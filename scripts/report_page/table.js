// Elements and tables; text goes in as text, so that a name cannot become markup.
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// columns: [heading, row => text, isText]; the first is the heading of its row.
function table(caption, columns, rows, isChosen = () => false) {
  const headings = columns.map(([heading, , isText]) => element("th", { scope: "col", className: isText ? "text" : "" }, heading));
  const lines = rows.map((row) => {
    const cells = columns.map(([, read, isText], at) =>
      at ? element("td", { className: isText ? "text" : "" }, read(row)) : element("th", { scope: "row" }, read(row)),
    );
    return element("tr", { className: isChosen(row) ? "chosen" : "" }, ...cells);
  });
  return element("table", {},
    element("caption", {}, caption), element("thead", {}, element("tr", {}, ...headings)), element("tbody", {}, ...lines));
}

const KEYS = { median: "Median", band: "Middle half", range: "Middle 80 %", mean: "Mean", published: "Published", insufficient: "Insufficient data" };
const keys = (...names) => names.map((name) => element("span", { className: `key ${name}` }, KEYS[name]));

// Fills a section: a sentence, a legend, a chart and the table beside it.
function fill(name, { says, legend, values, axis, table }) {
  const section = document.getElementById(name);
  section.querySelector(".says").textContent = says;
  section.querySelector("figcaption").replaceChildren(...legend);
  section.querySelector(".scroll").replaceChildren(table);
  section.querySelector(".scroll").hidden = !table.tBodies[0].rows.length;
  section.querySelector("figure").hidden = !values.length;
  if (values.length) draw(section.querySelector(".chart"), data.charts[name], values, axis);
}
