package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The limit of a step with the full cache: the time of reading weights and cache once at the bandwidth of a copy
 * within device memory, measured in the same process. It is no bound: a step that finds some of it in the L2 cache may
 * beat it a little.
 *
 * @param weightBytes bytes of weights that a step reads
 * @param entryBytes bytes of a cache entry, all sequences
 * @param bytesPerSecond the copy's bandwidth
 * @param before tokens before the first step that it is drawn of
 * @param length steps that it is drawn of
 */
public record MemoryLimit(double weightBytes, double entryBytes, double bytesPerSecond, int before, int length) {

    /** @return the limit of those shown, if they share one: the same weights and entries */
    public static Optional<MemoryLimit> of(List<StepsFile.Configuration> shown) {
        List<MemoryLimit> limits = shown.stream().filter(c -> c.gpu() != null).map(MemoryLimit::of).toList();
        boolean shared = limits.stream().allMatch(
                l -> l.weightBytes == limits.get(0).weightBytes && l.entryBytes == limits.get(0).entryBytes);
        return limits.isEmpty() || !shared ? Optional.empty() : Optional.of(limits.get(0));
    }

    private static MemoryLimit of(StepsFile.Configuration configuration) {
        int batch = Integer.parseInt(configuration.params().getOrDefault("batch", "1"));
        return new MemoryLimit(configuration.gpu().weightBytes(), (double) batch * configuration.cacheBytesPerEntry(),
                configuration.gpu().copyBytesPerSecond(), Measured.prompt(configuration), Curve.of(configuration).median().length);
    }

    /**
     * @param n entries held
     * @return the limit of a step, ms
     */
    public double ms(int n) {
        return 1e3 * (weightBytes + n * entryBytes) / bytesPerSecond;
    }

    /** @return the limit of step t at index t−1, ms */
    public double[] curve() {
        return IntStream.rangeClosed(before + 1, before + length).mapToDouble(this::ms).toArray();
    }
}
