package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What grows from step to step, and what only moves. */
@Tag("unit")
class MemoryGrowthTest {

    private static final int ITERATIONS = 50;
    private static final int STEPS = 10_000;

    /** Of a process that holds so many bytes after so many steps, whatever kind they are. */
    private static List<MemoryGrowth> of(int batch, LongUnaryOperator arrays, LongUnaryOperator bytes) {
        List<Telemetry.Sample> samples = new ArrayList<>();
        for (int i = 1; i <= ITERATIONS; i++) {
            long ran = (long) STEPS * i;
            long held = bytes.applyAsLong(ran);
            samples.add(new Telemetry.Sample(1, StepsFile.Iteration.MEASUREMENT, i, (long) STEPS * batch,
                    new Telemetry.Seen(null, null, null, null, null, null, 1L << 33, held, held, null, null, null, null),
                    new Telemetry.Live(arrays.applyAsLong(ran), held, held)));
        }
        return MemoryGrowth.of(new StepsFile.Configuration("dev.kvbench.bench.DecodeLoopBenchmark.decode", "h2o",
                Map.of("batch", "" + batch), "synthetic", "explicit", "torchscript", "cpu", 1024, null, List.of(), null, null,
                new Telemetry(samples, List.of(), Telemetry.Energy.none(null, null, "no"), null, null)));
    }

    private static List<MemoryGrowth.Held> growing(List<MemoryGrowth> all) {
        return all.stream().filter(MemoryGrowth::grows).map(MemoryGrowth::held).toList();
    }

    @Test
    void bytesOfEveryStepAreFoundUnderNoiseManyTimesAsLargeAsThoseOfAStep() {
        Random random = new Random(1);
        List<MemoryGrowth> found = of(1, ran -> 40, ran -> 1_000_000_000 + 700 * ran + Math.round(2e6 * random.nextGaussian()));
        assertEquals(List.of(MemoryGrowth.Held.NATIVE, MemoryGrowth.Held.HEAP, MemoryGrowth.Held.RESIDENT), growing(found));
        MemoryGrowth bytes = found.stream().filter(g -> g.held() == MemoryGrowth.Held.NATIVE).findFirst().orElseThrow();
        assertEquals(700, bytes.perStep(), 10);
        assertEquals(500_000, bytes.steps());
    }

    @Test
    void stepsAreCountedNotTheTokensOfAllSequences() {
        assertEquals(700, of(8, ran -> 40, ran -> 700 * ran).get(1).perStep(), 1e-6);
    }

    @Test
    void garbageAndASingleJumpAreNoGrowth() {
        Random random = new Random(2);
        assertEquals(List.of(), growing(of(1, ran -> 40, ran -> 1_000_000_000 + random.nextInt(300_000_000))), "a saw");
        assertEquals(List.of(), growing(of(1, ran -> 40, ran -> 1_000_000_000 + (ran > 100_000 ? 200_000_000 : 0))), "a pool that grew");
        assertEquals(List.of(), growing(of(1, ran -> 40, ran -> 1_000_000_000 + 16 * ran)), "times of steps that are kept");
    }

    @Test
    void anArrayOfEachIterationIsFoundSinceTheyAreCounted() {
        List<MemoryGrowth> found = of(1, ran -> 40 + ran / STEPS, ran -> 1_000_000_000);
        assertEquals(List.of(MemoryGrowth.Held.ARRAYS), growing(found));
        assertEquals("0.0001 live tensors", found.get(0).held().words(found.get(0).perStep()));
        assertFalse(of(1, ran -> 40 + (ran > 100_000 ? 1 : 0), ran -> 0).get(0).grows(), "one is no growth");
    }

    @Test
    void whatNobodyLookedAtIsNotThere() {
        assertTrue(MemoryGrowth.of(new StepsFile.Configuration("b", "h2o", Map.of(), "synthetic", "explicit", "torchscript", "cpu", 8, null,
                List.of())).isEmpty());
    }
}
