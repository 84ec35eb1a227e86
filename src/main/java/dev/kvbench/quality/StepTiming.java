package dev.kvbench.quality;

import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.Positions;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.cuda.KernelSource;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * What a step takes: a generation's time divided by its steps. Scoring a text says nothing about that, since it reads
 * every step's predictions, so it is measured in generations of their own.
 */
final class StepTiming {

    private static final int WARM_UP_STEPS = 96;

    private StepTiming() {}

    /**
     * Generates, one sequence, with the fastest runtime.
     *
     * @param setting the model
     * @param strategy what to evict
     * @param steps steps of a generation
     * @param generations how many count
     * @return ms per step
     */
    static Estimate measure(TeacherForcing.Setting setting, EvictionStrategy strategy, int steps, int generations) {
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, setting.weights().dtype(), runtime(setting, strategy),
                setting.weights().device().isGpu());
        try (DecodeLoop loop = new DecodeLoop(
                setting.weights(), strategy, runtime(setting, strategy), form, Positions.ORIGINAL, 1, steps)) {
            loop.generate(new long[loop.runtime().preparesEveryLength() ? steps : Math.min(steps, WARM_UP_STEPS)]);
            loop.checkLogits();
            double[] ms = new double[generations];
            for (int i = 0; i < generations; i++) {
                long[] nanos = new long[steps];
                loop.generate(nanos);
                ms[i] = perStep(nanos);
            }
            return estimate(ms);
        }
    }

    /** The fastest that takes the strategy; asked for by name, it does not say what it passed over for each. */
    private static Runtimes runtime(TeacherForcing.Setting setting, EvictionStrategy strategy) {
        return setting.weights().device().isGpu() && KernelSource.lacks(setting.weights().shape().family(), strategy)
                ? Runtimes.CUDAGRAPH : Runtimes.AUTO;
    }

    static double perStep(long[] nanos) {
        return LongStream.of(nanos).average().orElseThrow() / 1e6;
    }

    static Estimate estimate(double[] ms) {
        double[] quantiles = Quantile.withDefaults().evaluate(ms, 0.5, 0, 1);
        return new Estimate(quantiles[0], quantiles[1], quantiles[2]);
    }

    /** Host times of some steps of the full cache, for a forecast: ms per step. */
    static double rough(TeacherForcing.Setting setting, EvictionStrategy strategy, Runtimes runtime, int batch, int steps) {
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, setting.weights().dtype(), runtime,
                setting.weights().device().isGpu());
        long[] nanos = new long[steps];
        try (DecodeLoop loop = new DecodeLoop(setting.weights(), strategy, runtime, form, setting.positions(), batch, steps)) {
            loop.generate(nanos);
        }
        return perStep(Arrays.copyOfRange(nanos, steps / 2, steps));
    }
}
