package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import dev.kvbench.torch.Libtorch;
import dev.kvbench.torch.TestArrays;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All parts of an eviction are captured, and each does its own part when it is replayed. */
@Tag("gpu")
class CapturedEvictionTest {

    private static final int WINDOW = 16;
    private static final int BATCH = 3;
    private static final Gpt2Config MODEL = new Gpt2Config("four-heads", 3, 4, 64, 211, 128, 1e-5);

    @BeforeAll
    static void needsAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
    }

    static Stream<Arguments> cases() {
        return Strategies.evicting().stream().flatMap(name ->
                Arrays.stream(Removal.values()).map(removal -> Arguments.of(name, removal)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachPartDoesItsOwn(String name, Removal removal) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, WINDOW, 4), removal);
        try (KvCache cache = new KvCache(MODEL, Dtype.FP32, Device.gpu(), BATCH, WINDOW + 1, strategy.traits().scope());
                Eviction eviction = new Eviction(MODEL, Dtype.FP32, cache, strategy)) {
            assertTrue(eviction.captured());
            // every entry tells its slot
            float[] slots = new float[cache.keysValues().length];
            for (int i = 0; i < slots.length; i++) {
                slots[i] = 1 + i / MODEL.headDim() % (WINDOW + 1);
            }
            TestArrays.set(cache.at(Place.CACHE), slots);
            eviction.score();
            assertArrayEquals(slots, cache.keysValues(), "scoring");
            eviction.scoreAndChoose();
            assertArrayEquals(slots, cache.keysValues(), "choosing");
            eviction.scoreAndEvict();
            float[] after = cache.keysValues();
            for (int head = 0; head < after.length; head += (WINDOW + 1) * MODEL.headDim()) {
                Set<Float> held = new HashSet<>();
                for (int slot = 0; slot < WINDOW; slot++) {
                    held.add(after[head + slot * MODEL.headDim()]);
                }
                assertEquals(WINDOW, held.size(), "entries of their own");
            }
        }
    }
}
