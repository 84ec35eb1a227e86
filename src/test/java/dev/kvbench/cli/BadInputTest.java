package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.bench.SuiteRunner;
import dev.kvbench.host.BuildProperties;
import dev.kvbench.torch.Libtorch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a user can get wrong is answered with one line and exit code 2, and leaves nothing behind. */
@Tag("native")
class BadInputTest {

    @TempDir
    private Path folder;

    static Stream<Arguments> commands() {
        return Stream.of(
                bad("heavyHitters=16 with window=16", "-p", "window=16", "-p", "heavyHitters=16"),
                bad("heavyHitters=40 with window=16", "-p", "window=64,16", "-p", "heavyHitters=40"),
                bad("window=0: must be a whole number of at least 1", "-p", "window=0"),
                bad("window=-5", "-p", "window=-5", "-p", "strategy=full"),
                bad("window=many", "-p", "window=many"),
                bad("heavyHitters=-1", "-p", "heavyHitters=-1"),
                bad("unknown removal 'compcat': did you mean 'compact'? (known: replace, compact)", "-p", "removal=replace,compcat"),
                bad("unknown removal 'foo' (known: replace, compact)", "Eviction", "-p", "removal=foo"),
                bad("unknown removal '' (known: replace, compact)", "-p", "removal=", "-p", "strategy=full"),
                bad("unknown removal '0' (known: replace, compact)", "-p", "removal=0"),
                bad("tokens=1025 with positions=original", "-p", "tokens=1025"),
                bad("use positions=cache", "-p", "tokens=1025", "-p", "strategy=h2o"),
                bad("tokens=0", "-p", "tokens=0"),
                bad("batch=0", "-p", "batch=0"),
                bad("batch=1000000000 with model=", "-p", "batch=1000000000"),
                bad("of memory for cache, scores, logits and weights, this machine has ", "Eviction", "-p", "window=1000000000",
                        "-p", "strategy=h2o", "-p",
                        "device=cpu"),
                bad("tokens=1000000000: must be at most 16777216, since every step's time is kept", "DecodeLoop", "-p", "tokens=1000000000",
                        "-p", "positions=cache", "-p", "strategy=h2o"),
                bad("cacheLength=1024", "DecodeStep", "-p", "cacheLength=1024"),
                bad("unknown strategy 'h20': did you mean 'h2o'?", "-p", "strategy=full,h20"),
                bad("unknown model 'gpt2-lage': did you mean 'gpt2-large'?", "-p", "model=gpt2-lage"),
                bad("unknown dtype 'float32'", "-p", "dtype=float32"),
                bad("unknown dtype 'fp166': did you mean 'fp16'?", "-p", "dtype=fp166"),
                bad("unknown runtime 'torchscrpt': did you mean 'torchscript'?", "-p", "runtime=torchscrpt"),
                bad("unknown attention 'spda': did you mean 'sdpa'?", "-p", "attention=spda"),
                bad("unknown attention 'fused': did you mean 'sdpa'? (known: auto, explicit, sdpa, kernel)", "-p", "attention=fused"),
                bad("attention=sdpa with strategy=h2o", "-p", "attention=sdpa"),
                bad("unknown positions 'cach': did you mean 'cache'?", "-p", "positions=cach"),
                bad("unknown device 'gpx': did you mean 'gpu'?", "-p", "device=gpx"),
                bad("unknown parameter 'windw': did you mean 'window'?", "-p", "windw=16"),
                bad("runtime=fused: it needs an NVIDIA GPU, and the model is on the cpu; use runtime=auto", "-p", "runtime=fused",
                        "-p", "device=cpu"),
                bad("runtime=cudagraph: it needs an NVIDIA GPU", "-p", "runtime=torchscript,cudagraph", "-p", "device=cpu"),
                bad("no benchmark matches", "NoSuchBenchmark"),
                bad("no benchmark matches [DecodLoop]: did you mean 'DecodeLoop'? `-l` lists them", "DecodLoop"),
                bad("benchmark Decode[: not a regular expression: Unclosed character class", "Decode["),
                bad("-prof nosuch: ", "-prof", "nosuch"),
                bad("-jvm /nonexistent/java: no such program", "-jvm", "/nonexistent/java"),
                bad("-jvm no-such-java: no such program", "-jvm", "no-such-java"),
                bad("-t 2: a benchmark runs in one thread", "-t", "2"),
                bad("-t max: a benchmark runs in one thread", "-t", "max"),
                bad("-tg 1,1: a benchmark runs in one thread", "-tg", "1,1"),
                bad("-wf 1: every fork of a configuration counts", "-wf", "1"),
                bad("-wm BULK: configurations run, and warm up, one at a time", "-wm", "BULK"),
                bad("-wmb Harness: configurations run, and warm up, one at a time", "-wmb", "Harness"),
                bad("unknown -bm 'foo' (known: thrpt, avgt, sample, ss, all)", "-bm", "foo"),
                bad("unknown -v 'QUIET' (known: SILENT, NORMAL, EXTRA)", "-v", "quiet"),
                bad("unknown -v 'ERSION' (known: SILENT, NORMAL, EXTRA)", "-version"),
                bad("unknown -rf 'XML' (known: TEXT, CSV, SCSV, JSON, LATEX)", "-rf", "xml"),
                bad("unknown -wm 'none' (known: INDI, BULK, BULK_INDI)", "-wm", "none"),
                bad("-bm all: a result has one mode per benchmark", "-bm", "all"),
                bad("-bm avgt,ss: a result has one mode per benchmark", "-bm", "ss,avgt"),
                bad("-bm avgt: DecodeLoop takes one generation an iteration", "DecodeLoop", "-bm", "avgt"),
                bad("-bs 2: an operation is one call of a benchmark", "DecodeLoop", "-bs", "2"),
                bad("-bs 9: an operation is one call of a benchmark", "DecodeStep", "-bm", "ss", "-bs=9"),
                bad("-wbs 3: an operation is one call of a benchmark", "Prefill", "-wbs", "3"),
                bad("-opi 4: an operation is one call of a benchmark", "DecodeLoop", "-opi", "4"),
                bad("-opi 1: an operation is one call of a benchmark", "Harness", "-opi=1"),
                bad("-opi 4: an operation is one call of a benchmark", "DecodeStep", "--op", "4"),
                bad("-opi4: an operation is one call of a benchmark", "DecodeStep", "-opi4"),
                bad("-jvm true: a result names the JVM that runs all of it; leave -jvm out and start `true -jar`", "-jvm", "true"),
                bad("-f 0 with -jvmArgs, -jvmArgsAppend or -jvmArgsPrepend: no JVM is started", "-f0", "-jvmArgs=-Xmx1g"),
                bad("-f 0 with -jvmArgs, -jvmArgsAppend or -jvmArgsPrepend: no JVM is started", "-f=0", "-jvmArgsPrepend", "-Xint"),
                bad("unknown parameter 'windo': did you mean 'window'?", "-pwindo=4"),
                bad("unknown parameter 'windo': did you mean 'window'?", "-p=windo=4"),
                bad("unknown parameter 'windo': did you mean 'window'?", "--p=windo=4"),
                bad("unknown parameter 'windo': did you mean 'window'?", "--p", "windo=4"),
                bad("window=0: must be a whole number of at least 1", "-pwindow=0"),
                bad("-t 2: a benchmark runs in one thread", "-t2"),
                bad("-wf 1: every fork of a configuration counts", "-wf=1"),
                bad("-o nowhere/x.txt: must be a file in a folder that exists", "-o", "nowhere/x.txt"),
                bad("-rff jmh-config: must be a file in a folder that exists", "-rff", "jmh-config"));
    }

    private static Arguments bad(String says, String... words) {
        return Arguments.of(says, List.of(words));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("commands")
    void isRefusedByRun(String says, List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "run", "--config", "smoke", "--results", folder.resolve("results").toString()));
        command.addAll(words);
        assertRefused(says, command.toArray(String[]::new));
        assertFalse(Files.exists(folder.resolve("results")), "a result folder was left behind");
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("commands")
    void isRefusedInJmhsOwnSyntax(String says, List<String> words) throws IOException {
        List<Path> before = results();
        assertRefused(says, words.toArray(String[]::new));
        assertEquals(before, results());
    }

    /** Help names what is refused; each of these is, above. */
    @Test
    void whatHelpCallsRefusedIs() {
        for (String option : SuiteRunner.refusedOptions()) {
            assertTrue(commands().anyMatch(refused -> refused.get()[0].toString().startsWith(option + " ")), option);
        }
    }

    @Test
    void aCommandThatIsMistypedIsNamed() throws IOException {
        assertRefused("unknown command 'rnu': did you mean 'run'? (known: ", "rnu", "--config", "sweep");
        assertRefused("unknown command 'comprae': did you mean 'compare'?", "comprae", "a", "b");
        assertRefused("no benchmark matches [nothinglikeit]; `-l` lists them", "nothinglikeit");
    }

    @Test
    void optionsOfJmhThatListSomethingRunNothing() throws IOException {
        for (String option : List.of("-l", "-lp", "-h")) {
            assertEquals(0, Main.execute("run", "--config", "smoke", "--results", folder.resolve("results").toString(), option), option);
            assertFalse(Files.exists(folder.resolve("results")), option);
        }
    }

    @Test
    void aFullDiskIsNoFaultOfTheCode() {
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(1, Main.report(new IOException("No space left on device")));
            assertEquals(1, Main.report(new UncheckedIOException(new IOException("Disk quota exceeded"))));
        } finally {
            System.setErr(err);
        }
        String way = ": make room where results and temporary files are written; what a run has kept, `run --resume` goes on with";
        assertEquals(List.of("error: No space left on device" + way, "error: Disk quota exceeded" + way),
                said.toString(StandardCharsets.UTF_8).lines().toList());
    }

    @Test
    void theVersionIsSaidAndHelpListsIt() {
        String help = printed("--help");
        assertTrue(help.contains("-V, --version"), help);
        for (String word : List.of("--version", "-V")) {
            List<String> lines = printed(word).lines().toList();
            assertEquals("kvbench " + BuildProperties.get("version"), lines.get(0));
            assertTrue(lines.get(1).matches("commit (unknown|[0-9a-f]{40}.*)"), lines.get(1));
            assertEquals("JMH " + BuildProperties.get("jmh") + ", DJL " + BuildProperties.get("djl") + " for libtorch "
                    + BuildProperties.get("libtorch"), lines.get(2));
        }
    }

    private static String printed(String... words) {
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, Main.execute(words));
        } finally {
            System.setOut(out);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private static List<Path> results() throws IOException {
        if (!Files.isDirectory(Path.of("results"))) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(Path.of("results"))) {
            return entries.sorted().toList();
        }
    }

    @Test
    void aGpuThatIsNotThereIsRefused() throws IOException {
        Assumptions.assumeFalse(Libtorch.hasGpu(), "this machine has a GPU");
        assertRefused("device=gpu", "run", "--config", "smoke", "--results", folder.toString(), "-p", "device=gpu");
    }

    @Test
    void impossibleComparisonsAreRefused() throws IOException {
        String some = "src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3";
        assertRefused("nowhere: neither a result, nor a baseline, nor a commit of this repository", "compare", "nowhere", some);
        assertRefused("'a?b': no name of a file: Nul character not allowed", "compare", "a\0b", some);
        assertRefused("--threshold x: must be from 0% to below 100%", "compare", some, some, "--threshold", "x");
        assertRefused("--alpha 1.5: must be between 0 and 1", "compare", some, some, "--alpha", "1.5");
        assertRefused("unknown --format 'xml' (known: text, md, json, csv)", "compare", some, some, "--format", "xml");
        assertRefused("unknown --sort 'size' (known: result, change, p)", "compare", some, some, "--sort", "size");
        assertRefused("--filter (: not a regular expression", "compare", some, some, "--filter", "(");
    }

    /** Some are in the way of what is written beside them, since a test may be root, whom nothing is forbidden. */
    @Test
    void placesThatCannotBeWrittenAreNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        String some = "src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3";
        String noFolder = file + " is no folder; name another place";
        assertRefused("--results " + file + ": " + noFolder, "run", "--config", "smoke", "--results", file.toString());
        assertRefused("--results " + file + "/x/y: " + noFolder, "run", "--config", "smoke", "--results", file + "/x/y");
        assertRefused("--output " + file + ": " + noFolder, "quality", "--output", file.toString(), "--model", "none");
        assertRefused("--output " + file + "/x: " + noFolder, "merge", some,
                "src/test/resources/published/2026-11-24_08-18-47_1b441074_NVIDIA-H100-80GB-HBM3",
                "--output", file + "/x");
        assertRefused("--trace " + folder + ": must be a file", "generate", "--trace", folder.toString(), "--model", "none");
        assertRefused("--plot " + file + ": no such folder", "history", "--plot", file.toString());

        assertRefused("--html " + folder + ": must be a file in a folder that exists", "compare", some, some, "--html", folder.toString());
        Path result = Files.createDirectory(folder.resolve("result"));
        Files.copy(Path.of(some, "steps.json"), result.resolve("steps.json"));
        Files.createDirectory(result.resolve("step-time.png"));
        assertRefused("step-time.png: Is a directory; name another place", "render", result.toString());
        Files.createDirectory(folder.resolve("history.png"));
        assertRefused("history.png: Is a directory; name another place", "history", "--results", folder.toString(), "--filter",
                "strategy=full",
                "--plot", folder.toString());
        try (Stream<Path> left = Files.walk(folder)) {
            assertEquals(List.of(), left.filter(f -> f.toString().endsWith(".tmp")).toList());
        }
    }

    static Stream<Arguments> parameters() {
        return Stream.of(
                bad("--alpha abc: must be a number; try `compare --help`", "compare", "--alpha", "abc", "x", "y"),
                bad("--tokens abc: must be a whole number from -2147483648 to 2147483647; try `generate --help`",
                        "generate", "--tokens", "abc"),
                bad("--seed 9999999999: must be a whole number from -2147483648 to 2147483647", "generate", "--seed", "9999999999"),
                bad("--prompt-ids a: must be a whole number;", "generate", "--prompt-ids", "1,a"),
                bad("Missing required option: '--format=<format>'; try `export --help`", "export", "results"),
                bad("Missing required parameter: 'NAME'; try `baseline save --help`", "baseline", "save"),
                bad("unknown option '--prefil': did you mean '--prefill'? (known: --", "generate", "--prefil"),
                bad("unknown command 'foo' (known: run, ", "help", "foo"),
                bad("--threshold 3x: must be from 0% to below 100%", "selfcheck", "results", "--threshold", "3x"),
                bad("--repetitions 0: must be at least 1", "selfcheck", "results", "--repetitions", "0"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("parameters")
    void aParameterThatCannotBeTakenIsOneLineWithoutUsage(String says, List<String> words) {
        assertRefused(says, words.toArray(String[]::new));
    }

    @Test
    void aSelfChecksThresholdMayBeAPercentage() {
        assertEquals(0.03, Gates.noise("3%"));
        assertEquals(0.03, Gates.noise("0.03"));
        assertRefused("nowhere: ", "selfcheck", "nowhere", "--threshold", "3%");
    }

    @Test
    void aFormThatHasNoRoomForAResultIsRefused() throws IOException {
        Files.copy(Path.of("src/test/resources/peers/steps.json"), folder.resolve("steps.json"));
        assertRefused(folder + ": has no scores of JMH's (jmh.json), which peers do not write; --format csv exports its steps",
                "export", folder.toString(), "--format", "github-action");
        String pinned = "src/test/resources/published/2026-11-24_08-24-07_1b441074_NVIDIA-H100-80GB-HBM3";
        assertRefused(pinned + ": has no series of steps to print a line of each; --format github-action exports JMH's scores",
                "export", pinned, "--format", "csv");
    }

    @Test
    void anUnknownConfigurationIsRefusedWithTheClosestName() throws IOException {
        assertRefused("unknown config 'defualt': did you mean 'default'?", "run", "--config", "defualt");
    }

    @Test
    void whatStandsBesideResumeIsNamed() throws IOException {
        String x = folder.resolve("x.unfinished").toString();
        assertRefused("--resume " + x + ": takes no other option, since a run goes on as it began; leave out -i 20", "run", "--resume", x,
                "-i", "20");
        assertRefused("leave out --config --shard -p window=64", "run", "--config", "smoke", "--resume", x, "--shard", "1/2",
                "-p", "window=64");
        assertRefused("leave out --seed", "quality", "--resume", x, "--seed", "2");
        assertRefused("--resume " + x + ": not an unfinished run", "run", "--resume", x);
    }

    @Test
    void aBrokenConfigurationIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("broken.json"), "{\"include\": [");
        assertRefused("not a run configuration", "run", "--config", file.toString());
        Files.writeString(file, "{\"includes\": []}");
        assertRefused("not a run configuration", "run", "--config", file.toString());
        Files.writeString(file, "null");
        assertRefused("not a run configuration", "run", "--config", file.toString());
    }

    @Test
    void faultsOfJsonAreToldByPlaceWhereverItIsRead() throws IOException {
        Path config = Files.writeString(folder.resolve("sweep.json"), "{ // my sweep\n}");
        assertRefused(config + ": not a run configuration: line 1, column 3: a comment; JSON has none", "run", "--config",
                config.toString());
        Files.writeString(config, "{\"include\":[],\n\"params\":{\"window\":64}}");
        assertRefused("line 2, column 20: 'params.window' is a number, but must be a list in [ ]", "run", "--config", config.toString());
        Path steps = Files.writeString(folder.resolve("steps.json"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n");
        assertRefused(steps + ": is a Git LFS pointer to the file, which has 7 bytes", "render", folder.toString());
        Files.writeString(steps, "{\"schema\":\"kvbench/steps\",\"version\":1,\"configurations\":7}");
        assertRefused("'configurations' is a number, but must be a list", "render", folder.toString());
        Path quality = Files.writeString(folder.resolve("quality.json"), "{\"schema\":\"kvbench/quality\",\"version\":1,\"text\":7}");
        assertRefused("'text' is a number, but must be an object", "render", quality.toString());
        Path trace = Files.writeString(folder.resolve("t.json"), "{\"schema\":\"kvbench/trace\",\"steps\":7}");
        assertRefused("'steps' is a number, but must be a list", "render", trace.toString());
        Files.writeString(folder.resolve("baselines.json"), "{\"a\":}");
        assertRefused("baselines.json: not a list of baselines: line 1, column 6: a value is missing", "baseline", "--results",
                folder.toString());
        Path begun = Files.createDirectories(folder.resolve("x.unfinished"));
        Files.writeString(begun.resolve("plan.json"), "{\"version\":3,\"configurations\":{}}");
        assertRefused("plan.json: not the plan of a run: line 1, column 31: 'configurations' is an object", "run", "--resume",
                begun.toString());
        Path text = Files.writeString(folder.resolve("text.jsonl"), "{\"text\":\"a\"}\n\n{\"text\" 7}\n");
        assertRefused("--text text.jsonl: line 3 is not a JSON object with a \"text\": column 9: '7' where a colon is expected",
                "quality", "--text", text.toString());
        Files.writeString(text, "{\"text\":\"a\"}\n{\"txt\":7}\n");
        assertRefused("--text text.jsonl: line 2 is not a JSON object with a \"text\"", "quality", "--text", text.toString());
    }

    @Test
    void foreignAndUnreadableResultsAreRefused() throws IOException {
        assertRefused("must be a file in a folder that exists", "compare", "x", "y", "--html", folder.resolve("none/x.html").toString());
        assertRefused("no such result folder", "render", folder.resolve("nowhere").toString());
        assertRefused("not a result folder", "render", folder.toString());
        Path steps = folder.resolve("steps.json");
        for (String content : List.of("", "not json", "{\"a\":1", "[]", "{\"schema\":\"other\",\"version\":1}",
                "{\"schema\":\"kvbench/steps\",\"version\":99}", "{\"schema\":\"kvbench/steps\",\"version\":1}",
                "{\"schema\":\"kvbench/steps\",\"version\":1,\"fingerprint\":{},\"configurations\":[null]}")) {
            Files.writeString(steps, content);
            assertRefused("steps.json", "render", folder.toString());
        }
        Path other = Files.writeString(folder.resolve("other.json"), "{}");
        assertRefused("not a result", "render", other.toString());
    }

    /** Truncated anywhere, nested without end, or larger than the heap: one line each, from whatever reads results. */
    @Test
    void hostileResultsAreRefused() throws IOException {
        String whole = Files.readString(Path.of("src/test/resources/peers/steps.json"));
        Path steps = folder.resolve("steps.json");
        Path jmh = folder.resolve("jmh.json");
        for (int part = 1; part < 20; part++) {
            Files.writeString(steps, whole.substring(0, whole.length() * part / 20));
            assertRefused("steps.json", "compare", folder.toString(), folder.toString());
            assertRefused("steps.json", "render", folder.toString());
        }
        Files.delete(steps);
        Files.writeString(jmh, "[".repeat(1_000_000));
        assertRefused("jmh.json", "compare", jmh.toString(), jmh.toString());
        Files.writeString(jmh, "[1" + "0".repeat(1_000_000) + "]");
        assertRefused("jmh.json", "compare", jmh.toString(), jmh.toString());
        for (Path file : List.of(steps, jmh)) {
            try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.setLength(Runtime.getRuntime().maxMemory());
            }
        }
        assertRefused("MiB of JSON", "compare", folder.toString(), folder.toString());
        assertRefused("MiB of JSON", "export", folder.toString(), "--format", "csv");
        Files.delete(steps);
        assertRefused("MiB of JSON", "compare", jmh.toString(), jmh.toString());
    }

    private static void assertRefused(String says, String... words) {
        Run run = Run.of(words);
        String text = run.err();
        assertEquals(2, run.exit(), text);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.contains(says), text);
    }
}
