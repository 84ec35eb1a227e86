package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ab} with this build on both sides, by a jar of no more than its class path. */
@Tag("native")
class AbTest {

    @TempDir
    private Path folder;

    private String jar;
    private Path results;

    @BeforeEach
    void thinJar() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "dev.kvbench.cli.Main");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, Arrays.stream(System.getProperty("java.class.path")
                .split(File.pathSeparator)).map(entry -> Path.of(entry).toUri().toString()).collect(Collectors.joining(" ")));
        Path file = folder.resolve("thin.jar");
        try (OutputStream out = Files.newOutputStream(file)) {
            new JarOutputStream(out, manifest).close();
        }
        jar = file.toString();
        results = folder.resolve("results");
    }

    private List<String> words(String pairs, String... more) {
        List<String> words = new ArrayList<>(List.of("ab", "--results", results.toString(), jar, jar, "DecodeLoop", "-p", "model=tiny",
                "-p", "strategy=full", "-p", "tokens=8", "-wi", "0", "-i", "2", "-v", "SILENT", "-f", pairs));
        words.addAll(List.of(more));
        return words;
    }

    private List<ResultFolder> left() throws IOException {
        try (Stream<Path> entries = Files.exists(results) ? Files.list(results) : Stream.empty()) {
            List<Path> all = entries.sorted().toList();
            assertTrue(all.stream().noneMatch(p -> p.toString().endsWith(".unfinished")), all.toString());
            return all.stream().map(ResultFolder::new).toList();
        }
    }

    @Test
    void bothSidesAreKeptAsResultsThatCompareKnowsAgain() throws Exception {
        Run run = Run.of(words("2").toArray(String[]::new));
        assertEquals(0, run.exit(), run.out() + run.err());
        assertEquals(List.of("old, round 1", "new, round 1", "new, round 2", "old, round 2"), run.out().lines()
                .filter(l -> l.startsWith("# process ")).map(l -> l.replaceAll(".*: (\\w+, round \\d) of.*", "$1")).toList());
        List<ResultFolder> both = left();
        assertEquals(2, both.size());
        List<StepsFile> steps = both.stream().map(ResultFolder::readSteps).toList();
        assertEquals(List.of("new", "old"), steps.stream().map(s -> s.turns().side()).sorted().toList());
        assertEquals(steps.get(0).turns().together(), steps.get(1).turns().together());
        for (int i = 0; i < 2; i++) {
            StepsFile.Configuration one = steps.get(i).configurations().get(0);
            assertEquals(List.of("1 1", "1 2", "2 1", "2 2"), one.measured().stream().map(m -> m.fork() + " " + m.iteration()).toList());
            assertEquals(4, one.telemetry().samples().size());
            JsonNode jmh = both.get(i).readJmh().get(0);
            assertEquals(2, jmh.path("forks").asInt());
            assertEquals(2, jmh.path("primaryMetric").path("rawData").size());
            assertTrue(Files.exists(both.get(i).path().resolve("report.html")));
        }
        boolean oldFirst = steps.get(0).turns().side().equals("old");
        Run compared = Run.of("compare", both.get(oldFirst ? 0 : 1).path().toString(), both.get(oldFirst ? 1 : 0).path().toString());
        assertTrue(compared.out().contains("in pairs: the sides ran in turn"), compared.out());
        assertTrue(run.out().endsWith(compared.out()), "ab says what compare says");
        assertTrue(run.err().contains("-f 2: so few pairs are kept and tell nothing; it takes 6\n"), run.err());
    }

    @Test
    void whatIsDoubtfulIsSaidOnceOfBothSidesAndKept() throws Exception {
        Run run = Run.of(words("1", "-p", "device=cpu").toArray(String[]::new));
        List<String> said = run.out().lines().filter(line -> line.startsWith("Warning: ")).toList();
        assertTrue(said.contains("Warning: old, new: Some configurations have only 2 generations: differences below 3 % are not called"
                + " real; run more iterations (-i)."), run.out());
        for (ResultFolder side : left()) {
            List<StepsFile.Doubt> kept = side.readSteps().warnings();
            assertTrue(kept.stream().anyMatch(w -> w.warning().equals("FEW_GENERATIONS")), kept.toString());
            kept.forEach(w -> assertEquals(1, said.stream().filter(line -> line.endsWith(": " + w.text())).count(), w.text()));
        }
    }

    /** One row, of which one pair tells nothing: so nothing is reported, and nothing found. */
    @Test
    void aSelfTestComparesBothWaysUnderItsLoad() throws Exception {
        Run run = Run.of("ab", "--self-test", "--rows", "1", "-f", "1");
        assertEquals(1, run.exit(), run.err());
        assertTrue(run.out().matches("(?s)# 1 of 1 rows: 1 quiet, 0 found; about .* left\nagainst itself: nothing reported in 1 of 1 rows\n"
                + "slowed by 10 %: found in 0 of 1 rows\n"), run.out());
    }

    @Test
    void whatABuildDoesNotTakeIsToldAndNothingIsLeft() throws Exception {
        Run unknown = Run.of(words("2", "-p", "windw=4").toArray(String[]::new));
        assertEquals(2, unknown.exit(), unknown.err());
        assertTrue(unknown.err().contains("error: old: unknown parameter 'windw': did you mean 'window'?"), unknown.err());
        Run failing = Run.of(words("1", "-jvmArgsAppend", "-XX:NoSuchOption=1").toArray(String[]::new));
        assertEquals(3, failing.exit(), failing.err());
        assertTrue(failing.err().contains("error: not comparable: old: no benchmark finished: "), failing.err());
        assertEquals(List.of(), left());
        assertEquals("error: -f 0: must be at least one pair of processes\n", Run.of(words("0").toArray(String[]::new)).err());
        assertEquals("error: -rff: each process would write that file anew; leave it out, both results are in " + results + "\n",
                Run.of(words("1", "-rff", "x").toArray(String[]::new)).err());
        assertEquals("error: batch=most,most/2: each process would search anew, and may find another number of sequences than its"
                + " neighbour; give numbers, as in -p batch=8\n", Run.of("ab", "--results", results.toString(), jar, jar, "Throughput",
                        "-p", "batch=most,8,most/2").err());
        assertTrue(Run.of("ab", "--results", results.toString(), jar, jar, "--config", "throughput").err()
                .startsWith("error: batch=most,most/2,most/4,most/16: each process would search anew"));
        assertEquals("error: NEW is missing: two commits or jars stand first, as in `ab HEAD~1 HEAD`\n", Run.of("ab", jar).err());
        assertEquals("error: --rows 5: is of --self-test; leave it out, or add --self-test\n",
                Run.of("ab", jar, jar, "--rows", "5").err());
        assertEquals("error: --self-test: compares this build with itself, by a benchmark of its own; leave out --results\n",
                Run.of("ab", "--self-test", "--results", results.toString()).err());
        assertEquals("error: --rows 0: must be at least 1\n", Run.of("ab", "--self-test", "--rows", "0").err());
        assertEquals("error: --self-test: compares this build with itself, by a benchmark of its own; leave out -p window=4\n",
                Run.of("ab", "--self-test", "-p", "window=4").err());
    }

    /** Whether a process has left its result in the folder of what is not finished. */
    private boolean ended(String process) {
        return Stream.ofNullable(results.toFile().listFiles()).flatMap(Stream::of)
                .flatMap(work -> Stream.ofNullable(new File(work, process).listFiles()).flatMap(Stream::of))
                .anyMatch(result -> new File(result, "steps.json").exists() && !result.getName().endsWith(".unfinished"));
    }

    /** The jar is gone before the last process starts. */
    @Test
    void aProcessThatDoesNotStartLeavesThePairsBeforeIt() throws Exception {
        Thread remover = new Thread(() -> {
            try {
                while (!ended("process-1-1")) {
                    Thread.sleep(1);
                }
                Files.delete(Path.of(jar));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        remover.setDaemon(true);
        remover.start();
        Run run = Run.of(words("2", "-p", "device=cpu").toArray(String[]::new));
        assertEquals(3, run.exit(), run.err());
        assertTrue(run.err().matches("(?s).*error: not comparable: old: a process ended with exit code 1 and left no result; 1 pair is"
                + " kept: `.* compare \\S+ \\S+` compares them\n"), run.err());
        assertEquals(2, left().size());
    }

    @Test
    void interruptedItKeepsWholePairs() throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true", "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
        command.addAll(words("50"));
        Path said = folder.resolve("said.txt");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.readString(said).contains("# process 3 of 100")) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, Files.readString(said));
            Thread.sleep(20);
        }
        process.destroy();
        assertEquals(128 + 15, process.waitFor());
        String last = Files.readString(said).lines().reduce((a, b) -> b).orElseThrow();
        assertTrue(last.matches("interrupted: 1 pair is kept: `java -jar target/benchmarks.jar compare \\S+ \\S+` compares them"), last);
        List<ResultFolder> both = left();
        assertEquals(2, both.size());
        for (ResultFolder result : both) {
            assertTrue(last.contains(result.path().toString()), last);
            assertEquals(2, result.readSteps().configurations().get(0).measured().size());
        }
    }

    @Test
    void aPlantedSlowdownIsInTheStepsAndSaid() throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true", "-Dkvbench.slowdown=20", "-jar", jar, "run", "--results", results.toString(), "DecodeLoop", "-p",
                "model=tiny", "-p", "strategy=full", "-p", "tokens=8", "-f", "0", "-wi", "0", "-i", "1", "-v", "SILENT"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.contains("planted: every step takes 2000 % longer than it would (-Dkvbench.slowdown)"), said);
        command.set(2, "-Dkvbench.slowdown=much");
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), said);
        assertTrue(said.contains("error: -Dkvbench.slowdown=much: must be a number from 0 to 100, such as 0.1"), said);
        assertFalse(said.contains("\tat "), said);
    }
}
