// The section of what an eviction is made of, of report.js: benchmarks without a model.

function evictionSection() {
  if (!report.evictions.length) return;
  const parts = [];
  if (report.moving.length) {
    const {host, figure: fig} = figure(report.findings.moving);
    const micros = report.moving.flatMap(m => m.lines.flatMap(l => l.micros));
    const at = [...new Set(report.moving.flatMap(m => m.lines.flatMap(l => l.windows)))].sort((a, b) => a - b);
    const key = curveKey("moving-key");
    let shown = report.moving[0];
    const look = l => ({look: {colour: l.removal, dash: l.batch}});
    const plot = chart(host, () => ({xs: at, height: 380,
      x: {label: "window (entries)", log: true, at, range: [at[0] * 0.9, at[at.length - 1] * 1.1]},
      y: {label: "moving (µs)", log: true, range: [Math.min(...micros) / 1.3, Math.max(...micros) * 1.3]},
      series: shown.lines.map(l => ({values: at.map(w => l.windows.includes(w) ? l.micros[l.windows.indexOf(w)] : null), points: true, ...drawn(look(l))}))}));
    const show = index => {
      shown = report.moving[index];
      key.show(shown.lines.map(l => [{name: l.name, ...look(l)}, null]));
      plot.redraw();
    };
    show(0);
    parts.push(el("label", null, "Show ", el("select", {id: "moving-of", onchange: e => show(Number(e.target.value))},
      ...report.moving.map((m, i) => el("option", {value: i}, m.of)))), fig, key.list);
  } else if (report.findings.moving) parts.push(el("p", null, report.findings.moving));
  const together = report.evictions.some(e => e.choosing == null);
  section("eviction", "What an eviction is made of", ...parts,
    records("evictions", "What an evicting step does at its end, alone, in µs: differences of means.", report.evictions, [
      ["strategy", "name", format.text, true], ["removal", "removal", format.text, true],
      ["window", "window", format.count], ["sequences", "batch", format.count],
      ["scoring", "scoring", format.fixed1], ["choosing", "choosing", format.part], ["moving", "moving", format.part], ["± of moving", "error", format.fixed1],
      ...(together ? [["choosing and moving", "eviction", format.part]] : []),
      ["moved (MB)", "movedMb", digits],
    ], "eviction.csv"),
    el("p", {class: "hint"}, "Differences of three benchmarks without a model: scoring; scoring and choosing the entry that goes; scoring, choosing and moving. "
      + "Removal replace moves one entry into the gap, or none where the newest goes; compact moves up all behind the gap, and the operators here rewrite the whole window for it. "
      + "Moved are keys and values written, of all layers and sequences. A few µs are noise: ± is JMH's interval, wide where iterations are few. Below noise: a difference that came out below zero; the file saved as CSV has it."),
    together ? el("p", {class: "hint"}, "Where choosing is missing the result is older than its benchmark: the two are one then, and hold the scoring of strategies that score only when they evict.") : null);
}
