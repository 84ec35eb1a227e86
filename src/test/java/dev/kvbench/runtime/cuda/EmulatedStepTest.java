package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.cache.KvCache;
import dev.kvbench.decode.TestModels;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.StepCheck;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernel's source, run on the CPU, against libtorch's operators: whole steps, where no GPU is needed. FusedStepTest shows
 * what only a GPU can: what other blocks see when, and that the hardware does what its manual says.
 */
@Tag("native")
class EmulatedStepTest {

    private static final int STEPS = EmulatedCase.STEPS;

    @TempDir
    static Path folder;

    private static EmulatedKernel kernels;
    private static Thread ahead;

    @BeforeAll
    static void compileAhead() {
        kernels = EmulatedCase.kernels(folder);
        ahead = EmulatedCase.compileAhead(kernels,
                Stream.of(cases(), manyCases(), longCases(), halfCases(), largeCases()).flatMap(cases -> cases));
    }

    @AfterAll
    static void waitForCompilers() throws InterruptedException {
        if (ahead != null) {
            ahead.join();
        }
    }

    static Stream<EmulatedCase> cases() {
        return Stream.of(
                // one or two sequences: values with tags
                EmulatedCase.of(1, 2, 16, 16, 1, TestStrategies.h2o(12, 4)),
                EmulatedCase.of(2, 2, 16, 8, 2, TestStrategies.h2oHead(12, 4)),
                EmulatedCase.of(2, 1, 32, 16, 1, TestStrategies.h2oHead(7, 0)),
                EmulatedCase.of(3, 2, 16, 5, 1, TestStrategies.of("tova", 9, 0)),
                EmulatedCase.of(3, 2, 16, 5, 2, TestStrategies.h2o(12, 4)),
                EmulatedCase.of(4, 2, 16, 3, 2, TestStrategies.of("sinks", 9, 0)),
                EmulatedCase.of(5, 3, 16, 4, 1, TestStrategies.h2oHead(7, 0)),
                EmulatedCase.of(5, 3, 16, 4, 2, TestStrategies.of("window", 9, 0)),
                EmulatedCase.of(6, 3, 16, 3, 2, TestStrategies.h2o(12, 4)),
                EmulatedCase.of(7, 7, 16, 6, 1, TestStrategies.FULL),
                EmulatedCase.of(11, 7, 16, 4, 2, TestStrategies.of("tova", 12, 0)),
                EmulatedCase.of(16, 2, 64, 3, 1, TestStrategies.h2o(12, 4)),
                // more: a barrier of all blocks
                EmulatedCase.of(2, 2, 32, 3, 3, TestStrategies.h2o(9, 4)),
                EmulatedCase.of(2, 3, 16, 3, 4, TestStrategies.h2oHead(9, 2)),
                EmulatedCase.of(1, 2, 16, 12, 3, TestStrategies.of("tova", 9, 0)),
                EmulatedCase.of(2, 1, 32, 3, 4, TestStrategies.h2o(9, 4)),
                EmulatedCase.of(2, 8, 4, 4, 4, TestStrategies.of("window", 9, 0)));
    }

    /** Many sequences, by matrix instructions: few blocks and many, one slice of a row and several, as many as eight and more. */
    static Stream<EmulatedCase> manyCases() {
        return Stream.of(
                EmulatedCase.of(0, 2, 16, 3, 9, TestStrategies.h2o(9, 4)),
                EmulatedCase.of(0, 3, 16, 3, 8, TestStrategies.h2oHead(9, 2)).layers(1),
                EmulatedCase.of(0, 1, 32, 12, 5, TestStrategies.of("tova", 9, 0)).layers(1),
                EmulatedCase.of(0, 3, 16, 14, 17, TestStrategies.h2oHead(9, 2)).layers(1),
                EmulatedCase.of(0, 5, 32, 5, 10, TestStrategies.of("tova", 9, 0)).layers(1),
                EmulatedCase.of(0, 2, 16, 2, 34, TestStrategies.of("sinks", 9, 0)).layers(1),
                EmulatedCase.of(0, 10, 32, 9, 9, TestStrategies.FULL).layers(1),
                EmulatedCase.of(Dtype.FP16, 0, 2, 16, 3, 4, TestStrategies.h2o(9, 4)),
                EmulatedCase.of(Dtype.FP16, 0, 2, 16, 40, 8, TestStrategies.of("window", 7, 0)),
                EmulatedCase.of(Dtype.FP16, 0, 2, 32, 5, 25, TestStrategies.of("h2o", 9, 4)).layers(1),
                EmulatedCase.of(Dtype.FP16, 0, 5, 128, 7, 5, TestStrategies.of("h2o-head", 9, 4)).layers(1),
                EmulatedCase.of(Dtype.BF16, 0, 4, 16, 6, 9, TestStrategies.of("tova", 9, 0)).layers(1),
                EmulatedCase.of(Dtype.FP16, 0, 2, 16, 8, 4, TestStrategies.FULL).from(197).layers(1),
                // no room for whole rows: blocks in pairs, and each in passes
                EmulatedCase.of(0, 4, 16, 6, 17, TestStrategies.h2o(9, 4)).room(3072),
                EmulatedCase.of(0, 8, 16, 11, 9, TestStrategies.h2oHead(9, 2)).room(2048).layers(1),
                EmulatedCase.of(Dtype.FP16, 0, 4, 32, 4, 33, TestStrategies.of("window", 7, 0)).room(6144).layers(1),
                EmulatedCase.of(Dtype.BF16, 0, 3, 32, 5, 12, TestStrategies.of("tova", 9, 0)).room(1024).layers(1),
                EmulatedCase.of(Dtype.FP16, 0, 2, 16, 5, 5, TestStrategies.h2oHead(140, 30)).from(134).layers(1));
    }

    /** Lengths at which a head's entries are cut into another piece are within these, so are evictions. */
    static Stream<EmulatedCase> longCases() {
        return Stream.of(
                EmulatedCase.of(2, 2, 16, 8, 2, TestStrategies.FULL).from(197),
                EmulatedCase.of(2, 1, 32, 6, 3, TestStrategies.h2oHead(302, 30)).from(298),
                EmulatedCase.of(2, 2, 16, 8, 1, TestStrategies.h2o(262, 100)).from(257),
                EmulatedCase.of(2, 1, 32, 8, 1, TestStrategies.of("tova", 701, 0)).from(697));
    }

    /** The kernel's fp32 between elements of 16 bits against operators that round everything. */
    static Stream<EmulatedCase> halfCases() {
        return Stream.of(
                EmulatedCase.of(Dtype.FP16, 13, 5, 64, 9, 2, TestStrategies.h2o(20, 4)).layers(1),
                EmulatedCase.of(Dtype.FP16, 2, 2, 16, 3, 8, TestStrategies.of("window", 7, 0)),
                // one sequence: warps share the rows of a long chunk, whether their number is even or odd
                EmulatedCase.of(Dtype.FP16, 6, 2, 64, 13, 1, TestStrategies.h2o(20, 4)),
                EmulatedCase.of(Dtype.FP16, 6, 2, 64, 13, 1, TestStrategies.FULL).from(105).layers(1),
                EmulatedCase.of(Dtype.FP16, 4, 4, 32, 19, 1, TestStrategies.h2oHead(9, 4)),
                // blocks without rows
                EmulatedCase.of(Dtype.FP16, 1, 2, 16, 40, 1, TestStrategies.of("window", 7, 0)),
                EmulatedCase.of(Dtype.BF16, 5, 3, 16, 6, 1, TestStrategies.of("sinks", 9, 0)),
                EmulatedCase.of(Dtype.BF16, 2, 2, 128, 4, 3, TestStrategies.of("tova", 20, 0)).layers(1));
    }

    /** Wider than a block's threads take four by four; several warps that normalise two sequences, and a ring shorter than they need. */
    static Stream<EmulatedCase> largeCases() {
        return Stream.of(
                EmulatedCase.of(2, 20, 64, 8, 1, TestStrategies.h2o(2, 1)).layers(1),
                EmulatedCase.of(10, 4, 64, 8, 2, TestStrategies.h2oHead(3, 1)).shared(130 * 1024));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheOperators(EmulatedCase of) {
        try (Weights weights = TestModels.sharp(of.config(), 11, of.dtype(), Device.cpu())) {
            of.compare(kernels, weights, STEPS, 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("longCases")
    void agreesAtLengthsThatAreCutIntoPieces(EmulatedCase of) {
        try (Weights weights = TestModels.sharp(of.config(), 12, of.dtype(), Device.cpu())) {
            of.compare(kernels, weights, 8, 1e-4);
        }
    }

    @ParameterizedTest
    @MethodSource({"manyCases", "halfCases", "largeCases"})
    void agreesInOtherElementsAndSizes(EmulatedCase of) {
        try (Weights weights = Weights.synthetic(of.config(), of.dtype(), Device.cpu(), 9)) {
            switch (of.dtype()) {
                case FP32 -> of.compare(kernels, weights, 5, 1e-5);
                case FP16 -> of.compare(kernels, weights, 10, 2e-3);
                case BF16 -> of.compare(kernels, weights, 10, 2e-2);
            }
        }
    }

    /** The check that a model must pass before its steps are taken lets the kernel pass, evictions included. */
    @ParameterizedTest
    @MethodSource({"cases", "manyCases", "longCases", "halfCases", "largeCases"})
    void passesTheCheck(EmulatedCase of) {
        try (Weights weights = Weights.synthetic(of.config(), of.dtype(), Device.cpu(), 9);
                Weights sharp = TestModels.sharp(of.config(), 11, of.dtype(), Device.cpu())) {
            for (Weights model : List.of(weights, sharp)) {
                try (KvCache cache = of.cache(model);
                        StepRuntime operators = new TorchScriptRuntime(model, cache, of.strategy(), AttentionForm.EXPLICIT);
                        StepRuntime emulated = of.emulated(kernels, model, cache, 1)) {
                    assertEquals(Optional.empty(), StepCheck.of(operators, emulated, cache, of.strategy(), of.dtype()).fault());
                }
            }
        }
    }

    /** Whatever order threads run in, results are the same to the bit. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 9})
    void theOrderOfThreadsDoesNotMatter(int batch) {
        EmulatedCase of = Stream.concat(cases(), manyCases())
                .filter(c -> c.batch() == batch && c.strategy().name().equals("h2o")).findFirst().orElseThrow();
        float[][] logits = new float[3][];
        try (Weights weights = TestModels.sharp(of.config(), 5, of.dtype(), Device.cpu())) {
            for (int run = 0; run < logits.length; run++) {
                try (KvCache cache = of.cache(weights); StepRuntime runtime = of.emulated(kernels, weights, cache, 1000 * run)) {
                    runtime.reset();
                    for (int n = 1; n <= of.strategy().schedule().peak(); n++) {
                        runtime.launch(n, 1);
                    }
                    logits[run] = cache.logits();
                }
                assertArrayEquals(logits[0], logits[run]);
            }
        }
    }

    /** Threads that wait for what never comes are reported, not waited for. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 9})
    void aMissingBlockIsNoticed(int batch) {
        EmulatedCase of = Stream.concat(cases(), manyCases()).filter(c -> c.batch() == batch).findFirst().orElseThrow();
        try (Weights weights = TestModels.sharp(of.config(), 5, of.dtype(), Device.cpu());
                KvCache cache = of.cache(weights);
                EmulatedRuntime runtime = of.emulated(kernels, weights, cache, 1)) {
            AssertionError stuck = assertThrows(AssertionError.class, () -> runtime.launch(1, 1, of.launched() - 1));
            assertTrue(stuck.getMessage().contains("nobody can go on"), stuck.getMessage());
            assertTrue(stuck.getMessage().contains("wait for what another block publishes"), stuck.getMessage());
        }
    }
}
