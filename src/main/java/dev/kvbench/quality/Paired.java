package dev.kvbench.quality;

import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What configurations of a result differ by, sequence by sequence: how hard a text is cancels out, so that small
 * differences show that overlapping intervals of each one hide. Intervals are those of the run, from the same resamples.
 */
public final class Paired {

    private final Buckets buckets;
    private final int from;
    private final Bootstrap bootstrap;

    /** @param quality a result */
    public Paired(QualityFile quality) {
        buckets = new Buckets(quality.setting().bucketEdges());
        from = quality.setting().lateFrom() == null ? 0 : quality.setting().lateFrom();
        bootstrap = new Bootstrap(quality.setting().seed());
    }

    /**
     * @param own a configuration
     * @param other another one
     * @return nats per token that the other one loses beyond the first, over the positions that configurations are compared by
     */
    public Estimate lead(Configuration own, Configuration other) {
        double[] first = buckets.over(from, own.nll());
        double[] second = buckets.over(from, other.nll());
        return bootstrap.mean(IntStream.range(0, first.length).mapToDouble(s -> second[s] - first[s]).toArray());
    }

    /**
     * @param own a configuration
     * @param full the full cache
     * @return by bucket of positions, nats per token that it loses beyond the full cache
     */
    public List<Estimate> along(Configuration own, Configuration full) {
        double[][] lost = new double[own.nll().length][buckets.edges().length - 1];
        for (int s = 0; s < lost.length; s++) {
            int sequence = s;
            Arrays.setAll(lost[s], i -> (double) own.nll()[sequence][i] - full.nll()[sequence][i]);
        }
        return bootstrap.means(lost);
    }
}
