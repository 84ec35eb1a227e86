package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Warnings;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import dev.kvbench.telemetry.LiveMemory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A runtime that keeps one array of each step is found out, and one that keeps none is not suspected. */
@Tag("native")
class LeakTest {

    /** So small that what a compiler of the JVM takes and gives back in between is little beside what many steps leave. */
    private static final Gpt2Config SMALLEST = new Gpt2Config("smallest", 1, 1, 8, 17, 64, 1e-5);
    private static final int STEPS = 2000;
    private static final int WARM_UP = 5;
    private static final int GENERATIONS = 25;
    private static final Map<String, String> PARAMS = Map.of("strategy", "h2o", "window", "16", "heavyHitters", "4", "evictEvery", "1",
            "removal", "replace", "batch", "1");

    /** What launches steps, and does something more before each. */
    private static StepRuntime before(Runnable each, StepRuntime runtime) {
        return (StepRuntime) Proxy.newProxyInstance(LeakTest.class.getClassLoader(), new Class<?>[] {StepRuntime.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("launch")) {
                        each.run();
                    }
                    try {
                        return method.invoke(runtime, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Warnings of memory after generations whose every step makes an array of 4 bytes, and closes it or not. */
    private static List<String> warnings(boolean closes) {
        EvictionStrategy strategy = Strategies.of("h2o").create(StrategyParameters.of(PARAMS));
        List<Telemetry.Sample> samples = new ArrayList<>();
        try (Weights weights = Weights.synthetic(SMALLEST, Dtype.FP32, Device.cpu(), 1)) {
            KvCache cache = new KvCache(weights.shape(), Dtype.FP32, Device.cpu(), 1, DecodeLoop.capacity(strategy, STEPS),
                    strategy.traits().scope());
            StepRuntime runtime = Runtimes.TORCHSCRIPT.create(weights, cache, strategy, AttentionForm.EXPLICIT);
            StepRuntime leaking = before(() -> {
                NDArray made = cache.at(Place.TOKEN).getManager().create(1f);
                if (closes) {
                    made.close();
                }
            }, runtime);
            try (DecodeLoop loop = new DecodeLoop(weights, strategy, Positions.CACHE, cache, leaking)) {
                LiveMemory memory = new LiveMemory();
                for (int generation = 0; generation < WARM_UP + GENERATIONS; generation++) {
                    memory.begin();
                    loop.generate(new long[STEPS]);
                    samples.add(new Telemetry.Sample(1, generation < WARM_UP ? StepsFile.Iteration.WARMUP : StepsFile.Iteration.MEASUREMENT,
                            generation, (long) STEPS, new Telemetry.Seen(null, null, null, null, null, null, null, null, null, null, null,
                            null, null), memory.end(loop.liveArrays())));
                }
            }
        }
        StepsFile.Configuration configuration = new StepsFile.Configuration("dev.kvbench.bench.DecodeLoopBenchmark.decode", "h2o", PARAMS,
                "synthetic", "explicit", "torchscript", "cpu", 1024, null, List.of(), null, null, new Telemetry(samples, List.of(),
                Telemetry.Energy.none(null, null, "not asked"), null, null));
        StepsFile file = new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-01T00:00:00Z", List.of(), StepsFile.UNITS,
                new Fingerprint("c", false, "0", "1", "1", "2", "jvm", "Linux", "cpu", 2, 2, null, null), List.of(configuration), null);
        return Warnings.of(new LoadedResult("r", file, null, null)).stream().filter(w -> w.warning().equals("MEMORY_GROWS"))
                .map(StepsFile.Doubt::text).toList();
    }

    @Test
    void anArrayThatEachStepKeepsIsFound() {
        List<String> warnings = warnings(false);
        assertEquals(1, warnings.size());
        Matcher said = Pattern.compile("Memory grows: each step of h2o leaves 1 live tensors, (\\d+) bytes of native memory, over 50000"
                + " steps; close what a step makes before the next one\\.").matcher(warnings.get(0));
        assertTrue(said.matches(), warnings.get(0));
        int bytes = Integer.parseInt(said.group(1));
        assertTrue(bytes > 64 && bytes < 4096, warnings.get(0));
    }

    @Test
    void anArrayThatEachStepClosesIsNone() {
        assertEquals(List.of(), warnings(true));
    }
}
