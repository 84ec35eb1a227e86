package dev.kvbench.report.page;

import dev.kvbench.report.analysis.MachineRow;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The section of energy and memory. */
final class Machines {

    private Machines() {}

    /** @return energy, memory and clocks of each configuration, and what must be known of them; null if nobody looked */
    static Report.Machine of(List<StepsFile> files) {
        List<MachineRow> rows = MachineRow.all(files);
        return rows.isEmpty() ? null : new Report.Machine(rows, notes(files));
    }

    private static List<String> notes(List<StepsFile> files) {
        List<String> notes = new ArrayList<>();
        telemetries(files).map(Telemetry::energy).filter(e -> e.joulesPerToken() != null)
                .map(e -> "Energy is counted by " + e.counter() + ", which moves every " + Numbers.digits(1e3 * e.updateSeconds())
                        + " ms, over whole measured iterations: also what is between their steps is in it, and pauses between short ones.")
                .distinct().limit(1).forEach(notes::add);
        telemetries(files).map(Telemetry::energy).map(Telemetry.Energy::absent).filter(Objects::nonNull).distinct()
                .forEach(why -> notes.add("Energy not available: " + why + "."));
        telemetries(files).map(Telemetry::absent).filter(Objects::nonNull).flatMap(a -> a.entrySet().stream())
                .filter(a -> !a.getKey().equals("energy")).map(a -> "Not available: " + a.getKey() + ": " + a.getValue() + ".")
                .distinct().forEach(notes::add);
        files.stream().map(StepsFile::drifts).filter(Objects::nonNull).flatMap(List::stream)
                .map(d -> "The machine's own speed, by its " + d.of() + ": " + d.said(d.start()) + " at the start, "
                        + (d.middle() == null ? "" : d.said(d.middle()) + " in the middle, ") + d.said(d.end()) + " at the end.")
                .forEach(notes::add);
        return notes;
    }

    private static Stream<Telemetry> telemetries(List<StepsFile> files) {
        return files.stream().flatMap(f -> f.configurations().stream()).map(StepsFile.Configuration::telemetry)
                .filter(Objects::nonNull);
    }
}
