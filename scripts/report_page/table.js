// Elements and tables; text goes in as text, so that a name cannot become markup.
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// columns: [heading, row => text, isText]; the first is the heading of its row.
function table(caption, columns, rows, isChosen = () => false) {
  const headings = columns.map(([heading, , isText]) =>
    element("th", { scope: "col", className: isText ? "text" : "" }, heading),
  );
  const lines = rows.map((row) => {
    const cells = columns.map(([, read, isText], at) =>
      at ? element("td", { className: isText ? "text" : "" }, read(row)) : element("th", { scope: "row" }, read(row)),
    );
    return element("tr", { className: isChosen(row) ? "chosen" : "" }, ...cells);
  });
  return element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...headings)),
    element("tbody", {}, ...lines),
  );
}
