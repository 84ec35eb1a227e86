package dev.kvbench.bench;

import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;

/** A rough forecast of how long a run takes: a step reads every weight once, and JMH times the rest by the clock. */
final class Forecast {

    /** Two cores of a server CPU stream weights at about this rate, in bytes per second. */
    private static final double CPU_BANDWIDTH = 22e9;

    /** Launching one step through TorchScript takes about this long on a GPU, in seconds. */
    private static final double GPU_STEP = 5e-3;

    /** Starting a JVM and making weights: seconds per fp32 gigabyte of weights. */
    private static final double START = 8;

    private Forecast() {}

    /**
     * How much of a configuration runs.
     *
     * @param forks JVMs that it starts
     * @param iterations iterations in each of these, warm-up counted
     * @param seconds that JMH spends on these iterations where it times by the clock
     */
    record Effort(int forks, int iterations, double seconds) {}

    /**
     * @param one a configuration
     * @param effort how much of it runs
     * @param gpu whether it runs on a GPU
     * @return seconds, about
     */
    static double seconds(RunPlan.Configuration one, Effort effort, boolean gpu) {
        if (!one.params().containsKey("model")) {
            return effort.forks * effort.seconds;
        }
        ModelShape model = DecodeSettings.parse(one.params()).model();
        double bytes = (double) model.parameters() * Dtype.of(one.params().get("dtype")).bytes();
        double step = gpu ? GPU_STEP : bytes / CPU_BANDWIDTH;
        String tokens = one.params().get("tokens");
        double measured = tokens == null ? effort.seconds : step * effort.iterations * Integer.parseInt(tokens);
        return effort.forks * (START * model.parameters() * 4 / 1e9 + step * WarmUp.USUAL_STEPS + measured);
    }
}
