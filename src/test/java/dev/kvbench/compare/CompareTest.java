package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.UserError;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verdicts on results with known differences. */
@Tag("unit")
class CompareTest {

    private static final int STEPS = 64;
    private static final String LOOP = "dev.kvbench.bench.DecodeLoopBenchmark.decode";

    @TempDir
    private Path folder;
    private int written;

    /** A result of one strategy whose processes differ by 10 %, iterations of one process by 0.1 %. */
    private Path processes(long seed, int forks, int iterations, double factor) throws Exception {
        Random random = new Random(seed);
        List<StepsFile.Iteration> all = new ArrayList<>();
        for (int fork = 1; fork <= forks; fork++) {
            double process = factor * (1 + 0.1 * random.nextGaussian());
            for (int i = 1; i <= iterations; i++) {
                long[] nanos = new long[STEPS];
                Arrays.fill(nanos, (long) (1e6 * process * (1 + 0.001 * random.nextGaussian())));
                all.add(new StepsFile.Iteration(fork, StepsFile.Iteration.MEASUREMENT, i, nanos, null));
            }
        }
        return written(List.of(new StepsFile.Configuration(LOOP, "full", Map.of("strategy", "full", "window", "0", "dtype", "fp32"),
                "synthetic", "explicit", "fused", "gpu", 8, null, all)), "H100");
    }

    @Test
    void oneSampleHasNoIntervalAndNoVerdict() throws Exception {
        for (int iterations : new int[] {1, 200}) {
            Comparison comparison = compare(processes(1, 1, iterations, 1), processes(2, 1, 1, 2));
            Comparison.Row row = comparison.rows().get(0);
            assertEquals(Verdict.TOO_FEW, row.verdict());
            assertTrue(Double.isNaN(row.low()) && Double.isNaN(row.high()), row.toString());
            assertEquals("–", Printer.table(comparison).get(1).get(5));
            assertTrue(Printer.JSON.print(comparison).contains("\"low\" : null"));
        }
    }

    @Test
    @Tag("slow")
    void processesAreTheSamplesWhereThereAreEnoughOfThem() throws Exception {
        int quiet = 0;
        int quietByIteration = 0;
        for (int i = 0; i < 100; i++) {
            Comparison.Row byFork = compare(processes(2 * i, 6, 5, 1), processes(2 * i + 1, 6, 5, 1)).rows().get(0);
            assertEquals("forks", byFork.sampled());
            assertEquals(6, byFork.oldSamples());
            quiet += byFork.verdict() == Verdict.NO_CHANGE || byFork.verdict() == Verdict.WITHIN_NOISE ? 1 : 0;
            Comparison one = compare(processes(2 * i, 1, 10, 1), processes(2 * i + 1, 1, 10, 1));
            assertEquals("iterations", one.rows().get(0).sampled());
            assertTrue(Printer.TEXT.print(one).contains("4 forks a side (-f) would be compared by process"), Printer.TEXT.print(one));
            quietByIteration += one.rows().get(0).verdict() == Verdict.NO_CHANGE
                    || one.rows().get(0).verdict() == Verdict.WITHIN_NOISE ? 1 : 0;
        }
        assertTrue(quiet >= 95, quiet + " of 100");
        assertTrue(quietByIteration < 50, "processes do not differ in this test: " + quietByIteration);
        assertEquals(Verdict.REGRESSED, compare(processes(1, 6, 5, 1), processes(2, 6, 5, 2)).rows().get(0).verdict());
    }

    /** A result of two strategies whose steps take 1 ms, times {@code factor} from step {@code from} on, with 1 % noise. */
    private Path result(long seed, int iterations, double factor, int from, String gpu, String weights) throws Exception {
        Random random = new Random(seed);
        List<StepsFile.Configuration> configurations = List.of("full", "h2o").stream().map(strategy -> new StepsFile.Configuration(
                LOOP, strategy, Map.of("strategy", strategy, "window", strategy.equals("h2o") ? "128" : "0", "dtype", "fp32"),
                weights, "explicit", "fused", "gpu", 8, null, java.util.stream.IntStream.rangeClosed(1, iterations).mapToObj(i -> {
                    double run = 1 + 0.01 * random.nextGaussian();
                    long[] nanos = new long[STEPS];
                    for (int t = 0; t < STEPS; t++) {
                        nanos[t] = (long) (1e6 * run * (t >= from ? factor : 1) * (1 + 0.02 * random.nextGaussian()));
                    }
                    return new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, nanos, null);
                }).toList())).toList();
        return written(configurations, gpu);
    }

    private Path written(List<StepsFile.Configuration> configurations, String gpu) throws Exception {
        Path path = Files.createDirectory(folder.resolve("result" + written++));
        ObjectMapper mapper = new ObjectMapper();
        var fingerprint = mapper.createObjectNode().put("gpu", gpu).put("driver", "580.1").put("cpu", "x").put("cores", 2)
                .put("kvbench", "0").put("jmh", "0").put("djl", "0").put("jvm", "0").put("os", "0");
        var json = mapper.valueToTree(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-01T00:00:00Z", List.of(),
                StepsFile.UNITS, null, configurations, null));
        ((ObjectNode) json).set("fingerprint", fingerprint);
        mapper.writeValue(path.resolve(ResultFolder.STEPS_FILE).toFile(), json);
        return path;
    }

    private Path result(long seed, int iterations, double factor) throws Exception {
        return result(seed, iterations, factor, 0, "H100", "synthetic");
    }

    private static Comparison compare(Path old, Path now) {
        return Compare.of(old.toString(), now.toString(), Path.of("none"), 0.03, 0.05, null, false, Compare.Sort.RESULT);
    }

    @Test
    @Tag("slow")
    void theSameAgainstItselfReportsNoChange() throws Exception {
        int quiet = 0;
        for (int i = 0; i < 100; i++) {
            quiet += compare(result(2 * i, 10, 1), result(2 * i + 1, 10, 1)).rows().stream()
                    .noneMatch(r -> r.verdict() == Verdict.IMPROVED || r.verdict() == Verdict.REGRESSED) ? 1 : 0;
        }
        assertTrue(quiet >= 95, quiet + " of 100");
    }

    @Test
    void aSlowdownOfTenPercentIsFoundAndSoIsTheSpeedUp() throws Exception {
        Path fast = result(1, 10, 1);
        Path slow = result(2, 10, 1.1);
        Comparison slower = compare(fast, slow);
        assertTrue(slower.regressed());
        for (Comparison.Row row : slower.rows()) {
            assertEquals(Verdict.REGRESSED, row.verdict());
            assertEquals(0.1, row.change(), 0.02);
            assertTrue(row.low() < row.change() && row.change() < row.high());
        }
        assertEquals(0.1, slower.means().get("DecodeLoop.decode"), 0.02);
        assertTrue(compare(slow, fast).rows().stream().allMatch(r -> r.verdict() == Verdict.IMPROVED));
    }

    @Test
    @Tag("slow")
    void aRealRunsIterationsDealtToTwoSidesAreQuietAndASlowdownIsFound() {
        SelfCheck check = SelfCheck.of("src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3",
                Path.of("results"), 0.03, 0.05, 0.1, 100);
        assertTrue(check.passed(), check.toString());
        assertTrue(check.quiet() >= 95 && check.found() >= 95, check.toString());
        UserError error = assertThrows(UserError.class, () -> SelfCheck.of(
                "src/test/resources/published/2026-11-24_08-17-59_1b441074_NVIDIA-H100-80GB-HBM3", Path.of("results"), 0.03, 0.05, 0.1, 1));
        assertTrue(error.getMessage().contains("has 5 iterations; a self-check needs 12"), error.getMessage());
    }

    /** {@code run -p model=tiny -p tokens=128 -p window=64 -wi 5 -i 5 -f 8} on two cores that others used too. */
    @Test
    @Tag("slow")
    void aTinyRunAgainstItselfIsQuiet() {
        SelfCheck check = SelfCheck.of("src/test/resources/tiny-run", Path.of("results"), 0.03, 0.05, 0.1, 100);
        assertTrue(check.quiet() >= 95, check.toString());
    }

    @Test
    void aChangeBelowTheThresholdIsNoise() throws Exception {
        Comparison comparison = compare(result(1, 20, 1), result(2, 20, 1.02));
        assertTrue(comparison.rows().stream().allMatch(r -> r.verdict() == Verdict.WITHIN_NOISE), comparison.toString());
    }

    @Test
    void tooFewSamplesAreSaidWithTheNumberThatWouldDo() throws Exception {
        Comparison comparison = compare(result(1, 3, 1), result(2, 3, 2));
        Comparison.Row row = comparison.rows().get(0);
        assertEquals(Verdict.TOO_FEW, row.verdict());
        // two rows: 2 / C(10, 5) * 2 = 0.016, 2 / C(8, 4) * 2 = 0.057
        assertEquals(5, row.neededSamples());
        assertTrue(Printer.TEXT.print(comparison).contains("too few samples: 3 and 3, 5 a side could tell"));
    }

    @Test
    void constantResultsAreNoChange() throws Exception {
        Path constant = jmh(entry("avgt", "ms/op", "", "2,2,2,2,2"));
        Comparison.Row row = compare(constant, constant).rows().get(0);
        assertEquals(Verdict.NO_CHANGE, row.verdict());
        assertEquals(1, row.p());
    }

    @Test
    void fewSamplesThatHolmsCorrectionLetsTellHaveAVerdict() throws Exception {
        String many = "1.00,1.01,1.02,1.03,1.04,1.05,1.06,1.07,1.08,1.09";
        String few = "1.00,1.01,1.02,1.03";
        Path old = jmh(entry("avgt", "ms/op", "\"p\": \"1\"", many), entry("avgt", "ms/op", "\"p\": \"2\"", few));
        Path now = jmh(entry("avgt", "ms/op", "\"p\": \"1\"", many.replace("1.", "2.")),
                entry("avgt", "ms/op", "\"p\": \"2\"", few.replace("1.", "2.")));
        Comparison.Row row = compare(old, now).rows().get(1);
        // 2 / C(8, 4): as the other row's p is smaller, it is not doubled
        assertEquals(2 / 70.0, row.p(), 1e-9);
        assertEquals(Verdict.REGRESSED, row.verdict());
        assertEquals(0, row.neededSamples());
        row = compare(old, old).rows().get(1);
        assertEquals(Verdict.TOO_FEW, row.verdict());
        assertEquals(5, row.neededSamples());
    }

    @Test
    void ofManyRowsThatOneSideLacksAFewAreNamed() {
        Comparison comparison = compare(Path.of("src/test/resources/published/2026-11-24_08-24-07_1b441074_NVIDIA-H100-80GB-HBM3"),
                Path.of("src/test/resources/published/2026-11-25_13-05-13_47aca839_NVIDIA-H100-80GB-HBM3"));
        assertEquals(52, comparison.onlyNow().size());
        List<String> notes = Printer.TEXT.print(comparison).lines().filter(l -> l.startsWith("only in ")).toList();
        assertEquals(4, notes.size());
        assertTrue(notes.get(3).endsWith(": 49 more, which --format json names"), notes.get(3));
    }

    @Test
    void severalResultsOfASideArePooled() throws Exception {
        Comparison comparison = Compare.of(result(1, 3, 1) + "," + result(3, 3, 1), result(2, 3, 2) + "," + result(4, 3, 2),
                Path.of("none"), 0.03, 0.05, null, false, Compare.Sort.RESULT);
        assertEquals(6, comparison.rows().get(0).oldSamples());
        assertEquals(Verdict.REGRESSED, comparison.rows().get(0).verdict());
    }

    @Test
    void whereAlongTheSequenceItChangedIsShown() throws Exception {
        double[] bins = compare(result(1, 10, 1), result(2, 10, 1.5, STEPS / 2, "H100", "synthetic")).rows().get(0).alongLength();
        assertEquals(8, bins.length);
        assertEquals(0, bins[0], 0.03);
        assertEquals(0, bins[3], 0.03);
        assertEquals(0.5, bins[4], 0.05);
        assertEquals("▁▁██ +0.0% to +50.0%", Printer.alongLength(new double[] {0, 0, 0.5, 0.5}));
    }

    @Test
    void otherDevicesAndWeightsAreNotComparable() throws Exception {
        Path here = result(1, 5, 1);
        assertEquals(List.of("device: H100 against H200"),
                compare(here, result(2, 5, 1, 0, "H200", "synthetic")).differences());
        assertEquals(List.of("weights: synthetic against checkpoint gpt2"),
                compare(here, result(2, 5, 1, 0, "H100", "checkpoint gpt2")).differences());
        assertEquals(List.of(), compare(here, result(2, 5, 1)).differences());
    }

    @Test
    void everyFormatSaysTheSame() throws Exception {
        Comparison comparison = compare(result(1, 10, 1), result(2, 10, 1.1));
        for (Printer printer : Printer.values()) {
            String out = printer.print(comparison);
            assertTrue(out.contains("h2o") && out.toLowerCase().contains("regressed"), out);
        }
        JsonNode json = new ObjectMapper().readTree(Printer.JSON.print(comparison));
        assertEquals(comparison.rows().get(1).change(), json.path("rows").get(1).path("change").asDouble());
        String[] csv = Printer.CSV.print(comparison).split("\n");
        assertEquals(3, csv.length);
        assertEquals(csv[0].split(",").length, csv[2].split(",", -1).length);
        assertEquals(comparison.rows().get(1).now(), Double.parseDouble(csv[2].split(",")[4]));
    }

    @Test
    void aBareJmhFileIsEnough() throws Exception {
        Path a = folder.resolve("a.json");
        Path b = folder.resolve("b.json");
        String text = "[{\"benchmark\": \"x.Y.z\", \"mode\": \"%s\", \"params\": {\"p\": \"1\"}, \"primaryMetric\":"
                + " {\"scoreUnit\": \"ops/s\", \"rawData\": [[%s]]}}]";
        Files.writeString(a, String.format(text, "thrpt", "10,10.1,10.2,10.3,9.9,10.05"));
        Files.writeString(b, String.format(text, "thrpt", "20,20.1,20.2,20.3,19.9,20.05"));
        Comparison.Row row = compare(a, b).rows().get(0);
        assertEquals(Verdict.IMPROVED, row.verdict(), "twice the throughput is half the time");
        assertEquals(-0.5, row.change(), 0.02);
    }

    /** An entry of a JMH file: scores of one process. */
    private static String entry(String mode, String unit, String params, String scores) {
        return "{\"benchmark\": \"x.Y.z\", \"mode\": \"" + mode + "\", \"params\": {" + params + "}, \"primaryMetric\":"
                + " {\"scoreUnit\": \"" + unit + "\", \"rawData\": [[" + scores + "]]}}";
    }

    private Path jmh(String... entries) throws Exception {
        return Files.writeString(folder.resolve("jmh" + written++ + ".json"), "[" + String.join(", ", entries) + "]");
    }

    @Test
    void unitsAreBroughtToThatOfTheOldSide() throws Exception {
        String ms = "0.8,0.81,0.82,0.83,0.79,0.805";
        String us = "800,810,820,830,790,805";
        Comparison.Row row = compare(jmh(entry("avgt", "ms/op", "", ms)), jmh(entry("avgt", "us/op", "", us))).rows().get(0);
        assertEquals(0, row.change(), 1e-9);
        assertEquals("ms/op", row.unit());
        assertEquals(Verdict.NO_CHANGE, row.verdict());
        row = compare(jmh(entry("thrpt", "ops/s", "", us)), jmh(entry("thrpt", "ops/ms", "", ms))).rows().get(0);
        assertEquals(0, row.change(), 1e-9);
        assertEquals(row.old(), row.now(), 1e-9);
        Path pooled = jmh(entry("avgt", "us/op", "", us));
        row = Compare.of(jmh(entry("avgt", "ms/op", "", ms)) + "," + pooled, pooled.toString(), folder, 0.03, 0.05, null, false,
                Compare.Sort.RESULT).rows().get(0);
        assertEquals(12, row.oldSamples());
        assertEquals(0.8075, row.old(), 1e-9);
        Path tokens = jmh(entry("avgt", "tokens/s", "", ms));
        UserError error = assertThrows(UserError.class, () -> compare(tokens, pooled));
        assertEquals("x.Y.z: a result in us/op cannot be compared with one in tokens/s", error.getMessage());
    }

    @Test
    void modesAreRowsOfTheirOwn() throws Exception {
        Path both = jmh(entry("avgt", "ms/op", "", "1,1.01,1.02,1.03,1.04"), entry("thrpt", "ops/ms", "", "1,1.01,1.02,1.03,1.04"));
        Comparison comparison = compare(both, jmh(entry("thrpt", "ops/ms", "", "2,2.01,2.02,2.03,2.04")));
        assertEquals(1, comparison.shared());
        assertEquals(5, comparison.rows().get(0).oldSamples());
        assertEquals("mode=thrpt", comparison.rows().get(0).params());
        assertEquals(Verdict.IMPROVED, comparison.rows().get(0).verdict());
        assertEquals(List.of("x.Y.z mode=avgt"), comparison.onlyOld());
        assertEquals(2, compare(both, both).shared());
        Comparison none = compare(result(1, 5, 1), jmh(entry("ss", "ms/op", "", "1").replace("x.Y.z", LOOP)));
        assertEquals(0, none.shared(), "a generation is no step");
    }

    @Test
    void rowsThatOnlyAParameterOfOneSideTellsApartAreNotShared() throws Exception {
        String scores = "1,1.01,1.02,1.03,1.04";
        String h2o = "\"strategy\": \"h2o\"";
        Path before = jmh(entry("avgt", "ms/op", h2o, scores), entry("avgt", "ms/op", "\"strategy\": \"full\"", scores));
        Path after = jmh(entry("avgt", "ms/op", h2o + ", \"positions\": \"original\"", scores),
                entry("avgt", "ms/op", h2o + ", \"positions\": \"cache\"", scores),
                entry("avgt", "ms/op", "\"strategy\": \"full\", \"positions\": \"original\"", scores));
        Comparison comparison = compare(before, after);
        assertEquals(1, comparison.shared());
        assertEquals("strategy=full positions=original", compare(after, before).rows().get(0).params());
        assertEquals(List.of("x.Y.z strategy=h2o"), comparison.onlyOld());
        assertEquals(List.of("x.Y.z strategy=h2o positions=original", "x.Y.z strategy=h2o positions=cache"), comparison.onlyNow());
        // pooled, the row without the parameter has its like on the other side
        Comparison pooled = Compare.of(before.toString(), before + "," + after, folder, 0.03, 0.05, null, false, Compare.Sort.RESULT);
        assertEquals(2, pooled.shared());
        assertEquals(3, pooled.onlyNow().size());
    }

    @Test
    void aStrategysParameterThatOneSideDoesNotKnowHadItsDefault() throws Exception {
        String scores = "1,1.01,1.02,1.03,1.04";
        String h2o = "\"strategy\": \"h2o\"";
        String full = "\"strategy\": \"full\"";
        Path before = jmh(entry("avgt", "ms/op", h2o, scores), entry("avgt", "ms/op", full, scores));
        Path sweep = jmh(entry("avgt", "ms/op", h2o + ", \"evictEvery\": \"1\"", scores),
                entry("avgt", "ms/op", h2o + ", \"evictEvery\": \"4\"", scores),
                entry("avgt", "ms/op", full + ", \"evictEvery\": \"0\"", scores));
        assertEquals(2, compare(before, sweep).shared());
        assertEquals(List.of("x.Y.z strategy=h2o evictEvery=4"), compare(before, sweep).onlyNow());
        Path other = jmh(entry("avgt", "ms/op", h2o + ", \"evictEvery\": \"4\"", scores),
                entry("avgt", "ms/op", full + ", \"evictEvery\": \"0\"", scores));
        assertEquals(List.of("x.Y.z strategy=h2o"), compare(before, other).onlyOld());
        assertEquals(1, compare(other, before).shared());
    }

    @Test
    void aSideOfSeveralKindsOfWeightsIsRefused() throws Exception {
        Path synthetic = result(1, 5, 1);
        Path real = result(2, 5, 1, 0, "H100", "checkpoint gpt2");
        UserError error = assertThrows(UserError.class, () -> Compare.of(synthetic + "," + real, synthetic.toString(), folder, 0.03,
                0.05, null, false, Compare.Sort.RESULT));
        assertEquals(synthetic + "," + real + ": has " + LOOP + " with weights synthetic and checkpoint gpt2; a side is of one kind",
                error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "[1, 2]", "nul", "{\"schema\": \"kvbench/steps\", \"version\": 1}",
        "[{\"benchmark\": 3, \"primaryMetric\": {\"rawData\": [[1]]}}]",
                "[{\"benchmark\": \"b\", \"primaryMetric\": {\"rawData\": [[\"x\", -1]]}}]"})
    void malformedFilesAreOneLine(String content) throws Exception {
        Path file = folder.resolve("jmh.json");
        Files.writeString(file, content);
        UserError error = assertThrows(UserError.class, () -> compare(file, file));
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }
}
