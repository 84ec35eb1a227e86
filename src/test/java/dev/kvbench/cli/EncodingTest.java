package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A name with other characters than a locale's encoding has is answered with one line, and nothing is made. */
@Tag("native")
class EncodingTest {

    private static final String WAY_OUT = ": has characters that this locale's encoding, ANSI_X3.4-1968, does not have; set LC_ALL=C.UTF-8";

    @TempDir
    private Path folder;

    static Stream<List<String>> commands() {
        return Stream.of(List.of("run", "--config", "smoke", "--results", "größe"), List.of("run", "--config", "größe.json"),
                List.of("run", "--config=größe.json"), List.of("compare", "größe", "größe"), List.of("render", "größe"),
                List.of("DecodeLoop", "-p", "model=größe"), List.of("DecodeLoop", "-pmodel=größe"), List.of("run", "--resume", "größe"),
                List.of("quality", "--output", "größe"), List.of("generate", "--model", "größe"), List.of("history", "--results", "größe"),
                List.of("DecodeLoop", "-rff", "größe.json"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void argumentsThatHaveLostCharactersAreRefused(List<String> words) throws Exception {
        assertRefused("argument '", words, folder, Map.of());
    }

    @Test
    void soAreVariablesAndTheWorkingDirectory() throws Exception {
        List<String> words = List.of("render", "nowhere");
        assertRefused("HF_HOME '", words, folder, Map.of("HF_HOME", "/größe"));
        assertRefused("DJL_CACHE_DIR '", words, folder, Map.of("DJL_CACHE_DIR", "/größe"));
        assertRefused("the working directory '", words, Files.createDirectory(folder.resolve("größe")), Map.of());
    }

    @Test
    void aPromptHasAnotherWayOut() throws Exception {
        for (List<String> words : List.of(List.of("generate", "--model", "gpt2-docs", "--prompt", "größe"),
                List.of("generate", "--model", "gpt2-docs", "--prompt=größe"))) {
            assertEquals("error: --prompt" + WAY_OUT + " or use --prompt-file", refused(words, folder, Map.of()));
        }
    }

    private static void assertRefused(String what, List<String> words, Path place, Map<String, String> variables) throws Exception {
        long before = names(place);
        String said = refused(words, place, variables);
        assertTrue(said.startsWith("error: " + what) && said.endsWith("'" + WAY_OUT), said);
        assertEquals(before, names(place));
        assertEquals(0, names(place.resolveSibling("gr????e")));
    }

    private static long names(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return 0;
        }
        try (Stream<Path> there = Files.list(place)) {
            return there.count();
        }
    }

    private static String refused(List<String> words, Path place, Map<String, String> variables) throws Exception {
        // names are this JVM's to pass on
        Assumptions.assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "this locale's encoding is no UTF-8");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).directory(place.toFile());
        builder.environment().putAll(variables);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), said);
        assertEquals(1, said.lines().count(), said);
        return said.strip();
    }
}
