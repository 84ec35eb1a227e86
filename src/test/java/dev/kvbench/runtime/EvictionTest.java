package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kvbench.runtime.cuda.Unsupported;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Scoring and eviction are captured together, or neither is. */
class EvictionTest {

    @Test
    void oneThatIsNotSupportedDropsTheOther() {
        Supplier<String> scoring = () -> "scoring";
        Supplier<String> eviction = () -> "eviction";
        Supplier<String> unsupported = () -> {
            throw new Unsupported("no");
        };
        List<String> closed = new ArrayList<>();
        assertEquals(List.of("scoring", "eviction"), Eviction.allOrNone(List.of(scoring, eviction), closed::add));
        assertEquals(List.of(), closed);
        assertEquals(List.of(), Eviction.allOrNone(List.of(scoring, unsupported), closed::add));
        assertEquals(List.of("scoring"), closed);
    }
}
