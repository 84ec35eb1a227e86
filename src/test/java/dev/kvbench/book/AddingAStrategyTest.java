package dev.kvbench.book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** The page's strategy works: its blocks, written to where the page says, compile, and hold to their definition. */
@Tag("native")
class AddingAStrategyTest {

    private static final String REGISTRY = "dev.kvbench.strategy.Strategies";
    private static final String HELD_TO = "dev.kvbench.decode.StrategyTest";
    private static final String NAME = "dilated";

    @TempDir
    static Path folder;

    private static Page page;
    private static Map<String, String> files;
    private static Rebuilt rebuilt;

    @BeforeAll
    static void write() throws Exception {
        page = Page.of("adding-a-strategy");
        files = Edits.of(page).files();
        Map<String, String> java = new LinkedHashMap<>(files);
        java.keySet().removeIf(file -> !file.endsWith(".java"));
        assertEquals(3, java.size(), java.keySet().toString());
        rebuilt = Rebuilt.of(java, folder);
    }

    @AfterAll
    static void close() throws Exception {
        rebuilt.close();
    }

    @Test
    void everyListHasTheName() throws Exception {
        Object all = rebuilt.call(REGISTRY, "labels");
        assertTrue(((List<?>) all).contains(NAME));
        assertEquals(all, names("jmh-config/strategies.json"));
        assertEquals(rebuilt.call(REGISTRY, "evicting"), names("jmh-config/eviction.json"));
        for (String page : List.of("src/site/markdown/strategies.md", "README.md")) {
            String table = files.get(page).substring(files.get(page).indexOf("| name | keeps |"));
            table = table.substring(0, table.indexOf("\n\n"));
            assertEquals(all, Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\|").matcher(table).results().map(r -> r.group(1)).toList(), page);
            assertEquals(1, table.lines().map(row -> row.chars().filter(c -> c == '|').count()).distinct().count(), "columns of " + page);
        }
    }

    private static List<String> names(String file) throws Exception {
        List<String> names = new ArrayList<>();
        new ObjectMapper().readTree(files.get(file)).path("params").path("strategy").forEach(s -> names.add(s.asText()));
        return names;
    }

    @Test
    void itIsHeldToItsDefinitionAsAllOthersAre() throws Exception {
        List<Object[]> cases = ((Stream<?>) rebuilt.call(HELD_TO, "cases")).map(a -> ((Arguments) a).get())
                .filter(a -> a[0].equals(NAME)).toList();
        assertTrue(cases.size() >= 12, "cases: " + cases.size());
        for (Object[] one : cases) {
            rebuilt.call(HELD_TO, "keepsWhatItsDefinitionKeeps", one);
        }
        for (Object model : (List<?>) rebuilt.loadClass("dev.kvbench.decode.TestModels").getField("BOTH").get(null)) {
            rebuilt.call(HELD_TO, "everySequenceOfABatchGetsWhatItGetsAlone", NAME, model);
            for (Object dtype : rebuilt.loadClass("dev.kvbench.model.Dtype").getEnumConstants()) {
                rebuilt.call(HELD_TO, "aWindowAsLongAsTheGenerationGivesTheTokensOfTheFullCache", NAME, dtype, model);
            }
        }
        rebuilt.call("dev.kvbench.strategy.StrategiesTest", "namesAreUniqueAndEachStrategyBearsItsOwn");
    }

    @Test
    void itKeepsWhatThePageShows() throws Exception {
        String command = page.marked("prints the trace below").get(0).code().strip();
        assertTrue(command.startsWith("java -jar target/benchmarks.jar "), command);
        Path trace = folder.resolve("trace.json");
        String[] words = Arrays.stream(command.split(" ")).skip(3).map(w -> w.equals(NAME + ".json") ? trace.toString() : w)
                .toArray(String[]::new);
        Object run = rebuilt.call("dev.kvbench.cli.Run", "of", (Object) words);
        assertEquals(0, Rebuilt.ask(run, "exit"), () -> String.valueOf(run));
        JsonNode steps = new ObjectMapper().readTree(Files.readString(trace)).path("steps");
        JsonNode shown = new ObjectMapper().readTree(page.marked("the trace's last steps").get(0).code());
        assertEquals(2, shown.size());
        for (JsonNode step : shown) {
            JsonNode decoded = steps.get(step.get("step").asInt());
            step.fieldNames().forEachRemaining(field -> assertEquals(step.get(field), decoded.get(field), field));
        }
        assertEquals(steps.size() - 1, shown.get(1).get("step").asInt(), "the last step");
    }

    @Test
    void theKernelSaysThatItDoesNotKnowTheRule() throws Exception {
        Object dilated = rebuilt.call(REGISTRY, "of", NAME);
        Object strategy = rebuilt.loadClass(REGISTRY).getMethod("create", rebuilt.loadClass("dev.kvbench.strategy.StrategyParameters"))
                .invoke(dilated, rebuilt.loadClass("dev.kvbench.strategy.StrategyParameters").getField("DEFAULTS").get(null));
        assertEquals("Optional.empty", rebuilt.call("dev.kvbench.runtime.cuda.Scoring", "of", strategy).toString());
    }
}
