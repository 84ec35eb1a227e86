package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.results.Baselines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Baselines: saved, compared with, removed. */
@Tag("native")
class BaselineTest {

    @TempDir
    private Path results;

    @BeforeEach
    void twoResults() throws IOException {
        for (String name : List.of("2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3",
                "2026-11-24_08-17-59_1b441074_NVIDIA-H100-80GB-HBM3")) {
            Files.createDirectory(results.resolve(name));
            for (String file : List.of("steps.json", "jmh.json")) {
                Files.copy(Path.of("src/test/resources/published", name, file), results.resolve(name).resolve(file));
            }
        }
    }

    private record Run(int exit, String out) {}

    private Run run(String... words) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(System.out);
        try {
            return new Run(Main.execute(words), printed.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    @Test
    void theNewestResultIsComparedWithANamedOne() {
        String folder = results.toString();
        Path first = results.resolve("2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3");
        assertEquals(0, run("baseline", "save", "start", first.toString(), "--results", folder).exit);
        assertEquals(Map.of("start", first.getFileName().toString()), new Baselines(results).all());
        Run compared = run("compare", "start", "--results", folder);
        assertEquals(0, compared.exit, compared.out);
        assertTrue(compared.out.contains("DecodeLoop.decode strategy=full") && compared.out.contains("within noise"), compared.out);
        assertEquals(0, run("baseline", "save", "newest", "--results", folder).exit);
        assertTrue(run("baseline", "--results", folder).out.contains("newest  2026-11-24_08-17-59"));
        assertEquals(0, run("baseline", "remove", "start", "--results", folder).exit);
        assertEquals(List.of("newest"), List.copyOf(new Baselines(results).all().keySet()));
    }

    /** A baseline from before there was a choice of removal, and a result of today. */
    @Test
    void anOlderBaselineIsComparedWithAnotherRemovalWhereThatIsAllowed() throws IOException {
        String folder = results.toString();
        String old = "2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3";
        assertEquals(0, run("baseline", "save", "start", results.resolve(old).toString(), "--results", folder).exit);
        Path steps = results.resolve("2026-11-24_08-17-59_1b441074_NVIDIA-H100-80GB-HBM3/steps.json");
        Files.writeString(steps, Files.readString(steps)
                .replace("\"strategy\" : \"h2o\"", "\"strategy\" : \"h2o\", \"removal\" : \"replace\""));
        String different = "different removal: compact against replace in 1 of 2 rows: DecodeLoop.decode strategy=h2o";
        Run refused = run("compare", "start", "--results", folder);
        assertEquals(3, refused.exit, refused.out);
        assertTrue(refused.out.startsWith(different), refused.out);
        assertTrue(refused.out.endsWith("error: not comparable; --allow-different compares all the same\n"), refused.out);
        Run compared = run("compare", "start", "--results", folder, "--allow-different");
        assertEquals(0, compared.exit, compared.out);
        assertTrue(compared.out.startsWith(different) && compared.out.contains("\nDecodeLoop.decode strategy=h2o "), compared.out);
        Run history = run("history", "--results", folder);
        assertTrue(history.out.contains("removal=compact") && history.out.contains("removal=replace"), history.out);
    }

    @Test
    void whatCannotBeReadIsPassedOver() throws IOException {
        String folder = results.toString();
        Path broken = Files.createDirectory(results.resolve("2026-11-25_broken"));
        Files.writeString(broken.resolve("steps.json"), "{");
        Path timeless = Files.createDirectory(results.resolve("2026-11-25_timeless"));
        Path second = results.resolve("2026-11-24_08-17-59_1b441074_NVIDIA-H100-80GB-HBM3");
        Files.writeString(timeless.resolve("steps.json"),
                Files.readString(second.resolve("steps.json")).replaceFirst("\"created\" : \"[^\"]*\"", "\"created\" : \"once\""));
        Run saved = run("baseline", "save", "newest", "--results", folder);
        assertEquals(0, saved.exit, saved.out);
        assertTrue(saved.out.contains("newest  " + second), saved.out);
        assertEquals(List.of(broken, timeless).stream().map(Path::toString).toList(), saved.out.lines()
                .filter(l -> l.startsWith("passed over: "))
                .map(l -> l.replaceFirst("^passed over: (.*)/steps.json: .*$", "$1")).sorted().toList());
        Files.writeString(second.resolve("jmh.json"), "{");
        Run history = run("history", "--results", folder);
        assertEquals(0, history.exit, history.out);
        assertEquals(3, history.out.lines().filter(l -> l.startsWith("passed over: ")).count(), history.out);
        assertEquals(2, history.out.lines().filter(l -> l.startsWith("2026-11-24T08:14  1b441074")).count(), history.out);
    }

    @Test
    void whatIsPrintedIsUtf8WhateverTheLocale() throws Exception {
        String first = results.resolve("2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3").toString();
        for (List<String> words : List.of(List.of("compare", first, first), List.of("help", "quality"))) {
            List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
            command.addAll(words);
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), out);
            assertTrue(out.contains("\u2581") || out.contains("\u2026"), out);
            assertTrue(!out.contains("?"), out);
        }
    }

    @Test
    void whatWillNotDoIsSaid() throws IOException {
        String folder = results.toString();
        assertEquals(2, run("baseline", "save", "a/b", "--results", folder).exit);
        assertEquals(2, run("baseline", "remove", "nothing", "--results", folder).exit);
        assertEquals(2, run("baseline", "save", "x",
                "src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3", "--results", folder).exit);
        Files.writeString(results.resolve("baselines.json"), "{");
        assertThrows(UserError.class, () -> new Baselines(results).all());
    }
}
