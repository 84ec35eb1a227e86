package dev.kvbench.book;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kvbench.report.analysis.Warning;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The book lists every warning with the cure that it names. */
@Tag("unit")
class WarningsOfTheBookTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| .+? \\| (.+) \\|$");

    @Test
    void everyWarningStandsThereWithItsCure() throws IOException {
        List<String> listed = ROW.matcher(Page.of("reading-results").text()).results().map(r -> r.group(1) + ": " + r.group(2)).toList();
        assertEquals(Arrays.stream(Warning.values()).map(w -> w.name() + ": " + w.cure()).toList(), listed);
    }
}
