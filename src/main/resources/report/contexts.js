// The section of steps against the context, of report.js: full caches as lines, strategies at their windows and level from there on.

function contextsSection() {
  const of = report.contexts;
  if (!of) return;
  const last = of.at.length - 1;
  const shown = el("output", {id: "contexts-shown"});
  const slider = el("input", {type: "range", id: "contexts-at", min: 0, max: last, value: last, oninput: () => read(Number(slider.value), true)});
  const parts = of.panels.map((panel, i) => {
    const {host, figure: fig} = figure(panel.finding);
    const key = curveKey("contexts-key-" + i);
    const high = 1.08 * largest(panel.lines.flatMap(l => l.points.map((ms, n) => ms + l.error[n])));
    const measured = l => of.xs.map(x => of.at.includes(x) ? l.points[of.at.indexOf(x)] : null);
    const plot = chart(host, () => ({xs: of.xs, height: 360, x: {label: "context (entries)", log: true, at: of.at, range: of.range},
      y: {label: "time of a step (ms)", range: [0, high]},
      series: [...(panel.limit ? [{values: panel.limit, colour: css("--limit"), dash: [1, 5], width: 2}] : []),
        ...panel.lines.flatMap(l => [{values: l.ms, ...drawn(l)},
          {values: measured(l), points: true, line: false, ...drawn(l)}])],
      paint: u => panel.lines.forEach(l => l.points.forEach((ms, n) => ms == null ? null
        : whiskers(u, {value: of.at[n], low: of.at[n], high: of.at[n]}, {value: ms, low: ms - l.error[n], high: ms + l.error[n]}, colourOf(l.look), 2)))}),
      index => read(index == null ? Number(slider.value) : nearest(of.xs[index]), false));
    return {panel, key, plot, shown: el("div", null, el("h3", null, panel.name), fig, key.list)};
  });
  const nearest = x => of.at.reduce((best, n, i) => Math.abs(Math.log(n / x)) < Math.abs(Math.log(of.at[best] / x)) ? i : best, 0);
  function read(index, moves) {
    shown.textContent = of.at[index];
    slider.setAttribute("aria-valuetext", of.at[index] + " entries");
    parts.forEach(({panel, key, plot}) => {
      key.show(panel.lines.map(l => [l, l.ms[of.xs.indexOf(of.at[index])] == null ? MISSING : digits(l.ms[of.xs.indexOf(of.at[index])]) + " ms"]));
      if (moves) plot.readAt(of.at[index]);
    });
  }
  section("contexts", "With longer contexts",
    el("p", null, el("label", null, "Values at a context of ", slider, shown, " entries")),
    el("div", {class: "panels"}, ...parts.map(p => p.shown)),
    el("p", {class: "hint"}, `A point is the ${of.bars.replace("error bars", "thin lines")}; between those measured a full cache is on a line. `
      + (of.terabytesPerSecond ? `Dotted grey: weights and the whole context read once at ${of.terabytesPerSecond.toFixed(2)} TB/s, the bandwidth of a copy within device memory. ` : "")
      + "The full cache holds all of the context; a strategy holds its window, so its step is the same at every longer context."),
    records("contexts-table", "Each strategy against the full cache of that context, the fastest of its setting.", of.rows, [
      ...(of.panels.length > 1 ? [["setting", "panel", format.text, true]] : []),
      ["configuration", "name", format.text, true], ["context (entries)", "context", format.count],
      ["step (ms)", "ms", digits], ["full cache (ms)", "fullMs", digits], ["times as fast", "factor", format.fixed2],
      ["more than noise", r => isTold(r) ? "yes" : r.told, format.text],
      ["pays from a context of", r => r.from == null ? "none measured" : r.from, format.text],
    ], "contexts.csv"));
  read(last, false);
}
