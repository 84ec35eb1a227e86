package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kvbench.Interruption;
import dev.kvbench.checkpoint.TestCheckpoint;
import dev.kvbench.quality.MeasuredTimes;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.ResultFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code quality} as a user calls it, on a small model without a tokenizer. */
@Tag("native")
class QualityTest {

    private static final String GOLDEN = "src/test/resources/golden";
    private static final Map<String, String> SMALL = Map.of("--model", GOLDEN, "--tokens", "40", "--sequences", "4", "--batch", "3",
            "--strategy", "window,h2o", "--window", "8,16", "--timed", "1", "--probe-texts", "3");

    @TempDir
    private Path folder;

    private Path text;

    @BeforeEach
    void write() throws IOException {
        text = folder.resolve("ids.txt");
        Files.writeString(text, new SplittableRandom(1).longs(600, 0, 211).mapToObj(Long::toString).collect(Collectors.joining(" ")));
    }

    private static Run run(String... words) {
        return Run.of(words);
    }

    private Path result(String... more) throws IOException {
        Map<String, String> options = new LinkedHashMap<>(SMALL);
        options.put("--text", text.toString());
        options.put("--output", folder.resolve("out").toString());
        Run run = quality(options, more, "--probe");
        assertEquals(0, run.exit(), run.err());
        try (Stream<Path> results = Files.list(folder.resolve("out"))) {
            return results.max(Path::compareTo).orElseThrow();
        }
    }

    /** Runs with options, of which {@code more}, NAME VALUE …, wins over others of the same name. */
    private static Run quality(Map<String, String> options, String[] more, String... last) {
        Map<String, String> all = new LinkedHashMap<>(options);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        List<String> words = new ArrayList<>(List.of("quality"));
        all.forEach((name, value) -> words.addAll(List.of(name, value)));
        words.addAll(List.of(last));
        return run(words.toArray(String[]::new));
    }

    private static List<String> schemaErrors(String json) throws IOException {
        try (InputStream schema = QualityFile.class.getResourceAsStream("/schema/quality-v1.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema)
                    .validate(json, InputFormat.JSON).stream().map(Object::toString).toList();
        }
    }

    @Test
    void aTaskOfAnArrayIsToldThatItScoresEverything() {
        assertEquals(Optional.empty(), QualityCommand.allOfIt(Map.of()));
        for (String task : List.of("SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX")) {
            String said = QualityCommand.allOfIt(Map.of(task, "3")).orElseThrow();
            assertTrue(said.startsWith("# " + task + "=3: ") && said.contains("scores everything"), said);
        }
    }

    @Test
    void aRunLeavesOneFolderWithItsFileAndPlots() throws Exception {
        Path result = result();
        assertFalse(result.getFileName().toString().contains("unfinished"), result.toString());
        try (Stream<Path> files = Files.list(result)) {
            // random weights gain nothing from having seen a pattern, so there is no recall to draw
            assertEquals(List.of("quality-position.png", "quality-position.svg", "quality-time.png", "quality-time.svg",
                    "quality-window.png", "quality-window.svg", "quality.json", "report.html"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        String json = Files.readString(result.resolve("quality.json"));
        assertEquals(List.of(), schemaErrors(json));
        assertFalse(schemaErrors(json.replace("\"nllIncrease\"", "\"increase\"")).isEmpty());
        assertFalse(schemaErrors(json.replace("\"sha256\" : \"", "\"sha256\" : \"x")).isEmpty());

        QualityFile quality = QualityFile.read(result.resolve("quality.json"));
        assertEquals(List.of("full null", "window 8", "window 16", "h2o 8", "h2o 16"),
                quality.configurations().stream().map(c -> c.strategy() + " " + c.window()).toList());
        assertEquals(18, quality.setting().lateFrom());
        Configuration h2o = quality.configurations().get(3);
        assertEquals(2, h2o.heavyHitters(), "a quarter of the window");
        assertEquals(4, h2o.nll().length);
        assertTrue(h2o.late().kl().value() > 0 && h2o.late().kl().low() <= h2o.late().kl().value());
        assertTrue(h2o.time().value() > 0);
        Configuration full = quality.configurations().get(0);
        assertEquals(0, full.all().nllIncrease().value());
        assertEquals(1, full.all().agreement().value());
        assertEquals(3, full.recall().planted().length);
        assertEquals(Collections.singletonList(null), full.recall().recall());
    }

    @ParameterizedTest
    @CsvSource({"original", "cache"})
    void aModelWithGroupedQueriesIsScored(String positions) throws IOException {
        Files.writeString(text, new SplittableRandom(1).longs(600, 0, 97).mapToObj(Long::toString).collect(Collectors.joining(" ")));
        Path result = result("--model", "src/test/resources/golden-llama/qwen2", "--strategy", "window,h2o-head", "--window", "8,39",
                "--positions", positions);
        QualityFile quality = QualityFile.read(result.resolve("quality.json"));
        assertEquals(List.of("full null", "window 8", "window 39", "h2o-head 8", "h2o-head 39"),
                quality.configurations().stream().map(c -> c.strategy() + " " + c.window()).toList());
        for (int small : new int[] {1, 3}) {
            double least = quality.configurations().get(small + 1).all().kl().value();
            assertTrue(quality.configurations().get(small).all().kl().value() > 10 * Math.abs(least), "one entry dropped once: " + least);
        }
    }

    @Test
    void theTableDoesNotDependOnTheLocale() {
        QualityFile quality = QualityFile.read(Path.of("results/2026-11-25_00-27-56_f9609bf9_NVIDIA-H100-80GB-HBM3", QualityFile.FILE));
        Locale before = Locale.getDefault();
        try {
            List<String> tables = new ArrayList<>();
            for (Locale locale : List.of(Locale.ROOT, Locale.GERMANY)) {
                Locale.setDefault(locale);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                QualityTable.print(quality, new PrintStream(out, true, StandardCharsets.UTF_8));
                tables.add(out.toString(StandardCharsets.UTF_8));
            }
            assertEquals(tables.get(0), tables.get(1));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void everyPublishedResultIsOfTheSchema() throws Exception {
        try (Stream<Path> results = Files.walk(Path.of("results"), 2)) {
            for (Path file : results.filter(p -> p.endsWith(QualityFile.FILE)).toList()) {
                assertEquals(List.of(), schemaErrors(Files.readString(file)), file.toString());
            }
        }
    }

    /** By the signal that schedulers send; Ctrl-C ends Java the same way. */
    @Test
    void aRunThatIsStoppedSaysHowItGoesOn() throws Exception {
        Path output = folder.resolve("output.txt");
        Process stopped = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), "dev.kvbench.cli.Main", "quality", "--model", GOLDEN, "--text", text.toString(),
                "--output", folder.resolve("out").toString(), "--tokens", "40", "--sequences", "14", "--batch", "1", "--timed", "50")
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        // the second configuration runs then
        while (!Files.readString(output).contains("1 of ")) {
            assertTrue(stopped.isAlive() && System.nanoTime() < deadline, Files.readString(output));
            Thread.sleep(5);
        }
        stopped.destroy();
        assertEquals(128 + 15, stopped.waitFor());
        try (Stream<Path> results = Files.list(folder.resolve("out"))) {
            Path left = results.findFirst().orElseThrow();
            assertTrue(Files.readString(output).endsWith(Interruption.said("quality", left) + System.lineSeparator()),
                    Files.readString(output));
            assertEquals("interrupted: `java -jar target/benchmarks.jar quality --resume x` goes on with what has not ended",
                    Interruption.said("quality", Path.of("x")));
        }
    }

    @Test
    void anInterruptedRunGoesOnAndGivesWhatAnUninterruptedOneGives() throws Exception {
        Path whole = result("--timed", "0");
        Run ended = run("quality", "--resume", whole.toString());
        assertEquals(2, ended.exit(), "it has ended");
        assertTrue(ended.err().contains("not an unfinished run, whose folder ends with .unfinished"), ended.err());
        QualityFile quality = QualityFile.read(whole.resolve("quality.json"));
        Path unfinished = Files.createDirectories(folder.resolve("out/2026-11-24_00-00-00_x_quality.unfinished"));
        quality.with(quality.created(), quality.configurations().subList(0, 3)).write(unfinished.resolve("quality.json"));
        Run other = run("quality", "--resume", unfinished.toString(), "--tokens", "30", "--probe");
        assertEquals(2, other.exit());
        assertTrue(other.err().contains("takes no other option, since a run goes on as it began; leave out --tokens --probe"), other.err());
        Run run = run("quality", "--resume", unfinished.toString());
        assertEquals(0, run.exit(), run.err());
        assertFalse(Files.exists(unfinished));
        Path resumed;
        try (Stream<Path> results = Files.list(folder.resolve("out"))) {
            resumed = results.filter(r -> !r.equals(whole)).findFirst().orElseThrow();
        }
        assertEquals(new ObjectMapper().readTree(whole.resolve("quality.json").toFile()),
                new ObjectMapper().readTree(resumed.resolve("quality.json").toFile()));
    }

    @Test
    void aRunThatBeganWithAnotherTextIsNotGoneOnWith() throws Exception {
        Path whole = result("--timed", "0");
        Path unfinished = folder.resolve("out/x_quality.unfinished");
        Files.move(whole, unfinished);
        Files.writeString(text, Files.readString(text) + " 7");
        Run run = run("quality", "--resume", unfinished.toString());
        assertEquals(2, run.exit());
        assertTrue(run.err().contains("begun with another text; start anew"), run.err());
        assertTrue(Files.exists(unfinished.resolve("quality.json")));
    }

    @Test
    void renderDrawsAQualityResultAgain() throws Exception {
        Path result = result("--timed", "0");
        Files.delete(result.resolve("quality-window.png"));
        assertFalse(Files.exists(result.resolve("quality-time.png")), "there are no times to draw");
        Run run = run("render", result.toString());
        assertEquals(0, run.exit(), run.err());
        assertTrue(Files.exists(result.resolve("quality-window.png")));
        assertTrue(run.out().contains("quality-position.svg") && run.out().contains("report.html"), run.out());
        Run timed = run("render", result.toString(), "--times",
                "src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3");
        assertEquals(2, timed.exit(), "has none of these windows, and says so");
        assertTrue(timed.err().contains("fewer than two"), timed.err());
        QualityFile begun = QualityFile.read(result.resolve("quality.json"));
        begun.with(begun.created(), List.of()).write(result.resolve("quality.json"));
        Run empty = run("render", result.toString());
        assertEquals(2, empty.exit());
        assertTrue(empty.err().contains("nothing has been scored in it"), empty.err());
        assertEquals(1, empty.err().lines().count(), empty.err());
        Files.writeString(result.resolve("quality.json"), "{\"schema\": \"kvbench/quality\", \"version\": 1}");
        Run broken = run("render", result.resolve("quality.json").toString());
        assertEquals(2, broken.exit());
        assertEquals(1, broken.err().lines().count(), broken.err());
    }

    @Test
    void timesComeFromABenchmarksResult() throws Exception {
        String sweep = "src/test/resources/published/2026-11-24_08-17-59_1b441074_NVIDIA-H100-80GB-HBM3";
        QualityFile quality = QualityFile.read(result("--strategy", "h2o,tova", "--window", "16,32", "--heavy-hitters", "8",
                "--times", sweep)
                .resolve("quality.json"));
        assertEquals("2026-11-24_08-17-59_1b441074_NVIDIA-H100-80GB-HBM3", quality.times().source());
        assertTrue(quality.times().label().startsWith("gpt2-large · fp32"), quality.times().label());
        assertNotNull(quality.full().orElseThrow().time());
        assertNull(quality.find("tova", 16).orElseThrow().time(), "not in that result");
        String steps = "src/test/resources/published/2026-11-25_13-05-13_47aca839_NVIDIA-H100-80GB-HBM3";
        QualityFile held = QualityFile.read(result("--strategy", "window,knorm", "--window", "64,32", "--heavy-hitters", "8",
                "--times", steps)
                .resolve("quality.json"));
        assertTrue(held.times().label().contains("full window, all = 256 entries"), held.times().label());
        assertEquals(1.233, held.full().orElseThrow().time().value(), 5e-4, "the faster runtime's, 256 entries");
        assertEquals(1.177, held.find("window", 64).orElseThrow().time().value(), 5e-4);
        assertNull(held.find("window", 32).orElseThrow().time());

        Path own = result("--strategy", "window,knorm", "--window", "64,32");
        String before = Files.readString(own.resolve("quality.json"));
        String plot = Files.readString(own.resolve("quality-time.svg"));
        String page = Files.readString(own.resolve("report.html"));
        // times of another unit are the same times
        Path micros = Files.createDirectories(folder.resolve("micros"));
        Files.copy(Path.of(steps, "steps.json"), micros.resolve("steps.json"));
        ArrayNode jmh = (ArrayNode) new ObjectMapper().readTree(Path.of(steps, "jmh.json").toFile());
        for (JsonNode one : jmh) {
            ObjectNode metric = (ObjectNode) one.path("primaryMetric");
            metric.put("scoreUnit", "us/op").put("score", 1000 * metric.path("score").asDouble());
            metric.putArray("scoreConfidence").add(1000.0).add(2_000_000.0);
        }
        Files.writeString(micros.resolve("jmh.json"), jmh.toString());
        QualityFile same = new MeasuredTimes(ResultFolder.open(micros)).in(held);
        assertEquals(held.full().orElseThrow().time().value(), same.full().orElseThrow().time().value(), 1e-9);
        assertEquals(1, same.full().orElseThrow().time().low(), 1e-9);
        assertEquals(2000, same.full().orElseThrow().time().high(), 1e-9);

        Run drawn = run("render", own.toString(), "--times", steps);
        assertEquals(0, drawn.exit(), drawn.err());
        assertNotEquals(plot, Files.readString(own.resolve("quality-time.svg")));
        assertFalse(page.contains("full window, all = 256 entries"));
        assertTrue(Files.readString(own.resolve("report.html")).contains("full window, all = 256 entries"), "the page has other times");
        assertEquals(before, Files.readString(own.resolve("quality.json")), "the file keeps what it measured");
    }

    /** Predictions are the same however entries go; of the times, those of one removal stand together, of replacing if there are some. */
    @Test
    void timesAreOfReplacedEntriesWhereThereAreSome() throws Exception {
        Path steps = Path.of("src/test/resources/published/2026-11-25_13-05-13_47aca839_NVIDIA-H100-80GB-HBM3");
        QualityFile quality = QualityFile.read(result("--strategy", "window,knorm", "--window", "64", "--timed", "0", "--times",
                steps.toString()).resolve("quality.json"));
        assertTrue(quality.times().label().contains(" · removal=compact · "), quality.times().label());
        double compacted = quality.find("window", 64).orElseThrow().time().value();
        Path both = Files.createDirectories(folder.resolve("both"));
        Files.copy(steps.resolve("steps.json"), both.resolve("steps.json"));
        ArrayNode jmh = (ArrayNode) new ObjectMapper().readTree(steps.resolve("jmh.json").toFile());
        for (JsonNode one : jmh.deepCopy()) {
            if (one.path("params").path("strategy").asText().equals("window")) {
                ((ObjectNode) one.path("params")).put("removal", "replace");
                ((ObjectNode) one.path("primaryMetric")).put("score", 10 * one.path("primaryMetric").path("score").asDouble());
                jmh.add(one);
            }
        }
        Files.writeString(both.resolve("jmh.json"), jmh.toString());
        QualityFile replaced = new MeasuredTimes(ResultFolder.open(both)).in(quality);
        assertTrue(replaced.times().label().contains(" · removal=replace · "), replaced.times().label());
        assertEquals(10 * compacted, replaced.find("window", 64).orElseThrow().time().value(), 1e-9, "though it is the slower");
        assertNull(replaced.find("knorm", 64).orElseThrow().time(), "of another removal");
        assertNotNull(replaced.full().orElseThrow().time());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--tokens 0 | --tokens 0: must be a whole number of at least 1",
        "--sequences 1 | --sequences 1: must be a whole number of at least 2",
        "--timed 2147483647 | --timed 2147483647: must be at most 10000",
        "--window 0 | --window 0: must be a whole number of at least 1",
        "--window 4 --strategy sinks | window=4",
        "--strategy h20 | unknown strategy 'h20': did you mean 'h2o'?",
        "--heavy-hitters 8 --window 8 --strategy h2o | heavyHitters=8 with window=8",
        "--heavy-hitters 1.5 | --heavy-hitters 1.5: must be a whole number, or a fraction of the window below 1",
        "--tokens 65 --sequences 2 | tokens=65 with positions=original",
        "--tokens 60 --sequences 20 | --text ids.txt: its 600 tokens make 9 of 20 sequences of 61; use --sequences 9",
        "--model nonesuch | unknown model 'nonesuch'",
        "--text nowhere.txt | --text nowhere.txt: cannot be read",
        "--times nowhere | nowhere: no such result folder",
        "--runtime fusd | unknown runtime 'fusd': did you mean 'fused'?"})
    void badInputIsOneLineAndLeavesNothing(String words, String message) throws Exception {
        Run run = quality(Map.of("--output", folder.resolve("out").toString(), "--model", GOLDEN, "--tokens", "30", "--sequences", "2",
                "--text", text.toString()), words.split(" "));
        assertEquals(2, run.exit(), run.err());
        assertTrue(run.err().startsWith("error: ") && run.err().contains(message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertFalse(Files.exists(folder.resolve("out")), "something was left behind");
    }

    @Test
    void aModelWhoseLogitsAreNoNumbersIsOneLineAndLeavesNothing() throws Exception {
        Path model = TestCheckpoint.write(folder.resolve("m"), 1);
        Files.delete(model.resolve("tokenizer.json"));
        TestCheckpoint.replace(model, "wpe.weight", 5 * 16, 6 * 16, Float.POSITIVE_INFINITY);
        Map<String, String> options = new LinkedHashMap<>(SMALL);
        options.putAll(Map.of("--model", model.toString(), "--text", text.toString(), "--output", folder.resolve("out").toString()));
        Run run = quality(options, new String[0]);
        assertEquals(1, run.exit(), run.err());
        assertEquals(List.of("error: model m in fp32, full cache: at step 5 of sequence 1 its logits are no numbers (NaN or infinite);"
                + " nor are all values of its wpe.weight; take another copy of the model"),
                run.err().lines().filter(l -> l.startsWith("error: ")).toList());
        assertFalse(run.out().contains("NaN"), run.out());
        try (Stream<Path> left = Files.list(folder.resolve("out"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void whatIsNoUnfinishedRunIsNotGoneOnWith() {
        for (String wrong : List.of("nowhere", "nowhere.unfinished", GOLDEN)) {
            Run run = run("quality", "--resume", wrong);
            assertEquals(2, run.exit(), run.err());
            assertTrue(run.err().startsWith("error: --resume " + wrong + ": not an unfinished run"), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
    }

    @Test
    void aTextThatIsNoTokenIdsIsRefused() throws Exception {
        Files.writeString(text, "1 2 three");
        Run run = run("quality", "--model", GOLDEN, "--tokens", "2", "--sequences", "2", "--text", text.toString());
        assertEquals(2, run.exit());
        assertTrue(run.err().contains("'three' is not a token from 0 to 210"), run.err());
    }
}
