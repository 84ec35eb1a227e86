package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.MadeThroughput;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page warns of what makes its answer doubtful, and of nothing else. */
@Tag("native")
class WarningsTest {

    private static final String ONE_FORK = "Measured in one process only: what differs from process to process is in no"
            + " interval here; run more forks (-f).";

    @TempDir
    private Path folder;

    private List<String> warnings(ResultFolder result) {
        return ReportPage.of(List.of(LoadedResult.read(result)), List.of()).summary().warnings();
    }

    private ResultFolder changed(ResultFolder result, String file, String from, String to) throws Exception {
        Path path = result.path().resolve(file);
        Files.writeString(path, Files.readString(path).replaceAll(from, to));
        return result;
    }

    @Test
    void ofASoundResultThereIsNothingToWarnOf() throws Exception {
        assertEquals(List.of(), warnings(MadeResults.small(folder.resolve("small"))));
        assertEquals(List.of(), warnings(MadeResults.pinned(folder.resolve("pinned"))));
    }

    @Test
    void oneForkIsTooFew() throws Exception {
        ResultFolder pinned = MadeResults.pinned(folder.resolve("pinned"));
        assertEquals(List.of(), warnings(changed(pinned, ResultFolder.JMH_FILE, "\"mode\"", "\"forks\": 2, \"mode\"")));
        assertEquals(List.of(ONE_FORK), warnings(changed(pinned, ResultFolder.JMH_FILE, "\"forks\": 2", "\"forks\": 1")));
    }

    @Test
    void theNoisiestPinnedStepIsNamed() throws Exception {
        ResultFolder pinned = MadeResults.pinned(folder.resolve("pinned"));
        assertEquals(List.of("Noisy: with 64 entries held a step of full cache took 1.000 ms ± 20 %; stop other load, or run more"
                + " iterations (-i)."),
                warnings(changed(pinned, ResultFolder.JMH_FILE, "\"scoreError\": 0.01", "\"scoreError\": 0.2")));
    }

    @Test
    void anotherFormOfTheFullCacheAndAControlThatIsOffAreSaid() throws Exception {
        ResultFolder small = MadeResults.small(folder.resolve("small"));
        Path steps = small.path().resolve(ResultFolder.STEPS_FILE);
        String json = Files.readString(steps);
        int second = json.indexOf("h2o, window 32");
        String of = json.substring(second).replaceAll("\"runtime\" ?: ?\"\\w+\"", "\"runtime\":\"fused\"");
        Files.writeString(steps, json.substring(0, second).replaceAll("\"runtime\" ?: ?\"\\w+\"", "\"runtime\":\"cudagraph\"") + of);
        assertEquals(List.of("More than the strategy differs: another runtime: full cache cudagraph, h2o fused; give both the same"
                + " -p runtime and -p attention."), warnings(small));

        // every step of the strategy takes a second longer, those before it evicts too
        Files.writeString(steps, json.substring(0, second) + json.substring(second).replaceAll("(?<=[\\[,\\s])1(\\d{6})(?=[,\\s\\]])",
                "1001$1"));
        List<String> off = warnings(small);
        assertEquals(1, off.size(), off.toString());
        assertEquals("The control is off: before it evicts, h2o, window 32, 8 heavy hitters takes N % more time"
                + " than the full cache for the same work and its scoring; believe larger differences alone, or run more"
                + " iterations (-i).", off.get(0).replaceAll("\\d+ %", "N %"));
    }

    @Test
    void aNoisyRateIsNamedByItsSequences() throws Exception {
        assertEquals(List.of(ONE_FORK, "Noisy: with 512 entries held a step of full cache of 10 sequences took 10.00 ms ± 20 %; stop other"
                + " load, or run more iterations (-i)."),
                warnings(MadeThroughput.rates(folder.resolve("rates"), 0.2, Map.of("full", 1000.0))));
    }

    @Test
    void aRateOfAnotherRuntimeThanTheFullCachesIsSaid() throws Exception {
        ResultFolder rates = MadeThroughput.rates(folder.resolve("rates"), 0.01, Map.of("full", 1000.0, "h2o", 2000.0));
        Path steps = rates.path().resolve(ResultFolder.STEPS_FILE);
        Files.writeString(steps, Files.readString(steps).replaceFirst("(?s)cudagraph(?=.*cudagraph)", "fused"));
        assertEquals(List.of(ONE_FORK), warnings(rates), "each by what is fastest for it, as nobody asked for another");
        askedFor(rates);
        assertEquals("More than the strategy differs: another runtime: full cache fused, h2o cudagraph; give both the same -p runtime and"
                + " -p attention.", warnings(rates).get(0));
    }

    /** As if a form of attention had been asked for. */
    private static void askedFor(ResultFolder rates) throws IOException {
        for (String file : List.of(ResultFolder.STEPS_FILE, ResultFolder.JMH_FILE)) {
            Path path = rates.path().resolve(file);
            Files.writeString(path, Files.readString(path).replaceAll("\"attention\"\\s*:\\s*\"auto\"", "\"attention\":\"sdpa\""));
        }
    }

    /** At one context two things differ, at the other one of them. */
    @Test
    void whatDiffersAtSeveralContextsIsSaidOnce() throws Exception {
        ResultFolder shares = MadeThroughput.shares(folder.resolve("shares"), 512, 1024);
        Path steps = shares.path().resolve(ResultFolder.STEPS_FILE);
        JsonNode json = Json.MAPPER.readTree(steps.toFile());
        for (JsonNode one : json.path("configurations")) {
            boolean full = one.at("/params/strategy").asText().equals("full");
            ((ObjectNode) one).put("attention", full ? "sdpa" : "kernel")
                    .put("runtime", full || one.at("/params/context").asText().equals("512") ? "cudagraph" : "fused");
        }
        Json.MAPPER.writeValue(steps.toFile(), json);
        askedFor(shares);
        String unlike = warnings(shares).get(0);
        List<String> parts = List.of(unlike.substring("More than the strategy differs: ".length()).split("; "));
        assertEquals(new HashSet<>(parts).size(), parts.size(), unlike);
        assertTrue(parts.containsAll(List.of("another form of attention: full cache sdpa, h2o kernel",
                "another runtime: full cache cudagraph, h2o fused")), unlike);
    }
}
