package dev.kvbench.compare;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
     * @param row benchmark and parameters in words
     * @param median median over its iterations
     * @param unit of the median
     * @param iterations number of them
     */
    public record Entry(Path folder, Instant created, String commit, String device, String row, double median, String unit,
            int iterations) {}

    private History() {}

    /**
     * @param results the folder of results
     * @param wanted which rows, by benchmark and parameters in words
     * @return their figures
     * @throws dev.kvbench.UserError if a result cannot be read
     */
    public static List<Entry> of(Path results, Predicate<String> wanted) {
        List<Side> sides = new ArrayList<>();
        for (ResultFolder folder : ResultFolder.all(results)) {
            Side side = Side.of(folder);
            if (!side.samples().isEmpty()) {
                sides.add(side);
            }
        }
        Captions captions = new Captions(sides.stream().flatMap(s -> s.samples().stream()).toList(), List.of());
        List<Entry> entries = new ArrayList<>();
        for (Side side : sides) {
            ResultFolder folder = new ResultFolder(Path.of(side.name()));
            Fingerprint fingerprint = folder.readSteps().fingerprint();
            for (Samples samples : side.samples()) {
                String row = captions.benchmark(samples) + " " + captions.params(samples);
                if (wanted.test(row)) {
                    entries.add(new Entry(folder.path(), Instant.parse(folder.readSteps().created()),
                            fingerprint.commit() == null ? "unknown" : fingerprint.commit().substring(0, 8),
                            fingerprint.deviceName(), row, Statistics.median(samples.values()), samples.unit(), samples.values().length));
                }
            }
        }
        return entries;
    }
}
