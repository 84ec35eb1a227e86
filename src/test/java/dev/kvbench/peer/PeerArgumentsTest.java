package dev.kvbench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvbench.results.Json;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code peers.py} reads from its command line, and what it refuses before it loads torch. */
@Tag("unit")
class PeerArgumentsTest {

    private static final Path HOME = Path.of("src/peer/python");

    private record Ran(int exit, String printed) {}

    @BeforeAll
    static void pythonIsThere() {
        assumeTrue(Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3"))), "needs python3 on the PATH; torch is not needed");
    }

    /** Without the folders of compiled Python that it would leave beside the sources. */
    private static Ran python(String... words) throws Exception {
        Process process = new ProcessBuilder(Stream.concat(Stream.of("python3", "-B"), Arrays.stream(words)).toList())
                .directory(HOME.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), printed);
    }

    private static List<?> configurations(String... words) throws Exception {
        Ran ran = python(Stream.concat(Stream.of("-c", "import arguments, json; print(json.dumps(arguments.read()[1].configurations))"),
                Arrays.stream(words)).toArray(String[]::new));
        assertEquals(0, ran.exit, ran.printed);
        return Json.MAPPER.readValue(ran.printed, List.class);
    }

    @Test
    void allPeersRunWithOneNumberOfSequencesBeforeTheNext() throws Exception {
        assertEquals(List.of(List.of("notebook", "full", 8), List.of("notebook", "h2o", 8), List.of("static", "full", 8),
                List.of("notebook", "full", 1), List.of("notebook", "h2o", 1), List.of("static", "full", 1)),
                configurations("--batch", "8,1", "--peer", "notebook,static"));
        assertEquals(List.of(List.of("growing", "full", 1)), configurations("--peer", "growing"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1,8,1 | 1,8,1: 1 stands there more than once; name each number once",
        "8,08 | 8,08: 8 stands there more than once; name each number once",
        "1,0 | '0': must be a whole number of at least 1",
        "1,,8 | '': must be a whole number of at least 1",
        "-1 | '-1': must be a whole number of at least 1",
        "2.5 | '2.5': must be a whole number of at least 1",
        "many | 'many': must be a whole number of at least 1"}, quoteCharacter = '`')
    void aNumberOfSequencesThatCannotRunIsRefusedInOneLine(String batch, String says) throws Exception {
        assertEquals(new Ran(2, "error: argument --batch: " + says + "\n"), python("peers.py", "--batch=" + batch));
    }
}
