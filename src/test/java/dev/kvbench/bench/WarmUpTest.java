package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When a warm-up stops, told by made-up times, and what a forecast makes of it. */
@Tag("unit")
class WarmUpTest {

    private static final long MS = 1_000_000;

    /** Blocks of three steps with these medians, in ms, one of them an outlier; the last is repeated. */
    private static Supplier<long[]> blocks(long... medians) {
        Iterator<Long> next = LongStream.concat(Arrays.stream(medians), LongStream.generate(() -> medians[medians.length - 1]))
                .iterator();
        return () -> {
            long median = next.next() * MS;
            return new long[] {50 * median, median, median / 2};
        };
    }

    @Test
    void twoBlocksAreCompared() {
        assertEquals(2, WarmUp.untilSettled(blocks(10)));
        assertEquals(2, WarmUp.untilSettled(blocks(100, 105)), "5 % more is settled");
        assertEquals(3, WarmUp.untilSettled(blocks(100, 106)), "6 % more is not");
        assertEquals(3, WarmUp.untilSettled(blocks(100, 94)));
        assertEquals(5, WarmUp.untilSettled(blocks(80, 40, 20, 10)), "as long as steps become faster");
    }

    @Test
    void whatNeverSettlesEnds() {
        int[] calls = {0};
        assertEquals(24, WarmUp.untilSettled(() -> new long[] {calls[0]++ % 2 == 0 ? MS : 2 * MS}));
        assertEquals(24, calls[0]);
    }

    @Test
    void slowStepsAreNotWaitedForLong() {
        assertEquals(2, WarmUp.untilSettled(blocks(1000, 2000, 1000)), "the second took 103 s");
        assertEquals(3, WarmUp.untilSettled(blocks(60_000, 100, 200)), "of the first nothing counts");
    }

    @Test
    void aForecastNamesParametersThatTheRunHas() {
        assertEquals("-p model=gpt2 (a sixth of the size), -p tokens=256, or fewer iterations with -i 1",
                Forecast.shorter(List.of(StepsNeeded.PINNED, StepsNeeded.GENERATION)));
        assertEquals("-p model=gpt2 (a sixth of the size), or fewer iterations with -i 1",
                Forecast.shorter(List.of(StepsNeeded.PROMPT)));
        assertEquals("fewer iterations with -i 1", Forecast.shorter(List.of(StepsNeeded.EVICTION)));
    }

    @Test
    void aForecastCountsTheWarmUpOfEveryFork() {
        Map<String, String> params = Map.of("strategy", "full", "window", "0", "heavyHitters", "0", "model", "gpt2", "dtype", "fp32",
                "batch", "1", "device", "cpu", "tokens", "100");
        double step = forecast(params, 1, 2, 9) - forecast(params, 1, 1, 9);
        double start = forecast(params, 1, 0, 9);
        assertEquals(3 * start + 6 * step, forecast(params, 3, 2, 9), 1e-9);
        double jvm = start + 9 - forecast(pinned(params), 0, 7, 9);
        assertEquals(4, jvm, 1e-6, "a JVM that starts");
        assertEquals(WarmUp.USUAL_STEPS * step / 100, start - jvm - 8 * 124_439_808 * 4e-9, 1e-6);

        // what is no whole generation takes the time that JMH gives it
        Map<String, String> pinned = pinned(params);
        assertEquals(start + 9, forecast(pinned, 1, 7, 9), 1e-9);
        assertEquals(2 * (start + 9), forecast(pinned, 2, 7, 9), 1e-9);
        assertEquals(start - jvm + 9, forecast(pinned, 0, 7, 9), 1e-9, "in the JVM of the run");
        assertEquals(18, Forecast.seconds(Optional.empty(), new Forecast.Effort(2, 7, 9), true), 1e-9, "no model, no weights to make");
    }

    private static Map<String, String> pinned(Map<String, String> generation) {
        Map<String, String> pinned = new HashMap<>(generation);
        pinned.remove("tokens");
        pinned.put("cacheLength", "64");
        return pinned;
    }

    @Test
    void evictionsAloneWaitForNoWeights() {
        Map<String, String> params = Map.of("strategy", "tova", "window", "64", "heavyHitters", "0", "removal", "compact", "model",
                "gpt2-large", "dtype", "fp16", "batch", "1", "device", "cpu");
        Optional<DecodeSettings> settings = Optional.of(new RunSettings().of(StepsNeeded.EVICTION, params));
        double alone = Forecast.seconds(settings, new Forecast.Effort(0, 6, 0.6), true);
        assertTrue(alone >= 0.6 && alone < 1, alone + " s in the JVM of the run");
        double forked = Forecast.seconds(settings, new Forecast.Effort(1, 6, 0.6), true);
        assertTrue(forked > alone && forked < 10, forked + " s in one of its own");
    }

    private static double forecast(Map<String, String> params, int forks, int iterations, double seconds) {
        StepsNeeded needed = params.containsKey("tokens") ? StepsNeeded.GENERATION : StepsNeeded.PINNED;
        return Forecast.seconds(Optional.of(new RunSettings().of(needed, params)), new Forecast.Effort(forks, iterations, seconds), true);
    }
}
