// The section of steps against the number of sequences, of report.js.

function sequencesSection() {
  const of = report.sequences;
  if (!of) return;
  const state = {what: "ms"};
  const {host, figure: fig} = figure(report.findings.sequences);
  const last = of.at.length - 1;
  const key = curveKey("sequences-key");
  const shown = el("output", {id: "sequences-shown"});
  const slider = el("input", {type: "range", id: "sequences-at", min: 0, max: last, value: last, oninput: () => {
    read(Number(slider.value));
    plot.readAt(of.at[Number(slider.value)]);
  }});
  const ms = state => state.what === "ms";
  // tokens per second are the more the less time a step takes
  const value = (p, time) => p == null || time(p) == null ? null : ms(state) ? time(p) : p.sequences * 1000 / time(p);
  const limit = l => of.at.map((n, i) => ms(state) ? l.ms[i] : n * 1000 / l.ms[i]);
  const limitDashes = [[1, 5], [8, 4]];
  const plot = chart(host, () => {
    const series = [...of.limits.map((l, i) => ({values: limit(l), colour: css("--limit"), dash: limitDashes[i], width: 2})),
      ...of.lines.map(l => ({values: l.points.map(p => value(p, q => q.ms)), points: true, ...drawn(l),
        low: l.points.map(p => value(p, q => ms(state) ? q.low : q.high)), high: l.points.map(p => value(p, q => ms(state) ? q.high : q.low))}))];
    const all = series.flatMap(s => [...s.values, ...(s.high || [])]).filter(v => v != null);
    return {xs: of.at, series, height: 380, x: {label: "sequences decoded side by side", log: true, at: of.at, range: [of.at[0] / 1.15, of.at[last] * 1.15]},
      y: {label: ms(state) ? "time of a step (ms)" : "tokens per second", log: of.wide, range: [of.wide ? Math.min(...all) / 1.06 : 0, largest(all) * 1.06]}};
  }, index => read(index == null ? Number(slider.value) : index));
  function read(index) {
    shown.textContent = of.at[index];
    slider.setAttribute("aria-valuetext", of.at[index] + " sequences");
    key.show(of.lines.map(l => [l, l.points[index] == null ? MISSING : digits(value(l.points[index], p => p.ms)) + (ms(state) ? " ms" : " tokens/s")]));
  }
  const two = ["dotted", "dashed"];
  section("sequences", "With more sequences",
    el("div", {class: "controls"}, choice("sequences-what", "Show", [["ms", "time of a step"], ["rate", "tokens per second"]], "ms", v => {
      state.what = v;
      plot.redraw();
      read(Number(slider.value));
    })),
    fig, el("p", null, el("label", null, "Values with ", slider, shown, " sequences")), key.list,
    el("p", {class: "hint"}, `A point is the ${of.measured.replace("error bars", "bands").replace("bars", "bands")}. `
      + (of.limits.length ? `Grey: ${of.limits.map((l, i) => l.name + " (" + two[i] + ")").join(", ")}, weights and cache read once at ${of.terabytesPerSecond.toFixed(2)} TB/s, the bandwidth of a copy within device memory. ` : "")
      + "All sequences share one read of the weights, and each has a cache of its own: the more sequences, the more of a step is reading caches, and the more a smaller one saves."),
    records("sequences-table", "All numbers of sequences; against: the full cache of the same setting that holds the most.", of.rows, [
      ["configuration", "name", format.text, true], ["sequences", "sequences", format.count],
      ["step (ms)", "ms", digits], ["from", "low", digits], ["to", "high", digits], ["tokens per second", "tokensPerSecond", digits],
      ...(of.rows.some(r => r.timesLimit != null) ? [["× memory limit", "timesLimit", format.fixed2]] : []),
      ...(of.rows.some(r => r.change != null) ? [["against", "against", format.text, true], ["change", "change", format.change],
        ["more than noise", r => r.told == null ? null : isTold(r) ? "yes" : r.told, format.text]] : []),
    ], "sequences.csv"));
  read(last);
}
