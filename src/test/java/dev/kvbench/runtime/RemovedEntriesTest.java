package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.strategy.Protects;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which entries go and where the others lie then, for scores and layouts that a model hardly ever makes. */
@Tag("native")
class RemovedEntriesTest {

    private static final int WINDOW = 7;
    private static final Gpt2Config MODEL = model(2, 3, 2);

    /** Scores of entries. */
    enum Kind {
        /** None: the oldest go. */
        NONE(),
        /** What half precision rounds small weights to, so that age alone decides; a zero's sign does not. */
        ZEROS(0f, -0f),
        /** Many alike. */
        LEVELS(0f, 0.25f, 1f),
        /** As of norms and cosines. */
        NEGATIVE(-1f, -2f, -0.5f, -1e-3f),
        /** Beyond whatever attention sums up to. */
        HUGE(1e30f, -1e30f, 2e30f, 0f);

        private final float[] levels;

        Kind(float... levels) {
            this.levels = levels;
        }
    }

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (Scope scope : kind == Kind.NONE ? new Scope[] {Scope.MODEL} : Scope.values()) {
                for (int go : new int[] {1, 3, WINDOW, 2 * WINDOW + 3}) {
                    for (Removal removal : Removal.values()) {
                        cases.add(Arguments.of(kind, scope, go, removal));
                    }
                }
            }
        }
        return cases.stream();
    }

    /** Replacement finds slots in random order of age; compaction leaves and finds them in the order of age. */
    @ParameterizedTest(name = "{0}, {1}, {2} go, {3}")
    @MethodSource("cases")
    void theLowestThenTheOldestGo(Kind kind, Scope scope, int go, Removal removal) {
        Random random = new Random(31 * go + kind.ordinal());
        for (Protects protects : List.of(new Protects(0, 0), new Protects(0, 3), new Protects(0, WINDOW), new Protects(2, 0),
                new Protects(2, WINDOW - 2))) {
            try (HandMadeCache cache =
                    new HandMadeCache(MODEL, 2, scope, kind != Kind.NONE, WINDOW, go, protects, removal)) {
                cache.fill(random, kind.levels);
                cache.remove();
                check(cache, removal);
            }
        }
    }

    /** Sizes of one, at which a view of the cache may look like all of it, and so like what must not be moved onto itself. */
    @ParameterizedTest
    @EnumSource(Removal.class)
    void noSizeIsTooSmall(Removal removal) {
        Random random = new Random(3);
        for (int sizes = 0; sizes < 32; sizes++) {
            Gpt2Config model = model(1 + (sizes & 1), 1 + (sizes >> 1 & 1), 1 + (sizes >> 2 & 1));
            int batch = 1 + (sizes >> 3 & 1);
            int window = 1 + (sizes >> 4 & 1);
            for (Scope scope : Scope.values()) {
                for (int go : new int[] {1, 2, 3}) {
                    for (int back : new int[] {0, window}) {
                        try (HandMadeCache cache =
                                new HandMadeCache(model, batch, scope, true, window, go, new Protects(0, back), removal)) {
                            cache.fill(random, Kind.LEVELS.levels);
                            cache.remove();
                            check(cache, removal);
                        }
                    }
                }
            }
            for (int go : new int[] {1, 2, 3}) {
                try (HandMadeCache cache =
                        new HandMadeCache(model, batch, Scope.MODEL, false, window, go, new Protects(0, window), removal)) {
                    cache.fill(random);
                    cache.remove();
                    check(cache, removal);
                }
            }
        }
    }

    private static void check(HandMadeCache cache, Removal removal) {
        for (int row = 0; row < cache.rows(); row++) {
            int[] before = cache.originsBefore(row);
            int[] after = cache.origins(row);
            int[] kept = cache.stay(row);
            String where = "row " + row + " of origins " + Arrays.toString(before) + ", scores " + Arrays.toString(cache.scoresBefore(row))
                    + ": ";
            assertEquals(Arrays.toString(removal == Removal.REPLACE ? replaced(before, kept) : kept),
                    Arrays.toString(Arrays.copyOf(after, cache.window())), where + "origins");
            cache.checkContent(row, where);
        }
        cache.checkBeyond();
    }

    /** Those that stay where they are, and those of the last slots that stay, in their order, where entries go. */
    private static int[] replaced(int[] before, int[] kept) {
        int[] after = Arrays.copyOf(before, kept.length);
        int last = kept.length;
        for (int slot = 0; slot < after.length; slot++) {
            if (Arrays.binarySearch(kept, before[slot]) < 0) {
                while (Arrays.binarySearch(kept, before[last]) < 0) {
                    last++;
                }
                after[slot] = before[last++];
            }
        }
        return after;
    }

    /** What goes is any then, but as many as ever, and each of the others is there once with what is its own. */
    @ParameterizedTest
    @EnumSource(Removal.class)
    void scoresThatAreNoNumbersLeaveAWholeWindow(Removal removal) {
        Random random = new Random(4);
        for (Scope scope : Scope.values()) {
            for (int go : new int[] {1, 3, WINDOW, 2 * WINDOW + 3}) {
                for (float other : new float[] {0.5f, Float.NaN}) {
                    try (HandMadeCache cache =
                            new HandMadeCache(MODEL, 2, scope, true, WINDOW, go, new Protects(0, 3), removal)) {
                        cache.fill(random, Float.NaN, other);
                        cache.remove();
                        for (int row = 0; row < cache.rows(); row++) {
                            int[] before = cache.originsBefore(row);
                            int[] after = Arrays.copyOf(cache.origins(row), WINDOW);
                            assertEquals(WINDOW, IntStream.of(after).distinct().count(), Arrays.toString(after));
                            assertTrue(IntStream.of(after).allMatch(o -> IntStream.of(before).anyMatch(b -> b == o)),
                                    Arrays.toString(after));
                            cache.checkContent(row, "row " + row + ": ");
                        }
                        cache.checkBeyond();
                    }
                }
            }
        }
    }

    /** Steps that go on for long: an origin is far beyond what fits a cache, and still tells age. */
    @Test
    void ageIsToldAfterManySteps() {
        for (int go : new int[] {1, 3}) {
            for (String name : List.of("window", "sinks", "h2o")) {
                Protects protects = TestStrategies.of(name, WINDOW, 2).protects();
                boolean scored = Strategies.of(name) == Strategies.H2O;
                try (HandMadeCache cache =
                        new HandMadeCache(MODEL, 2, Scope.MODEL, scored, WINDOW, go, protects, Removal.REPLACE)) {
                    cache.after((1 << 30) - 4 * WINDOW);
                    cache.fill(new Random(5), scored ? Kind.LEVELS.levels : new float[0]);
                    cache.remove();
                    check(cache, Removal.REPLACE);
                }
            }
        }
    }

    private static Gpt2Config model(int layers, int heads, int headDim) {
        return new Gpt2Config("removal", layers, heads, heads * headDim, 61, 40, 1e-5);
    }
}
