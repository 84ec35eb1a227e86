package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.cache.KvCache;
import dev.kvbench.decode.TestModels;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.model.gpt2.Products;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A runtime that computes something else is told from one that rounds otherwise. */
@Tag("native")
class StepCheckTest {

    private static final Gpt2Config MODEL = new Gpt2Config("long", 2, 2, 16, 61, 800, 1e-5);

    @ParameterizedTest
    @CsvSource({"full, 1", "full, 3", "h2o, 1", "h2o, 3", "tova, 2"})
    void tellsWrongFromRounded(String name, int batch) {
        EvictionStrategy strategy = TestStrategies.of(name, 720, 100);
        try (Weights weights = TestModels.sharp(MODEL, 5, Dtype.FP32, Device.cpu());
                Weights others = TestModels.sharp(MODEL, 6, Dtype.FP32, Device.cpu());
                KvCache cache = cache(strategy, batch);
                TorchScriptRuntime reference = runtime(weights, cache, strategy, Products.PLAIN);
                TorchScriptRuntime same = runtime(weights, cache, strategy, Products.PLAIN);
                TorchScriptRuntime wrong = runtime(others, cache, strategy, Products.PLAIN)) {
            assertEquals(0, difference(reference, same, cache, strategy));
            assertTrue(difference(reference, wrong, cache, strategy) > 0.1);
            if (batch == 1) {
                try (TorchScriptRuntime rounded = runtime(weights, cache, strategy, new Products(false, 1, false, true))) {
                    double error = difference(reference, rounded, cache, strategy);
                    assertTrue(error > 0 && error < 1e-4, "relative difference " + error);
                }
            }
        }
    }

    /** One weight that is not a number makes the difference none either, which no tolerance lets through. */
    @Test
    void whatIsNoNumberIsNeverTheSame() {
        EvictionStrategy strategy = TestStrategies.of("full", 0, 0);
        try (Weights weights = TestModels.sharp(MODEL, 5, Dtype.FP32, Device.cpu());
                Weights broken = TestModels.sharp(MODEL, 5, Dtype.FP32, Device.cpu());
                KvCache cache = cache(strategy, 2);
                TorchScriptRuntime reference = runtime(weights, cache, strategy, Products.PLAIN);
                TorchScriptRuntime tried = runtime(broken, cache, strategy, Products.PLAIN)) {
            PtNDArray gain = broken.arrays()[2];
            gain.muli(Float.NaN);
            assertTrue(!(difference(reference, tried, cache, strategy) <= 1e9));
        }
    }

    static Stream<Arguments> evicting() {
        return Strategies.labels().stream().filter(name -> !name.equals("full"))
                .flatMap(name -> Arrays.stream(Dtype.values()).flatMap(dtype -> Stream.of(
                        Arguments.of(name, dtype, Removal.REPLACE, 1), Arguments.of(name, dtype, Removal.REPLACE, 3),
                        Arguments.of(name, dtype, Removal.COMPACT, 1), Arguments.of(name, dtype, Removal.COMPACT, 2))));
    }

    /** The same entries in other slots are the same eviction. */
    @ParameterizedTest
    @CsvSource({"h2o, 1", "h2o-head, 3", "tova, 2", "window, 1", "sinks, 3"})
    void doesNotMindTheOrderOfSlots(String name, int every) {
        EvictionStrategy replace = TestStrategies.of(name, 20, 8, every);
        EvictionStrategy compact = TestStrategies.with(replace, Removal.COMPACT);
        try (Weights weights = TestModels.sharp(MODEL, 5, Dtype.FP32, Device.cpu());
                KvCache cache = cache(replace, Dtype.FP32, 2, 23);
                TorchScriptRuntime one = runtime(weights, cache, replace, Products.PLAIN);
                TorchScriptRuntime other = runtime(weights, cache, compact, Products.PLAIN)) {
            assertEquals(Optional.empty(), StepCheck.of(one, other, cache, replace, Dtype.FP32).fault());
        }
    }

    /** Operators pass beside themselves, another strategy's do not, and the cache is as new afterwards. */
    @ParameterizedTest
    @MethodSource("evicting")
    void tellsOneEvictionFromAnother(String name, Dtype dtype, Removal removal, int every) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, 20, 8, every), removal);
        // fewer candidates where the strategy protects some, else one entry less
        EvictionStrategy other = TestStrategies.with(TestStrategies.of(name, name.startsWith("h2o") ? 20 : 19, 1, every), removal);
        for (int batch : new int[] {1, 3}) {
            try (Weights weights = TestModels.sharp(MODEL, 5, dtype, Device.cpu());
                    KvCache cache = cache(strategy, dtype, batch, 23);
                    TorchScriptRuntime reference = runtime(weights, cache, strategy, Products.PLAIN);
                    TorchScriptRuntime same = runtime(weights, cache, strategy, Products.PLAIN);
                    TorchScriptRuntime wrong = runtime(weights, cache, other, Products.PLAIN)) {
                assertEquals(new StepCheck(0, Optional.empty()), StepCheck.of(reference, same, cache, strategy, dtype));
                String fault = StepCheck.of(reference, wrong, cache, strategy, dtype).fault().orElseThrow();
                assertTrue(fault.contains("a step that evicts"), fault);
                reference.reset();
                assertArrayEquals(new float[cache.keysValues().length], cache.keysValues());
                assertArrayEquals(new float[cache.scores().length], cache.scores());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"h2o, 1, 1", "h2o-head, 1, 1", "window, 1, 1", "tova, 1, 1", "tova, 2, 1", "sinks, 5, 1", "h2o, 1, 4", "sinks, 5, 7"})
    void takesTheSmallestWindows(String name, int window, int every) {
        EvictionStrategy strategy = TestStrategies.of(name, window, 0, every);
        try (Weights weights = TestModels.sharp(MODEL, 5, Dtype.FP32, Device.cpu());
                KvCache cache = cache(strategy, Dtype.FP32, 2, strategy.schedule().peak());
                TorchScriptRuntime reference = runtime(weights, cache, strategy, Products.PLAIN);
                TorchScriptRuntime same = runtime(weights, cache, strategy, Products.PLAIN)) {
            assertEquals(new StepCheck(0, Optional.empty()), StepCheck.of(reference, same, cache, strategy, Dtype.FP32));
        }
    }

    /** What no generation reaches is not run: a window that the cache does not exceed, or that there is no room to copy. */
    @Test
    void runsNoLongerStepsThanAGeneration() {
        for (String name : List.of("full", "h2o")) {
            EvictionStrategy strategy = TestStrategies.of(name, 100_000, 8);
            try (KvCache cache = cache(strategy, Dtype.FP32, 1, 200)) {
                assertFalse(EvictionCheck.applies(cache, strategy));
            }
        }
        EvictionStrategy evicting = TestStrategies.of("h2o", 99, 8);
        try (KvCache cache = cache(evicting, Dtype.FP32, 1, 100)) {
            assertTrue(EvictionCheck.applies(cache, evicting));
            // a step that drops two entries needs room for one more
            assertFalse(EvictionCheck.applies(cache, TestStrategies.of("h2o", 99, 8, 2)));
            assertTrue(EvictionCheck.applies(cache, TestStrategies.of("h2o", 98, 8, 2)));
        }
    }

    private static KvCache cache(EvictionStrategy strategy, int batch) {
        return cache(strategy, Dtype.FP32, batch, 720);
    }

    private static KvCache cache(EvictionStrategy strategy, Dtype dtype, int batch, int capacity) {
        return new KvCache(MODEL, dtype, Device.cpu(), batch, capacity,
                strategy.traits().scope());
    }

    private static TorchScriptRuntime runtime(
            Weights weights, KvCache cache, EvictionStrategy strategy, Products products) {
        return new TorchScriptRuntime(weights, cache, strategy, AttentionForm.EXPLICIT, products);
    }

    private static double difference(StepRuntime reference, StepRuntime tried, KvCache cache, EvictionStrategy strategy) {
        return StepCheck.difference(reference, tried, cache, strategy.schedule());
    }
}
