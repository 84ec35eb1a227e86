package dev.kvbench.quality;

import dev.kvbench.UserError;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.Positions;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * What a step takes: a generation's time divided by its steps. Scoring a text says nothing about that, since it reads
 * every step's predictions, so it is measured in generations of their own or taken from a benchmark's result.
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
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, setting.weights().dtype());
        try (DecodeLoop loop = new DecodeLoop(
                setting.weights(), strategy, runtime(setting, strategy), form, Positions.ORIGINAL, 1, steps)) {
            loop.generate(new long[loop.runtime().preparesEveryLength() ? steps : Math.min(steps, WARM_UP_STEPS)]);
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
        return setting.weights().device().isGpu() && strategy.rule().isEmpty() ? Runtimes.CUDAGRAPH : Runtimes.AUTO;
    }

    private static double perStep(long[] nanos) {
        return LongStream.of(nanos).average().orElseThrow() / 1e6;
    }

    private static Estimate estimate(double[] ms) {
        double[] quantiles = Quantile.withDefaults().evaluate(ms, 0.5, 0, 1);
        return new Estimate(quantiles[0], quantiles[1], quantiles[2]);
    }

    /** Times of generations that a benchmark measured. */
    static final class Measured {

        private final ResultFolder folder;
        private final StepsFile steps;
        private final List<StepsFile.Configuration> generations;

        /**
         * @param folder a result with generations ({@code DecodeLoop})
         * @throws UserError if it has none, or several that differ in more than strategy, window and heavy hitters
         */
        Measured(ResultFolder folder) {
            this.folder = folder;
            steps = folder.readSteps();
            generations = steps.configurations().stream()
                    .filter(c -> c.benchmark().endsWith(".DecodeLoopBenchmark.decode") && !measured(c).isEmpty()).toList();
            if (generations.isEmpty()) {
                throw new UserError("--times " + folder.path() + ": has no generations; make them with: run DecodeLoop -p strategy=… -p window=…");
            }
            for (String name : List.of("model", "dtype", "batch", "tokens", "positions", "evictEvery")) {
                Set<String> values = new LinkedHashSet<>();
                generations.stream().map(c -> c.params().get(name)).filter(v -> v != null && !v.equals("0")).forEach(values::add);
                if (values.size() > 1) {
                    throw new UserError("--times " + folder.path() + ": has " + name + "=" + String.join(", ", values)
                            + "; give a result with one of them");
                }
            }
        }

        QualityFile.Times source() {
            Map<String, String> params = generations.get(0).params();
            return new QualityFile.Times(String.valueOf(folder.path().toAbsolutePath().normalize().getFileName()),
                    params.get("model") + " · " + params.get("dtype") + " · " + params.get("tokens") + " tokens · "
                            + sequences(params.get("batch")) + " · " + steps.fingerprint().deviceName());
        }

        /** The time with that strategy and window; of several numbers of heavy hitters the nearest. Null if it is not there. */
        Estimate of(Planned planned) {
            int wanted = planned.heavyHitters() == null ? 0 : planned.heavyHitters();
            return generations.stream()
                    .filter(c -> c.params().get("strategy").equals(planned.strategy().label())
                            && Integer.parseInt(c.params().get("window")) == (planned.window() == null ? 0 : planned.window()))
                    .min((a, b) -> Integer.compare(distance(a, wanted), distance(b, wanted)))
                    .map(c -> estimate(measured(c).stream().mapToDouble(i -> perStep(i.stepNanos())).toArray()))
                    .orElse(null);
        }

        private static int distance(StepsFile.Configuration configuration, int wanted) {
            return Math.abs(Integer.parseInt(configuration.params().getOrDefault("heavyHitters", "0")) - wanted);
        }

        private static List<StepsFile.Iteration> measured(StepsFile.Configuration configuration) {
            return configuration.iterations().stream()
                    .filter(i -> i.phase().equals(StepsFile.Iteration.MEASUREMENT)).toList();
        }
    }

    static String sequences(String batch) {
        return batch.equals("1") ? "1 sequence" : batch + " sequences";
    }

    /** Host times of some steps of the full cache, for a forecast: ms per step. */
    static double rough(TeacherForcing.Setting setting, EvictionStrategy strategy, Runtimes runtime, int batch, int steps) {
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, setting.weights().dtype());
        long[] nanos = new long[steps];
        try (DecodeLoop loop = new DecodeLoop(setting.weights(), strategy, runtime, form, setting.positions(), batch, steps)) {
            loop.generate(nanos);
        }
        return perStep(Arrays.copyOfRange(nanos, steps / 2, steps));
    }
}
