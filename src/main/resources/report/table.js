// Tables that sort, turn pages and save themselves as CSV.

/** A table in a box that scrolls sideways where the screen is narrow; keyboards reach it. */
function scrolled(table, label) {
  return el("div", {class: "scroll", role: "region", "aria-label": label, tabindex: 0}, table);
}

const quoted = v => /[",\n\r]/.test(v) ? '"' + v.replaceAll('"', '""') + '"' : v;

/**
 * columns: {label, text(value), left, csv(value)}; count rows; value(row, column) the raw value that is sorted by.
 */
function dataTable(id, {caption, columns, count, value, pageSize = 50, csv}) {
  let order = Uint32Array.from({length: count}, (_, i) => i);
  let sorted = null;
  let page = 0;
  const body = el("tbody");
  const heads = columns.map((column, c) => el("th", {scope: "col", class: column.left ? "left" : null},
    el("button", {type: "button", onclick: () => sort(c)}, column.label)));
  const pages = Math.ceil(count / pageSize);
  const where = el("span", {"aria-live": "polite"});
  const back = el("button", {type: "button", onclick: () => turn(-1)}, "Previous");
  const on = el("button", {type: "button", onclick: () => turn(1)}, "Next");

  function show() {
    body.replaceChildren(...Array.from(order.subarray(page * pageSize, (page + 1) * pageSize), row => el("tr", null,
      ...columns.map((column, c) => {
        const v = value(row, c);
        return el(c === 0 && column.left ? "th" : "td", {class: column.left ? "left" : null, scope: c === 0 && column.left ? "row" : null},
          column.cell ? column.cell(v, row) : column.text(v));
      }))));
    where.textContent = `Rows ${page * pageSize + 1} to ${Math.min(count, (page + 1) * pageSize)} of ${count}`;
    back.disabled = page === 0;
    on.disabled = page >= pages - 1;
  }

  function turn(by) {
    page += by;
    show();
  }

  function sort(c) {
    const descending = sorted === c && heads[c].getAttribute("aria-sort") === "ascending";
    sorted = c;
    const keys = Array.from({length: count}, (_, row) => value(row, c));
    const sign = descending ? -1 : 1;
    // what is missing goes last either way
    const missing = k => k == null || k !== k;
    order = Uint32Array.from(order).sort((a, b) => {
      const x = keys[a], y = keys[b];
      if (missing(x) || missing(y)) return missing(x) - missing(y) || a - b;
      return sign * (typeof x === "string" ? x.localeCompare(y) : x - y) || a - b;
    });
    heads.forEach((head, i) => i === c ? head.setAttribute("aria-sort", descending ? "descending" : "ascending") : head.removeAttribute("aria-sort"));
    page = 0;
    show();
  }

  function save() {
    const lines = [columns.map(c => quoted(c.label)).join(",")];
    for (const row of order) {
      lines.push(columns.map((column, c) => {
        const v = value(row, c);
        return v == null ? "" : quoted(String(v));
      }).join(","));
    }
    const url = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], {type: "text/csv"}));
    el("a", {href: url, download: csv}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  show();
  const table = el("table", {id}, caption ? el("caption", null, caption) : null, el("thead", null, el("tr", null, ...heads)), body);
  return el("div", null, scrolled(table, caption || id), el("div", {class: "pages"},
    pages > 1 ? back : null, pages > 1 ? on : null, pages > 1 ? where : null,
    csv ? el("button", {type: "button", id: id + "-csv", onclick: save}, "Save as CSV") : null));
}
