package dev.kvbench.compare;

import dev.kvbench.UserError;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Key figures of all results in a folder, oldest first. */
public final class History {

    /**
     * One result's figure for one benchmark and parameter set.
     *
     * @param folder the result's folder
     * @param created start of its run
     * @param commit its commit, or "unknown"
     * @param device what it ran on
     * @param row benchmark and parameters in words, and the runtime that ran where that differs between results
     * @param median median over its iterations
     * @param unit of the median
     * @param iterations number of them
     * @param machine conditions that are the same in all results of a series, by name
     * @param software the other conditions, by name
     */
    public record Entry(Path folder, Instant created, String commit, String device, String row, double median, String unit,
            int iterations, Map<String, String> machine, Map<String, String> software) {}

    private record Result(ResultFolder folder, Instant created, Fingerprint fingerprint, List<Samples> samples) {}

    private History() {}

    /**
     * @param results the folder of results
     * @param wanted which rows, by benchmark and parameters in words
     * @return their figures; what cannot be read is passed over with a line
     * @throws UserError if the folder cannot be read
     */
    public static List<Entry> of(Path results, Predicate<String> wanted) {
        List<Result> read = new ArrayList<>();
        for (ResultFolder folder : ResultFolder.all(results)) {
            try {
                StepsFile steps = folder.readSteps();
                Side.Found found = Side.ofFolder(folder, steps);
                read.add(new Result(folder, Instant.parse(steps.created()), steps.fingerprint(), found.samples()));
                found.passedOver().forEach(line -> System.err.println("passed over: " + folder.path() + ": " + line));
            } catch (UserError e) {
                System.err.println("passed over: " + e.getMessage());
            }
        }
        RowNames names = new RowNames(read.stream().flatMap(r -> r.samples.stream()).toList(), List.of());
        Map<List<Object>, Set<String>> runtimes = new HashMap<>();
        read.forEach(result -> result.samples.forEach(samples -> runtimes
                .computeIfAbsent(List.of(samples.key(), samples.ran().of(Condition.DEVICE)), k -> new HashSet<>())
                .addAll(samples.ran().of(Condition.RUNTIME))));
        List<Entry> entries = new ArrayList<>();
        for (Result result : read) {
            Fingerprint fingerprint = result.fingerprint;
            for (Samples samples : result.samples) {
                Set<String> ran = samples.ran().of(Condition.RUNTIME);
                boolean several = runtimes.get(List.of(samples.key(), samples.ran().of(Condition.DEVICE))).size() > 1;
                String row = names.benchmark(samples) + " " + names.params(samples)
                        + (several && !ran.isEmpty() ? " ran=" + String.join(",", ran) : "");
                if (wanted.test(row)) {
                    entries.add(new Entry(result.folder.path(), result.created,
                            fingerprint.shortCommit().orElse("unknown"),
                            fingerprint.deviceName(), row, Statistics.median(samples.values()), samples.unit(), samples.values().length,
                            samples.ran().words(Condition.OF_A_SERIES),
                            samples.ran().words(EnumSet.complementOf(Condition.OF_A_SERIES))));
                }
            }
        }
        return entries;
    }
}
