package dev.kvbench.strategy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import dev.kvbench.bench.DecodeBenchmark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.annotations.Param;

/** Registry, README, configurations and benchmark parameters name the same strategies. */
@Tag("unit")
class StrategiesTest {

    @Test
    void namesAreUniqueAndEachStrategyBearsItsOwn() {
        assertEquals(Strategies.labels().size(), new HashSet<>(Strategies.labels()).size());
        for (String name : Strategies.labels()) {
            EvictionStrategy strategy = TestStrategies.of(name, 64, 8);
            assertEquals(name, strategy.name());
            assertTrue(name.equals("full") || strategy.describe().startsWith(name), strategy.describe());
            assertTrue(Strategies.wordsOf(name).orElseThrow().matches("[a-zA-Z, -]{10,50}"), "beside the name, in a line");
            assertEquals(Strategies.of(name).reads(), strategy.parameters().values().keySet(), "forgets what it does not read");
            strategy.parameters().values().forEach((p, value) -> assertTrue(p == Parameter.EVICT_EVERY || p == Parameter.REMOVAL
                    || strategy.caption().contains(p.caption(value)), "its caption says " + p.label()));
        }
    }

    @Test
    void theTableOfTheReadmeIsTheRegistry() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String table = readme.substring(readme.indexOf("| name | keeps |")).replaceFirst("(?s)\n\n.*", "");
        List<String> rows = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\|").matcher(table).results().map(r -> r.group(1)).toList();
        assertEquals(Strategies.labels(), rows);
    }

    @Test
    void configurationsAndParametersNameRegisteredStrategies() throws Exception {
        List<String> named = new ArrayList<>(List.of(
                DecodeBenchmark.class.getField("strategy").getAnnotation(Param.class).value()));
        try (Stream<Path> files = Files.list(Path.of("jmh-config"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                JsonNode strategies = new ObjectMapper().readTree(file.toFile()).path("params").path("strategy");
                List<String> names = new ArrayList<>();
                strategies.forEach(s -> names.add(s.asText()));
                if (file.endsWith("strategies.json")) {
                    assertEquals(Strategies.labels(), names, "the sweep over all strategies");
                }
                if (file.endsWith("eviction.json")) {
                    assertEquals(Strategies.evicting(), names, "the sweep over all that evict");
                }
                named.addAll(names);
            }
        }
        named.forEach(Strategies::of);
        assertTrue(named.contains("h2o"));
    }

    @ParameterizedTest
    @CsvSource({"sinks,4,0,window=4: must be a whole number of at least 5 for strategy=sinks",
        "tova,0,0,window=0: must be a whole number of at least 1",
        "h2o-head,8,8,heavyHitters=8 with window=8: must be from 0 to window-1; lower heavyHitters or raise window"})
    void impossibleParametersAreSaid(String name, int window, int heavyHitters, String message) {
        assertEquals(message, assertThrows(UserError.class, () -> TestStrategies.of(name, window, heavyHitters)).getMessage());
    }

    @Test
    void cachesThatGrowBeyondAnyLengthAreNotNegative() {
        assertEquals(16 + 5, TestStrategies.of("window", 16, 0, 5).schedule().peak());
        assertEquals(Integer.MAX_VALUE, TestStrategies.of("window", 16, 0, Integer.MAX_VALUE).schedule().peak());
        assertEquals(Integer.MAX_VALUE, TestStrategies.of("full", 16, 0, Integer.MAX_VALUE).schedule().peak());
    }
}
