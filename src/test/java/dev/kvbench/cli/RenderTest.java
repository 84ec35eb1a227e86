package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.MadeThroughput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code render} as a user calls it. */
@Tag("native")
class RenderTest {

    private static final Path RESULTS = Path.of("src/test/resources/published");

    @TempDir
    private Path folder;
    private Path output;

    private static Run run(String... words) {
        return Run.of(words);
    }

    @BeforeEach
    void makeOutput() throws IOException {
        output = Files.createDirectory(folder.resolve("output"));
    }

    /** A result of its own with the data of a published one. */
    private Path copy(Path result) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(result.getFileName().toString()));
        for (String file : List.of("steps.json", "jmh.json", "quality.json")) {
            if (Files.exists(result.resolve(file))) {
                Files.copy(result.resolve(file), copy.resolve(file));
            }
        }
        return copy;
    }

    private static TreeSet<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
        }
    }

    private static TreeSet<String> set(String... names) {
        return new TreeSet<>(List.of(names));
    }

    @Test
    void oneResultGoesWhereItIsAskedFor() throws IOException {
        Path result = copy(RESULTS.resolve("2026-11-24_08-24-07_1b441074_NVIDIA-H100-80GB-HBM3"));
        TreeSet<String> before = names(result);
        Run run = run("render", result.toString(), "--output", output.toString());
        assertEquals(0, run.exit(), run.err());
        assertEquals(before, names(result));
        assertEquals(set("pinned-step.png", "pinned-step.svg", "report.html"), names(output));
    }

    @Test
    void soDoesAResultOfQuality() throws IOException {
        Path result = copy(Path.of("results/2026-11-25_00-27-56_f9609bf9_NVIDIA-H100-80GB-HBM3"));
        TreeSet<String> before = names(result);
        Run run = run("render", result.toString(), "--output", output.toString());
        assertEquals(0, run.exit(), run.err());
        assertEquals(before, names(result));
        assertTrue(names(output).containsAll(set("quality-window.png", "report.html")), run.out());
        assertTrue(Files.readString(output.resolve("report.html")).contains(result.getFileName().toString()));
    }

    @Test
    void soDoATracesMapAndPage() throws IOException {
        Path trace = folder.resolve("trace.json");
        assertEquals(0, run("generate", "--model", "tiny", "--tokens", "4", "--trace", trace.toString()).exit());
        Run run = run("render", trace.toString(), "--output", output.toString());
        assertEquals(0, run.exit(), run.err());
        assertEquals(set("output", "trace.json"), names(folder));
        assertEquals(set("trace.html", "trace.png", "trace.svg"), names(output));
        Run twice = run("render", trace.toString(), trace.toString(), "--output", output.toString());
        assertEquals(2, twice.exit());
        assertEquals("error: --output " + output + ": two traces are called trace.json; render one of them elsewhere\n", twice.err());
    }

    @Test
    void aFolderThatIsNotThereIsRefusedForOneResultToo() {
        Run run = run("render", RESULTS.resolve("2026-11-24_08-24-07_1b441074_NVIDIA-H100-80GB-HBM3").toString(),
                "--output", folder.resolve("nowhere").toString());
        assertEquals(2, run.exit());
        assertEquals("error: --output " + folder.resolve("nowhere") + ": no such folder; make it first\n", run.err());
    }

    @Test
    void whatHasNothingToDrawTogetherIsNamed() {
        String loop = RESULTS.resolve("2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3").toString();
        String eviction = RESULTS.resolve("2026-11-25_01-04-48_ea48ea07_NVIDIA-H100-80GB-HBM3").toString();
        Run run = run("render", loop, eviction, "--output", output.toString());
        assertEquals(0, run.exit(), run.err());
        assertEquals("left out of the plots, with neither series, pinned steps nor rates: " + eviction + "\n", run.err());
        Run none = run("render", eviction, eviction, "--output", output.toString());
        assertEquals(2, none.exit());
        assertTrue(none.err().startsWith("error: render: none of these 2 results has a series"), none.err());
        assertEquals(1, none.err().lines().count());
    }

    @Test
    void ratesAreDrawnAgainstTheLossesOfAResultOfQuality() throws IOException {
        Path rates = MadeThroughput.shares(folder.resolve("rates"), 1024).path();
        Path quality = MadeQuality.large(folder.resolve("quality"));
        Run run = run("render", rates.toString(), "--quality", quality.toString(), "--output", output.toString());
        assertEquals(0, run.exit(), run.err());
        assertEquals(set("throughput.png", "throughput.svg", "throughput-latency.png", "throughput-latency.svg", "throughput-quality.png",
                "throughput-quality.svg", "report.html"), names(output));
        Path other = MadeThroughput.llama(folder.resolve("other")).path();
        Run together = run("render", rates.toString(), other.toString(), "--quality", quality.toString(), "--output", output.toString());
        assertEquals(0, together.exit(), together.err());
        assertTrue(names(output).containsAll(set("throughput-together.png", "throughput-quality-together.png")), together.out());
    }

    @Test
    void ratesHaveNoSeriesToExport() throws IOException {
        Path rates = MadeThroughput.shares(folder.resolve("rates"), 1024).path();
        Run run = run("export", rates.toString(), "--format", "csv");
        assertEquals(2, run.exit());
        assertEquals("error: " + rates + ": has no series of steps to print a line of each; --format github-action-bigger exports JMH's"
                + " scores\n", run.err());
    }

    @Test
    void lossesThatThereAreNoRatesForAreRefused() throws IOException {
        Path quality = MadeQuality.large(folder.resolve("quality"));
        Path steps = MadeResults.small(folder.resolve("steps")).path();
        Run none = run("render", steps.toString(), "--quality", quality.toString());
        assertEquals(2, none.exit());
        assertEquals("error: --quality " + quality + ": is for results of Throughput, and none of these is one\n", none.err());
        Run of = run("render", quality.toString(), "--quality", quality.toString());
        assertEquals(none.err(), of.err());
        Run wrong = run("render", MadeThroughput.h2o(folder.resolve("rates")).path().toString(), "--quality", steps.toString());
        assertEquals(2, wrong.exit());
        assertEquals("error: --quality " + steps + ": no result of `quality`: give a folder that has a quality.json\n", wrong.err());
        Run empty = run("run", "--config", "smoke", "--quality", folder.resolve("nowhere").toString());
        assertEquals(2, empty.exit());
        assertTrue(empty.err().startsWith("error: --quality " + folder.resolve("nowhere") + ": no result of `quality`"), empty.err());
    }
}
