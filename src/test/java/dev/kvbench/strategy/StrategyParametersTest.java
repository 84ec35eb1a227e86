package dev.kvbench.strategy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.bench.DecodeBenchmark;
import dev.kvbench.bench.DecodeLoopBenchmark;
import dev.kvbench.bench.EvictionBenchmark;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.annotations.Param;

/** Parameters of strategies: from names to values, to words, and when they evict. */
@Tag("unit")
class StrategyParametersTest {

    private static final Map<String, String> H2O = Map.of(
            "strategy", "h2o", "window", "16", "heavyHitters", "4", "evictEvery", "2", "removal", "compact", "batch", "2");
    private static final Map<String, String> FULL = Map.of(
            "strategy", "full", "window", "0", "heavyHitters", "0", "evictEvery", "0", "removal", "0", "batch", "2");

    /** A parameter that is added here and not to the benchmarks would not be swept. */
    @ParameterizedTest
    @EnumSource(Parameter.class)
    void everyParameterIsABenchmarksWithItsDefault(Parameter parameter) throws Exception {
        String[] values = DecodeLoopBenchmark.class.getField(parameter.label()).getAnnotation(Param.class).value();
        assertEquals(List.of(parameter.shown(parameter.byDefault())), List.of(values));
        assertEquals(parameter == Parameter.REMOVAL ? String.class : int.class,
                DecodeLoopBenchmark.class.getField(parameter.label()).getType());
        if (parameter != Parameter.EVICT_EVERY) {
            EvictionBenchmark.class.getField(parameter.label());
            DecodeBenchmark.class.getField(parameter.label());
        }
    }

    @Test
    void whatIsNotReadIsNoValue() {
        assertEquals(OptionalInt.of(16), StrategyParameters.of(H2O).window());
        assertEquals(OptionalInt.empty(), StrategyParameters.of(FULL).window());
        assertEquals(new Schedule(OptionalInt.empty(), 1), StrategyParameters.of(FULL).schedule());
        assertEquals(new Schedule(OptionalInt.of(16), 2), StrategyParameters.of(H2O).schedule());
        assertEquals(OptionalInt.empty(), Strategies.FULL.create(StrategyParameters.DEFAULTS).schedule().window());
        assertEquals(FULL.get("window"), Strategies.FULL.shown(H2O).get("window"));
        assertEquals(Map.of("window", "16", "heavyHitters", "0", "evictEvery", "2", "removal", "compact"), Strategies.TOVA.shown(H2O));
    }

    @Test
    void whatIsNotGivenHasItsDefault() {
        StrategyParameters window = StrategyParameters.NONE.with(Parameter.WINDOW, 40);
        assertEquals(window.with(Parameter.HEAVY_HITTERS, 32).with(Parameter.EVICT_EVERY, 1).with(Removal.REPLACE),
                Strategies.H2O.create(window).parameters());
        assertEquals(StrategyParameters.NONE, Strategies.FULL.create(window).parameters());
    }

    @ParameterizedTest
    @CsvSource({"window,x,window=x: must be a whole number of at least 1",
        "heavyHitters,-1,heavyHitters=-1: must be a whole number of at least 0",
        "removal,compcat,'unknown removal ''compcat'': did you mean ''compact''? (known: replace, compact)'"})
    void whatIsNoNumberIsSaidWhereItIsAsked(String name, String value, String message) {
        assertEquals(message, assertThrows(UserError.class, () -> StrategyParameters.of(Map.of(name, value))).getMessage());
        assertEquals(0, StrategyParameters.recorded(Map.of(name, value)).values().size(), "a result may hold anything");
    }

    @Test
    void inWords() {
        StrategyParameters h2o = StrategyParameters.of(H2O);
        assertEquals("window 16, 4 heavy hitters", h2o.caption(Parameter.WINDOW, Parameter.HEAVY_HITTERS));
        assertEquals("h2o, 4 heavy hitters, every 2 steps, compacting", h2o.caption("h2o", Parameter.WINDOW));
        assertEquals("window, window 16", Strategies.WINDOW.create(h2o.with(Parameter.EVICT_EVERY, 1)).name()
                + h2o.with(Parameter.HEAVY_HITTERS, 0).with(Parameter.EVICT_EVERY, 1).with(Removal.REPLACE).caption(""));
        assertEquals("full", StrategyParameters.of(FULL).caption("full"));
    }

    @Test
    void resultsOlderThanAParameterRanWithWhatThereWas() {
        assertEquals(Map.of("strategy", "h2o", "window", "16", "removal", "compact"),
                Strategies.asRan(Map.of("strategy", "h2o", "window", "16")));
        for (Map<String, String> said : List.of(H2O, FULL, Map.of("strategy", "full"), Map.of("strategy", "another"),
                Map.of("batch", "2"), Map.of("strategy", "tova", "removal", "replace"))) {
            assertEquals(said, Strategies.asRan(said));
        }
    }

    @Test
    void whatAStrategyDecidesAndWhatNot() {
        assertEquals(Map.of("batch", "2"), StrategyParameters.without(H2O));
        assertTrue(StrategyParameters.isOne("strategy") && StrategyParameters.isOne("evictEvery"));
        assertFalse(StrategyParameters.isOne("batch"));
        assertTrue(StrategyParameters.isUnread("window", "0"));
        assertFalse(StrategyParameters.isUnread("window", "16") || StrategyParameters.isUnread("batch", "0"));
    }

    @ParameterizedTest
    @CsvSource({"16,1,17", "16,5,21", "16,2147483647,2147483647", ",1,2147483647"})
    void evictsFromItsPeakOn(Integer window, int every, int peak) {
        Schedule schedule = new Schedule(window == null ? OptionalInt.empty() : OptionalInt.of(window), every);
        assertEquals(peak, schedule.peak());
        assertFalse(schedule.evicts(peak - 1));
        assertEquals(peak - 1, schedule.heldAfter(peak - 1));
        assertEquals(window != null, schedule.evicts(peak));
        assertEquals(window == null ? peak : window, schedule.heldAfter(peak));
        assertEquals(window == null ? 100 : window, schedule.atMost(100));
        assertEquals(3, schedule.atMost(3));
    }
}
