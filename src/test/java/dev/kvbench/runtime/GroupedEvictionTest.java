package dev.kvbench.runtime;

import dev.kvbench.decode.TestModels;
import dev.kvbench.model.ModelShape;
import org.junit.jupiter.api.Tag;

/** The same, where several query heads share a key-value head: their attention is summed first. */
@Tag("native")
class GroupedEvictionTest extends EvictionTest {

    @Override
    ModelShape model() {
        return TestModels.GROUPED;
    }
}
