package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Configurations are found wherever the jar is started, the nearest first. */
@Tag("native")
class ConfigFilesTest {

    @TempDir
    private Path folder;

    private Path here;
    private Path beside;
    private Path jar;

    @BeforeEach
    void aJar() throws IOException {
        here = folder.resolve("here/jmh-config");
        beside = folder.resolve("jar/jmh-config");
        jar = Files.createDirectories(folder.resolve("jar")).resolve("benchmarks.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String name : List.of("jmh-config/", "jmh-config/default.json", "models/other.json")) {
                out.putNextEntry(new JarEntry(name));
                out.closeEntry();
            }
        }
    }

    private String place(String name) throws IOException {
        return ConfigFiles.find(name, List.of(here, beside), jar).place();
    }

    @Test
    void theJarHasEveryConfigurationOfTheProject() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("jmh-config"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                String name = file.getFileName().toString().replace(".json", "");
                ConfigFiles.Found found = ConfigFiles.find(name, List.of(here, beside), jar);
                assertEquals(file + " in " + jar, found.place());
                assertArrayEquals(Files.readAllBytes(file), found.content());
            }
        }
    }

    @Test
    void theNearestIsTaken() throws IOException {
        assertEquals("jmh-config/smoke.json in " + jar, place("smoke"));
        Files.writeString(Files.createDirectories(beside).resolve("smoke.json"), "{}");
        assertEquals(beside.resolve("smoke.json").toString(), place("smoke"));
        // a folder of another project that has no such file hides nothing
        Files.createDirectories(here);
        assertEquals(beside.resolve("smoke.json").toString(), place("smoke"));
        Files.writeString(here.resolve("smoke.json"), "{}");
        assertEquals(here.resolve("smoke.json").toString(), place("smoke"));
        Path given = Files.writeString(folder.resolve("given.json"), "{}");
        assertEquals(given.toString(), place(given.toString()));
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeIsReadOnceAsAFileIs() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Process writer = new ProcessBuilder("sh", "-c", "printf '{\"include\": 1' > \"$1\"", "sh", pipe.toString()).start();
        try {
            String message = assertThrows(UserError.class, () -> RunConfig.read(pipe.toString())).getMessage();
            assertTrue(message.startsWith(pipe + ": not a run configuration: line 1"), message);
        } finally {
            writer.destroy();
        }
    }

    @Test
    void anUnknownNameListsWhatThereIsAndWhereItWasLookedFor() throws IOException {
        Files.writeString(Files.createDirectories(here).resolve("mine.json"), "{}");
        String message = assertThrows(UserError.class, () -> place("defualt")).getMessage();
        assertEquals("unknown config 'defualt': did you mean 'default'? (known: default, mine); looked in " + here + ", " + beside
                + " and " + jar, message);
        message = assertThrows(UserError.class, () -> place("some/where.json")).getMessage();
        assertEquals("--config some/where.json: no such file; by name there are default, mine", message);
        message = assertThrows(UserError.class, () -> place(here.toString())).getMessage();
        assertEquals("--config " + here + ": a folder, not a file; by name there are default, mine", message);
        assertTrue(assertThrows(UserError.class, () -> place("../models/other")).getMessage().contains("no such file"));
    }
}
