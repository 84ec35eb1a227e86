// The page of a comparison. Every figure comes computed with the data; here it is only shown.
const comparison = JSON.parse(document.getElementById("data").textContent);
const rows = comparison.rows;

document.getElementById("top").append(
  el("h1", null, "What changed between two results?"),
  el("p", {class: "what"}, swatch("old", 1), " old: ", el("span", {id: "old-name"}, comparison.old)),
  el("p", {class: "what"}, swatch("new", 0), " new: ", el("span", {id: "new-name"}, comparison.now)),
  el("nav", {"aria-label": "Sections"}, el("ul", {id: "contents"})),
  el("p", null, themeButton()));
document.getElementById("main").append(
  ...comparison.differences.map(d => el("p", {class: "note"}, "The sides differ in " + d + ".")),
  el("div", {class: "answer", id: "answer"}, el("p", null, comparison.answer)));

const percent = v => format.change(v);
const columns = [
  ["benchmark", r => r.name, format.text, true], ["old", r => r.old, digits], ["new", r => r.now, digits], ["unit", r => r.unit, format.text],
  ["change", r => r.change, percent], ["from", r => r.low, percent], ["to", r => r.high, percent], ["p", r => r.p, v => v < 0.001 ? "<0.001" : v.toFixed(3)],
  ["samples old", r => r.oldSamples, format.count], ["samples new", r => r.nowSamples, format.count], ["verdict", r => r.verdict, format.text, true],
];
section("verdicts", "Verdicts",
  dataTable("verdict-table", {caption: "Medians over iterations; from and to bound the change with 95 % confidence; above zero is slower.",
    columns: columns.map(([label, , text, left]) => ({label, text, left,
      cell: label === "verdict" ? (v, row) => el("span", {class: rows[row].kind}, v) : undefined})),
    count: rows.length, value: (row, c) => columns[c][1](rows[row]), csv: "comparison.csv"}),
  ...Object.entries(comparison.means).map(([name, mean]) => el("p", {class: "hint mean"}, `${name}: geometric mean of changes ${percent(mean)}.`)),
  ...comparison.onlyOld.map(name => el("p", {class: "hint"}, "Only in the old result: " + name)),
  ...comparison.onlyNow.map(name => el("p", {class: "hint"}, "Only in the new result: " + name)));

const series = rows.filter(r => r.oldCurve.length);
if (series.length) {
  let row = series[0];
  const overlay = figure(row.finding);
  const along = figure(row.alongFinding);
  const xs = () => row.tokens || row.oldCurve.map((_, i) => i + 1);
  const firstToken = () => xs()[0];
  const last = () => xs()[row.oldCurve.length - 1];
  const tokens = () => ({label: "sequence length (tokens)", range: [firstToken(), Math.max(firstToken() + 1, last())], whole: true});
  /** The last point that is drawn at or before a token. */
  const indexOf = t => {
    const at = xs();
    let [low, high] = [0, at.length - 1];
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (at[mid] <= t) low = mid; else high = mid - 1;
    }
    return low;
  };
  const padded = (values, share) => {
    const finite = values.filter(v => v != null);
    const low = finite.reduce((a, b) => Math.min(a, b), Infinity), high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
    return [low - share * (high - low || Math.abs(high) || 1), high + share * (high - low || Math.abs(high) || 1)];
  };
  const readout = el("p", {class: "hint", id: "overlay-read"}, "Point at a plot to read values.");
  const token = el("output", {id: "token-shown"});
  const slider = el("input", {type: "range", id: "token", min: 1, oninput: () => read(indexOf(Number(slider.value)), true)});
  const thinned = el("p", {class: "hint", id: "thinned"});
  const read = (index, moves) => {
    const i = index == null ? indexOf(Number(slider.value)) : index;
    const t = xs()[i];
    token.textContent = t;
    readout.textContent = `Token ${t}: old ${digits(row.oldCurve[i])} ms, new ${digits(row.nowCurve[i])} ms, change ${percent(row.along[i])}`;
    if (moves) {
      first.readAt(t);
      second.readAt(t);
    }
  };
  const first = chart(overlay.host, () => ({xs: xs(), x: tokens(), y: {label: "time per token (ms)", range: padded([...row.oldCurve, ...row.nowCurve], 0.1)},
    series: [{values: row.oldCurve, colour: css("--old"), dash: DASHES[1]}, {values: row.nowCurve, colour: css("--new")}]}), index => read(index, false));
  const noise = () => row.along.map(() => 100 * comparison.threshold);
  const second = chart(along.host, () => ({xs: xs(), x: tokens(), height: 260,
    y: {label: "change (%)", range: padded([...row.along.map(v => v == null ? v : 100 * v), 100 * comparison.threshold, -100 * comparison.threshold], 0.1)},
    series: [{values: row.along.map(() => 0), low: noise().map(v => -v), high: noise(), colour: css("--old"), width: 1},
      {values: row.along.map(v => v == null ? v : 100 * v), colour: css("--new")}]}), index => read(index, false));
  const show = index => {
    row = series[index];
    tell(overlay, row.finding);
    tell(along, row.alongFinding);
    slider.min = firstToken();
    slider.max = last();
    slider.value = last();
    thinned.hidden = row.thinned == null;
    thinned.textContent = row.thinned == null ? "" : `Thinned so that this page stays small: of ${row.thinned} steps ${row.oldCurve.length} are drawn, of every stretch those with the least and the greatest values, so no peak is lost. The results' steps.json have all.`;
    first.redraw();
    second.redraw();
    read(row.oldCurve.length - 1, false);
  };
  section("overlay", "Time per token, old and new",
    el("p", null, el("label", null, "Benchmark ", el("select", {id: "row", onchange: e => show(Number(e.target.value))},
      ...series.map((r, i) => el("option", {value: i}, r.name))))),
    overlay.figure, el("p", null, el("label", null, "Values at token ", slider, token)), readout,
    el("p", {class: "hint"}, "Medians over the iterations, smoothed over 9 steps: a point is the median of those around it."), thinned,
    el("h3", null, "Change along the sequence"), along.figure,
    el("p", {id: "threshold", class: "hint"}, `The band is what counts as noise: ±${+(100 * comparison.threshold).toPrecision(4)} %.`));
  show(0);
}

section("how", "How to read this", ...[
  `A row counts as changed when two gates agree: the Mann-Whitney test tells the iterations' medians apart after Holm's correction for the number of rows (α = ${comparison.alpha}), and the whole bootstrap interval of the median's change lies beyond ±${+(100 * comparison.threshold).toPrecision(4)} %.`,
  "Steps of one generation are not independent of each other, so each generation counts once. With too few of them the verdict says how many could tell.",
].map(text => el("p", null, text)));
document.documentElement.dataset.ready = Math.round(performance.now());
