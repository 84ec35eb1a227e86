// The section of benchmarks without a series, of report.js: pinned steps as rows or lines, and all as a table.

/** Steps of one cache length, which would be points above each other: a row for each configuration. */
function pinnedRows() {
  const rows = report.pinned;
  const held = rows[0].at[0];
  const text = r => digits(r.ms[0]) + (r.error[0] ? " ± " + r.error[0].toFixed(Math.max(0, (digits(r.ms[0]).split(".")[1] || "").length)) : "") + " ms";
  const y = i => rows.length - 1 - i;
  const order = rows.map((_, i) => i).sort((a, b) => rows[a].ms[0] - rows[b].ms[0]);
  const bars = rows.some(r => r.error[0] != null);
  const low = Math.min(...rows.map(r => r.ms[0] - r.error[0]));
  const high = Math.max(...rows.map(r => r.ms[0] + r.error[0]));
  const room = 0.06 * (high - low || high || 1);
  const waiting = "Point at a row to read it; the table below has them all.";
  const readout = el("p", {class: "hint", id: "pinned-read"}, waiting);
  const {host, figure: fig} = figure(report.findings.pinned);
  chart(host, () => ({xs: order.map(i => rows[i].ms[0]), height: Math.max(200, 90 + 26 * rows.length), cursorY: true,
    series: order.map((i, k) => ({values: order.map((_, at) => at === k ? y(i) : null), points: true, line: false, ...drawn(rows[i])})),
    x: {label: "time of a step (ms)", range: [low < 0.45 * high ? 0 : low - room, high + room]},
    y: {at: rows.map((_, i) => i), text: v => rows[y(v)].label, range: [-0.6, rows.length - 0.4], size: 20 + 7 * Math.max(...rows.map(r => r.label.length))},
    paint: u => rows.forEach((r, i) => whiskers(u, {value: r.ms[0], low: r.ms[0] - r.error[0], high: r.ms[0] + r.error[0]}, {value: y(i), low: y(i), high: y(i)}, colourOf(r.look), 2))}),
    (index, u) => {
      const row = index == null ? null : rows[y(Math.round(u.posToVal(u.cursor.top, "y")))];
      readout.textContent = row ? `${row.name}: ${text(row)}` : waiting;
    });
  return [fig, readout, el("p", {class: "hint"}, `All with ${held} entries held; ${bars ? "lines through points are JMH's 99.9 % intervals" : "without intervals, of which JMH gives none of fewer than three iterations"}.`)];
}

function scoresSection() {
  if (!report.scores.length) return;
  const parts = [];
  const at = [...new Set(report.pinned.flatMap(p => [...p.at]))].sort((a, b) => a - b);
  // more lines than these cannot be told apart; the table has them all
  if (at.length > 1 && report.pinned.length <= 8) {
    const {host, figure: fig} = figure(report.findings.pinned);
    const by = (p, values) => at.map(n => p.at.includes(n) ? values[p.at.indexOf(n)] : null);
    const high = 1.1 * Math.max(...report.pinned.flatMap(p => p.ms.map((ms, i) => ms + p.error[i])));
    chart(host, () => ({xs: at, x: {label: "cache length (entries)", range: [0, at[at.length - 1] * 1.05]}, y: {label: "time per step (ms)", range: [0, high]}, height: 300,
      series: report.pinned.map(p => ({values: by(p, p.ms), low: by(p, p.ms.map((ms, i) => ms - p.error[i])), high: by(p, p.ms.map((ms, i) => ms + p.error[i])), points: true, ...drawn(p)}))}));
    parts.push(fig, el("ul", {class: "keys"}, ...report.pinned.map(p => el("li", null, swatch("k" + p.look.colour, p.look.dash), p.name))),
      el("p", {class: "hint"}, report.pinned.some(p => p.error.some(e => e != null)) ? "Bands are JMH's 99.9 % intervals." : "Without bands: JMH gives no interval of fewer than three iterations."));
  }
  if (at.length === 1 && report.pinned.length > 1) parts.push(...pinnedRows());
  section("scores", "Benchmarks without a series", ...parts, records("scores-table", "Mean and half of JMH's 99.9 % interval.", report.scores, [
    ["benchmark", "benchmark", format.text, true], ["configuration", "name", format.text, true],
    ["mean", "score", digits], ["±", "error", digits], ["unit", "unit", format.text],
  ], "scores.csv"));
}
