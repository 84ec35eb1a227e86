package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.StepCheck;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel with a fault in its eviction, run on the CPU, is not taken for the operators' step. */
@Tag("native")
class WrongEvictionTest {

    private static final int WINDOW = 20;
    private static final int BLOCKS = 4;

    @TempDir
    static Path rightFolder;

    @TempDir
    private Path folder;

    private static EmulatedKernel right;

    private enum Fault {
        /** The oldest unprotected entry goes, whatever the scores. */
        OLDEST("static_cast<Rank>(__float_as_uint(score)) << 32 | static_cast<unsigned>(origin)", "static_cast<unsigned>(origin)"),
        /** One entry too many is protected. */
        LAST_CANDIDATE("origin < set.steps + 1 - set.step.recent", "origin < set.steps - set.step.recent"),
        /** One of every 32 candidates is passed over, where one goes. */
        A_LANE("if (of < rank) {", "if (of < rank && threadIdx.x % 32 != 3) {"),
        /** The same where several go. */
        A_LANE_OF_SEVERAL("int first = threadIdx.x % 32;", "int first = threadIdx.x % 32 + (threadIdx.x % 32 == 3 ? 32 : 0);"),
        /** The step's own score is that of another entry. */
        OWN_SCORE("if (there == step.n - 1) own = score;", "if (there == step.n - 2) own = score;"),
        /** Of several that go one stays. */
        ONE_TOO_FEW("i < set.step.dropped;", "i < set.step.dropped - 1;"),
        /** Those that move come from one slot too early. */
        ANOTHER_SLOT("].y = slot;", "].y = slot - 1;"),
        /** The entry before the step's own takes the slot. */
        ANOTHER_ENTRY("last, own - last, nullptr", "last, own - last - 1, nullptr"),
        /** Scores stay where they were. */
        SCORES_STAY("scores()[slot] = score;", ";"),
        /** Origins stay where they were. */
        ORIGINS_STAY("origins()[slot] = origin;", ""),
        /** Scores stay behind entries that moved. */
        LAST_SCORE("scores()[slot] = 0;", ";"),
        /** Keys move, values stay. */
        VALUES_STAY("if (i < 2 * total) visit", "if (i < total) visit"),
        /** Values move, keys stay. */
        KEYS_STAY("if (i < 2 * total) visit", "if (i >= total && i < 2 * total) visit"),
        /** The step's own entry does not move up. */
        OWN_STAYS("own - last, last, 1, nullptr", "own - last - 1, last, 1, nullptr"),
        /** The last head's entries stay. */
        A_HEAD("while (done() && next < ALL_HEADS)", "while (done() && next < ALL_HEADS - 1)"),
        /** No key or value moves. */
        NOTHING("total = moves.count * PER_ENTRY;", "total = 0;"),
        /** Of many sequences: a layer's entries stay. */
        A_LAYER("wideeviction.cuh", "entry.store(slot, entry.load(step));", ";"),
        /** Of many sequences: values that all layers choose alike stay. */
        SHARED_VALUES("wideeviction.cuh", "if (i < ALL && slots[j]", "if (i < ALL && i % VECTORS < PER_ENTRY && slots[j]"),
        /** Of many sequences: nobody chooses for the last one. */
        A_SEQUENCE("wideeviction.cuh", "eachSet(BATCH, ", "eachSet(BATCH - 1, "),
        /** Of many sequences: a layer's scores stay. */
        A_LAYERS_SCORES("wideeviction.cuh", "replaceScore(set, slot, score);", ";"),
        /** Steps are not counted. */
        UNCOUNTED("ends.cuh", "*step.steps = steps + 1;", "*step.steps = steps;");

        final String file;
        final String piece;
        final String by;

        Fault(String piece, String by) {
            this("eviction.cuh", piece, by);
        }

        Fault(String file, String piece, String by) {
            this.file = file;
            this.piece = piece;
            this.by = by;
        }
    }

    @BeforeAll
    static void needsACompiler() {
        right = EmulatedCase.kernels(rightFolder);
    }

    @ParameterizedTest
    @CsvSource({
        "OLDEST, h2o, FP32, 1, REPLACE, 1", "OLDEST, tova, FP32, 3, COMPACT, 1",
        "LAST_CANDIDATE, h2o-head, BF16, 2, REPLACE, 1", "A_LANE, h2o-head, FP16, 1, COMPACT, 1",
        "A_LANE_OF_SEVERAL, h2o-head, BF16, 1, REPLACE, 3", "OWN_SCORE, h2o-head, FP32, 1, REPLACE, 1",
        "ONE_TOO_FEW, h2o, FP16, 2, REPLACE, 2",
        "ONE_TOO_FEW, window, BF16, 2, COMPACT, 5", "ANOTHER_SLOT, tova, FP32, 3, REPLACE, 5",
        "ANOTHER_SLOT, h2o-head, FP16, 1, COMPACT, 2", "ANOTHER_ENTRY, window, FP32, 1, REPLACE, 1",
        "SCORES_STAY, h2o, FP16, 2, REPLACE, 1", "SCORES_STAY, h2o-head, BF16, 1, COMPACT, 1",
        "SCORES_STAY, h2o-head, BF16, 1, REPLACE, 3", "ORIGINS_STAY, sinks, FP16, 1, REPLACE, 1",
        "ORIGINS_STAY, h2o-head, FP32, 2, COMPACT, 1", "ORIGINS_STAY, tova, FP32, 1, COMPACT, 4",
        "LAST_SCORE, h2o, BF16, 1, COMPACT, 1", "LAST_SCORE, h2o-head, BF16, 1, REPLACE, 1",
        "VALUES_STAY, tova, FP16, 2, COMPACT, 1", "VALUES_STAY, window, FP16, 2, REPLACE, 1",
        "KEYS_STAY, h2o, FP32, 1, REPLACE, 4", "OWN_STAYS, sinks, FP32, 2, COMPACT, 1",
        "A_HEAD, h2o-head, BF16, 1, REPLACE, 1", "A_HEAD, h2o, BF16, 1, COMPACT, 3", "NOTHING, window, BF16, 2, COMPACT, 1",
        "NOTHING, h2o, FP16, 2, REPLACE, 1", "NOTHING, window, FP32, 9, COMPACT, 1", "ONE_TOO_FEW, h2o-head, FP32, 9, REPLACE, 2",
        "A_LAYER, tova, FP32, 9, REPLACE, 1", "A_LAYER, h2o-head, FP32, 9, REPLACE, 1", "SHARED_VALUES, window, FP32, 9, REPLACE, 1",
        "A_SEQUENCE, h2o, FP32, 9, REPLACE, 1", "A_LAYERS_SCORES, h2o-head, FP32, 9, REPLACE, 1", "UNCOUNTED, tova, FP32, 1, REPLACE, 1"})
    void isRefused(Fault fault, String name, Dtype dtype, int batch, Removal removal, int every) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, WINDOW, 12, every), removal);
        Gpt2Config config = new Gpt2Config("emulated", 2, 3, 48, 61, WINDOW + 10, 1e-5);
        KernelSource source = KernelSource.of(config, dtype, batch);
        EmulatedKernel kernel = right.with(folder, fault.file, fault.piece, fault.by);
        try (Weights weights = Weights.synthetic(config, dtype, Device.cpu(), 9);
                KvCache cache = new KvCache(config, dtype, Device.cpu(), batch, strategy.schedule().peak(),
                        strategy.traits().scope());
                StepRuntime operators = new TorchScriptRuntime(weights, cache, strategy, AttentionForm.EXPLICIT);
                StepRuntime wrong = new EmulatedRuntime(
                        source, kernel.compile(source, config, dtype, batch, BLOCKS, EmulatedKernel.H100_SHARED), weights, cache,
                        strategy, BLOCKS, 1)) {
            StepCheck check = StepCheck.of(operators, wrong, cache, strategy, dtype);
            String said = check.fault().orElse("nothing");
            assertTrue(said.startsWith("its eviction is not the operators': "), fault + ": " + said);
            assertEquals(1, said.lines().count());
            // as long as nothing is evicted it is the operators' step
            assertTrue(check.difference() < 0.05, String.format(Locale.ROOT, "%.1e", check.difference()));
        }
    }
}
