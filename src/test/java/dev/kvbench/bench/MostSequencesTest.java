package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.bench.MostSequences.Found;
import dev.kvbench.bench.MostSequences.Outcome;
import dev.kvbench.bench.MostSequences.ProbeFault;
import dev.kvbench.bench.MostSequences.Prober;
import dev.kvbench.bench.MostSequences.Tried;
import dev.kvbench.results.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search, with memory that is made up. */
@Tag("unit")
class MostSequencesTest {

    private static final long BUDGET = 24_000_000_000L;
    private static final long FIXED = 2_300_000_000L;
    private static final long EACH = 94_600_000;
    private static final int BOUND = 240;
    private static final int MOST = 229;

    private final List<Integer> asked = new ArrayList<>();

    private static long linear(int batch) {
        return FIXED + batch * EACH;
    }

    private Prober of(IntToLongFunction peak) {
        return batch -> {
            asked.add(batch);
            return Tried.ran(peak.applyAsLong(batch));
        };
    }

    /** Runs out of memory above a number. */
    private Prober upTo(int most, Outcome how, IntToLongFunction peak) {
        return batch -> {
            asked.add(batch);
            return batch > most ? Tried.failed(how) : Tried.ran(peak.applyAsLong(batch));
        };
    }

    private static void isShown(Found found) {
        assertTrue(found.probes().stream().anyMatch(p -> p.batch() == found.most() && p.outcome().equals("fits")), found.toString());
        assertTrue(found.probes().stream().anyMatch(p -> p.batch() == found.most() + 1 && !p.outcome().equals("fits")), found.toString());
    }

    @Test
    void whatGrowsAsALineTakesFourTries() throws ProbeFault {
        Found found = MostSequences.find(BUDGET, BOUND, Map.of(), of(MostSequencesTest::linear));
        assertEquals(MOST, found.most());
        assertEquals(Budget.BY_MEMORY, found.limit());
        assertEquals(List.of(30, 60, MOST, MOST + 1), asked);
        assertEquals(new Budget.Probe(MOST, "fits", linear(MOST)), found.probes().get(2));
        assertEquals(new Budget.Probe(MOST + 1, "too much", linear(MOST + 1)), found.probes().get(3));
    }

    @Test
    void whatIsKnownFromAnotherBudgetPredictsAtOnce() throws ProbeFault {
        assertEquals(MOST, MostSequences.find(BUDGET, BOUND, Map.of(30, linear(30), 60, linear(60)), of(MostSequencesTest::linear)).most());
        assertEquals(List.of(MOST, MOST + 1), asked);
    }

    /** Wherever memory runs out, and however: at once, below all that is tried first, right above the prediction, at none. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 15, 29, 30, 31, 59, 60, 61, 100, 200, 228, 229, 230, 239, 240})
    void theMostIsFoundWhereverMemoryRunsOut(int most) throws ProbeFault {
        for (Outcome how : List.of(Outcome.OUT_OF_MEMORY, Outcome.KILLED)) {
            asked.clear();
            // all that the device has: no budget but its end
            Found found = MostSequences.find(Long.MAX_VALUE / 2, BOUND, Map.of(), upTo(most, how, MostSequencesTest::linear));
            assertEquals(most, found.most());
            if (most > 0 && most < BOUND) {
                isShown(found);
                assertTrue(found.probes().contains(new Budget.Probe(most + 1, how.words(), null)));
            }
            assertTrue(asked.size() <= 8 + 8, "tried " + asked);
            assertEquals(asked.size(), asked.stream().distinct().count(), "tried twice in " + asked);
        }
    }

    /** As where the allocator keeps what the prediction counts, so that more fit. */
    @Test
    void aPredictionThatIsTooLowIsPassedInSteps() throws ProbeFault {
        Found found = MostSequences.find(BUDGET, BOUND, Map.of(), upTo(236, Outcome.OUT_OF_MEMORY, b -> Math.min(linear(b), BUDGET - 9)));
        assertEquals(236, found.most());
        isShown(found);
        assertTrue(asked.size() <= 12, asked.toString());
    }

    /** Another runtime beyond 64 sequences takes more at once, and an allocator rounds up. */
    @Test
    void memoryThatJumpsIsFollowed() throws ProbeFault {
        IntToLongFunction jumps = b -> linear(b) / 20_000_000 * 20_000_000 + (b > 64 ? 3_000_000_000L : 0);
        Found found = MostSequences.find(BUDGET, BOUND, Map.of(), of(jumps));
        assertTrue(jumps.applyAsLong(found.most()) <= BUDGET && jumps.applyAsLong(found.most() + 1) > BUDGET, found.toString());
        isShown(found);
        assertTrue(asked.size() <= 12, asked.toString());
    }

    /** On a CPU others take and give memory meanwhile. */
    @Test
    void noiseEndsInANumberThatFitsBesideOneThatDoesNot() throws ProbeFault {
        for (int seed = 0; seed < 200; seed++) {
            asked.clear();
            Random random = new Random(seed);
            Found found = MostSequences.find(BUDGET, BOUND, Map.of(), of(b -> linear(b) + (long) (random.nextGaussian() * 20 * EACH)));
            assertTrue(found.most() > 100, found.toString());
            if (found.most() < BOUND) {
                isShown(found);
            }
            assertTrue(asked.size() <= 16, asked.toString());
        }
    }

    /** A line that falls, or stays level, predicts nothing. */
    @Test
    void memoryThatDoesNotGrowEndsAtTheBound() throws ProbeFault {
        assertEquals(BOUND, MostSequences.find(BUDGET, BOUND, Map.of(), of(b -> FIXED)).most());
        assertEquals(BOUND, MostSequences.find(BUDGET, BOUND, Map.of(), of(b -> FIXED - b)).most());
    }

    @Test
    void whereNoMemoryEndsItTheSearchDoes() throws ProbeFault {
        Found found = MostSequences.find(BUDGET, Sequences.MOST, Map.of(), of(b -> FIXED + b));
        assertEquals(Sequences.MOST, found.most());
        assertEquals(Budget.BY_SEQUENCES, found.limit());
    }

    @Test
    void aFaultEndsIt() {
        ProbeFault fault = assertThrows(ProbeFault.class, () -> MostSequences.find(BUDGET, BOUND, Map.of(), batch -> {
            asked.add(batch);
            throw new ProbeFault("no kernel image");
        }));
        assertEquals("no kernel image", fault.getMessage());
        assertEquals(1, asked.size());
    }
}
