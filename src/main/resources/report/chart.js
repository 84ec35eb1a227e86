"use strict";
// What all pages share: elements, numbers, the theme, and uPlot dressed for this page.

/** An element; attributes by name, children as elements or text. Text never becomes markup. */
function el(tag, attributes, ...children) {
  const e = tag === "svg" || tag === "line" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (value === true) e.setAttribute(name, "");
    else if (value !== false && value != null) e.setAttribute(name, value);
  }
  e.append(...children.filter(c => c != null));
  return e;
}

const MISSING = "–";

/** Four significant digits, never an exponent. */
function digits(v) {
  if (v == null || !isFinite(v)) return MISSING;
  const text = Math.abs(v) >= 1000 ? String(Math.round(v)) : v.toPrecision(4);
  return (text.includes("e") ? v.toFixed(6) : text).replace("-", "−");
}

const format = {
  text: v => v == null ? MISSING : String(v),
  count: v => v == null ? MISSING : String(v),
  digits,
  /** A relative change: "+3.5 %". */
  change: v => v == null || !isFinite(v) ? MISSING : (Math.abs(v) < 0.0005 ? "±" : v < 0 ? "−" : "+") + (100 * Math.abs(v)).toFixed(Math.abs(v) < 10 ? 1 : 0) + " %",
  /** Milliseconds as microseconds. */
  micros: v => v == null || !isFinite(v) ? MISSING : (1000 * v).toFixed(Math.abs(v) >= 1 ? 0 : 1).replace("-", "−"),
  /** A part of a time, which is a difference: below zero it is less than what two measurements of the same differ by. */
  part: v => v < 0 ? "below noise" : v == null || !isFinite(v) ? MISSING : v.toFixed(1),
  partOfMs: v => v == null ? MISSING : v < 0 ? "below noise" : format.micros(v),
  /** A fraction as whole percent: "58 %". */
  share: v => v == null || !isFinite(v) ? MISSING : (100 * v).toFixed(0).replace(/^-0$/, "0").replace("-", "−") + " %",
  fixed1: v => v == null || !isFinite(v) ? MISSING : v.toFixed(1),
  /** Nats, always as many digits as intervals are good for. */
  nats: v => v == null || !isFinite(v) ? MISSING : v.toFixed(3).replace(/^-(0\.000)$/, "$1").replace("-", "−"),
  fixed2: v => v == null || !isFinite(v) ? MISSING : v.toFixed(2),
};

const DASHES = [[], [10, 5], [2, 4], [14, 4, 2, 4], [22, 5]];
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colourOf = look => css("--c" + look.colour);

/** The line that stands for a curve in lists. */
function swatch(style, dash) {
  return el("svg", {class: "swatch", viewBox: "0 0 36 14", "aria-hidden": "true"},
    el("line", {x1: 0, x2: 36, y1: 7, y2: 7, class: style, "stroke-dasharray": DASHES[dash].join(" ") || "none"}));
}

const redraws = [];
const redrawAll = () => redraws.forEach(redraw => redraw());

/** The button that changes between light and dark; at first the system decides. */
function themeButton() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = el("button", {id: "theme", type: "button"});
  const set = theme => {
    document.documentElement.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light theme" : "Dark theme";
    redrawAll();
  };
  button.addEventListener("click", () => set(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  dark.addEventListener("change", () => set(dark.matches ? "dark" : "light"));
  set(dark.matches ? "dark" : "light");
  return button;
}

/** Round values for an axis: 1, 2 or 5 times a power of ten apart; on a logarithmic axis over decades 1, 2, 5, 10, …. */
function ticks(low, high, most, log, whole) {
  const out = [];
  if (log && high / low > 8) {
    for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
      for (const m of [1, 2, 5]) {
        const v = m * 10 ** decade;
        if (v >= low * 0.999 && v <= high * 1.001) out.push(Number(v.toPrecision(1)));
      }
    }
    return out;
  }
  const rough = (high - low) / Math.max(2, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(whole ? 1 : 0, power * ([1, 2, 5, 10].find(m => m * power >= rough)));
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) out.push(Number((i * step).toPrecision(10)));
  return out;
}

/** Some room around values, whatever the axis. */
function fitted(low, high, {log, from}) {
  if (low == null) return log ? [1, 10] : [0, 1];
  if (log) return [low * (low / high) ** 0.05 * 0.9, high * (high / low) ** 0.05 * 1.1];
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  return [from == null || low < from ? low - room : from, high + room];
}

/**
 * Draws a chart into a figure and keeps it up to date with theme and width.
 *
 * make() returns {xs, series, x: {label, log, range, zoom, at}, y: {label, log, range, fit, at, text, size}, paint}, where a series has
 * values, and maybe low and high, colour, dash, width, points, and no line. A fitted axis has the range of what is seen.
 * onRead(x index or null) is told where the pointer is.
 */
function chart(host, make, onRead) {
  let plot = null;
  let reading = false;
  const redraw = () => {
    const options = make();
    const width = host.clientWidth;
    if (!width) return;
    const data = [options.xs];
    const series = [{}];
    const bands = [];
    for (const s of options.series) {
      const colour = s.colour;
      if (s.low) {
        data.push(s.high, s.low);
        const edge = {stroke: "transparent", width: 0, spanGaps: true, points: {show: false}};
        series.push({...edge}, {...edge});
        bands.push({series: [series.length - 2, series.length - 1], fill: colour + "2e"});
      }
      data.push(s.values);
      series.push({stroke: colour, width: s.width || 2, dash: s.dash, spanGaps: true, ...(s.line === false ? {paths: () => null} : {}),
        points: {show: s.points || options.xs.length === 1, size: 8, fill: colour}});
    }
    const text = css("--fg");
    const axis = (of, most, extra) => ({
      label: of.label, stroke: text, labelFont: "13px system-ui, sans-serif", font: "12px system-ui, sans-serif",
      grid: {stroke: css("--grid"), width: 1}, ticks: {stroke: css("--grid"), width: 1},
      splits: (u, i, low, high) => of.at ? of.at.filter(v => v >= low && v <= high) : ticks(low, high, most, of.log, of.whole), filter: (u, splits) => splits,
      values: (u, splits) => splits.map(v => of.text ? of.text(v) : String(v)), ...extra,
    });
    const scale = of => ({time: false, distr: of.log ? 3 : 1, range: of.fit ? (u, low, high) => fitted(low, high, of)
      : of.zoom && of.range ? (u, low, high) => low <= options.xs[0] && high >= options.xs[options.xs.length - 1] ? of.range : [low, high]
      : () => of.range});
    if (plot) plot.destroy();
    plot = new uPlot({
      width, height: options.height || (width < 560 ? 300 : 420),
      scales: {x: scale(options.x), y: scale(options.y)},
      axes: [axis(options.x, width / 90), axis(options.y, 7, {size: options.y.size || 58})],
      legend: {show: false},
      cursor: {drag: {x: Boolean(options.x.zoom), y: false}, points: options.points === false ? {show: false} : {size: 6}, y: Boolean(options.cursorY)},
      series, bands,
      hooks: {
        setCursor: [u => {
          if (onRead && !reading) onRead(u.cursor.left >= 0 ? u.cursor.idx : null, u);
        }],
        drawAxes: options.paint ? [options.paint] : [],
      },
    }, data, host);
  };
  redraws.push(redraw);
  let width = 0;
  // in the next frame: drawing changes the height, which an observer must not
  new ResizeObserver(() => requestAnimationFrame(() => {
    if (host.clientWidth !== width) {
      width = host.clientWidth;
      redraw();
    }
  })).observe(host);
  return {
    redraw,
    /** Puts the crosshair where a reader asks for it. */
    readAt(x) {
      if (!plot) return;
      reading = true;
      plot.setCursor({left: plot.valToPos(x, "x"), top: plot.over.clientHeight / 2});
      reading = false;
    },
  };
}

/** Says something else of a figure. */
function tell({host, figure}, finding) {
  host.setAttribute("aria-label", finding);
  figure.querySelector("figcaption").textContent = finding;
}

/** A figure whose text alternative is its finding, which also stands below it. */
function figure(finding) {
  const host = el("div", {class: "chart", role: "img", "aria-label": finding});
  return {host, figure: el("figure", null, host, el("figcaption", null, finding))};
}

let sections = 0;
/** A section of the page and its entry in the table of contents. */
function section(id, title, ...children) {
  document.getElementById("contents").append(el("li", null, el("a", {href: "#" + id}, title)));
  const heading = "h-" + (++sections);
  const s = el("section", {id, "aria-labelledby": heading}, el("h2", {id: heading}, title), ...children);
  document.getElementById("main").append(s);
  return s;
}

/** A group of radio buttons: choices are [value, text]. */
function choice(name, title, choices, value, changed) {
  return el("fieldset", null, el("legend", null, title), ...choices.map(([v, text]) => el("label", null,
    el("input", {type: "radio", name, value: v, checked: v === value, onchange: () => changed(v)}), text)));
}

function checkbox(id, text, checked, changed) {
  return el("label", null, el("input", {type: "checkbox", id, checked, onchange: e => changed(e.target.checked)}), text);
}
