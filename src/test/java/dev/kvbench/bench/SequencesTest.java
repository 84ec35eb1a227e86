package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kvbench.UserError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the parameters of a budget mean. */
@Tag("unit")
class SequencesTest {

    @ParameterizedTest
    @CsvSource({"most,117,117", "most/2,117,58", "most/64,117,1", "most/128,117,0", "7,117,7", "200,117,200"})
    void aPartIsOfTheMost(String value, int most, int number) {
        assertEquals(number, Sequences.parse(value).of(most));
    }

    @Test
    void halvesGoDownToOneSequence() {
        assertEquals(List.of("most", "most/2", "most/4"), Sequences.halves(7));
        assertEquals(List.of("most"), Sequences.halves(1));
        assertEquals(List.of("most"), Sequences.halves(0));
        for (int most = 1; most < 100; most++) {
            int of = most;
            assertEquals(1L, Sequences.halves(most).stream().filter(half -> Sequences.parse(half).of(of) == 1).count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "all", "most/0", "most/x", "0", "-1", "1.5", "Most", "most/9999999999"})
    void whatAsksForNothingSaysSo(String value) {
        assertEquals("batch=" + value + ": must be halves, most, a part such as most/4, or a whole number of at least 1",
                assertThrows(UserError.class, () -> Sequences.parse(value)).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"8GB,8000000000", "500MB,500000000", "80GiB,85899345920", "1.5GB,1500000000", "1TB,1000000000000", "all,0"})
    void aBudgetIsASize(String value, long bytes) {
        assertEquals(new MemoryBudget(value, bytes), MemoryBudget.parse(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8XB", "", "GB", "0GB", "-1GB", "8", "8 GB", "8gb", "1e3GB", "ALL"})
    void whatIsNoSizeSaysSo(String value) {
        assertEquals("memory=" + value + ": must be all, or a size such as 500MB, 24GB or 80GiB",
                assertThrows(UserError.class, () -> MemoryBudget.parse(value)).getMessage());
    }

    @Test
    void aSearchIsSharedByAllNumbersOfSequences() {
        List<RunPlan.Configuration> plan = Stream.of("8GB most", "24GB most", "8GB 1", "24GB 1")
                .map(words -> new RunPlan.Configuration(ThroughputBenchmark.class.getName() + ".step",
                        Map.of("memory", words.split(" ")[0], "batch", words.split(" ")[1]))).toList();
        assertEquals(List.of(List.of(plan.get(0), plan.get(2)), List.of(plan.get(1), plan.get(3))), RunPlan.searches(plan));
        assertEquals(List.of(plan.get(1), plan.get(3)), new Shard(2, 2).of(RunPlan.searches(plan)).get(0), "a shard has whole searches");
    }
}
