// The section of energy and memory, of report.js.

function machineSection() {
  const of = report.machine;
  if (!of) return;
  const columns = [
    ["energy of a token (J)", "joulesPerToken", digits],
    ["known to within", "resolution", v => "± " + format.share(v)],
    ["device memory at most (MB)", "deviceMb", digits],
    ["keys and values at the end (MB)", "cacheMb", digits],
    ["cache as allocated (MB)", "allocatedMb", digits],
    ["less than a full cache's (MB)", "freedMb", digits],
    ["host memory at most (MB)", "hostMb", digits],
    ["SM clock (MHz)", "megahertz", format.text],
    ["at most (°C)", "celsius", format.count],
  ].filter(([, name]) => of.rows.some(r => r[name] != null));
  section("machine", "Energy and memory",
    records("machine-table", "Seen between iterations; nothing is asked within what is timed.", of.rows,
      [["configuration", "name", format.text, true], ...columns.map(([label, name, text]) => [label, name, v => v == null ? MISSING : text(v)])], "machine.csv"),
    ...of.notes.map(note => el("p", {class: "hint"}, note)),
    howTo("Energy is the difference of a counter over whole iterations, by the tokens of these. The counter moves in steps, so what it tells is known to within what the device takes in one of its intervals. Iterations of less than five intervals are counted together, with the pauses between them.",
      "Evicting frees no memory while a text grows: a cache is allocated once, for the most entries that a step holds, its scores with it. What a strategy frees is what a full cache of as many steps would take more.",
      "Device memory counts all processes. libtorch's allocator gives nothing back while a process runs, so what is in use after an iteration was in use within."));
}
