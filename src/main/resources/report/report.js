// The page of one or more results. Every figure comes computed with the data; here it is only shown.
const report = JSON.parse(document.getElementById("data").textContent);
const lines = report.lines;
/** The tokens that a line's points are at: of each step behind its prompt, or of those that are drawn. */
const tokensOf = l => l.host.median.map((_, i) => (l.prompt || 0) + (l.drawn ? l.drawn[i] : i + 1));
const at = new Map(lines.map(l => [l, tokensOf(l)]));
const limitAt = report.time && report.time.limit ? report.time.limitAt || report.time.limit.map((_, i) => i + 1) : [];
const tokens = Array.from(new Set([...at.values(), limitAt].flat())).sort((a, b) => a - b);
const [earliest, longest] = tokens.length ? [tokens[0], tokens[tokens.length - 1]] : [1, 0];
const visible = new Set(lines.filter(l => l.shown));
/** Values of some tokens, ascending, among all that are drawn. */
function padded(of, values) {
  if (of.length === tokens.length) return values;
  const all = Array(tokens.length).fill(null);
  let j = 0;
  of.forEach((t, i) => {
    while (tokens[j] < t) j++;
    all[j] = values[i];
  });
  return all;
}
/** Which of some tokens, ascending, is t or the last before it; null outside of them. */
function indexAt(of, t) {
  if (!of.length || t < of[0] || t > of[of.length - 1]) return null;
  let [low, high] = [0, of.length - 1];
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (of[mid] <= t) low = mid; else high = mid - 1;
  }
  return low;
}
/** The memory limit at a token: on a line between those that it is given at. */
function limitOf(t) {
  const i = indexAt(limitAt, t);
  if (i == null) return null;
  const [a, b] = [report.time.limit[i], report.time.limit[Math.min(i + 1, limitAt.length - 1)]];
  return limitAt[i] === t ? a : a + (b - a) * (t - limitAt[i]) / (limitAt[i + 1] - limitAt[i]);
}
const largest = values => values.reduce((a, b) => Math.max(a, b), 0);

/** Whether a difference is told from noise; if not, its words say why. */
const isTold = of => of.told === "told";

/** What else the slider reads. */
const tokenReaders = [];

function timeSection() {
  const state = {clock: "host", log: report.time.wide, spread: true, zero: false, limit: true};
  const hasDevice = lines.some(l => l.device);
  const {host, figure: fig} = figure(report.findings.time);
  const {values, list, buttons} = curveList(lines, visible);
  const token = el("output", {id: "token-shown"});
  const slider = el("input", {type: "range", id: "token", min: earliest, max: longest, value: longest, oninput: () => read(Number(slider.value), true)});

  const plot = chart(host, () => {
    const series = [];
    for (const l of visible) {
      const own = at.get(l);
      const band = (b, device) => ({values: padded(own, b.median), ...(state.spread && l.generations > 1 && tokens.length > 1 ? {low: padded(own, b.low), high: padded(own, b.high)} : {}),
        ...drawn(l), width: device ? 1.2 : 2});
      if (state.clock !== "device" || !l.device) series.push(band(l.host, false));
      if (state.clock !== "host" && l.device) series.push(band(l.device, state.clock === "both"));
    }
    if (state.limit && report.time.limit) {
      series.push({values: padded(limitAt, report.time.limit), colour: css("--limit"), dash: [1, 5], width: 2.5});
    }
    const low = state.log ? report.time.lowest : state.zero ? 0 : report.time.low;
    return {xs: tokens, series, x: {label: "sequence length (tokens)", range: tokens.length === 1 ? [longest - 0.5, longest + 0.5] : [earliest, longest], zoom: tokens.length > 1, whole: true},
      y: {label: "time per token (ms)", log: state.log, range: [low, report.time.high]}};
  }, index => read(index == null ? Number(slider.value) : tokens[index], false));

  function read(t, moves) {
    token.textContent = t;
    if (moves) tokenReaders.forEach(reader => reader(t));
    slider.setAttribute("aria-valuetext", "token " + t);
    for (const [l, output] of values) {
      const i = indexAt(at.get(l), t);
      const read = b => digits(b.median[i]);
      output.textContent = i == null ? MISSING
        : state.clock === "both" && l.device ? read(l.host) + " host, " + read(l.device) + " device ms"
        : read(state.clock === "device" && l.device ? l.device : l.host) + " ms";
    }
    const limit = document.getElementById("limit-value");
    if (limit) limit.textContent = digits(limitOf(t)) + " ms";
    if (moves) plot.readAt(t);
  }
  const set = (name, value) => {
    state[name] = value;
    plot.redraw();
    read(Number(slider.value), false);
  };

  section("time", "Time per token",
    el("div", {class: "controls"},
      hasDevice ? choice("clock", "Clock", [["host", "host"], ["device", "device"], ["both", "both"]], "host", v => set("clock", v)) : null,
      choice("axis", "Time axis", [["linear", "linear"], ["log", "logarithmic"]], state.log ? "log" : "linear", v => set("log", v === "log")),
      el("fieldset", null, el("legend", null, "Show"),
        checkbox("spread", "spread", true, v => set("spread", v)),
        checkbox("zero", "from zero", false, v => set("zero", v)),
        report.time.limit ? checkbox("limit", "memory limit", true, v => set("limit", v)) : null)),
    fig,
    el("fieldset", null, el("legend", null, "Configurations, in this plot and those of memory and latency"),
      buttons,
      el("label", null, "Values at token ", slider, token),
      list,
      report.time.limit ? el("p", {class: "hint"}, swatchOfLimit(), " Memory limit ", el("output", {id: "limit-value"}),
        `: weights and full cache read once at ${report.time.terabytesPerSecond.toFixed(2)} TB/s, the bandwidth of a copy within device memory. It is no bound: a step that finds some of it in the L2 cache may beat it a little.`) : null),
    el("p", {class: "hint"}, `Curves are medians over the generations, bands their spread (${[...new Set(lines.map(l => l.spread))].join("; ")}), both smoothed over `
      + `${report.time.smoothing} steps: a point is the median of those around it. Drag across the plot to look closer; a double click shows all again.`),
    report.findings.thinned ? el("p", {class: "hint", id: "thinned"}, report.findings.thinned) : null,
    report.findings.pieces ? el("p", {class: "hint", id: "pieces"}, report.findings.pieces) : null,
    howTo("A transformer keeps keys and values of every token so far, and every step reads all of them. A strategy drops entries to keep that cache small; choosing what to drop costs time in every step too. Where a strategy's curve lies above the full cache's it costs, where it lies below it saves.",
      "A strategy's curve follows the full cache's until its window is full; from the first eviction on it stays level, while the full cache's goes on rising. How steep it rises is what a strategy can save: little with one sequence, where weights are most of what a step reads, more with many sequences and long texts.",
      "Time on the host runs from the launch of a step until the next token is back on the host, eviction included." + (hasDevice ? " Time on the device is the same step between two events on the device." : ""),
      "A greyscale print keeps curves apart by their dashes."));
  read(longest, false);
}

function swatchOfLimit() {
  const s = el("svg", {class: "swatch", viewBox: "0 0 36 14", "aria-hidden": "true"}, el("line", {x1: 0, x2: 36, y1: 7, y2: 7, class: "old", "stroke-dasharray": "2 5"}));
  return s;
}

function summarySection() {
  section("configurations", "Configurations",
    records("summary", "Steps are medians over all measured ones; tokens per second are those of whole generations, slow steps included, and count all sequences.", lines, [
      ["configuration", "name", format.text, true],
      ["generations", "generations", format.count],
      ["step on the host (ms)", l => l.latency.p50, digits],
      ...(lines.some(l => l.deviceMs != null) ? [["step on the device (ms)", "deviceMs", digits]] : []),
      ["tokens per second", "tokensPerSecond", digits],
      ...(lines.some(l => l.timesLimit != null) ? [["× memory limit", "timesLimit", format.fixed2]] : []),
    ], "configurations.csv"));
}

/** What is compared with a full cache that differs in more than its strategy. */
function unlikeNotes() {
  return [...new Set(report.crossings.filter(c => c.unlike).map(c => "Compared with " + c.unlike + "."))].map(text => el("p", {class: "note"}, text));
}

function crossoverSection() {
  const percent = of => c => c[of] && c[of].change;
  const interval = of => c => c[of] && isFinite(c[of].low) && c[of].low != null ? format.change(c[of].low) + " to " + format.change(c[of].high) : null;
  const several = new Set(report.crossings.map(c => c.baseline)).size > 1 || report.crossings.some(c => c.unlike || c.fastest);
  if (!report.crossings.length) return;
  section("crossover", "Where strategies pay off", ...unlikeNotes(),
    records("crossings", "Step time on the host, medians, against the full cache of the same setting; above zero is slower.", report.crossings, [
      ["configuration", "name", format.text, true],
      ...(several ? [["against", "baseline", format.text, true]] : []),
      [report.crossings.some(c => c.fastest) ? "verdict at the end, like for like" : "verdict at the end", c => !isTold(c.end) ? c.end.told : c.end.change < 0 ? "faster" : "slower", format.text],
      ["last tokens", percent("end"), format.change],
      ["their 95 % interval", interval("end"), format.text],
      ...(report.crossings.some(c => c.fastest) ? [["last tokens, against the fastest full cache", c => c.fastest ? c.fastest.end.change : c.end.change, format.change]] : []),
      ["faster from token", c => !isTold(c.end) ? c.end.told : c.fasterFrom ?? (c.end.change < 0 ? null : "not within " + c.length), format.text],
      ["by more than the control from", c => !isTold(c.end) ? c.end.told : c.fasterBeyond ?? "not within " + c.length, format.text],
      ["paid back at token", c => c.paidBackAt ?? "not within " + c.length, format.text],
      ["first eviction at token", "firstEviction", format.count],
      ["before it: control", percent("control"), format.change],
      ["its 95 % interval", interval("control"), format.text],
      ["when it starts", percent("start"), format.change],
      ["from it on", percent("evicting"), format.change],
    ], "crossover.csv"),
    el("p", {class: "hint"}, "Control: before its first eviction a strategy does the full cache's work and its scoring, so what it differs by there is scoring and noise. No difference within the control or its interval is told from noise."),
    el("p", {class: "hint"}, "When it starts and last tokens: the first and the last 32 tokens that evict, or all if they are fewer. Faster from: the token from which on the strategy's curve, over 33 steps, stays below the full cache's. Paid back: from there on the whole text so far has taken less time."),
    howTo("Steps of one generation are not independent of each other, so intervals count each generation once: they are percentile bootstraps of the generations' medians. A difference is called real where its interval excludes zero; with fewer than four generations only if it is also larger than 3 %; with one, of which there is no interval, and where the same step takes twice as long in one generation as in another, never; and of a strategy only if it is larger than the control, which is what the two differ by before anything is evicted."));
}

function costSection() {
  if (!report.costs.length) return;
  section("cost", "What a step is made of", ...unlikeNotes(), report.findings.cost ? el("p", null, report.findings.cost) : null,
    records("costs", "Parts of a step that evicts, in µs: differences of medians.", report.costs, [
      ["configuration", "name", format.text, true],
      ...(report.costs.some(c => c.removal) ? [["removal", "removal", format.text, true]] : []),
      ["the step itself", "step", format.micros],
      ["scoring", "scoring", format.partOfMs],
      ["eviction", "eviction", format.partOfMs],
      ...(report.costs.some(c => c.closing != null) ? [["of it closing gaps", "closing", format.partOfMs]] : []),
      ["launch and sync", "sync", format.partOfMs],
      ["whole step on the host", "whole", format.micros],
    ], "cost.csv"),
    report.costs.some(c => c.scoring < 0 || c.eviction < 0 || c.sync < 0) ? el("p", {class: "note"}, "Where a part is below noise, the others add up to more than the whole, by as much as it came out below zero.") : null,
    el("p", {class: "hint"}, `Derived from the curves, in ${[...new Set(report.costs.map(c => c.where))].join(" or ")} time. `,
      "Of steps that evict: every one from the first on, or every k-th. The step itself: the full cache's step where it holds as many entries; for the full cache, its median. "
      + "Scoring: what the strategy's steps take beyond the full cache's over the 32 tokens before its first eviction, while both hold the same entries; noise is part of it, and another form of attention where that differs. "
      + "Eviction: what they take beyond both: choosing what goes, and moving, which with removal replace fills the gap and with compact closes it. ",
      report.costs.some(c => c.closing != null) ? "Closing gaps: what a step takes beyond one of the same strategy whose gaps are filled. " : null,
      "Launch and sync: host time beyond device time; where parts are in host time it is in them. Below noise: the difference came out below zero, so the part is smaller than what two measurements of the same step differ by; the file saved as CSV has it."));
}

function memorySection() {
  const known = () => [...visible].filter(l => l.cacheMb);
  const {host, figure: fig} = figure(report.findings.memory || "");
  if (!report.findings.memory) return;
  const top = 1.08 * largest(lines.flatMap(l => l.cacheMb ? [largest(l.cacheMb)] : []));
  const readout = el("p", {class: "hint", id: "memory-read"}, "Point at the plot, or move the slider above, to read values.");
  const read = t => {
    readout.textContent = `Token ${t}: ` + known().map(l => `${l.name} ${digits(l.cacheMb[indexAt(at.get(l), t)])} MB`).join("; ");
  };
  tokenReaders.push(read);
  chart(host, () => ({xs: tokens, series: known().map(l => ({values: padded(at.get(l), l.cacheMb), ...drawn(l)})),
    x: {label: "sequence length (tokens)", range: [earliest === 1 ? 0 : earliest, longest], whole: true}, y: {label: "keys and values held (MB)", range: [0, top]}, height: 300}),
    index => {
      if (index != null) read(tokens[index]);
    });
  const device = lines.filter(l => l.deviceMb != null);
  section("memory", "Memory of the cache", fig, readout,
    el("p", {class: "hint"}, "Entries held after each step, as the strategy defines them, times the bytes per entry that the run recorded, all sequences together."),
    records("memory-table", "At the last token.", lines.filter(l => l.cacheMb), [
      ["configuration", "name", format.text, true],
      ["keys and values (MB)", l => l.cacheMb[l.cacheMb.length - 1], digits],
      ...(device.length ? [["device memory in use, weights included (MB)", "deviceMb", digits]] : []),
    ]));
}

function latencySection() {
  const {host, figure: fig} = figure(report.findings.latency);
  const parts = {most: {of: l => l.latency.quantiles, from: 0}, tail: {of: l => l.latency.tail, from: 99}};
  let part = parts.most;
  const last = l => part === parts.most ? l.latency.p99 : l.latency.max;
  const percent = q => q.map((_, i) => part.from + (100 - part.from) * i / (q.length - 1));
  const share = (l, ms) => {
    const q = part.of(l);
    let n = 0;
    while (n < q.length && q[n] <= ms) n++;
    return n === 0 ? null : percent(q)[n - 1];
  };
  const waiting = "Point at the plot to read values.";
  const readout = el("p", {class: "hint", id: "latency-read"}, waiting);
  const plot = chart(host, () => {
    const low = Math.min(...lines.map(l => part.of(l)[0]));
    const high = 1.02 * Math.max(...lines.map(last));
    const log = low > 0 && high / low > 6;
    const shown = [...visible];
    const joined = shown.length ? uPlot.join(shown.map(l => [part.of(l), percent(part.of(l))])) : [[low], []];
    return {xs: joined[0], series: shown.map((l, i) => ({values: joined[i + 1], ...drawn(l)})),
      x: {label: "time of a step on the host (ms)", log, range: [log ? low * 0.97 : Math.max(0, low - 0.03 * (high - low)), high > low ? high : low + 1]},
      y: {label: "steps at most as long (%)", range: [part.from, 100]}, height: 340, points: false};
  }, (index, u) => {
    if (index != null) {
      const ms = u.posToVal(u.cursor.left, "x");
      readout.textContent = `At most ${digits(ms)} ms: ` + [...visible].map(l => l.name + " "
        + (share(l, ms) == null ? part.from ? "less than 99" : "0.0" : share(l, ms).toFixed(part.from ? 2 : 1)) + " %").join("; ");
    }
  });
  section("latency", "Distribution of step times",
    el("div", {class: "controls"}, choice("latency-part", "Show", [["most", "all but the slowest hundredth"], ["tail", "the slowest hundredth, up to the slowest step"]], "most", v => {
      part = parts[v];
      readout.textContent = waiting;
      plot.redraw();
    })), fig, readout,
    records("latencies", "All measured steps of all generations on the host, ms.", lines, [
      ["configuration", "name", format.text, true],
      ["p50", l => l.latency.p50, digits],
      ["p90", l => l.latency.p90, digits],
      ["p99", l => l.latency.p99, digits],
      ["slowest", l => l.latency.max, digits],
    ], "latency.csv"));
}

function heatSection() {
  if (!report.heatMaps.length) return;
  const s = section("heat", "Strategy × window", el("p", null, report.findings.heat));
  report.heatMaps.forEach((map, m) => {
    const {host, chooser} = heatMap("heat-" + m, map, map.windows.map(w => "window " + w));
    s.append(chooser, host, ...map.unlike.map(text => el("p", {class: "hint"}, "Compared with " + text + ".")));
  });
}

function mapSection() {
  if (!report.maps.length) return;
  const s = section("map", "What the cache holds");
  report.maps.forEach((map, m) => {
    const {host, figure: fig} = figure(report.answers.includes(map.finding) ? map.title : map.title + ". " + map.finding);
    const n = map.columns.length * map.every;
    const percent = (step, token) => {
      const runs = map.columns[Math.floor(step / map.every)];
      let row = Math.floor(token / map.every);
      for (let i = 0; i < runs.length; i += 2) {
        if (row < runs[i + 1]) return runs[i];
        row -= runs[i + 1];
      }
      return null;
    };
    const readout = el("p", {class: "hint", id: "map-read-" + m}, "Point at a cell, or type its step and token, to read it.");
    const read = (step, token) => {
      const held = step >= 0 && step < map.steps && token >= 0 ? percent(step, token) : null;
      readout.textContent = held == null ? `Step ${step}: no token ${token} yet` : `After step ${step} ${held} % of layers and heads hold token ${token}`;
    };
    const number = name => el("input", {type: "number", id: `map-${name}-${m}`, min: 0, max: map.steps - 1, value: 0,
      oninput: () => read(Number(step.value), Number(token.value))});
    const step = number("step");
    const token = number("token");
    const paint = u => {
      const colour = colourOf({colour: 0});
      u.ctx.save();
      u.ctx.fillStyle = colour;
      map.columns.forEach((runs, i) => {
        const left = u.valToPos(i * map.every, "x", true);
        const right = u.valToPos((i + 1) * map.every, "x", true);
        let row = 0;
        for (let k = 0; k < runs.length; k += 2) {
          const bottom = u.valToPos(row * map.every, "y", true);
          row += runs[k + 1];
          u.ctx.globalAlpha = runs[k] / 100;
          u.ctx.fillRect(left, u.valToPos(row * map.every, "y", true), Math.max(1, right - left), bottom - u.valToPos(row * map.every, "y", true));
        }
      });
      u.ctx.restore();
    };
    chart(host, () => ({xs: Array.from({length: n}, (_, i) => i), series: [{values: Array(n).fill(null), colour: "transparent"}],
      x: {label: "step", range: [0, n]}, y: {label: "original index of the token", range: [0, n]}, paint, height: 460, cursorY: true, points: false}),
      (index, u) => {
        if (index != null) read(Math.floor(u.posToVal(u.cursor.left, "x")), Math.floor(u.posToVal(u.cursor.top, "y")));
      });
    s.append(el("h3", null, map.title), fig, el("p", null, el("label", null, "Step ", step), " ", el("label", null, "Token ", token)), readout);
  });
}

const column = (label, text, left) => ({label, text, left});

function rawSection() {
  const bare = lines.some(l => !l.raw);
  if (!lines.length) return;
  if (bare) {
    section("raw", "Raw table", el("p", null, "Left out, this page would become too large: steps.json has every step, and export RESULT --format csv writes them as a table."));
    return;
  }
  const total = lines.reduce((n, l) => n + l.raw.reduce((k, r) => k + r.host.length, 0), 0);
  const line = new Uint16Array(total), iteration = new Uint16Array(total), step = new Uint32Array(total);
  let at = 0;
  lines.forEach((l, i) => l.raw.forEach((r, j) => r.host.forEach((_, t) => {
    line[at] = i;
    iteration[at] = j;
    step[at++] = t;
  })));
  const of = row => lines[line[row]].raw[iteration[row]];
  const get = [row => lines[line[row]].name, row => of(row).fork, row => of(row).iteration, row => (lines[line[row]].prompt || 0) + step[row] + 1,
    row => of(row).host[step[row]], row => of(row).device ? of(row).device[step[row]] : null];
  section("raw", "Raw table", dataTable("raw-table", {caption: "Every measured step; warm-up iterations are left out. Buttons in the head sort.",
    columns: [column("configuration", format.text, true), column("fork", format.count), column("iteration", format.count), column("token", format.count),
      column("host (ns)", format.count), ...(lines.some(l => l.device) ? [column("device (ns)", format.count)] : [])],
    count: total, value: (row, c) => get[c](row), pageSize: 25, csv: "steps.csv"}));
}

function failureSection() {
  if (report.failures.length) {
    section("failures", "What failed", records("failed", "Configurations that failed, and why.", report.failures, [
      ["benchmark", "benchmark", format.text, true], ["parameters", "params", format.text, true], ["reason", "message", format.text, true]]));
  }
}

pageHead("What does a KV-cache eviction strategy cost and save per decode step, at every sequence length?", report);
contextsSection();
throughputSection();
waitsSection();
lossesSection();
sequencesSection();
if (lines.length) {
  timeSection();
  summarySection();
  crossoverSection();
  costSection();
  memorySection();
  latencySection();
}
machineSection();
heatSection();
evictionSection();
scoresSection();
mapSection();
rawSection();
if (report.origins.length) originSection(report.origins);
failureSection();
document.documentElement.dataset.ready = Math.round(performance.now());
