package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.checkpoint.Checkpoint;
import dev.kvbench.checkpoint.Safetensors;
import dev.kvbench.checkpoint.TensorFile;
import dev.kvbench.checkpoint.TestCheckpoint;
import dev.kvbench.model.Tokenizer;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.trace.TraceFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code generate} as a user calls it, and what its trace says. */
@Tag("native")
class GenerateTest {

    private static final String GOLDEN = "src/test/resources/golden";

    @TempDir
    private Path folder;

    private static Run run(String... words) {
        List<String> all = new ArrayList<>(List.of("generate"));
        all.addAll(List.of(words));
        return Run.of(all.toArray(String[]::new));
    }

    private JsonNode trace(String... words) throws Exception {
        Path file = folder.resolve("trace.json");
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--trace", file.toString()));
        Run run = run(all.toArray(String[]::new));
        assertEquals(0, run.exit(), run.err());
        return new ObjectMapper().readTree(file.toFile());
    }

    @Test
    void generatesTheTokensOfTheReference() {
        try (Safetensors expected = new Safetensors(Path.of(GOLDEN, "expected.safetensors"))) {
            long[] tokens = TensorFile.longs(expected, "greedy_tokens");
            Run run = run("--model", GOLDEN, "--prompt-ids", Long.toString(tokens[0]), "--tokens", "56");
            assertEquals(0, run.exit(), run.err());
            assertArrayEquals(Arrays.copyOfRange(tokens, 1, 57),
                    Stream.of(run.out().strip().split(" ")).mapToLong(Long::parseLong).toArray());
        }
    }

    @Test
    void goesOnFromAPromptAsTheReferenceOfGroupedQueriesDoes() {
        String folder = "src/test/resources/golden-llama/qwen3";
        try (Safetensors expected = new Safetensors(Path.of(folder, "expected.safetensors"))) {
            long[] tokens = TensorFile.longs(expected, "greedy_tokens");
            String prompt = Arrays.stream(TensorFile.longs(expected, "prompt")).mapToObj(Long::toString).collect(Collectors.joining(","));
            for (String more : List.of("--removal=replace", "--prefill")) {
                Run run = run("--model", folder, "--prompt-ids", prompt, "--tokens", "60", more);
                assertEquals(0, run.exit(), run.err());
                assertArrayEquals(tokens, Stream.of(run.out().strip().split(" ")).mapToLong(Long::parseLong).toArray());
            }
        }
    }

    static Stream<Arguments> strategies() {
        return Strategies.labels().stream().flatMap(name -> Stream.of("tiny", "tiny-llama").map(model -> Arguments.of(name, model)));
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void theTraceAccountsForEveryEntry(String strategy, String model) throws Exception {
        JsonNode trace = trace("--model", model, "--strategy", strategy, "--window", "9", "--heavy-hitters", "3",
                "--tokens", "30", "--prompt-ids", "5,6,7");
        assertEquals("kvbench/trace", trace.path("schema").asText());
        assertEquals(strategy, trace.path("strategy").asText());
        assertEquals(strategy.equals("full") ? null : "replace", trace.path("removal").asText(null));
        assertEquals(32, trace.path("steps").size());
        long fed = 5;
        for (int t = 0; t < 32; t++) {
            JsonNode step = trace.path("steps").get(t);
            assertEquals(t < 3 ? 5 + t : fed, step.path("token").asLong(), "token of step " + t);
            assertEquals(t, step.path("position").asInt());
            assertEquals(strategy.equals("full") ? t + 1 : Math.min(9, t + 1), step.path("cacheLengthAfter").asInt());
            for (int layer = 0; layer < step.path("kept").size(); layer++) {
                for (int head = 0; head < step.path("kept").get(layer).size(); head++) {
                    List<Integer> kept = integers(step.path("kept").get(layer).get(head));
                    assertEquals(new ArrayList<>(new TreeSet<>(kept)), kept, "ascending");
                    assertEquals(step.path("cacheLengthAfter").asInt(), kept.size());
                    List<Integer> before = new ArrayList<>(t == 0 ? List.of()
                            : integers(trace.path("steps").get(t - 1).path("kept").get(layer).get(head)));
                    before.add(t);
                    List<Integer> all = new ArrayList<>(kept);
                    all.addAll(integers(step.path("evicted").get(layer).get(head)));
                    Collections.sort(all);
                    assertEquals(before, all, "kept and evicted are what was there and the newest, step " + t);
                    if (step.has("scores")) {
                        assertEquals(kept.size(), step.path("scores").get(layer).get(head).size());
                    }
                }
            }
            fed = step.path("next").asLong();
        }
    }

    private static List<Integer> integers(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(v -> values.add(v.asInt()));
        return values;
    }

    @Test
    void aPromptInOnePassIsOneStepOfTheTrace() throws Exception {
        JsonNode trace = trace("--model", "tiny", "--strategy", "sinks", "--window", "6", "--tokens", "3",
                "--prompt-ids", "5,6,7,8,9,10,11,12", "--prefill");
        assertEquals(3, trace.path("steps").size());
        JsonNode prompt = trace.path("steps").get(0);
        assertEquals(7, prompt.path("step").asInt());
        assertEquals(7, prompt.path("position").asInt());
        assertEquals(12, prompt.path("token").asInt());
        assertEquals(List.of(0, 1, 2, 3, 6, 7), integers(prompt.path("kept").get(0).get(0)));
        assertEquals(List.of(4, 5), integers(prompt.path("evicted").get(0).get(0)));
        assertEquals(List.of(6), integers(trace.path("steps").get(1).path("evicted").get(0).get(0)));
        String full = run("--model", "tiny", "--tokens", "5", "--prompt-ids", "5,6,7,8").out();
        assertEquals(full, run("--model", "tiny", "--tokens", "5", "--prompt-ids", "5,6,7,8", "--prefill").out());
    }

    /** Of ten tokens half are five; of a prompt in one pass half are that prompt's. Both leave room for what a strategy needs. */
    @Test
    void aWindowMayBeAShare() throws Exception {
        String[] words = {"--model", "tiny", "--strategy", "h2o", "--window", "50%", "--heavy-hitters", "40%"};
        JsonNode whole = trace(with(words, "--tokens", "10"));
        assertEquals(List.of(5, 2), List.of(whole.path("window").asInt(), whole.path("heavyHitters").asInt()));
        String prompt = "5,6,7,8,9,10,11,12";
        assertEquals(9, trace(with(words, "--tokens", "11", "--prompt-ids", prompt)).path("window").asInt(), "of 8 + 11 - 1");
        assertEquals(4, trace(with(words, "--tokens", "11", "--prompt-ids", prompt, "--prefill")).path("window").asInt());
        assertEquals(5, trace("--model", "tiny", "--strategy", "sinks", "--window", "1%", "--tokens", "10").path("window").asInt());
        assertEquals("error: window=0%: a share must be a number above 0 and a percent sign, such as 25%" + System.lineSeparator(),
                Run.of("generate", "--model", "tiny", "--strategy", "h2o", "--window", "0%").err());
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    /** Which entries go, and so every token, does not depend on what happens to their slots. */
    @ParameterizedTest
    @MethodSource("dev.kvbench.strategy.Strategies#evicting")
    void aTraceIsTheSameHoweverEntriesGo(String strategy) throws Exception {
        for (String every : List.of("1", "5")) {
            for (String[] prompt : new String[][] {{}, {"--prompt-ids", "5,6,7,8,9,10,11,12,13,14,15", "--prefill"}}) {
                List<String> words = new ArrayList<>(List.of("--model", "tiny", "--strategy", strategy, "--window", "9",
                        "--heavy-hitters", "3", "--tokens", "30", "--evict-every", every));
                words.addAll(List.of(prompt));
                JsonNode replaced = trace(words.toArray(String[]::new));
                words.addAll(List.of("--removal", "compact"));
                JsonNode compacted = trace(words.toArray(String[]::new));
                assertEquals(List.of("replace", "compact"), List.of(replaced.path("removal").asText(), compacted.path("removal").asText()));
                assertEquals(replaced.path("label").asText() + ", compacting", compacted.path("label").asText());
                for (String field : List.of("token", "position", "kept", "evicted")) {
                    assertEquals(replaced.findValues(field), compacted.findValues(field), field);
                }
                assertClose(replaced.findValues("scores"), compacted.findValues("scores"));
            }
        }
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all;
    }

    private static void assertClose(List<JsonNode> expected, List<JsonNode> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i).isArray()) {
                assertClose(list(expected.get(i)), list(actual.get(i)));
            } else {
                assertEquals(expected.get(i).asDouble(), actual.get(i).asDouble(), 1e-4);
            }
        }
    }

    @Test
    void theTraceSaysWhatRan() throws Exception {
        for (String asked : List.of("auto", "torchscript")) {
            JsonNode trace = trace("--model", "tiny", "--tokens", "2", "--device", "cpu", "--runtime", asked);
            assertEquals("torchscript", trace.path("runtime").asText());
            assertFalse(trace.has("removal"), "nothing goes");
            assertEquals(2, TraceFile.read(folder.resolve("trace.json")).steps().size());
        }
    }

    @Test
    void tracingChangesNothing() throws Exception {
        String[] words = {"--model", "tiny", "--strategy", "h2o", "--window", "8", "--heavy-hitters", "4", "--tokens", "40"};
        Run plain = run(words);
        JsonNode trace = trace(words);
        List<String> next = new ArrayList<>();
        trace.path("steps").forEach(step -> next.add(step.path("next").asText()));
        assertEquals(plain.out().strip(), String.join(" ", next));
        assertFalse(trace.path("steps").get(0).has("logits"));
        JsonNode withLogits = trace("--model", "tiny", "--tokens", "2", "--trace-logits");
        assertEquals(512, withLogits.path("steps").get(1).path("logits").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--model tiny --tokens 0 | --tokens 0: must be at least 1",
        "--model tiny --prompt-ids 1,2 --tokens 2147483647 | --tokens 2147483647: must be at least 1 and at most 16777216",
        "--model tiny --prompt-ids 1,2 --tokens 16777216 | --prompt-ids: has 2 tokens, with --tokens 16777216 after it; model"
                + " tiny takes 1024",
        "--model tiny --prompt hello | --prompt: model tiny has no tokenizer.json; use --prompt-ids",
        "--model tiny --prompt-ids 512 | --prompt-ids 512: must be from 0 to 511",
        "--model tiny --trace-logits | --trace-logits: needs --trace FILE",
        "--model nonesuch | unknown model",
        "--model tiny --strategy h2o --window 8 --heavy-hitters 8 | heavyHitters=8 with window=8",
        "--model tiny --tokens 1025 | tokens=1025",
        "--model tiny --tokens 1022 --prompt-ids 1,2,3,4 | --prompt-ids: has 4 tokens, with --tokens 1022 after it; model tiny takes 1024"
                + " with positions=original and strategy=full; shorten the prompt or lower --tokens to 1021",
        "--model tiny --strategy tova --tokens 1022 --prompt-ids 1,2,3,4 | --prompt-ids: has 4 tokens, with --tokens 1022 after it;"
                + " model tiny takes 1024 with positions=original and strategy=tova; shorten the prompt or lower --tokens to 1021"
                + " or use --positions cache",
        "--model tiny --removal foo | unknown removal 'foo' (known: replace, compact)",
        "--model tiny --removal compct --strategy tova | unknown removal 'compct': did you mean 'compact'? (known: replace, compact)",
        "--model tiny --removal 0 --strategy tova | unknown removal '0' (known: replace, compact)",
        "--model tiny --runtime foo | unknown runtime 'foo'",
        "--model tiny --device cpu --runtime fused | runtime=fused: it needs an NVIDIA GPU, and the model is on the cpu; use runtime=auto",
        "--model tiny --device cpu --runtime cudagraph | runtime=cudagraph: it needs an NVIDIA GPU",
        "--model tiny --strategy tova --evict-every 0 | evictEvery=0: must be a whole number of at least 1"})
    void badInputIsOneLine(String words, String message) throws Exception {
        Run run = run(words.split(" "));
        assertEquals(2, run.exit());
        assertTrue(run.err().startsWith("error: " + message), run.err());
        assertEquals(1, run.err().lines().count());
    }

    @Test
    void anEvictionThatIsNeverReachedEvictsNothing() throws Exception {
        String[] words = {"--model", "tiny", "--tokens", "40", "--window", "8", "--heavy-hitters", "2"};
        for (String strategy : List.of("window", "h2o", "knorm")) {
            String[] rarely = Stream.concat(Arrays.stream(words), Stream.of("--strategy", strategy, "--evict-every", "2147483647"))
                    .toArray(String[]::new);
            Run run = run(rarely);
            assertEquals(0, run.exit(), run.err());
            assertEquals(run("--model", "tiny", "--tokens", "40").out(), run.out(), strategy);
        }
    }

    @Test
    void aTraceThatCannotBeWrittenIsOneLineAndLeavesNothing() throws Exception {
        Run run = run("--model", "tiny", "--trace", folder.resolve("no/such/trace.json").toString());
        assertEquals(2, run.exit());
        assertTrue(run.err().startsWith("error: --trace "), run.err());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textGoesInAndComesOut(boolean grouped) throws Exception {
        Path at = folder.resolve("m");
        String model = (grouped ? TestCheckpoint.writeGrouped(at, 1) : TestCheckpoint.write(at, 1)).toString();
        Path file = Files.writeString(folder.resolve("prompt.txt"), "in the\r\n\u00e9\ud83d\ude00");
        String ids = "105,110,257,101,13,10,195,169,240,159,152,128";
        Run byIds = run("--model", model, "--prompt-ids", ids, "--tokens", "40");
        assertEquals(0, byIds.exit(), byIds.err());
        assertEquals(byIds.out(), run("--model", model, "--prompt-file", file.toString(), "--tokens", "40").out());
        assertEquals(byIds.out(), run("--model", model, "--prompt", Files.readString(file), "--tokens", "40", "--prefill").out());
        Path trace = folder.resolve("t.json");
        run("--model", model, "--prompt-ids", ids, "--tokens", "40", "--trace", trace.toString());
        List<Long> generated = new ArrayList<>();
        JsonNode written = new ObjectMapper().readTree(trace.toFile());
        written.path("steps").forEach(step -> generated.add(step.path("next").asLong()));
        long[] tokens = generated.subList(generated.size() - 40, generated.size()).stream().mapToLong(t -> t).toArray();
        try (Tokenizer tokenizer = Checkpoint.open(model).tokenizer().orElseThrow()) {
            assertEquals(tokenizer.decode(tokens) + System.lineSeparator(), byIds.out(), "all of it, whatever its bytes are");
        }
        assertEquals("checkpoint m", written.path("weights").asText());
    }

    @Test
    void weightsAreThoseAskedFor() throws Exception {
        String model = TestCheckpoint.write(folder.resolve("m"), 1).toString();
        String real = run("--model", model, "--tokens", "20").out();
        assertEquals(real, run("--model", model, "--weights", "real", "--tokens", "20").out());
        Run synthetic = run("--model", model, "--weights", "synthetic", "--tokens", "20");
        assertEquals(0, synthetic.exit(), synthetic.err());
        assertNotEquals(real, synthetic.out());
        Run none = run("--model", "tiny", "--weights", "real");
        assertEquals(2, none.exit());
        assertTrue(none.err().startsWith("error: model tiny: a shape for trying things, which has no trained weights"), none.err());
    }

    private void assertNotNumbers(Path model, String out, String says, String... words) {
        List<String> all = new ArrayList<>(List.of("--model", model.toString(), "--tokens", "12"));
        all.addAll(List.of(words));
        Run run = run(all.toArray(String[]::new));
        assertEquals(1, run.exit(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("error: model m in ") && run.err().contains(says), run.err());
        assertEquals(out, run.out());
    }

    @Test
    void logitsThatAreNoNumbersEndItWhereTheyStopBeingNumbers() throws Exception {
        Path model = TestCheckpoint.write(folder.resolve("m"), 1);
        Files.delete(model.resolve("tokenizer.json"));
        String[] tokens = run("--model", model.toString(), "--tokens", "5").out().strip().split(" ");
        // the position embedding of step 5: five tokens are there before it
        TestCheckpoint.replace(model, "wpe.weight", 5 * 16, 6 * 16, Float.NaN);
        String printed = String.join(" ", tokens) + System.lineSeparator();
        assertNotNumbers(model, printed,
                "in fp32, full cache: at step 5 of sequence 1 its logits are no numbers (NaN or infinite); nor are all values of"
                        + " its wpe.weight; take another copy of the model");
        assertNotNumbers(model, printed, "at step 5 of sequence 1", "--strategy", "window", "--window", "3");
        Path trace = folder.resolve("t.json");
        assertNotNumbers(model, "", "at step 5 of sequence 1", "--prompt-ids", "1,2,3,4,5,6,7", "--trace", trace.toString());
        assertFalse(Files.exists(trace), "half a trace was left");
        assertNotNumbers(model, "", "at step 6 of sequence 1", "--prompt-ids", "1,2,3,4,5,6,7", "--prefill");
        TestCheckpoint.write(model, 1);
        Files.delete(model.resolve("tokenizer.json"));
        TestCheckpoint.replace(model, "h.1.mlp.c_fc.bias", 3, 4, Float.NEGATIVE_INFINITY);
        assertNotNumbers(model, "", "at step 0 of sequence 1 its logits are no numbers (NaN or infinite); nor are all values of its"
                + " h.1.mlp.c_fc.bias");
    }

    @Test
    void whatOverflowsAnElementTypeIsSaid() throws Exception {
        Path model = TestCheckpoint.write(folder.resolve("m"), 1);
        Files.delete(model.resolve("tokenizer.json"));
        TestCheckpoint.replace(model, "ln_f.weight", 0, -1, 6e4f);
        assertNotNumbers(model, "", "in fp16, full cache: at step 0 of sequence 1 its logits are no numbers (NaN or infinite);"
                + " fp16 holds nothing beyond 65504: use bf16 or fp32", "--dtype", "fp16");
        assertEquals(0, run("--model", model.toString(), "--tokens", "12", "--dtype", "bf16").exit());
        assertEquals(0, run("--model", model.toString(), "--tokens", "12").exit());
        TestCheckpoint.replace(model, "ln_f.weight", 0, -1, 3e38f);
        assertNotNumbers(model, "", "its weights are numbers, but too large to compute with");
    }

    @Test
    void aPromptFileThatIsNoneIsOneLine() throws Exception {
        String model = TestCheckpoint.write(folder.resolve("m"), 1).toString();
        Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        Path longer = Files.writeString(folder.resolve("longer.txt"), "x".repeat(300));
        for (List<String> bad : List.of(
                List.of(latin.toString(), "--prompt-file " + latin + ": is not UTF-8"),
                List.of(folder.resolve("nowhere").toString(), "--prompt-file " + folder.resolve("nowhere") + ": cannot be read"),
                List.of(folder.toString(), "--prompt-file " + folder + ": cannot be read"),
                List.of(longer.toString(), "--prompt-file " + longer + ": has 300 tokens, with --tokens 64 after it; model " + model
                        + " takes 256 with positions=original and strategy=full; shorten the prompt\n"))) {
            Run run = run("--model", model, "--prompt-file", bad.get(0));
            assertEquals(2, run.exit());
            assertTrue(run.err().startsWith("error: " + bad.get(1)), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
        }
        Run both = run("--model", model, "--prompt-file", longer.toString(), "--prompt", "x");
        assertTrue(both.err().startsWith("error: --prompt, --prompt-file and --prompt-ids: give one of them"), both.err());
        Run small = run("--model", GOLDEN, "--prompt-file", longer.toString());
        assertTrue(small.err().startsWith("error: --prompt-file: model " + GOLDEN + " has no tokenizer.json"), small.err());
    }
}
