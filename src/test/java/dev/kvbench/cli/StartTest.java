package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar without its libraries, or with some of them, says so in one line. */
@Tag("native")
class StartTest {

    private static final String WAY_OUT = "; copy the whole lib/ along, or take the one archive that `mvn package -Pbundle` makes\n";

    @TempDir
    private Path folder;

    private Path jar;

    @BeforeEach
    void aJarOfTheEntryAlone() throws IOException {
        jar = folder.resolve("benchmarks.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Start.class.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "lib/one-1.0.jar lib/pytorch-native-cpu-2.0.jar lib/two-2.0.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream start = Start.class.getResourceAsStream("Start.class")) {
            out.putNextEntry(new JarEntry("dev/kvbench/cli/Start.class"));
            start.transferTo(out);
        }
    }

    private String error() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar", jar.toString(), "run").redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), printed);
        return printed;
    }

    private void library(String name) throws IOException {
        new JarOutputStream(Files.newOutputStream(Files.createDirectories(folder.resolve("lib")).resolve(name)), new Manifest()).close();
    }

    @Test
    void librariesThatAreNotThereAreNamed() throws Exception {
        assertEquals("error: " + jar + ": lib/ must lie beside it" + WAY_OUT, error());
        library("one-1.0.jar");
        assertEquals("error: " + jar + ": 1 of the 2 jars that must lie beside it are missing, the first lib/two-2.0.jar"
                + WAY_OUT, error());
        Files.writeString(folder.resolve("lib/two-2.0.jar"), "half");
        assertEquals("error: " + folder.resolve("lib/two-2.0.jar") + ": not a whole jar" + WAY_OUT, error());
    }
}
