package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kvbench.UserError;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class RunPlanTest {

    private static List<RunPlan.Configuration> plan(String benchmark, Map<String, List<String>> values) {
        return RunPlan.of(BenchmarkList.defaultList().find(
                OutputFormatFactory.createFormatInstance(
                        new PrintStream(PrintStream.nullOutputStream()), VerboseMode.SILENT),
                List.of(benchmark), List.of()), values::get);
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
    void whatAResultShowsCanBeRunAgain() {
        Map<String, List<String>> tiny = Map.of("model", List.of("tiny"), "tokens", List.of("64"));
        Map<String, List<String>> shown = new HashMap<>(tiny);
        shown.putAll(Map.of("strategy", List.of("full"), "window", List.of("0"), "heavyHitters", List.of("0"), "evictEvery", List.of("0")));
        assertEquals(List.of("full 0 0 0"), shown(plan("DecodeLoop", shown), "strategy", "window", "heavyHitters", "evictEvery"));
        shown.put("window", List.of("0", "16"));
        assertEquals(1, plan("DecodeLoop", shown).size());
        shown.putAll(Map.of("strategy", List.of("window"), "window", List.of("16"), "evictEvery", List.of("1")));
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

    @Test
    void whatAStrategyReadsIsSwept() {
        List<RunPlan.Configuration> plan = plan("DecodeLoop", Map.of(
                "model", List.of("tiny"), "dtype", List.of("fp32", "fp16"), "tokens", List.of("8")));
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
    void everyFileOfJmhConfigIsAPossibleRun() {
        for (String name : List.of("default", "smoke", "sweep", "strategies")) {
            RunConfig config = RunConfig.read(name);
            for (String include : config.include()) {
                List<RunPlan.Configuration> plan = plan(include, config.params());
                assertEquals(new TreeSet<>(config.params().get("strategy")),
                        new TreeSet<>(shown(plan, "strategy")), name);
            }
        }
        assertEquals(7, plan("DecodeLoop", RunConfig.read("sweep").params()).size());
    }
}
