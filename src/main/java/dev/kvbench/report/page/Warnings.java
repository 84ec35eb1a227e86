package dev.kvbench.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.compare.Comparison;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a reader must know before believing what a page says, a sentence each. */
final class Warnings {

    /** Below this many generations no test tells two medians apart at 5 %. */
    private static final int FEW = 4;

    /** A pinned step whose interval is wider than this part of its mean, on either side, tells little. */
    private static final double WIDE = 0.05;

    private Warnings() {}

    /**
     * @param parts results
     * @param measured their configurations with a series
     * @param against strategies among these against their full caches
     */
    static List<String> of(List<LoadedResult> parts, List<Measured> measured, List<AgainstFullCache> against) {
        List<String> warnings = new ArrayList<>();
        List<StepsFile> files = parts.stream().map(LoadedResult::steps).toList();
        Set<String> devices = files.stream().map(f -> f.fingerprint().deviceName())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (devices.size() > 1) {
            warnings.add("Measured on different devices: " + String.join("; ", devices) + ".");
        }
        String unlike = Stream.concat(against.stream().map(AgainstFullCache::unlike),
                parts.stream().map(LoadedResult::pinned).flatMap(all -> all.stream().map(p -> p.unlike(all))))
                .filter(Objects::nonNull).distinct().collect(Collectors.joining("; "));
        if (!unlike.isEmpty()) {
            warnings.add("More than the strategy differs: " + unlike + ".");
        }
        against.stream().filter(c -> c.controlled() && c.control().significant()
                && Math.abs(c.control().change()) > Comparison.NOISE)
                .max(Comparator.comparingDouble(c -> Math.abs(c.control().change())))
                .ifPresent(c -> warnings.add("The control is off: before it evicts, " + c.name() + " takes "
                        + Answers.more(change(c)) + " time than the full cache for the same work and its scoring."));
        measured.stream().mapToInt(m -> m.host().length).min().ifPresent(fewest -> {
            if (fewest < FEW) {
                warnings.add("Some configurations have only " + fewest + (fewest == 1
                        ? " generation: nothing says what the next would differ by, so no difference of theirs is called real"
                        : " generations: differences below " + Comparison.NOISE_PERCENT + " % are not called real")
                        + "; run more iterations (-i).");
            }
        });
        if (parts.stream().anyMatch(Warnings::ofOneFork)) {
            warnings.add("Measured in one process only: what differs from process to process is in no interval here; run"
                    + " more forks (-f).");
        }
        parts.stream().flatMap(r -> r.pinned().stream()).filter(p -> p.error() > WIDE * p.ms())
                .max(Comparator.comparingDouble(p -> p.error() / p.ms()))
                .ifPresent(p -> warnings.add(noisy(p)));
        if (files.stream().anyMatch(f -> Boolean.TRUE.equals(f.fingerprint().dirty()))) {
            warnings.add("The working tree differed from the commit.");
        }
        long failed = files.stream().filter(f -> f.failures() != null).mapToLong(f -> f.failures().size()).sum();
        if (failed > 0) {
            warnings.add(failed + (failed == 1 ? " configuration" : " configurations")
                    + " failed; the reasons are at the end.");
        }
        return warnings;
    }

    private static double change(AgainstFullCache c) {
        return c.control().change();
    }

    private static String noisy(PinnedPoint p) {
        return "Noisy: with " + p.cacheLength() + " entries held a step of " + p.configuration().label() + " took "
                + Numbers.ms(p.ms()) + " ± " + Numbers.percent(p.error() / p.ms()) + ".";
    }

    /** Whether JMH ran some of its benchmarks in one process; peers are none of JMH's. */
    private static boolean ofOneFork(LoadedResult result) {
        if (result.jmh() == null) {
            return false;
        }
        for (JsonNode run : result.jmh()) {
            if (run.path("forks").asInt(0) == 1) {
                return true;
            }
        }
        return false;
    }
}
