package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.Json;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each warning is given for data that it is planted in, and for none that it is not. */
@Tag("unit")
class PlantedTest {

    private static final int TOKENS = 64;

    /** ns that a step takes in its generation, beside what it takes in all. */
    private interface Plant {
        double times(int generation, int step, Random random);
    }

    private static StepsFile.Configuration configuration(String strategy, int generations, Telemetry telemetry, Plant plant) {
        Random random = new Random(strategy.hashCode());
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int g = 0; g < generations; g++) {
            long[] nanos = new long[TOKENS];
            for (int t = 0; t < TOKENS; t++) {
                nanos[t] = Math.round((1_000_000 + 5_000 * t) * (1 + 0.003 * random.nextGaussian()) * plant.times(g, t, random));
            }
            iterations.add(new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, g + 1, nanos, null));
        }
        return new StepsFile.Configuration("dev.kvbench.bench.DecodeLoopBenchmark.decode", strategy, new TreeMap<>(Map.of("strategy",
                strategy, "window", strategy.equals("full") ? "0" : "16", "heavyHitters", strategy.equals("h2o") ? "4" : "0",
                "removal", strategy.equals("full") ? "0" : "replace", "batch", "1")), "synthetic", "explicit", "fused", "gpu", 1024, null,
                iterations, null, null, telemetry);
    }

    private static StepsFile.Configuration steps(int generations, Plant plant) {
        return configuration("full", generations, null, plant);
    }

    private static StepsFile file(boolean dirty, String gpu, List<StepsFile.Failure> failures, List<StepsFile.Drift> drifts,
            StepsFile.Configuration... all) {
        return new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-01T00:00:00Z", List.of(), StepsFile.UNITS, new Fingerprint("c",
                dirty, "0", "1", "1", "2", "jvm", "Linux", "cpu", 2, 2, gpu, "580"), List.of(all), failures, drifts, null, null);
    }

    private static List<StepsFile.Doubt> warnings(String jmh, StepsFile... files) throws Exception {
        JsonNode json = jmh == null ? null : Json.MAPPER.readTree(jmh);
        List<LoadedResult> parts = List.of(files).stream().map(f -> new LoadedResult("r", f, null, json)).toList();
        List<Measured> measured = files.length == 1 ? Measured.all(files[0]) : List.of();
        return Warnings.of(parts, measured, AgainstFullCache.of(measured));
    }

    private static List<StepsFile.Doubt> warnings(StepsFile.Configuration... all) throws Exception {
        return warnings(null, file(false, "GPU", null, null, all));
    }

    private static void one(Warning kind, String text, List<StepsFile.Doubt> warnings) {
        assertEquals(List.of(new StepsFile.Doubt(kind.name(), text + "; " + kind.cure() + ".")), warnings);
    }

    @Test
    void steadyStepsAreNotWarnedOf() throws Exception {
        for (int generations : new int[] {4, 5, 12, 40}) {
            assertEquals(List.of(), warnings(steps(generations, (g, t, r) -> 1)), generations + " generations");
        }
        // as a strategy that evicts every eighth step: the same in every generation
        assertEquals(List.of(), warnings(steps(5, (g, t, r) -> t % 8 == 7 ? 4 : 1)));
    }

    @Test
    void outliers() throws Exception {
        one(Warning.OUTLIERS, "Outliers: 20 of 320 steps of full took more than twice as long as those beside them, 15 % of all its time",
                warnings(steps(5, (g, t, r) -> t % 16 == g ? 4 : 1)));
        assertEquals(List.of(), warnings(steps(5, (g, t, r) -> g == 1 && t % 32 == 3 ? 4 : 1)), "2 % of the time");
    }

    @Test
    void twoSpeeds() throws Exception {
        List<StepsFile.Doubt> warnings = warnings(steps(6, (g, t, r) -> r.nextInt(3) == 0 ? 1.3 : 1));
        assertEquals(List.of("BIMODAL"), warnings.stream().map(StepsFile.Doubt::warning).toList());
        assertTrue(warnings.get(0).text().matches("Two speeds: 3\\d % of the steps of full took 30 % more than the others, with little"
                + " between; something switches, .*"), warnings.get(0).text());
    }

    @Test
    void generationsThatBecomeSlower() throws Exception {
        one(Warning.DRIFT, "Drift: from its first generations to its last full became 15 % slower",
                warnings(steps(6, (g, t, r) -> 1 + 0.04 * g)));
        one(Warning.DRIFT, "Drift: from its first generations to its last full became 10 % faster",
                warnings(steps(6, (g, t, r) -> 1 - 0.025 * g)));
        assertEquals(List.of(), warnings(steps(6, (g, t, r) -> 1 + 0.004 * g)), "within noise");
        assertEquals(List.of(), warnings(steps(6, (g, t, r) -> g % 2 == 0 ? 1 : 1.045)), "up and down");
    }

    @Test
    void stepsThatVary() throws Exception {
        one(Warning.TOO_NOISY, "Too noisy: the same step of full varies 3 x between generations", warnings(steps(4,
                (g, t, r) -> 1 + r.nextDouble() / 4 + (g == 2 ? 1.9 : g * 0.4))).stream()
                .filter(w -> w.warning().equals("TOO_NOISY")).toList());
    }

    @Test
    void fewGenerationsForksAndWideIntervals() throws Exception {
        one(Warning.ONE_GENERATION, "Some configurations have only 1 generation: nothing says what the next would differ by, so no"
                + " difference of theirs is called real", warnings(steps(1, (g, t, r) -> 1)));
        one(Warning.FEW_GENERATIONS, "Some configurations have only 3 generations: differences below 3 % are not called real",
                warnings(steps(3, (g, t, r) -> 1)));
        one(Warning.FEW_FORKS, "Measured in one process only: what differs from process to process is in no interval here",
                warnings("[{\"forks\": 1}]", file(false, "GPU", null, null, steps(5, (g, t, r) -> 1))));
        one(Warning.FEW_FORKS, "Measured in one process only: what differs from process to process is in no interval here",
                warnings("[{\"forks\": 0}]", file(false, "GPU", null, null, steps(5, (g, t, r) -> 1))));
        assertEquals(List.of(), warnings("[{}]", file(false, "GPU", null, null, steps(5, (g, t, r) -> 1))), "peers have none");
        StepsFile.Configuration pinned = new StepsFile.Configuration("dev.kvbench.bench.DecodeStepBenchmark.step", "full cache",
                Map.of("strategy", "full", "window", "0", "cacheLength", "64"), "synthetic", "explicit", "fused", "gpu", 8, null,
                List.of());
        one(Warning.WIDE_INTERVAL, "Noisy: with 64 entries held a step of full cache took 1.000 ms ± 20 %", warnings("""
                [{"benchmark": "dev.kvbench.bench.DecodeStepBenchmark.step", "mode": "avgt", "forks": 2,
                  "params": {"strategy": "full", "window": "0", "cacheLength": "64"},
                  "primaryMetric": {"score": 1, "scoreError": 0.2, "scoreUnit": "ms/op", "rawData": [[1]]}}]
                """, file(false, "GPU", null, null, pinned)));
    }

    @Test
    void whatIsNotComparable() throws Exception {
        StepsFile.Configuration full = steps(5, (g, t, r) -> 1);
        one(Warning.DEVICES, "Measured on different devices: H100; A100",
                warnings(null, file(false, "H100", null, null, full), file(false, "A100", null, null, full)));
        one(Warning.DIRTY, "The working tree differed from the commit", warnings(null, file(true, "GPU", null, null, full)));
        one(Warning.PLANTED, "Steps were slowed on purpose, by -Dkvbench.slowdown=0.1", warnings("""
                [{"benchmark": "dev.kvbench.bench.DecodeLoopBenchmark.decode", "mode": "ss", "forks": 2, "params": {"strategy": "full"},
                  "jvmArgs": ["-Xmx1g", "-Dkvbench.slowdown=0.1"],
                  "primaryMetric": {"score": 1, "scoreError": 0, "scoreUnit": "ms/op", "rawData": [[1]]}}]
                """, file(false, "GPU", null, null, full)));
        one(Warning.FAILED, "1 configuration failed", warnings(null, file(false, "GPU", List.of(new StepsFile.Failure("b", Map.of(), "no")),
                null, full)));
        one(Warning.CONTROL, "The control is off: before it evicts, window takes 9.8 % more time than the full cache for the same work and"
                + " its scoring", warnings(full, configuration("window", 5, null, (g, t, r) -> 1.1)));
        StepsFile.Configuration other = configuration("window", 5, null, (g, t, r) -> 1);
        one(Warning.UNLIKE, "More than the strategy differs: another runtime: full cache fused, window cudagraph",
                warnings(full, new StepsFile.Configuration(other.benchmark(), other.label(), other.params(), other.weights(),
                        other.attention(), "cudagraph", other.device(), other.cacheBytesPerEntry(), null, other.iterations())));
    }

    private static Telemetry seen(int[] megahertz, List<List<String>> events, int[] others) {
        List<Telemetry.Sample> samples = new ArrayList<>();
        for (int i = 0; i < megahertz.length; i++) {
            samples.add(new Telemetry.Sample(1, i == 0 ? StepsFile.Iteration.WARMUP : StepsFile.Iteration.MEASUREMENT, Math.max(1, i),
                    64L, new Telemetry.Seen(megahertz[i], null, null, null, events.get(i), others[i], null, null, null, null, null, null,
                            null)));
        }
        return new Telemetry(samples, List.of(), Telemetry.Energy.none(null, null, "no"), null, null);
    }

    private static List<StepsFile.Doubt> seeing(int[] megahertz, List<List<String>> events, int... others) throws Exception {
        return warnings(configuration("full", 5, seen(megahertz, events, others), (g, t, r) -> 1));
    }

    @Test
    void aMachineThatWasNotTheSame() throws Exception {
        List<String> none = List.of();
        assertEquals(List.of(), seeing(new int[] {345, 1980, 1965}, List.of(List.of("idle"), none, none), 1, 0, 0), "a warm-up");
        assertEquals(List.of(), seeing(new int[] {1980, 1980, 345}, List.of(none, none, List.of("idle")), 0, 0, 0), "at rest again");
        one(Warning.CLOCKS_FELL, "Clocks fell: the SM clock was 1980 MHz at most, and 1755 MHz with full (power cap)",
                seeing(new int[] {1980, 1980, 1755}, List.of(none, none, List.of("power cap")), 0, 0, 0));
        one(Warning.CLOCKS_FELL, "Clocks fell: the SM clock was 1980 MHz at most, and 1410 MHz with full",
                seeing(new int[] {1980, 1980, 1410}, List.of(none, none, none), 0, 0, 0));
        one(Warning.OTHER_PROCESS, "Not alone: 2 other processes computed on the GPU while full ran",
                seeing(new int[] {1980, 1980, 1980}, List.of(none, none, none), 0, 1, 2));
        StepsFile.Configuration full = steps(5, (g, t, r) -> 1);
        one(Warning.MACHINE_DRIFT, "The machine itself changed: its copy bandwidth went from 2.90 to 2.75 TB/s as the run went on",
                warnings(null, file(false, "GPU", null, List.of(new StepsFile.Drift("copy bandwidth", "B/s", 2.9e12, 2.75e12, 2.88e12)),
                        full)));
        StepsFile drifted = file(false, "GPU", null, List.of(new StepsFile.Drift("copy bandwidth", "B/s", 2.9e12, 2.75e12, 2.88e12)), full);
        assertEquals(List.of(new StepsFile.Doubt("MACHINE_DRIFT", "The machine itself changed: its copy bandwidth went from 2.90 to 2.75"
                + " TB/s as the run went on; what ran in turn, as here, may be compared all the same: stop other load for narrower"
                + " intervals.")), warnings(null, new StepsFile(drifted.schema(), drifted.version(), drifted.created(), drifted.command(),
                drifted.units(), drifted.fingerprint(), drifted.configurations(), null, drifted.drifts(), null,
                StepsFile.Turns.OF_CONFIGURATIONS)));
        assertEquals(List.of(), warnings(null, file(false, "GPU", null,
                List.of(new StepsFile.Drift("fixed product", "FLOP/s", 1e11, null, 0.98e11)), full)));
    }

    @Test
    void memoryThatEveryStepTakes() throws Exception {
        List<Telemetry.Sample> samples = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            samples.add(new Telemetry.Sample(1, StepsFile.Iteration.MEASUREMENT, i, 10_000L,
                    new Telemetry.Seen(null, null, null, null, null, null, null, null, null, null, null, null, null),
                    new Telemetry.Live(90L + 10_000 * i, 700L * 10_000 * i, 20_000_000L)));
        }
        one(Warning.MEMORY_GROWS, "Memory grows: each step of full leaves 1 live tensors, 700 bytes of native memory, over 200000 steps",
                warnings(configuration("full", 5, new Telemetry(samples, List.of(), Telemetry.Energy.none(null, null, "no"), null, null),
                        (g, t, r) -> 1)));
    }

    /** A warning that nothing above brings out would be one that nobody has seen. */
    @Test
    void everyWarningIsPlanted() throws Exception {
        Set<Warning> planted = EnumSet.noneOf(Warning.class);
        String source = Files.readString(Path.of("src/test/java/dev/kvbench/report/analysis/PlantedTest.java"));
        for (Warning kind : Warning.values()) {
            if (source.contains("one(Warning." + kind + ",") || source.contains("\"" + kind + "\"")) {
                planted.add(kind);
            }
        }
        assertEquals(EnumSet.allOf(Warning.class), planted);
    }

    @Test
    void aTrendIsToldFromChance() {
        // of the 120 orders of five values one falls never, and four fall once
        assertEquals(2 / 120.0, Trend.p(5, 0), 1e-12);
        assertEquals(2 * 5 / 120.0, Trend.p(5, 1), 1e-12);
        assertEquals(1, Trend.p(5, 5), 1e-12);
        assertTrue(Trend.oneWay(new double[] {1, 2, 3, 4, 5}) && Trend.oneWay(new double[] {5, 4, 3, 2, 1}));
        assertFalse(Trend.oneWay(new double[] {5, 4, 3, 1, 2}), "p = 0.08");
        assertFalse(Trend.oneWay(new double[] {7, 7, 7, 7, 7}) || Trend.oneWay(new double[] {7}));
        double[] many = new Random(1).doubles(200).toArray();
        assertFalse(Trend.oneWay(many));
        Arrays.setAll(many, i -> many[i] + i / 200.0);
        assertTrue(Trend.oneWay(many));
        assertEquals(0, Trend.change(new double[] {1, 2}));
    }

    @Test
    void kindsAreToldFromOneWideKind() {
        Random random = new Random(1);
        assertEquals(Optional.empty(), TwoSpeeds.of(random.doubles(2000).map(x -> 1 + x).toArray()), "even");
        assertEquals(Optional.empty(), TwoSpeeds.of(random.doubles(2000).map(x -> 1 - Math.log(x)).toArray()), "a long tail");
        assertEquals(Optional.empty(), TwoSpeeds.of(DoubleStream.generate(() -> 10 + random.nextGaussian())
                .limit(2000).toArray()), "normal");
        assertEquals(Optional.empty(), TwoSpeeds.of(new double[] {1, 1, 1}));
        TwoSpeeds two = TwoSpeeds.of(random.doubles(2000).map(x -> x < 0.25 ? 1.2 + x / 50 : 1 + x / 50).toArray()).orElseThrow();
        assertEquals(0.25, two.share(), 0.03);
        assertEquals(0.19, two.more(), 0.02);
    }
}
