// The sections of tokens per second within budgets of memory, of report.js: against the context, the wait for a token, and losses.

const perSecond = v => digits(v) + " tokens/s";
/** Room around values: logarithmic where a linear axis would hide the lower ones. */
const spanned = (values, wide) => wide ? [Math.min(...values) / 1.25, largest(values) * 1.25] : [0, largest(values) * 1.08];
const isWide = values => largest(values) / Math.min(...values) >= 6;
const sequencesOf = (n, most) => n + (n < most ? " of " + most : "") + (n === 1 ? " sequence" : " sequences");

/** Of a rate; a logarithmic axis has no place for zero. */
const interval = (rate, error) => ({value: rate, low: Math.max(rate - error, rate / 1000), high: rate + error});

/** Short texts beside points, each where it covers none before it: [x, y, text, colour]. */
function pointLabels(u, points) {
  const taken = [];
  u.ctx.save();
  u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  u.ctx.textAlign = "left";
  u.ctx.textBaseline = "middle";
  const [gap, height] = [11 * devicePixelRatio, 12 * devicePixelRatio];
  points.forEach(([x, y, text, colour]) => {
    const [left, middle, width] = [u.valToPos(x, "x", true), u.valToPos(y, "y", true), u.ctx.measureText(text).width];
    const free = [[left + gap, middle], [left - width / 2, middle - gap - height / 2], [left - width / 2, middle + gap + height / 2], [left - width - gap, middle]].find(([a, b]) =>
      a >= u.bbox.left && a + width <= u.bbox.left + u.bbox.width + 3 * gap && b - height / 2 >= u.bbox.top && b + height / 2 <= u.bbox.top + u.bbox.height
      && taken.every(([c, d, w]) => a + width < c || c + w < a || Math.abs(b - d) > height));
    if (!free) return;
    taken.push([free[0], free[1], width]);
    u.ctx.fillStyle = colour;
    u.ctx.fillText(text, ...free);
  });
  u.ctx.restore();
}

/** Paints within a plot: a long interval ends at its edge. */
function within(u, paint) {
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  u.ctx.clip();
  paint();
  u.ctx.restore();
}

/** Circles around points of a Pareto front. */
function rings(u, points) {
  u.ctx.save();
  u.ctx.strokeStyle = css("--limit");
  u.ctx.lineWidth = 1.5 * devicePixelRatio;
  points.forEach(([x, y]) => {
    u.ctx.beginPath();
    u.ctx.arc(u.valToPos(x, "x", true), u.valToPos(y, "y", true), 8 * devicePixelRatio, 0, 2 * Math.PI);
    u.ctx.stroke();
  });
  u.ctx.restore();
}

function throughputSection() {
  const of = report.throughput;
  if (!of) return;
  const last = of.at.length - 1;
  const shown = el("output", {id: "throughput-shown"});
  const slider = el("input", {type: "range", id: "throughput-at", min: 0, max: last, value: last, oninput: () => read(Number(slider.value), true)});
  const parts = of.panels.map((panel, i) => {
    const {host, figure: fig} = figure(panel.finding);
    const key = curveKey("throughput-key-" + i);
    const all = panel.lines.flatMap(l => l.rates.filter(v => v != null));
    const plot = chart(host, () => ({xs: of.at, height: 360, x: {label: "context (tokens of a sequence)", log: true, at: of.at, range: of.range},
      y: {label: "tokens per second", log: panel.wide, range: spanned(all, panel.wide), size: 66},
      series: panel.lines.map(l => ({values: l.rates, points: true, ...drawn(l)})),
      paint: u => {
        within(u, () => panel.lines.forEach(l => l.rates.forEach((v, n) => v == null || l.errors[n] == null ? null
          : whiskers(u, {value: of.at[n], low: of.at[n], high: of.at[n]}, interval(v, l.errors[n]), colourOf(l.look), 2))));
        pointLabels(u, panel.lines.flatMap(l => l.rates.map((v, n) => [of.at[n], v, String(l.sequences[n]), colourOf(l.look)]).filter(p => p[1] != null)));
      }}), index => read(index == null ? Number(slider.value) : index, false));
    return {panel, key, plot, shown: el("div", null, el("h3", null, "Within " + panel.name), fig, key.list,
      panel.missing.length ? el("p", {class: "note"}, panel.missing.join("; ") + ".") : null)};
  });
  function read(index, moves) {
    shown.textContent = of.at[index];
    slider.setAttribute("aria-valuetext", of.at[index] + " tokens");
    parts.forEach(({panel, key, plot}) => {
      key.show(panel.lines.map(l => [l, l.rates[index] == null ? MISSING : perSecond(l.rates[index]) + ", " + sequencesOf(l.sequences[index], l.most[index])]));
      if (moves) plot.readAt(of.at[index]);
    });
  }
  section("throughput", "Within a budget of memory",
    el("p", null, el("label", null, "Values at a context of ", slider, shown, " tokens")),
    el("div", {class: "panels"}, ...parts.map(p => p.shown)),
    el("p", {class: "hint"}, `A point is the ${of.bars.replace("error bars", "thin lines")}; numbers beside points are sequences side by side: the most that fit, unless fewer make more tokens per second by more than noise.`),
    howTo("Weights take their part of the memory once; the rest holds caches, one per sequence. A strategy that keeps fewer entries leaves room for more sequences, and all of them share one read of the weights: so it makes more tokens per second, even where its step takes longer.",
      "Tokens per second are those of all sequences together. How long each sequence then waits for its next token is the next plot's question."),
    records("throughput-table", "Each strategy at each context, against the full cache's fastest within the same budget.", of.rows, [
      ...(of.panels.length > 1 ? [["budget", "panel", format.text, true]] : []),
      ["configuration", "name", format.text, true], ["context (tokens)", "context", format.count], ["sequences", "sequences", format.count],
      ["most that fit", "most", format.count], ["entries held by each", "held", format.count], ["tokens per second", "rate", digits], ["±", "error", digits],
      ["full cache's", "full", digits], ["times as many", "factor", format.fixed2],
      ["more than noise", r => r.told == null ? null : isTold(r) ? "yes" : r.told, format.text],
      ["ahead from a context of", r => r.told == null ? null : r.from == null ? "none measured" : r.from, format.text],
      ["ms a token each", "ms", digits], ["memory at most (MB)", "mb", digits],
    ], "throughput.csv"));
  read(last, false);
}

function waitsSection() {
  const of = report.throughput;
  if (!of || !of.waits.length) return;
  let spot = of.waits[0];
  const f = figure(spot.finding);
  const key = curveKey("waits-key");
  const waiting = "Point at the plot to read a number of sequences; the table below has them all.";
  const readout = el("p", {class: "hint", id: "waits-read"}, waiting);
  const show = () => {
    key.show(spot.lines.map(l => [l]));
    readout.textContent = waiting;
  };
  const plot = chart(f.host, () => {
    const {lines, points} = spot;
    const [waits, rates] = [points.map(p => p.ms), points.map(p => p.rate)];
    const only = keep => points.map(p => keep(p) ? p.rate : null);
    return {xs: waits, points: false, cursorY: true,
      series: [{values: only(p => p.front), colour: css("--limit"), dash: [2, 4], width: 1.5},
        ...lines.map((l, i) => ({values: only(p => p.line === i), points: true, ...drawn(l)}))],
      x: {label: "time per token of each sequence (ms)", log: isWide(waits), zoom: points.length > 1, fit: true},
      y: {label: "tokens per second", log: isWide(rates), range: spanned(rates, isWide(rates)), size: 66},
      paint: u => {
        within(u, () => points.forEach(p => p.error == null ? null
          : whiskers(u, {value: p.ms, low: p.ms, high: p.ms}, interval(p.rate, p.error), colourOf(lines[p.line].look), 2)));
        rings(u, points.filter(p => p.front).map(p => [p.ms, p.rate]));
        pointLabels(u, points.map(p => [p.ms, p.rate, String(p.sequences), colourOf(lines[p.line].look)]));
      }};
  }, (index, u) => {
    if (index == null) {
      readout.textContent = waiting;
      return;
    }
    const far = p => Math.hypot(u.valToPos(p.ms, "x") - u.cursor.left, u.valToPos(p.rate, "y") - u.cursor.top);
    const p = spot.points.reduce((a, b) => far(b) < far(a) ? b : a);
    readout.textContent = `${spot.lines[p.line].name}, ${sequencesOf(p.sequences, p.sequences)}: ${perSecond(p.rate)}, ${digits(p.ms)} ms a token each` + (p.front ? ", on the Pareto front" : "");
  });
  section("waits", "Tokens per second against the wait",
    of.waits.length > 1 ? el("p", null, el("label", null, "Show ", el("select", {id: "waits-of", onchange: e => {
      spot = of.waits[Number(e.target.value)];
      tell(f, spot.finding);
      show();
      plot.redraw();
    }}, ...of.waits.map((w, i) => el("option", {value: i}, w.name))))) : null,
    f.figure, readout, key.list,
    el("p", {class: "hint"}, "A curve is a strategy from few sequences to the most that fit; numbers beside points are sequences. Ringed and joined by dots: the Pareto front, on which more tokens per second are had for a longer wait only. Drag across the plot to look closer; a double click shows all again."),
    records("waits-table", "Every number of sequences that was measured.", of.points, [
      ...(of.panels.length > 1 ? [["budget", "panel", format.text, true]] : []),
      ["configuration", "name", format.text, true], ["context (tokens)", "context", format.count], ["sequences", "sequences", format.count],
      ["most that fit", "most", format.count], ["tokens per second", "rate", digits], ["±", "error", digits], ["ms a token each", "ms", digits],
      ...(of.points.some(p => p.timesLimit != null) ? [["× memory limit", "timesLimit", format.fixed2]] : []),
      ["memory at most (MB)", "mb", digits], ["Pareto front", p => p.front ? "yes" : "no", format.text],
    ], "throughput-waits.csv"));
  show();
}

function lossesSection() {
  const of = report.throughput && report.throughput.losses;
  if (!of) return;
  const notes = [...of.notes.map(n => el("p", {class: "note"}, n + ".")),
    of.unmatched.length ? el("ul", {class: "note", id: "losses-unmatched"}, ...of.unmatched.map(u => el("li", null, u))) : null];
  if (!of.spots.length) {
    section("losses", "Tokens per second against loss", el("p", null, "No strategy that evicts has both a rate here and a loss there."), ...notes);
    return;
  }
  let spot = of.spots[0];
  const f = figure(spot.finding);
  const key = curveKey("losses-key");
  const show = () => key.show(spot.points.map(p => [p, `${perSecond(p.rate)}, ${format.nats(p.loss.value)} nats`]));
  const plot = chart(f.host, () => {
    const {points} = spot;
    const rates = points.map(p => p.rate);
    const only = keep => points.map(p => keep(p) ? p.rate : null);
    return {xs: points.map(p => p.loss.value), points: false, cursorY: true,
      series: [{values: only(p => p.front), colour: css("--limit"), dash: [2, 4], width: 1.5},
        ...points.map(q => ({values: only(p => p === q), line: false, points: true, ...drawn(q)}))],
      x: {label: "nats per token above the full cache", fit: true, zoom: points.length > 1},
      y: {label: "tokens per second", log: isWide(rates), range: spanned(rates, isWide(rates)), size: 66},
      paint: u => {
        within(u, () => points.forEach(p => whiskers(u, p.loss, interval(p.rate, p.error ?? 0), colourOf(p.look), 2)));
        rings(u, points.filter(p => p.front).map(p => [p.loss.value, p.rate]));
        pointLabels(u, points.map(p => [p.loss.value, p.rate, p.brief, css("--fg")]));
      }};
  });
  section("losses", "Tokens per second against loss", ...notes,
    of.spots.length > 1 ? el("p", null, el("label", null, "Show ", el("select", {id: "losses-of", onchange: e => {
      spot = of.spots[Number(e.target.value)];
      tell(f, spot.finding);
      show();
      plot.redraw();
    }}, ...of.spots.map((s, i) => el("option", {value: i}, s.name))))) : null,
    f.figure, key.list,
    el("p", {class: "hint"}, "A point is a strategy: tokens per second here, loss of the same strategy that keeps the same part of a text there. Ringed and joined by dots: the Pareto front. Thin lines are intervals."),
    records("losses-table", "Rates with their losses.", of.spots.flatMap(s => s.points.map(p => ({...p, spot: s.name}))), [
      ["budget and context", "spot", format.text, true], ["configuration", "name", format.text, true], ["sequences", "sequences", format.count],
      ["tokens per second", "rate", digits], ["±", "error", digits], ["nats above full", p => p.loss.value, format.nats],
      ["from", p => p.loss.low, format.nats], ["to", p => p.loss.high, format.nats], ["Pareto front", p => p.front ? "yes" : "no", format.text],
    ], "throughput-quality.csv"));
  show();
}
