package dev.kvbench.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.commons.statistics.descriptive.Quantile;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * The step times of a generation as secondary metrics of JMH's own result: the time of the step
 * at each power of two of the sequence length ({@code step.time.len00064}, ms), quantiles over the whole
 * generation, on the device too where it is a GPU, and tokens per second; {@code step.time} alone where tokens per second are the
 * score. Adds nothing to other benchmarks that keep no series.
 */
public final class StepTimeProfiler implements InternalProfiler {

    /** The time of a step where the score is tokens per second: what each sequence waits for its token. */
    private static final String STEP = "step.time";

    @Override
    public String getDescription() {
        return "Step time by sequence length";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        TrialRecord.Series series = Recorder.endIteration(iteration.getType() == IterationType.WARMUP,
                result.getMetadata().getAllOps());
        long[] nanos = series.stepNanos();
        List<ScalarResult> metrics = new ArrayList<>();
        if (result.getRawPrimaryResults().isEmpty()) {
            // its method failed, and JMH will say how
            return metrics;
        }
        if (StepsNeeded.by(benchmark.getBenchmark()).filter(StepsNeeded.BUDGET::equals).isPresent()) {
            double tokensPerSecond = result.getPrimaryResult().getScore() * TimeUnit.SECONDS.toNanos(1)
                    / benchmark.getTimeUnit().toNanos(1);
            return List.of(metric(STEP, 1e3 * Integer.parseInt(benchmark.getParam(Sequences.BATCH)) / tokensPerSecond, "ms"));
        }
        if (nanos.length == 0) {
            return metrics;
        }
        // peers of older kinds of benchmarks have no prompt
        String prompt = benchmark.getParam(StepsNeeded.PROMPT_TOKENS);
        int before = prompt == null ? 0 : Integer.parseInt(prompt);
        for (int length = 1; length <= before + nanos.length; length *= 2) {
            if (length > before) {
                metrics.add(metric(String.format(Locale.ROOT, "step.time.len%05d", length), nanos[length - before - 1] / 1e6, "ms"));
            }
        }
        metrics.addAll(quantiles(STEP, nanos));
        if (series.deviceNanos() != null) {
            metrics.addAll(quantiles("step.device", series.deviceNanos()));
        }
        int batch = Integer.parseInt(benchmark.getParam(Sequences.BATCH));
        metrics.add(metric("tokens.rate", 1e9 * batch * nanos.length / Arrays.stream(nanos).sum(), "tokens/s"));
        return metrics;
    }

    private static List<ScalarResult> quantiles(String label, long[] nanos) {
        double[] ms = Quantile.withDefaults().evaluate(
                Arrays.stream(nanos).mapToDouble(n -> n / 1e6).toArray(), 0.5, 0.9, 0.99);
        return List.of(metric(label + ".p50", ms[0], "ms"), metric(label + ".p90", ms[1], "ms"),
                metric(label + ".p99", ms[2], "ms"));
    }

    private static ScalarResult metric(String label, double value, String unit) {
        return new ScalarResult(label, value, unit, AggregationPolicy.AVG);
    }
}
