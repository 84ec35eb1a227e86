package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the kernel can score, and under which number. */
@Tag("native")
class ScoringTest {

    @Test
    void theKernelHasTheSameNumbers() throws Exception {
        assertEquals(numbered(Scoring.values()), kernels("Scoring"));
        assertEquals(numbered(Removal.values()), kernels("Removal"));
    }

    private static String numbered(Enum<?>[] values) {
        return Arrays.stream(values).map(v -> v.name() + " = " + v.ordinal()).collect(Collectors.joining(", "));
    }

    private static String kernels(String name) throws IOException {
        Matcher found = Pattern.compile("enum " + name + " \\{ (.*?) \\};")
                .matcher(Files.readString(Path.of("src/main/resources/cuda/step.cuh")));
        assertTrue(found.find());
        return found.group(1);
    }

    @Test
    void aStrategyWithScoresOfItsOwnIsNotTheKernels() {
        assertEquals(List.of("full", "h2o", "h2o-head", "window", "sinks", "tova"), Strategies.labels().stream()
                .filter(name -> Scoring.of(TestStrategies.of(name, 16, 4)).isPresent()).toList());
        assertEquals(Optional.of(Scoring.SUM_OF_HEAD), Scoring.of(TestStrategies.h2oHead(16, 4)));
        assertEquals(Optional.of(Scoring.SUM_OF_HEAD), Scoring.of(TestStrategies.of("h2o-head", 16, 4, 2)));
    }
}
