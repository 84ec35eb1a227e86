package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.book.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's shape decodes by the command that stands beside it, and another family is refused in its words. */
@Tag("native")
class AddingAModelFamilyTest {

    @TempDir
    Path folder;

    private Run generate(Page page, String config) throws Exception {
        Files.writeString(folder.resolve("config.json"), config);
        String command = page.marked("runs").get(0).code().strip();
        assertTrue(command.startsWith("java -jar target/benchmarks.jar "), command);
        return Run.of(Arrays.stream(command.split(" ")).skip(3).map(w -> w.equals("mine") ? folder.toString() : w).toArray(String[]::new));
    }

    @Test
    void aShapeOfOnesOwnNeedsNoCode() throws Exception {
        Page page = Page.of("adding-a-model-family");
        Run run = generate(page, page.marked("file: config.json").get(0).code());
        assertEquals(0, run.exit(), run.err());
        assertEquals(40, run.out().strip().split("[\\s,]+").length, run.out());
    }

    @Test
    void anotherFamilyIsRefusedInThePagesWords() throws Exception {
        Page page = Page.of("adding-a-model-family");
        Run run = generate(page, page.marked("file: config.json").get(0).code().replace("\"gpt2\"", "\"mamba\""));
        assertEquals(2, run.exit());
        assertTrue(run.err().contains(page.marked("says").get(0).code().strip()), run.err());
    }
}
