// What pages of results share: their head, tables of records, lists of curves, heat maps, where results come from.

function pageHead(question, {heading, title, subtitle, warnings, verdict, answers, notes}) {
  document.getElementById("top").append(...[
    el("h1", null, heading),
    el("p", {class: "what", id: "title"}, title),
    subtitle ? el("p", {class: "what"}, subtitle) : null,
    el("p", {class: "what"}, question),
    el("nav", {"aria-label": "Sections"}, el("ul", {id: "contents"})),
    el("p", null, themeButton())].filter(Boolean));
  document.getElementById("main").append(
    ...(warnings.length ? [el("ul", {class: "warnings", "aria-label": "Warnings"}, ...warnings.map(w => el("li", null, w)))] : []),
    el("div", {class: "answer"}, verdict ? el("p", {id: "verdict"}, el("strong", null, verdict)) : null,
      el("div", {id: "answer"}, ...answers.map(a => el("p", null, a)))),
    ...notes.map(n => el("p", {class: "note"}, n)));
}

/** What helps to read a figure, beside it: opened by who needs it. */
function howTo(...texts) {
  return el("details", {class: "how"}, el("summary", null, "How to read this"), ...texts.map(text => el("p", null, text)));
}

/** A table of records: columns are [label, field or function, format, left]. */
function records(id, caption, rows, columns, csv) {
  const get = columns.map(([, of]) => typeof of === "function" ? of : r => r[of]);
  return dataTable(id, {caption, columns: columns.map(([label, , text, left]) => ({label, text, left})), count: rows.length,
    value: (row, c) => get[c](rows[row]) ?? null, csv});
}

/** How a curve's colour and dashes are drawn. */
const drawn = curve => ({colour: colourOf(curve.look), dash: DASHES[curve.look.dash]});

/** Boxes that show and hide curves in all plots, each with the value that is read of it, and buttons for all of them. */
function curveList(curves, visible) {
  const values = new Map(curves.map(c => [c, el("output")]));
  const list = el("div", {class: "lines", id: "lines"});
  const boxes = curves.map((c, i) => {
    const box = el("input", {type: "checkbox", id: "line-" + i, checked: visible.has(c), onchange: () => {
      if (box.checked) visible.add(c); else visible.delete(c);
      redrawAll();
    }});
    list.append(el("label", null, box, swatch("k" + c.look.colour, c.look.dash), el("span", {class: "name"}, c.name,
      c.words ? el("small", null, " " + c.words) : null), values.get(c)));
    return box;
  });
  const all = on => {
    boxes.forEach(b => { b.checked = on; });
    curves.forEach(c => on ? visible.add(c) : visible.delete(c));
    redrawAll();
  };
  const buttons = curves.length > 2 ? el("div", {class: "controls"},
    el("button", {type: "button", id: "all", onclick: () => all(true)}, "All"),
    el("button", {type: "button", id: "none", onclick: () => all(false)}, "None")) : null;
  return {values, list, buttons};
}

/** Which curves are drawn, and what is read of each: [curve, text]. */
function curveKey(id) {
  const list = el("ul", {class: "keys", id});
  return {list, show: curves => list.replaceChildren(...curves.map(([c, text]) => el("li", null,
    swatch("k" + c.look.colour, c.look.dash), el("span", null, c.name), text == null ? null : el("output", null, text))))};
}

/** Thin lines from end to end of a point's intervals. */
function whiskers(u, x, y, colour, width = 1) {
  const line = (...ends) => ends.forEach(([a, b], i) => u.ctx[i ? "lineTo" : "moveTo"](u.valToPos(a, "x", true), u.valToPos(b, "y", true)));
  u.ctx.save();
  u.ctx.globalAlpha = 0.45;
  u.ctx.strokeStyle = colour;
  u.ctx.lineWidth = width * devicePixelRatio;
  u.ctx.beginPath();
  line([x.low, y.value], [x.high, y.value]);
  line([x.value, y.low], [x.value, y.high]);
  u.ctx.stroke();
  u.ctx.restore();
}

/** Blue below, orange above, near white between; dark text is readable on all of it. */
function heatColour(v, low, high, diverging) {
  const mix = (a, b, t) => a.map((x, i) => Math.round(x + (b[i] - x) * t));
  const [white, blue, orange] = [[246, 246, 246], [110, 176, 226], [240, 158, 92]];
  const bound = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const t = diverging ? v / bound : high > low ? (v - low) / (high - low) : 0;
  return `rgb(${(t < 0 ? mix(white, blue, -t) : mix(white, orange, t)).join(",")})`;
}

/** A table of strategies against what heads its columns, its cells in colour, and the list to choose a metric from. */
function heatMap(id, map, heads) {
  const host = el("div");
  const show = index => {
    const metric = map.metrics[index];
    const all = metric.values.flat().filter(v => v != null);
    const shares = metric.unit === "share";
    const own = {"%": format.change, share: format.share, nats: format.nats}[metric.unit];
    const text = v => v == null ? MISSING : own ? own(v) : metric.unit ? digits(v) + " " + metric.unit : digits(v);
    // shares are the better the higher
    const colour = v => shares ? heatColour(-Math.max(0, v), 0, 1, true) : heatColour(v, Math.min(...all), Math.max(...all), metric.unit === "%");
    const table = el("table", {class: "heat", id}, el("caption", null, metric.name + (map.setting ? ", " + map.setting : "")),
      el("thead", null, el("tr", null, el("th", {scope: "col", class: "left"}, "strategy"), ...heads.map(head => el("th", {scope: "col"}, head)))),
      el("tbody", null, ...map.strategies.map((name, row) => el("tr", null, el("th", {scope: "row", class: "left"}, name),
        ...metric.values[row].map((v, column) => {
          const told = !metric.told || metric.told[row][column] === "told";
          const cell = el("td", told || v == null ? null : {title: metric.told[row][column]}, text(v), told || v == null ? null : el("small", null, " (noise)"));
          if (v != null) {
            cell.style.backgroundColor = colour(v);
            cell.style.color = "#1b1f24";
          }
          return cell;
        })))));
    host.replaceChildren(scrolled(table, metric.name));
  };
  show(0);
  return {host, show, chooser: el("label", null, "Show ", el("select", {id: id.replace("heat-", "heat-metric-"), onchange: e => show(Number(e.target.value))},
    ...map.metrics.map((metric, i) => el("option", {value: i}, metric.name + (map.setting ? " (" + map.setting + ")" : "")))))};
}

function originSection(origins) {
  section("fingerprint", "What it ran on", ...origins.flatMap(origin => [el("h3", null, origin.folder),
    el("dl", null, ...Object.entries(origin.fields).flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]))]));
}
