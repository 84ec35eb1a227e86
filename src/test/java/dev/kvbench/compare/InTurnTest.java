package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results whose processes ran in turn are compared neighbour by neighbour. */
@Tag("unit")
class InTurnTest {

    @TempDir
    private Path folder;

    /** The example of SciPy's {@code ttest_ind} with {@code trim=.2}, Yuen's test, which gives t = 3.4463884028073513. */
    @Test
    void theErrorOfATrimmedMeanIsYuens() {
        TrimmedMean a = TrimmedMean.of(new double[] {56, 128.6, 12, 123.8, 64.34, 78, 763.3}, 0.2, 0.95);
        TrimmedMean b = TrimmedMean.of(new double[] {1.1, 2.9, 4.2}, 0.2, 0.95);
        // 5 and 3 are kept: squares about the mean, pooled
        double pooled = (a.error() * a.error() * 5 * 4 + b.error() * b.error() * 3 * 2) / (5 + 3 - 2);
        assertEquals(3.4463884028073513, (a.mean() - b.mean()) / Math.sqrt(pooled * (1 / 5.0 + 1 / 3.0)), 1e-12);
        // Student's t of 4 degrees of freedom leaves 2.5 % above 2.776445
        assertEquals(a.mean() + 2.776445 * a.error(), a.high(), 1e-4);
    }

    @Test
    void nothingIsCutOfThreeAndTheTestIsStudents() {
        // mean 2, standard deviation 1: t = 2 √3 with two degrees of freedom, whose tail has a closed form
        TrimmedMean mean = TrimmedMean.of(new double[] {3, 1, 2}, 0.95);
        double t = 2 * Math.sqrt(3);
        assertEquals(1 - t / Math.sqrt(2 + t * t), mean.p(), 1e-12);
        assertEquals(2 - 4.30265 / Math.sqrt(3), mean.low(), 1e-5);
        assertEquals(1, TrimmedMean.of(new double[] {5}, 0.95).p());
        assertEquals(new TrimmedMean(0, 0, 0, 0, 1), TrimmedMean.of(new double[6], 0.95));
        assertEquals(0, TrimmedMean.of(new double[] {1, 1, 1, 1, 1, 1}, 0.95).p());
    }

    @Test
    void fewerThanCoinsNeedTellNothing() {
        assertEquals(6, TrimmedMean.fewest(0.05), "2 of 2^6 are fewer than 5 %, 2 of 2^5 are not");
        assertEquals(8, TrimmedMean.fewest(0.01));
        assertEquals(3, TrimmedMean.fewest(0.4));
    }

    /** A result of one step time per process. */
    private String result(String name, String together, String side, double... ms) throws Exception {
        return result(name, together, side, Arrays.stream(ms).mapToObj(m -> new double[] {m}).toArray(double[][]::new));
    }

    /** A result of some generations per process, each of one step time. */
    private String result(String name, String together, String side, double[][] ms) throws Exception {
        Path path = Files.createDirectory(folder.resolve(name));
        List<StepsFile.Iteration> all = new ArrayList<>();
        for (int fork = 1; fork <= ms.length; fork++) {
            for (int i = 0; i < ms[fork - 1].length; i++) {
                long[] nanos = new long[16];
                Arrays.fill(nanos, Math.round(1e6 * ms[fork - 1][i]));
                all.add(new StepsFile.Iteration(fork, StepsFile.Iteration.MEASUREMENT, i + 1, nanos, null));
            }
        }
        StepsFile.Turns turns = together == null ? null : new StepsFile.Turns(StepsFile.Turns.BUILDS, together, side);
        new ResultFolder(path).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-01T00:00:00Z", List.of(),
                StepsFile.UNITS, new Fingerprint("c", false, "0", "1", "1", "2", "jvm", "Linux", "cpu", 2, 2, null, null),
                List.of(new StepsFile.Configuration("dev.kvbench.bench.DecodeLoopBenchmark.decode", "full", Map.of("strategy", "full"),
                        "synthetic", "sdpa", "torchscript", "cpu", 8, null, all)), null,
                List.of(new StepsFile.Drift("fixed product", "FLOP/s", 1e11, 1e11, 0.5e11)), null, turns));
        return path.toString();
    }

    private Comparison compare(String old, String now) {
        return Compare.of(old, now, folder, Comparison.NOISE, Comparison.ALPHA, null, false, Compare.Sort.RESULT);
    }

    /** A machine that becomes twice as slow, and now and then is far slower for one process alone. */
    private static double[] drifting(double factor, long seed) {
        Random random = new Random(seed);
        double[] ms = new double[12];
        for (int i = 0; i < 12; i++) {
            ms[i] = factor * (1 + i / 11.0) * (1 + 0.01 * random.nextGaussian()) * (i % 6 == seed % 6 ? 1.6 : 1);
        }
        return ms;
    }

    @Test
    void driftHidesAChangeFromAllButNeighbours() throws Exception {
        String old = result("old", "x", "old", drifting(1, 1));
        String same = result("same", "x", "new", drifting(1, 2));
        String slower = result("slower", "x", "new", drifting(1.1, 3));
        Comparison found = compare(old, slower);
        assertEquals(Verdict.REGRESSED, found.rows().get(0).verdict());
        assertEquals(0.1, found.rows().get(0).change(), 0.03);
        assertEquals("pairs", found.rows().get(0).sampled());
        assertEquals(12, found.rows().get(0).oldSamples());
        assertEquals(Stream.of(old, slower).map(side -> "fixed product within a run of " + side
                + ": -50.0 %, from 100.0 to 50.0 GFLOP/s; the sides ran in turn, so it met both").toList(), found.alsoDifferent());
        assertTrue(Printer.TEXT.print(found).endsWith("in pairs: the sides ran in turn, and what counts is how the fastest of each"
                + " of 12 processes differs from its neighbour's, or the least disturbed from those of the other side\n"),
                Printer.TEXT.print(found));
        assertFalse(compare(old, same).regressed());
        assertEquals(Verdict.NO_CHANGE, compare(old, same).rows().get(0).verdict());
        assertEquals(Verdict.IMPROVED, compare(slower, old).rows().get(0).verdict(), "either way round");
    }

    /** A load slows whole processes of one side but for an iteration each, and what else was measured hides in it. */
    @Test
    void aLoadHidesAChangeFromAllButTheBestIterations() throws Exception {
        double[][] old = loaded(1, 1);
        double[][] slower = loaded(1.1, 2);
        Comparison found = compare(result("old", "x", "old", old), result("slower", "x", "new", slower));
        assertEquals(Verdict.REGRESSED, found.rows().get(0).verdict());
        assertEquals(0.1, found.rows().get(0).change(), 0.01);
        assertEquals(1, found.rows().get(0).old(), 0.01);
        double[] medians = new double[12];
        Arrays.setAll(medians, i -> Math.log(Statistics.median(slower[i]) / Statistics.median(old[i])));
        assertTrue(TrimmedMean.of(medians, 0.95).p() > Comparison.ALPHA, "their medians tell nothing");
    }

    /** A load slows some processes of either side for all of their time, so that neighbours differ either way. */
    @Test
    void aLoadOfWholeProcessesHidesNothing() throws Exception {
        double[] old = {1.00, 1.45, 1.01, 1.00, 1.60, 1.02, 1.50, 1.01, 1.01, 1.00, 1.38, 1.00};
        double[] same = {1.55, 1.00, 1.01, 1.40, 1.00, 1.00, 1.02, 1.61, 1.00, 1.01, 1.01, 1.47};
        double[] slower = {1.10, 1.12, 1.70, 1.11, 1.11, 1.56, 1.10, 1.10, 1.62, 1.51, 1.12, 1.11};
        String before = result("old", "x", "old", old);
        String after = result("slower", "x", "new", slower);
        Comparison.Row row = compare(before, after).rows().get(0);
        assertEquals(Verdict.REGRESSED, row.verdict());
        assertEquals(0.1, row.change(), 0.005);
        assertTrue(row.low() > 0.07 && row.high() < 0.13, row.low() + " to " + row.high());
        double[] ratios = new double[12];
        Arrays.setAll(ratios, i -> Math.log(slower[i] / old[i]));
        assertTrue(TrimmedMean.of(ratios, 0.975).p() > Comparison.ALPHA, "neighbours tell nothing");
        assertEquals(Verdict.IMPROVED, compare(after, before).rows().get(0).verdict(), "either way round");
        assertEquals(Verdict.NO_CHANGE, compare(before, result("same", "x", "new", same)).rows().get(0).verdict());
    }

    /** A result of one rate per process. */
    private String rates(String name, String side, double... rates) throws Exception {
        Path path = Path.of(result(name, "x", side, new double[0]));
        Files.writeString(path.resolve(ResultFolder.JMH_FILE), """
                [{"benchmark": "dev.kvbench.bench.DecodeLoopBenchmark.decode", "mode": "thrpt", "forks": 12, "params": {"strategy": "full"},
                  "primaryMetric": {"score": 1, "scoreError": 0, "scoreUnit": "ops/s", "rawData": %s}}]
                """.formatted(Arrays.stream(rates).mapToObj(r -> List.of(r)).toList()));
        return path.toString();
    }

    /** Of rates the highest are the least disturbed, and a change is that of time. */
    @Test
    void aLoadOfWholeProcessesHidesNoChangeOfARate() throws Exception {
        double[] times = {1.00, 1.45, 1.01, 1.00, 1.60, 1.02, 1.50, 1.01, 1.01, 1.00, 1.38, 1.00};
        double[] slower = {1.10, 1.12, 1.70, 1.11, 1.11, 1.56, 1.10, 1.10, 1.62, 1.51, 1.12, 1.11};
        String before = rates("old", "old", Arrays.stream(times).map(t -> 100 / t).toArray());
        String after = rates("slower", "new", Arrays.stream(slower).map(t -> 100 / t).toArray());
        Comparison.Row row = compare(before, after).rows().get(0);
        assertEquals("ops/s", row.unit());
        assertEquals(Verdict.REGRESSED, row.verdict());
        assertEquals(0.1, row.change(), 0.005);
        assertTrue(row.low() > 0.07 && row.high() < 0.13, row.low() + " to " + row.high());
        assertEquals(Verdict.IMPROVED, compare(after, before).rows().get(0).verdict(), "either way round");
    }

    /** All ways to deal the ranks to two sides, each as likely. */
    @Test
    void precedingIsAsRareAsItIsCounted() {
        int n = 6;
        int[] dealt = new int[n + 1];
        for (int side = 0; side < 1 << 2 * n; side++) {
            if (Integer.bitCount(side) == n) {
                dealt[Integer.numberOfTrailingZeros(side)]++;
            }
        }
        int all = Arrays.stream(dealt).sum();
        double[] rising = {1, 2, 3, 4, 5, 6};
        for (int r = 1; r <= n; r++) {
            double above = r + 0.5;
            double[] others = {above, 20, 21, 22, 23, 24};
            int asRare = Arrays.stream(dealt, r, n + 1).sum();
            assertEquals(Math.min(1, 2.0 * asRare / all), Precedence.of(rising, others, 0.95).p(), 1e-12);
            assertEquals(Precedence.of(rising, others, 0.95).p(), Precedence.of(others, rising, 0.95).p());
        }
    }

    /** An interval of a shift is what it has to be shifted by to tell nothing. */
    @Test
    void anIntervalEndsWhereTooFewPrecede() {
        double[] a = {1, 1.1, 1.2, 1.3, 1.4, 9, 9.1, 9.2};
        double[] b = {2, 2.1, 2.2, 2.3, 2.4, 2.5, 7, 7.1};
        Precedence of = Precedence.of(a, b, 0.95);
        for (double end : new double[] {of.low(), of.high()}) {
            boolean lower = end == of.low();
            assertTrue(Precedence.of(scaled(a, Math.exp(end + (lower ? -1e-6 : 1e-6))), b, 0.95).p() <= 0.05, "beyond " + end);
            assertTrue(Precedence.of(scaled(a, Math.exp(end + (lower ? 1e-6 : -1e-6))), b, 0.95).p() > 0.05, "within " + end);
        }
        assertTrue(of.low() < of.center() && of.center() < of.high());
        assertTrue(Double.isNaN(Precedence.of(new double[] {1, 2, 3}, new double[] {4, 5, 6}, 0.95).low()), "too few for an interval");
    }

    private static double[] scaled(double[] values, double by) {
        return Arrays.stream(values).map(v -> v * by).toArray();
    }

    /** No generation is spared, and each position is in one of them. */
    @Test
    void aLoadOfSomeStepsOfEveryGenerationHidesNothing() {
        List<StepsFile.Iteration> generations = new ArrayList<>();
        for (int g = 0; g < 4; g++) {
            long[] nanos = new long[40];
            for (int t = 0; t < nanos.length; t++) {
                nanos[t] = 1_000_000 + t * 1000 + (t % 4 == g ? 0 : 3_000_000);
            }
            generations.add(new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, g + 1, nanos, null));
        }
        assertArrayEquals(new double[] {1.0195}, Side.undisturbed(generations), 1e-9);
    }

    private static double[][] loaded(double factor, long seed) {
        Random random = new Random(seed);
        double[][] ms = new double[12][9];
        for (double[] fork : ms) {
            Arrays.setAll(fork, i -> factor * (1 + 0.005 * random.nextDouble()) * (i == 4 ? 1 : 1.2 + random.nextDouble()));
        }
        return ms;
    }

    @Test
    void onlyWhatRanTogetherIsPaired() throws Exception {
        String old = result("old", "x", "old", drifting(1, 1));
        for (String other : List.of(result("other", "y", "new", drifting(1.1, 3)), result("alone", null, null, drifting(1.1, 3)),
                result("fewer", "x", "new", Arrays.copyOf(drifting(1.1, 3), 11)), result("twin", "x", "old", drifting(1.1, 3)))) {
            Comparison comparison = compare(old, other);
            assertEquals("forks", comparison.rows().get(0).sampled(), other);
            assertEquals(Verdict.NO_CHANGE, comparison.rows().get(0).verdict(), other);
        }
        String pooled = result("more", "z", "new", drifting(1.1, 4));
        assertEquals("forks", compare(old, folder.resolve("fewer") + "," + pooled).rows().get(0).sampled());
    }

    @Test
    void fewPairsAreTooFew() throws Exception {
        Comparison five = compare(result("a", "x", "old", 1, 1.01, 1, 1.01, 1), result("b", "x", "new", 2, 2.01, 2, 2, 2.01));
        assertEquals(Verdict.TOO_FEW, five.rows().get(0).verdict());
        assertTrue(Printer.TEXT.print(five).contains("too few samples: 5 and 5, 6 a side could tell"), Printer.TEXT.print(five));
        Comparison six = compare(result("c", "x", "old", 1, 1.01, 1, 1.01, 1, 1), result("d", "x", "new", 2, 2.01, 2, 2, 2.01, 2.02));
        assertEquals(Verdict.REGRESSED, six.rows().get(0).verdict());
        assertEquals(Verdict.TOO_FEW, compare(result("e", "x", "old", 1), result("f", "x", "new", 2)).rows().get(0).verdict());
    }
}
