package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.StepCheck;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Files;
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
    private Path folder;

    private enum Fault {
        /** The oldest unprotected entry goes, whatever the scores. */
        OLDEST("return index;", "return step.first;"),
        /** The search ends an entry too early. */
        LAST_CANDIDATE("i < step.n - step.recent", "i < step.n - step.recent - 1"),
        /** One of every 32 candidates is passed over. */
        A_LANE("int i = step.first + threadIdx.x % 32;", "int i = step.first + threadIdx.x % 32 + (threadIdx.x % 32 == 3 ? 32 : 0);"),
        /** Scores stay where they were. */
        SCORES_STAY("if (i < step.n) scores[i] = moved;", ""),
        /** The last score is there twice. */
        LAST_SCORE("i + 1 < step.n ? __ldcg(scores + i + 1) : 0", "__ldcg(scores + (i + 1 < step.n ? i + 1 : i))"),
        /** Keys move, values stay. */
        VALUES_STAY("if (i < 2 * total) visit", "if (i < total) visit"),
        /** The step's own entry stays. */
        OWN_STAYS("total = (step.n - 1 - gone) * PER_ENTRY;", "total = (step.n - 2 - gone) * PER_ENTRY;"),
        /** The last head's entries stay. */
        A_HEAD("while (total == 0 && next < ALL_HEADS)", "while (total == 0 && next < ALL_HEADS - 1)"),
        /** Nothing moves. */
        NOTHING("next(step.evicts ?", "next(false ?");

        final String piece;
        final String by;

        Fault(String piece, String by) {
            this.piece = piece;
            this.by = by;
        }
    }

    @BeforeAll
    static void needsACompiler() {
        assumeTrue(Files.exists(Path.of("/proc/self/maps")), "needs Linux to find libtorch in this process");
        assumeTrue(EmulatedKernel.compiler().isPresent(), "needs g++ or clang++ on the PATH to run the CUDA source on the CPU");
        Engine.getEngine("PyTorch");  // loads libtorch
    }

    @ParameterizedTest
    @CsvSource({
        "OLDEST, h2o, FP32, 1", "OLDEST, tova, FP32, 3", "LAST_CANDIDATE, h2o-head, BF16, 2", "A_LANE, h2o-head, FP16, 1",
        "SCORES_STAY, h2o, FP16, 2", "SCORES_STAY, h2o-head, BF16, 1", "LAST_SCORE, h2o, BF16, 1", "VALUES_STAY, tova, FP16, 2",
        "OWN_STAYS, sinks, FP32, 2", "A_HEAD, h2o-head, BF16, 1", "NOTHING, window, BF16, 3"})
    void isRefused(Fault fault, String name, Dtype dtype, int batch) {
        EvictionStrategy strategy = TestStrategies.of(name, WINDOW, 12);
        Gpt2Config config = new Gpt2Config("emulated", 2, 3, 48, 61, WINDOW + 10, 1e-5);
        EmulatedKernel kernel = new EmulatedKernel(
                EmulatedKernel.compiler().orElseThrow(), folder, "eviction.cuh", fault.piece, fault.by);
        try (Weights weights = Weights.synthetic(config, dtype, Device.cpu(), 9);
                KvCache cache = new KvCache(config, dtype, Device.cpu(), batch, strategy.schedule().peak(),
                        strategy.traits().scope());
                StepRuntime operators = new TorchScriptRuntime(weights, cache, strategy, AttentionForm.EXPLICIT);
                StepRuntime wrong = new EmulatedRuntime(
                        kernel.compile(config, dtype, batch, BLOCKS, EmulatedKernel.H100_SHARED), weights, cache, strategy, BLOCKS, 1)) {
            StepCheck check = StepCheck.of(operators, wrong, cache, strategy, dtype);
            String said = check.fault().orElse("nothing");
            assertTrue(said.startsWith("its eviction is not the operators': "), fault + ": " + said);
            assertEquals(1, said.lines().count());
            // as long as nothing is evicted it is the operators' step
            assertTrue(check.difference() < 0.05, String.format(Locale.ROOT, "%.1e", check.difference()));
        }
    }
}
