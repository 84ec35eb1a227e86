package dev.kvbench.bench;

import dev.kvbench.model.Dtype;
import dev.kvbench.model.Gpt2Config;
import java.util.List;

/** A rough forecast of how long decode loops take: a step reads every weight once. */
final class Expectation {

    /** Two cores of a server CPU stream weights at about this rate, in bytes per second. */
    private static final double CPU_BANDWIDTH = 22e9;

    /** Launching one step through TorchScript takes about this long on a GPU, in seconds. */
    private static final double GPU_STEP = 5e-3;

    /** Starting a JVM and making weights: seconds per fp32 gigabyte of weights. */
    private static final double START = 8;

    private Expectation() {}

    /**
     * @param plan the configurations
     * @param forks JVMs that each starts
     * @param generations generations in each of these
     * @param gpu whether they run on a GPU
     * @return seconds, about; benchmarks that JMH times by the clock are not counted
     */
    static double seconds(List<RunPlan.Configuration> plan, int forks, int generations, boolean gpu) {
        double seconds = 0;
        for (RunPlan.Configuration one : plan) {
            if (one.params().containsKey("tokens")) {
                Gpt2Config model = DecodeSettings.parse(one.params()).model();
                double bytes = (double) model.parameters() * Dtype.of(one.params().get("dtype")).bytes();
                double step = gpu ? GPU_STEP : bytes / CPU_BANDWIDTH;
                double steps = WarmUp.USUAL_STEPS + (double) generations * Integer.parseInt(one.params().get("tokens"));
                seconds += forks * (START * model.parameters() * 4 / 1e9 + step * steps);
            }
        }
        return seconds;
    }
}
