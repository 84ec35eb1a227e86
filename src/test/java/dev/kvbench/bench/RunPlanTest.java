package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Strategies;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

@Tag("native")
class RunPlanTest {

    private static List<RunPlan.Configuration> plan(String benchmark, Map<String, List<String>> values) {
        return RunPlan.of(BenchmarkList.defaultList().find(
                OutputFormatFactory.createFormatInstance(
                        new PrintStream(PrintStream.nullOutputStream()), VerboseMode.SILENT),
                List.of(benchmark), List.of()), values::get, new RunSettings());
    }

    private static List<String> shown(List<RunPlan.Configuration> plan, String... names) {
        return plan.stream()
                .map(c -> String.join(" ", java.util.Arrays.stream(names).map(n -> c.params().get(n)).toList()))
                .toList();
    }

    @Test
    void aParameterThatAStrategyDoesNotReadIsNotSweptForIt() {
        List<RunPlan.Configuration> plan = plan("DecodeLoop", Map.of(
                "strategy", List.of("full", "h2o"), "window", List.of("16", "32"), "heavyHitters", List.of("4", "8"),
                "model", List.of("tiny"), "tokens", List.of("64")));
        assertEquals(List.of("full 0 0", "h2o 16 4", "h2o 16 8", "h2o 32 4", "h2o 32 8"),
                shown(plan, "strategy", "window", "heavyHitters").stream().sorted().toList());
    }

    @Test
    void evictionAloneIsMeasuredOfEveryStrategyThatEvicts() {
        List<RunPlan.Configuration> plan = plan("Eviction.*score$",
                Map.of("model", List.of("tiny"), "window", List.of("16"), "heavyHitters",
                List.of("4")));
        assertEquals(Strategies.labels().stream().filter(name -> !name.equals("full"))
                .flatMap(name -> Stream.of(name + " replace", name + " compact")).toList(), shown(plan, "strategy", "removal"));
        assertThrows(UserError.class, () -> plan("Eviction.*score$", Map.of("strategy", List.of("all"))));
    }

    /** Every benchmark that evicts has it, and says so itself where nobody asks. */
    @Test
    void removalIsSweptForWhatEvicts() {
        Map<String, List<String>> asked = new HashMap<>(Map.of("model", List.of("tiny"), "strategy", List.of("full", "tova"),
                "window", List.of("16"), "tokens", List.of("32"), "cacheLength", List.of("16"), "promptTokens", List.of("8")));
        for (String benchmark : List.of("DecodeLoop", "DecodeStep", "Prefill", "Harness.*measuredStep$")) {
            asked.remove("removal");
            assertEquals(List.of("full 0", "tova replace"),
                    shown(plan(benchmark, asked), "strategy", "removal"), benchmark);
            asked.put("removal", List.of("replace", "compact"));
            assertEquals(List.of("full 0", "tova replace", "tova compact"),
                    shown(plan(benchmark, asked), "strategy", "removal"), benchmark);
            asked.put("removal", List.of("compact", "0"));
            assertEquals("unknown removal '0' (known: replace, compact)",
                    assertThrows(UserError.class, () -> plan(benchmark, asked)).getMessage());
        }
    }

    /** Nor does the full cache run once more for it: how entries go is the strategy's. */
    @Test
    void theFullCacheRunsInEachFormOnceWhateverRemovals() {
        Map<String, List<String>> half = Map.of("model", List.of("tiny"), "tokens", List.of("64"), "window", List.of("16"),
                "heavyHitters", List.of("4"), "dtype", List.of("fp16"), "device", List.of("cpu"), "strategy", List.of("full", "h2o"),
                "removal", List.of("replace", "compact"));
        assertEquals(List.of("full auto 0", "full explicit 0", "h2o auto replace", "h2o auto compact"),
                shown(plan("DecodeLoop", half), "strategy", "attention", "removal"));
    }

    @Test
    void whatAResultShowsCanBeRunAgain() {
        Map<String, List<String>> tiny = Map.of("model", List.of("tiny"), "tokens", List.of("64"));
        Map<String, List<String>> shown = new HashMap<>(tiny);
        shown.putAll(Map.of("strategy", List.of("full"), "window", List.of("0"), "heavyHitters", List.of("0"), "evictEvery", List.of("0"),
                "removal", List.of("0")));
        assertEquals(List.of("full 0 0 0 0"),
                shown(plan("DecodeLoop", shown), "strategy", "window", "heavyHitters", "evictEvery", "removal"));
        shown.put("window", List.of("0", "16"));
        assertEquals(1, plan("DecodeLoop", shown).size());
        shown.putAll(Map.of("strategy", List.of("window"), "window", List.of("16"), "evictEvery", List.of("1"),
                "removal", List.of("compact")));
        assertEquals(List.of("window 16 0"), shown(plan("DecodeLoop", shown), "strategy", "window", "heavyHitters"));
        for (String reader : List.of("window", "h2o")) {
            shown.putAll(Map.of("strategy", List.of("full", reader), "window", List.of("0")));
            assertEquals("window=0: must be a whole number of at least 1",
                    assertThrows(UserError.class, () -> plan("DecodeLoop", shown)).getMessage());
            shown.putAll(Map.of("window", List.of("16"), "evictEvery", List.of("0")));
            assertEquals("evictEvery=0: must be a whole number of at least 1",
                    assertThrows(UserError.class, () -> plan("DecodeLoop", shown)).getMessage());
            shown.put("evictEvery", List.of("1"));
        }
    }

    /** A quarter of the text: of the prompt, of a generation without one, of the length that a step is measured at. */
    @Test
    void aShareIsANumberInThePlanAndSaysWhatWasAsked() {
        Map<String, List<String>> asked = new HashMap<>(Map.of("model", List.of("tiny"), "strategy", List.of("full", "window"),
                "tokens", List.of("102"), "cacheLength", List.of("64"), "promptTokens", List.of("30"), "window", List.of("25%", "16")));
        assertEquals(List.of("full 0 2048", "window 8 2048", "window 16 2048"),
                shown(plan("DecodeLoop", asked), "strategy", "window", "prefillChunk"));
        assertEquals(List.of(Map.of(), Map.of("window", "25%"), Map.of()),
                plan("DecodeLoop", asked).stream().map(RunPlan.Configuration::asked).toList());
        assertEquals(List.of("full 64", "window 16"), shown(plan("DecodeStep", asked), "strategy", "cacheLength"));
        assertEquals(List.of("full 0", "window 8", "window 16"), shown(plan("Prefill", asked), "strategy", "window"));
        asked.put("promptTokens", List.of("0"));
        assertEquals(List.of("full 0 0", "window 26 0", "window 16 0"),
                shown(plan("DecodeLoop", asked), "strategy", "window", "prefillChunk"));
        asked.put("window", List.of("1%"));
        asked.put("strategy", List.of("window", "sinks", "h2o"));
        asked.put("heavyHitters", List.of("7", "25%"));
        assertEquals(List.of("window 1 0", "sinks 5 0", "h2o 8 7", "h2o 1 0"),
                shown(plan("DecodeLoop", asked), "strategy", "window", "heavyHitters"));
        assertEquals(List.of(Map.of("window", "1%"), Map.of("window", "1%"), Map.of("window", "1%"),
                Map.of("window", "1%", "heavyHitters", "25%")),
                plan("DecodeLoop", asked).stream().map(RunPlan.Configuration::asked).toList());
        asked.put("window", List.of("62.5%"));
        assertEquals(List.of("window 64 0", "sinks 64 0", "h2o 64 7", "h2o 64 16"),
                shown(plan("DecodeLoop", asked), "strategy", "window", "heavyHitters"));
    }

    @Test
    void aPromptTakesPositionsToo() {
        Map<String, List<String>> asked = new HashMap<>(Map.of("model", List.of("tiny"), "strategy", List.of("full"),
                "tokens", List.of("24"), "promptTokens", List.of("1000")));
        assertEquals(List.of("1000 24 2048"), shown(plan("DecodeLoop", asked), "promptTokens", "tokens", "prefillChunk"));
        asked.put("tokens", List.of("25"));
        assertEquals("promptTokens=1000 with tokens=25, positions=original and strategy=full: needs 1025 positions, the model has 1024;"
                + " lower one of them", assertThrows(UserError.class, () -> plan("DecodeLoop", asked)).getMessage());
        asked.putAll(Map.of("strategy", List.of("window"), "positions", List.of("cache"), "window", List.of("25%")));
        assertEquals(List.of("250"), shown(plan("DecodeLoop", asked), "window"));
        for (String chunk : List.of("0", "-1", "x")) {
            asked.put("prefillChunk", List.of(chunk));
            assertEquals("prefillChunk=" + chunk + ": must be a whole number of at least 1",
                    assertThrows(UserError.class, () -> plan("DecodeLoop", asked)).getMessage());
        }
        asked.put("promptTokens", List.of("-1"));
        assertEquals("promptTokens=-1: must be a whole number of at least 0",
                assertThrows(UserError.class, () -> plan("DecodeLoop", asked)).getMessage());
    }

    @Test
    void aShareOfNothingIsRefused() {
        for (String wrong : List.of("0%", "-5%", "%", "a%", "25 %", "25%%", "1e3%")) {
            assertEquals("window=" + wrong + ": a share must be a number above 0 and a percent sign, such as 25%",
                    assertThrows(UserError.class, () -> plan("DecodeLoop", Map.of("model", List.of("tiny"), "window", List.of(wrong),
                            "strategy", List.of("full")))).getMessage());
        }
        assertEquals("window=25%: no text runs here whose share that could be; give a number", assertThrows(UserError.class,
                () -> plan("Eviction.*score$", Map.of("model", List.of("tiny"), "window", List.of("25%")))).getMessage());
        assertEquals("heavyHitters=32 with window=32: must be from 0 to window-1; lower heavyHitters or raise window",
                assertThrows(UserError.class, () -> plan("DecodeLoop", Map.of("model", List.of("tiny"), "window", List.of("32"),
                        "heavyHitters", List.of("100%"), "strategy", List.of("h2o")))).getMessage());
    }

    @Test
    void whatAStrategyReadsIsSwept() {
        List<RunPlan.Configuration> plan = plan("DecodeLoop", Map.of(
                "model", List.of("tiny"), "dtype", List.of("fp32", "fp16"), "attention", List.of("explicit"),
                "tokens", List.of("8")));
        assertEquals(List.of("full fp32", "full fp16", "h2o fp32", "h2o fp16"), shown(plan, "strategy", "dtype"));
    }

    @Test
    void aCacheCannotBePinnedBeyondAWindow() {
        List<RunPlan.Configuration> plan = plan("DecodeStep", Map.of(
                "model", List.of("tiny"), "window", List.of("128"), "cacheLength", List.of("64", "128", "256", "512")));
        assertEquals(List.of("full 64", "full 128", "full 256", "full 512", "h2o 64", "h2o 128"),
                shown(plan, "strategy", "cacheLength"));
    }

    @Test
    void everyFileOfJmhConfigIsAPossibleRun() throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.list(Path.of("jmh-config"))) {
            names = files.map(file -> file.getFileName().toString()).filter(file -> file.endsWith(".json"))
                    .map(file -> file.replace(".json", "")).toList();
        }
        assertTrue(names.contains("sequences"), names.toString());
        for (String name : names) {
            RunConfig config = RunConfig.read(name);
            for (String include : config.include()) {
                List<RunPlan.Configuration> plan = plan(include, config.params());
                assertEquals(new TreeSet<>(config.params().get("strategy")),
                        new TreeSet<>(shown(plan, "strategy")), name);
            }
        }
        assertEquals(7, plan("DecodeLoop", RunConfig.read("sweep").params()).size());
        assertEquals(28, plan("DecodeStep", RunConfig.read("sequences").params()).size());
    }

    @Test
    void theFullCacheAlsoRunsInTheFormOfAttentionThatStrategiesBesideItNeed() {
        Map<String, List<String>> half = new HashMap<>(Map.of("model", List.of("tiny"), "tokens", List.of("64"), "window", List.of("16"),
                "heavyHitters", List.of("4"), "dtype", List.of("fp16"), "device", List.of("cpu")));
        half.put("strategy", List.of("full", "h2o", "window"));
        List<RunPlan.Configuration> plan = plan("DecodeLoop", half);
        assertEquals(List.of("full auto", "full explicit", "h2o auto", "window auto"), shown(plan, "strategy", "attention"));
        assertEquals(List.of(false, true, false, false), plan.stream().map(RunPlan.Configuration::added).toList());
        // a sliding window reads no attention: both take the operator
        half.put("strategy", List.of("full", "window"));
        assertEquals(List.of("full auto", "window auto"), shown(plan("DecodeLoop", half), "strategy", "attention"));
        half.put("strategy", List.of("full"));
        assertEquals(1, plan("DecodeLoop", half).size());
        // what was asked for is not added as well, and one form is one form
        half.put("strategy", List.of("full", "h2o"));
        half.put("attention", List.of("auto", "explicit"));
        assertEquals(List.of("full auto", "full explicit", "h2o auto", "h2o explicit"),
                shown(plan("DecodeLoop", half), "strategy", "attention").stream().sorted().toList());
        half.put("attention", List.of("explicit"));
        assertEquals(List.of("full explicit", "h2o explicit"), shown(plan("DecodeLoop", half), "strategy", "attention"));
        // in fp32 both are explicit by themselves
        half.put("attention", List.of("auto"));
        half.put("dtype", List.of("fp32"));
        assertEquals(List.of("full auto", "h2o auto"), shown(plan("DecodeLoop", half), "strategy", "attention"));
    }

    @Test
    void pinnedStepsAreComparedAsLongAsTheStrategiesCache() {
        assertEquals(List.of("full auto 8", "full explicit 8", "full auto 16", "full explicit 16", "full auto 32",
                        "tova auto 8", "tova auto 16"),
                shown(plan("DecodeStep", Map.of("strategy", List.of("full", "tova"), "model", List.of("tiny"), "window", List.of("16"),
                        "dtype", List.of("bf16"), "device", List.of("cpu"), "cacheLength", List.of("8", "16", "32"))),
                        "strategy", "attention", "cacheLength"));
        // the attention of a prompt is its strategy's, whatever the parameter says
        assertEquals(List.of("full auto", "tova auto"), shown(plan("Prefill", Map.of(
                "strategy", List.of("full", "tova"), "model", List.of("tiny"), "window", List.of("16"), "dtype", List.of("bf16"),
                "device", List.of("cpu"), "promptTokens", List.of("8"))), "strategy", "attention"));
    }

    private static RunPlan.Configuration step(String strategy, String runtime, String attention, String dtype) {
        return step("gpt2-large", strategy, runtime, attention, dtype);
    }

    private static RunPlan.Configuration step(String model, String strategy, String runtime, String attention, String dtype) {
        return new RunPlan.Configuration("b", Map.of("strategy", strategy, "window", strategy.equals("full") ? "0" : "16", "heavyHitters",
                strategy.equals("h2o") ? "4" : "0", "evictEvery", "1", "dtype", dtype, "runtime", runtime, "attention", attention,
                "model", model));
    }

    @Test
    void onAGpuTheFullCacheAlsoRunsInTheRuntimeThatStrategiesStepDownTo() {
        List<RunPlan.Configuration> asked = List.of(step("full", "auto", "auto", "fp32"), step("h2o", "auto", "auto", "fp32"),
                step("knorm", "auto", "auto", "fp32"));
        assertEquals(List.of("full auto", "full cudagraph", "h2o auto", "knorm auto"),
                shown(LikeForLike.of(asked, c -> true), "strategy", "runtime"));
        assertEquals(asked, LikeForLike.of(asked, c -> false));
        // of a family without a kernel all step down alike
        List<RunPlan.Configuration> llama = List.of(step("tiny-llama", "full", "auto", "auto", "fp32"),
                step("tiny-llama", "knorm", "auto", "auto", "fp32"));
        assertEquals(llama, LikeForLike.of(llama, c -> true));
        // the kernel has attention of its own
        List<RunPlan.Configuration> fused = List.of(step("full", "fused", "auto", "fp16"), step("h2o", "fused", "auto", "fp16"));
        assertEquals(2, LikeForLike.of(fused, c -> true).size());
    }

    @Test
    void whatWasAddedIsNotRunWhereItsStepHasRun() {
        RunPlan.Configuration explicit = step("full", "auto", "explicit", "fp16");
        RunPlan.Configuration captured = step("full", "cudagraph", "auto", "fp16");
        assertTrue(LikeForLike.hasRun(explicit, List.of(ran("auto", "sdpa", "fused"))), "a kernel with attention of its own");
        assertFalse(LikeForLike.hasRun(explicit, List.of(ran("auto", "sdpa", "cudagraph"))), "the operator's attention");
        assertTrue(LikeForLike.hasRun(explicit, List.of(ran("auto", "explicit", "cudagraph"))));
        assertFalse(LikeForLike.hasRun(explicit, List.of()));
        assertFalse(LikeForLike.hasRun(captured, List.of(ran("auto", "sdpa", "fused"))));
        assertTrue(LikeForLike.hasRun(captured, List.of(ran("auto", "sdpa", "cudagraph"))), "auto stepped down to it");
    }

    /** A full cache that ran in fp16: what it asked the runtime for, what attention and runtime it got. */
    private static StepsFile.Configuration ran(String asked, String attention, String runtime) {
        return new StepsFile.Configuration("b", "full cache", step("full", asked, "auto", "fp16").params(), "synthetic", attention, runtime,
                "gpu", 1, null, List.of());
    }
}
