package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Shares of a run among machines, as schedulers tell them. */
@Tag("unit")
class ShardTest {

    @Test
    void shardsShareEverythingOut() {
        List<Integer> all = List.of(0, 1, 2, 3, 4, 5, 6);
        assertEquals(List.of(0, 3, 6), new Shard(1, 3).of(all));
        assertEquals(List.of(1, 4), new Shard(2, 3).of(all));
        assertEquals(List.of(2, 5), new Shard(3, 3).of(all));
        assertEquals(new Shard(2, 8), Shard.parse("2/8"));
        for (String wrong : List.of("", "1", "0/3", "4/3", "1/0", "a/b", "1/2/", "-1/2")) {
            assertThrows(UserError.class, () -> System.out.println(Shard.parse(wrong)), wrong);
        }
    }

    @Test
    void schedulersTellTheShard() {
        assertEquals(Optional.empty(), Shard.of(Map.of("SLURM_JOB_ID", "1")));
        assertEquals(Optional.of(new Shard(3, 4)), Shard.of(Map.of(
                "SLURM_ARRAY_TASK_ID", "12", "SLURM_ARRAY_TASK_MIN", "10", "SLURM_ARRAY_TASK_COUNT", "4")));
        assertEquals(Optional.of(new Shard(1, 2)), Shard.of(Map.of("JOB_COMPLETION_INDEX", "0", "JOB_COMPLETION_COUNT", "2")));
        assertEquals("JOB_COMPLETION_INDEX=x: must be a whole number", assertThrows(UserError.class,
                () -> Shard.of(Map.of("JOB_COMPLETION_INDEX", "x", "JOB_COMPLETION_COUNT", "2"))).getMessage());
    }

    private static Map<String, String> slurm(int id, int min, int max, int step, int count) {
        return Map.of("SLURM_ARRAY_TASK_ID", "" + id, "SLURM_ARRAY_TASK_MIN", "" + min, "SLURM_ARRAY_TASK_MAX", "" + max,
                "SLURM_ARRAY_TASK_STEP", "" + step, "SLURM_ARRAY_TASK_COUNT", "" + count);
    }

    @Test
    void aStepBetweenSlurmsTasksLosesNoShard() {
        for (int i = 0; i < 4; i++) {
            assertEquals(Optional.of(new Shard(i + 1, 4)), Shard.of(slurm(i, 0, 3, 1, 4)));
            assertEquals(Optional.of(new Shard(i + 1, 4)), Shard.of(slurm(1 + i, 1, 4, 1, 4)));
            assertEquals(Optional.of(new Shard(i + 1, 4)), Shard.of(slurm(2 + 5 * i, 2, 17, 5, 4)));
        }
    }

    /** What an array of gaps, of one task, or of no count looks like to its tasks; each would run too much or too little. */
    @Test
    void whatSaysNothingOfAShareIsRefusedInTheSchedulersWords() {
        for (Map<String, String> unclear : List.of(slurm(3, 3, 3, 1, 1), slurm(0, 0, 0, 1, 1), slurm(1, 1, 1, 1, 1), slurm(0, 0, 5, 1, 3),
                slurm(1, 0, 4, 2, 3), slurm(5, 0, 3, 1, 4), slurm(2, 3, 6, 1, 4), slurm(0, 0, 3, 0, 4), slurm(0, 0, -1, 1, 0),
                slurm(3, 0, 0, 1, 2), Map.of("SLURM_ARRAY_TASK_ID", "2"))) {
            String message = assertThrows(UserError.class, () -> Shard.of(unclear), unclear.toString()).getMessage();
            assertTrue(message.startsWith("SLURM_ARRAY_TASK_ID=" + unclear.get("SLURM_ARRAY_TASK_ID")), message);
            assertTrue(message.endsWith("say which share this is with `run --shard K/N`, 1/1 for all of it"), message);
        }
        for (Map<String, String> unclear : List.of(Map.of("JOB_COMPLETION_INDEX", "1"), Map.of("JOB_COMPLETION_INDEX", "4",
                "JOB_COMPLETION_COUNT", "4"), Map.of("JOB_COMPLETION_INDEX", "-1", "JOB_COMPLETION_COUNT", "4"))) {
            String message = assertThrows(UserError.class, () -> Shard.of(unclear)).getMessage();
            assertTrue(message.startsWith("JOB_COMPLETION_INDEX=") && message.contains("`run --shard K/N`"), message);
        }
    }

    @Test
    void tasksSideBySideAreToldThatEachRunsEverything() {
        assertEquals(Optional.empty(), Shard.sideBySide(Map.of("SLURM_PROCID", "0", "SLURM_STEP_NUM_TASKS", "1")));
        assertEquals(Optional.empty(), Shard.sideBySide(Map.of()));
        assertTrue(Shard.sideBySide(Map.of("SLURM_PROCID", "2", "SLURM_STEP_NUM_TASKS", "4")).orElseThrow()
                .startsWith("# SLURM_PROCID=2 of SLURM_STEP_NUM_TASKS=4: each of these tasks runs everything"));
    }
}
