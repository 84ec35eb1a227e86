// The page of a quality result. Every figure comes computed with the data; here it is only shown.
const report = JSON.parse(document.getElementById("data").textContent);
const {strategies, windows, rows} = report;
const visible = new Set(strategies);
const LOSS = "nats per token above the full cache";
const seen = () => strategies.map((s, i) => [s, i]).filter(([s]) => visible.has(s));
const withEnds = (e, text) => e.value == null ? MISSING : `${text(e.value)} (${text(e.low)} to ${text(e.high)})`;

/** The window that all plots of one window show, and what follows it. */
let chosen = report.window;
const followers = [];
function choose(window) {
  chosen = window;
  document.querySelectorAll("input[name^='window-']").forEach(box => { box.checked = Number(box.value) === window; });
  followers.forEach(follow => follow());
}
const windowChoice = of => choice("window-" + of, "Window (entries kept)", windows.map(w => [String(w), String(w)]), String(chosen), w => choose(Number(w)));

const spreadBox = (of, state, changed) => el("fieldset", null, el("legend", null, "Show"), checkbox("spread-" + of, "intervals", true, v => {
  state.spread = v;
  changed();
}));

/** Curves of the window chosen that are not hidden, with their bands. */
const curvesOf = (curves, spread) => curves.filter(c => c.window === chosen && visible.has(strategies[c.strategy])).map(c => ({
  values: c.values, ...(spread ? {low: c.low, high: c.high} : {}), points: true, ...drawn(strategies[c.strategy])}));
const readAt = (curves, index, text) => curves.filter(c => c.window === chosen && visible.has(strategies[c.strategy]))
  .map(c => [strategies[c.strategy], withEnds({value: c.values[index], low: c.low[index], high: c.high[index]}, text)]);

function windowSection() {
  const loss = (i, w) => (rows.find(r => r.strategy === i && r.window === w) || {}).loss;
  const all = rows.filter(r => r.window != null).map(r => r.loss.value);
  const state = {log: Math.min(...all) > 0 && Math.max(...all) > 20 * Math.min(...all), spread: true};
  const f = figure(report.findings.window);
  const {values, list, buttons} = curveList(strategies, visible);
  const shown = el("output", {id: "window-shown"});
  const plot = chart(f.host, () => {
    const curves = seen().map(([s, i]) => [s, windows.map(w => loss(i, w))]);
    const positive = curves.flatMap(([, of]) => of.flatMap(e => e ? [e.value, e.low, e.high] : [])).filter(v => v > 0);
    const bounds = positive.length ? [0.85 * Math.min(...positive), 1.15 * Math.max(...positive)] : [0.1, 1];
    // on a logarithmic axis what reaches zero ends at its lower edge
    const above = v => v == null || !state.log ? v : Math.max(v, bounds[0]);
    const last = windows.length - 1;
    return {xs: windows, series: curves.map(([s, of]) => ({values: of.map(e => e ? above(e.value) : null), points: true, ...drawn(s),
      ...(state.spread ? {low: of.map(e => e ? above(e.low) : null), high: of.map(e => e ? above(e.high) : null)} : {})})),
      x: {label: "window (entries kept)", log: true, at: windows, zoom: last > 0, range: [windows[0] / 1.15, windows[last] * 1.15]},
      y: {label: LOSS, ...(state.log ? {log: true, range: bounds} : {fit: true, from: 0})},
      // a band needs two windows
      paint: u => last === 0 && state.spread && curves.forEach(([s, [of]]) => of && whiskers(u, {value: windows[0], low: windows[0], high: windows[0]},
        {value: above(of.value), low: above(of.low), high: above(of.high)}, colourOf(s.look)))};
  }, index => read(index == null ? chosen : windows[index]));
  function read(window) {
    shown.textContent = window;
    strategies.forEach((s, i) => {
      const of = loss(i, window);
      values.get(s).textContent = of ? withEnds(of, format.nats) : MISSING;
    });
  }
  followers.push(() => {
    read(chosen);
    plot.readAt(chosen);
  });
  section("window", "Loss against the window",
    el("div", {class: "controls"},
      choice("axis", "Loss axis", [["linear", "linear"], ["log", "logarithmic"]], state.log ? "log" : "linear", v => {
        state.log = v === "log";
        plot.redraw();
      }),
      spreadBox("loss", state, () => plot.redraw()), windowChoice("read")),
    f.figure,
    el("fieldset", null, el("legend", null, "Strategies, in all plots; ", LOSS, " at window ", shown), buttons, list),
    el("p", {class: "hint"}, "Bands and brackets are 95 % intervals over sequences. Point at a window to read it; drag across the plot to look closer; a double click shows all again."),
    howTo("A model that keeps fewer entries in its cache predicts the next token from less. A text is fed to it token by token, entries are evicted as in generation, and each time the probability that it gave to the token that really follows is scored.",
      "Nats per token is the mean of the negative logarithm of that probability; perplexity is its exponential: a perplexity of 12 is as unsure as a choice among 12 equally likely tokens. The loss is what a configuration has beyond the full cache on the same tokens; 0.1 nats more is a perplexity 10.5 % higher.",
      "Means are over positions where every configuration has evicted, where there are any. Tokens of one sequence are not independent, so intervals are bootstraps over whole sequences (10000 draws, 95 %). Two strategies are compared on the same sequences: the interval of their difference is narrower than their own, and may exclude zero where those overlap.",
      "What a window saves is memory: with 128 entries of a text of 512 tokens the cache is a quarter as large. A greyscale print keeps curves apart by their dashes. All figures are in tables too."),
    el("h3", null, "The best at each window"),
    records("best", "The lead is what the next strategy loses beyond the best one, compared sequence by sequence.", report.best, [
      ["window", "window", format.count],
      ["loses least", "strategy", format.text, true],
      ["nats per token", b => b.loss.value, format.nats], ["from", b => b.loss.low, format.nats], ["to", b => b.loss.high, format.nats],
      ["next", "next", format.text, true],
      ["lead", b => b.lead && b.lead.value, format.nats], ["lead from", b => b.lead && b.lead.low, format.nats], ["lead to", b => b.lead && b.lead.high, format.nats],
      ["more than noise", b => b.lead ? b.significant ? "yes" : "no" : null, format.text],
    ], "best.csv"),
    report.findings.random ? el("p", {id: "random"}, report.findings.random) : null);
  read(chosen);
}

function needSection() {
  section("need", "Which window is needed",
    records("needs", "The smallest window measured with which perplexity rises by at most so much.", report.needs.needed, [
      ["strategy", "strategy", format.text, true],
      ...report.needs.rises.map((rise, i) => [`≤\u00a0${Math.round(100 * rise)}\u00a0%`, n => n.windows[i], format.count]),
    ], "needs.csv"),
    el("p", {class: "hint"}, `The whole interval of the loss counts, not only its mean; ${MISSING}: no window measured is large enough.`));
}

function alongSection() {
  if (!report.along) return;
  const {at, tokens, curves, findings} = report.along;
  const state = {spread: true};
  const f = figure(findings[windows.indexOf(chosen)]);
  const shown = el("output", {id: "tokens-shown"});
  const key = curveKey("along-key");
  const slider = el("input", {type: "range", id: "tokens", min: 0, max: at.length - 1, value: at.length - 1, oninput: () => {
    read(Number(slider.value));
    plot.readAt(at[Number(slider.value)]);
  }});
  function read(index) {
    shown.textContent = tokens[index];
    slider.setAttribute("aria-valuetext", "tokens " + tokens[index]);
    key.show(readAt(curves, index, format.nats));
  }
  redraws.push(() => read(Number(slider.value)));
  const end = 2 * at[at.length - 1] - (at.length > 1 ? at[at.length - 2] : 0);
  const plot = chart(f.host, () => ({xs: at, series: curvesOf(curves, state.spread), x: {label: "position of the predicted token", range: [0, end], zoom: at.length > 1, whole: true},
    y: {label: LOSS, fit: true, from: 0}}), index => read(index == null ? Number(slider.value) : index));
  followers.push(() => {
    tell(f, findings[windows.indexOf(chosen)]);
    plot.redraw();
    read(Number(slider.value));
  });
  section("along", "Along the sequence", el("div", {class: "controls"}, windowChoice("along"), spreadBox("along", state, () => plot.redraw())),
    f.figure, el("p", null, el("label", null, "Values at tokens ", slider, shown)), key.list,
    el("p", {class: "hint"}, "Until a window is full nothing is lost. Points are means over the positions around them and all sequences."));
  read(at.length - 1);
}

function timeSection() {
  if (!report.timed) return;
  const {order, near, front} = report.timed;
  const state = {all: near.length === order.length};
  const name = r => r.window == null ? r.name : `${r.name} with ${r.window}`;
  const drawnRows = () => (state.all ? order : near).map(i => rows[i]).filter(r => r.window == null || visible.has(strategies[r.strategy]));
  const f = figure(report.findings.time);
  const waiting = "Point at the plot to read a configuration; the table below has them all.";
  const readout = el("p", {class: "hint", id: "timed-read"}, waiting);
  const key = curveKey("timed-key");
  const plot = chart(f.host, () => {
    const of = drawnRows();
    key.show(seen().filter(([, i]) => of.some(r => r.strategy === i)).map(([s]) => [s]));
    const only = keep => of.map(r => keep(r) ? r.loss.value : null);
    return {xs: of.map(r => r.time.value), points: false, cursorY: true,
      series: [{values: only(r => r.front), colour: css("--limit"), dash: [2, 4], width: 1.5},
        ...seen().map(([s, i]) => ({values: only(r => r.strategy === i), line: false, points: true, ...drawn(s)})),
        {values: only(r => r.window == null), line: false, points: true, colour: css("--fg")}],
      x: {label: "time of a step (ms)", zoom: of.length > 1, fit: true}, y: {label: LOSS, fit: true, from: 0},
      paint: u => {
        u.ctx.save();
        u.ctx.beginPath();
        u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
        u.ctx.clip();
        of.forEach(r => whiskers(u, r.time, r.loss, r.window == null ? css("--fg") : colourOf(strategies[r.strategy].look)));
        u.ctx.fillStyle = css("--fg");
        u.ctx.textAlign = "left";
        u.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
        of.filter(r => r.front).forEach(r =>
          u.ctx.fillText(r.window ?? "full", u.valToPos(r.time.value, "x", true) + 6 * devicePixelRatio, u.valToPos(r.loss.value, "y", true) - 6 * devicePixelRatio));
        u.ctx.restore();
      }};
  }, (index, u) => {
    const of = drawnRows();
    if (index == null || !of.length) {
      readout.textContent = waiting;
      return;
    }
    const far = r => Math.hypot(u.valToPos(r.time.value, "x") - u.cursor.left, u.valToPos(r.loss.value, "y") - u.cursor.top);
    const r = of.reduce((a, b) => far(b) < far(a) ? b : a);
    readout.textContent = `${name(r)}: ${withEnds(r.time, digits)} ms, ${withEnds(r.loss, format.nats)} nats` + (r.front ? ", on the Pareto front" : "");
  });
  section("timed", "Against time", el("p", {class: "hint", id: "times"}, "Times of ", report.timed.label, report.timed.source === "this run" ? ", in this run" : ", from " + report.timed.source, "."),
    near.length === order.length ? null : el("div", {class: "controls"}, el("fieldset", null, el("legend", null, "Show"),
      checkbox("slow", `also the ${order.length - near.length} of ${order.length} that take more than ${digits(report.timed.limit)} ms`, false, v => {
        state.all = v;
        plot.redraw();
      }))),
    f.figure, readout, key.list,
    el("p", {class: "hint"}, `The dotted line is the Pareto front, with ${front.length} of ${order.length} timed configurations; numbers beside it are windows. Thin lines are intervals. Drag across the plot to look closer; a double click shows all again.`),
    howTo("A configuration is on the Pareto front if no other that was timed takes at most its time and loses less. Intervals of times are the fastest and the slowest generation, or JMH's 99.9 % where steps were held at a full window."));
}

function probeSection() {
  if (!report.probe) return;
  const {distances, curves, map, findings} = report.probe;
  const state = {spread: true};
  const f = figure(findings[windows.indexOf(chosen)]);
  const key = curveKey("probe-key");
  const back = el("output", {id: "distance-shown"});
  const slider = el("input", {type: "range", id: "distance", min: 0, max: distances.length - 1, value: 0, oninput: () => {
    read(Number(slider.value));
    plot.readAt(distances[Number(slider.value)]);
  }});
  function read(index) {
    back.textContent = distances[index];
    slider.setAttribute("aria-valuetext", distances[index] + " tokens back");
    key.show(readAt(curves, index, format.share));
  }
  redraws.push(() => read(Number(slider.value)));
  const plot = chart(f.host, () => ({xs: distances, series: curvesOf(curves, state.spread),
    x: {label: "tokens from a pattern to its repetition", log: true, at: distances, range: [distances[0] / 1.15, distances[distances.length - 1] * 1.15]},
    y: {label: "remembered (full cache: 100 %)", fit: true, from: 0, text: format.share}, height: 380}),
    index => read(index == null ? Number(slider.value) : index));
  const table = heatMap("heat-probe", map, distances.map(d => d + " back"));
  const follow = () => {
    tell(f, findings[windows.indexOf(chosen)]);
    table.show(windows.indexOf(chosen));
    plot.redraw();
    read(Number(slider.value));
  };
  followers.push(follow);
  section("probe", "What is remembered", el("div", {class: "controls"}, windowChoice("probe"), spreadBox("probe", state, () => plot.redraw())), f.figure,
    el("p", null, el("label", null, "Values at a distance of ", slider, back, " tokens")), key.list, table.host,
    el("p", {class: "hint"}, `Patterns of ${report.probe.pattern} random tokens are planted in ${report.probe.texts} texts and repeated later. Shown is how much better a repetition is predicted because of the first occurrence, `
      + `as a part of the same with the full cache; the first ${report.probe.skipped} tokens of a repetition do not count. Bands are 95 % intervals over texts.`));
  follow();
}

function heatSection() {
  report.heatMaps.forEach((map, m) => {
    const {host, chooser} = heatMap("heat-" + m, map, map.windows.map(w => "window " + w));
    section("heat", "Strategy × window", chooser, host);
  });
}

function tableSection() {
  const ends = (of, end) => r => r[of] && r[of][end];
  section("configurations", "All configurations",
    records("all-table", "Buttons in the head sort.", rows, [
      ["strategy", "name", format.text, true], ["window", "window", format.count],
      ["perplexity", ends("perplexity", "value"), digits], ["perplexity above full", "rise", format.change],
      ["nats above full", ends("loss", "value"), format.nats], ["from", ends("loss", "low"), format.nats], ["to", ends("loss", "high"), format.nats],
      ["agreement (%)", r => 100 * r.agreement, format.fixed1], ["KL (nats)", "kl", format.nats],
      ...(report.timed ? [["ms per step", ends("time", "value"), digits], ["ms from", ends("time", "low"), digits], ["ms to", ends("time", "high"), digits],
        ["Pareto front", r => r.front ? "yes" : r.time ? "no" : null, format.text]] : []),
    ], "quality.csv"), howTo("Agreement is how often the most likely token is the full cache's; KL is how far the whole distribution over the next token is from the full cache's."));
}

pageHead("What does an eviction strategy cost in predictions, and which window is enough?", report);
if (windows.length) {
  windowSection();
  needSection();
  alongSection();
  timeSection();
  probeSection();
  heatSection();
}
tableSection();
originSection(report.origins);
document.documentElement.dataset.ready = Math.round(performance.now());
