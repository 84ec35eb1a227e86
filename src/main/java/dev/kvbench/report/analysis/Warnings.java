package dev.kvbench.report.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.compare.Comparison;
import dev.kvbench.decode.Slowdown;
import dev.kvbench.results.Budget;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must be known before a result is believed, a {@link Warning} each. Of many configurations the worst is named. */
public final class Warnings {

    /** Below this many generations no test tells two medians apart at 5 %. */
    private static final int FEW = 4;

    /** A pinned step whose interval is wider than this part of its mean, on either side, tells little. */
    private static final double WIDE = 0.05;

    private Warnings() {}

    /**
     * @param result a result
     * @return what there is to warn of
     */
    public static List<StepsFile.Doubt> of(LoadedResult result) {
        List<Measured> measured = Measured.all(result.steps());
        return of(List.of(result), measured, AgainstFullCache.of(measured));
    }

    /**
     * Works out what there is to warn of, and writes it into the result.
     *
     * @param folder a result
     * @param result what its files say
     * @return what there is to warn of
     * @throws IOException if it cannot be written
     */
    public static List<StepsFile.Doubt> keep(ResultFolder folder, LoadedResult result) throws IOException {
        List<StepsFile.Doubt> warnings = of(result);
        folder.writeWarnings(warnings);
        return warnings;
    }

    /**
     * @param parts results
     * @param measured their configurations with a series
     * @param against strategies among these against their full caches
     * @return what there is to warn of
     */
    public static List<StepsFile.Doubt> of(List<LoadedResult> parts, List<Measured> measured, List<AgainstFullCache> against) {
        List<StepsFile.Doubt> warnings = new ArrayList<>();
        List<StepsFile> files = parts.stream().map(LoadedResult::steps).toList();
        comparability(parts, against, warnings);
        samples(parts, measured, warnings);
        warnings.addAll(StepWarnings.of(measured));
        warnings.addAll(MachineWarnings.of(files));
        parts.stream().map(Warnings::planted).filter(Objects::nonNull).findFirst().ifPresent(by -> warnings.add(Warning.PLANTED.of(by)));
        if (files.stream().anyMatch(f -> Boolean.TRUE.equals(f.fingerprint().dirty()))) {
            warnings.add(Warning.DIRTY.of());
        }
        long failed = files.stream().filter(f -> f.failures() != null).flatMap(f -> f.failures().stream())
                // that nothing fits is a finding
                .filter(f -> !Budget.isTooSmall(f.message())).count();
        if (failed > 0) {
            warnings.add(Warning.FAILED.of(failed, failed == 1 ? "" : "s"));
        }
        return warnings;
    }

    private static void comparability(List<LoadedResult> parts, List<AgainstFullCache> against, List<StepsFile.Doubt> warnings) {
        Set<String> devices = parts.stream().map(p -> p.steps().fingerprint().deviceName())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (devices.size() > 1) {
            warnings.add(Warning.DEVICES.of(String.join("; ", devices)));
        }
        String unlike = Stream.of(against.stream().map(AgainstFullCache::unlike),
                parts.stream().map(LoadedResult::pinned).flatMap(all -> all.stream().map(p -> p.unlike(all))),
                parts.stream().map(LoadedResult::rates).flatMap(all -> all.stream().map(p -> p.unlike(all)))).flatMap(of -> of)
                .filter(Objects::nonNull).flatMap(Form::parts).distinct().collect(Collectors.joining("; "));
        if (!unlike.isEmpty()) {
            warnings.add(Warning.UNLIKE.of(unlike));
        }
        against.stream().filter(c -> c.controlled() && c.control().significant()
                && Math.abs(c.control().change()) > Comparison.NOISE)
                .max(Comparator.comparingDouble(c -> Math.abs(c.control().change())))
                .ifPresent(c -> warnings.add(Warning.CONTROL.of(c.name(), Numbers.more(c.control().change()))));
    }

    private static void samples(List<LoadedResult> parts, List<Measured> measured, List<StepsFile.Doubt> warnings) {
        measured.stream().mapToInt(m -> m.host().length).min().ifPresent(fewest -> {
            if (fewest < FEW) {
                warnings.add(fewest == 1 ? Warning.ONE_GENERATION.of() : Warning.FEW_GENERATIONS.of(fewest));
            }
        });
        if (parts.stream().anyMatch(Warnings::ofOneFork)) {
            warnings.add(Warning.FEW_FORKS.of());
        }
        Stream.concat(parts.stream().flatMap(r -> r.pinned().stream()).map(p -> new Interval(p.cacheLength(), p.configuration().label(),
                p.ms(), p.error() / p.ms())), parts.stream().flatMap(r -> r.rates().stream()).map(p -> new Interval(
                p.budget().heldEntries(), p.configuration().label() + " of " + MovingLines.sequences(p.batch()), p.ms(),
                p.error() / p.rate()))).filter(i -> i.part > WIDE).max(Comparator.comparingDouble(Interval::part))
                .ifPresent(i -> warnings.add(Warning.WIDE_INTERVAL.of(i.held, i.name, Numbers.ms(i.ms), Numbers.percent(i.part))));
    }

    /** A step's time with half its interval as a part of it. */
    private record Interval(int held, String name, double ms, double part) {}

    /** By how much a step was slowed on purpose, as the JVM was told; null if it was not. */
    private static String planted(LoadedResult result) {
        String told = "-D" + Slowdown.PROPERTY + "=";
        for (JsonNode run : result.jmh() == null ? Json.MAPPER.createArrayNode() : result.jmh()) {
            for (JsonNode argument : run.path("jvmArgs")) {
                if (argument.asText().startsWith(told)) {
                    return argument.asText().substring(told.length());
                }
            }
        }
        return null;
    }

    /** Whether JMH ran some of its benchmarks in one process; peers are none of JMH's. */
    private static boolean ofOneFork(LoadedResult result) {
        if (result.jmh() == null) {
            return false;
        }
        for (JsonNode run : result.jmh()) {
            // none is the process that JMH itself runs in
            if (run.has("forks") && run.path("forks").asInt() <= 1) {
                return true;
            }
        }
        return false;
    }
}
