package dev.kvbench.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.OtherFamily;
import dev.kvbench.strategy.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("native")
class KvCacheTest {

    /** Whatever DJL knows of the element type. */
    @ParameterizedTest
    @EnumSource
    void itsBytesAreWhatItsTensorsTake(Dtype dtype) {
        try (KvCache cache = new KvCache(OtherFamily.MODEL, dtype, Device.cpu(), 300, 500, Scope.HEAD)) {
            double bytes = KvCache.bytes(OtherFamily.MODEL, dtype, 300, 500, Scope.HEAD);
            assertEquals(bytes, cache.allocatedBytes(), 0.01 * bytes);
            assertTrue(cache.allocatedBytes() > 300 * 500 * cache.bytesPerEntry());
        }
    }

    /** One key-value head of width 4 for two query heads, in one layer. */
    @Test
    void keysAndValuesAreThoseOfKeyValueHeads() {
        try (KvCache cache = new KvCache(OtherFamily.MODEL, Dtype.FP16, Device.cpu(), 3, 5, Scope.HEAD)) {
            assertEquals(2 * 4 * 2, cache.bytesPerEntry());
            assertArrayEquals(new long[] {1, 2, 3, 1, 5, 4}, cache.at(Place.CACHE).getShape().getShape());
            assertArrayEquals(new long[] {1, 3, 1, 5}, cache.scoresShape());
        }
    }
}
