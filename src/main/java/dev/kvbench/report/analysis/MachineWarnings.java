package dev.kvbench.report.analysis;

import dev.kvbench.compare.Comparison;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.telemetry.ClockEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What was seen of the machine that speaks against believing its times. */
final class MachineWarnings {

    /** What was seen after an iteration of a configuration. */
    private record At(String label, Telemetry.Seen seen) {

        private boolean slowed() {
            return seen.clockEvents() != null && seen.clockEvents().stream().anyMatch(ClockEvent::slows);
        }

        private boolean idle() {
            return seen.clockEvents() != null && seen.clockEvents().stream().anyMatch(ClockEvent::idle);
        }

        private String why() {
            String slows = seen.clockEvents() == null ? ""
                    : seen.clockEvents().stream().filter(ClockEvent::slows).collect(Collectors.joining(", "));
            return slows.isEmpty() ? "" : " (" + slows + ")";
        }
    }

    private MachineWarnings() {}

    /**
     * @param files results
     * @return of each kind the worst of each result
     */
    static List<StepsFile.Doubt> of(List<StepsFile> files) {
        List<StepsFile.Doubt> warnings = new ArrayList<>();
        for (StepsFile file : files) {
            if (file.drifts() != null) {
                file.drifts().stream().filter(d -> Math.abs(d.change()) > Comparison.NOISE)
                        .forEach(d -> warnings.add(Warning.ofMachine(file.turns() != null, d.of(), d.words())));
            }
            List<At> all = file.configurations().stream().filter(c -> c.telemetry() != null).flatMap(c -> c.telemetry().samples().stream()
                    .filter(Telemetry.Sample::measured).map(s -> new At(c.label(), s.seen()))).toList();
            all.stream().filter(at -> at.seen.otherProcesses() != null && at.seen.otherProcesses() > 0)
                    .max(Comparator.comparingInt(at -> at.seen.otherProcesses()))
                    .ifPresent(at -> warnings.add(Warning.OTHER_PROCESS.of(at.seen.otherProcesses(),
                            at.seen.otherProcesses() == 1 ? "" : "es", at.label)));
            clocks(all, warnings);
            growth(file, warnings);
        }
        return warnings;
    }

    /** Of the configuration whose process lost most of the kind that is known best. */
    private static void growth(StepsFile file, List<StepsFile.Doubt> warnings) {
        record Grown(String label, List<MemoryGrowth> all) {}
        file.configurations().stream()
                .map(c -> new Grown(c.label(), MemoryGrowth.of(c).stream().filter(MemoryGrowth::grows).toList()))
                .filter(grown -> !grown.all.isEmpty())
                .max(Comparator.comparing((Grown grown) -> grown.all.get(0).held(), Comparator.reverseOrder())
                        .thenComparing(grown -> grown.all.get(0).perStep()))
                .ifPresent(grown -> warnings.add(Warning.MEMORY_GROWS.of(grown.label, grown.all.stream()
                        .map(g -> g.held().words(g.perStep())).collect(Collectors.joining(", ")), grown.all.get(0).steps())));
    }

    /** A card that was asked while it already rested says nothing of the clock that steps ran at. */
    private static void clocks(List<At> all, List<StepsFile.Doubt> warnings) {
        List<At> busy = all.stream().filter(at -> at.seen.smMegahertz() != null && !at.idle()).toList();
        int most = busy.stream().mapToInt(at -> at.seen.smMegahertz()).max().orElse(0);
        busy.stream().filter(at -> at.slowed() || at.seen.smMegahertz() < (1 - Comparison.NOISE) * most)
                .min(Comparator.comparingInt((At at) -> at.seen.smMegahertz()).thenComparing(at -> !at.slowed()))
                .ifPresent(at -> warnings.add(Warning.CLOCKS_FELL.of(most, at.seen.smMegahertz(), at.label, at.why())));
    }
}
