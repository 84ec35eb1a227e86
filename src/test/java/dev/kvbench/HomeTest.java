package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.torch.Libtorch;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libraries unpack for a user whom the system does not list. */
@Tag("native")
class HomeTest {

    @TempDir
    private Path folder;

    @Test
    void aHomeThatJavaDoesNotKnowIsThatOfTheEnvironment() {
        assertEquals("/home/a", Home.of("/home/a", Map.of("HOME", "/b"), "/tmp"));
        assertEquals("/b", Home.of("?", Map.of("HOME", "/b"), "/tmp"));
        assertEquals("/tmp", Home.of("?", Map.of(), "/tmp"));
        assertEquals(List.of(), Home.jvmArgs(), "nothing is settled where there is a home");
    }

    @Test
    void nothingIsMadeInTheWorkingDirectoryAndChildrenTakeTheSame() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=?", "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main", "doctor")
                .directory(folder.toFile()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        File home = folder.resolve("home").toFile();
        assertTrue(home.mkdir());
        builder.environment().putAll(Map.of("HOME", home.toString(), "DJL_CACHE_DIR", "/proc"));
        List.of("ENGINE_CACHE_DIR", "XDG_CACHE_HOME").forEach(builder.environment()::remove);
        builder.start().waitFor();
        assertEquals(List.of("home"), List.of(folder.toFile().list()));

        builder.command(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Duser.home=?", "-cp",
                System.getProperty("java.class.path"), Child.class.getName()).redirectOutput(ProcessBuilder.Redirect.PIPE);
        assertEquals("[-Duser.home=" + home + "]", printed(builder));
    }

    private static String printed(ProcessBuilder builder) throws IOException {
        return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** What a program passes on to those it starts. */
    static final class Child {
        public static void main(String[] args) {
            Home.settle();
            System.out.println(Libtorch.jvmArgs().stream().filter(a -> a.startsWith("-Duser.home=")).toList());
        }
    }
}
