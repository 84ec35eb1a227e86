package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.cache.KvCache;
import dev.kvbench.decode.Definition;
import dev.kvbench.decode.PlainGpt2;
import dev.kvbench.decode.TestModels;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.StepCheck;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a strategy evicts by, and however: the kernel, run on the CPU, leaves what the operators leave. */
@Tag("native")
class EmulatedEvictionTest {

    private static final List<String> STRATEGIES = List.of("h2o", "h2o-head", "tova", "window", "sinks");
    private static final int[] EVERY = {1, 2, 5};
    private static final int[] STARTS = {0, 6, 13};
    private static final int STEPS = 11;
    private static final int WIDER = 16;

    @TempDir
    static Path folder;

    private static EmulatedKernel kernels;
    private static Thread ahead;

    @BeforeAll
    static void needsACompiler() {
        kernels = EmulatedCase.kernels(folder);
        ahead = EmulatedCase.compileAhead(kernels, Stream.concat(cases(), many()));
    }

    @AfterAll
    static void waitForCompilers() throws InterruptedException {
        if (ahead != null) {
            ahead.join();
        }
    }

    /** One sequence, two, and more, which blocks exchange values of in another way; in one block warps have several heads each. */
    private static EmulatedCase of(Dtype dtype, int batch, EvictionStrategy strategy) {
        int blocks = batch > 2 ? 1 : 3;
        int rows = Gpt2Kernel.Block.of(TestModels.SMALL, dtype, batch, blocks).chunkRows();
        // of more than two in 16 bits the kernel for many sequences takes widths that are multiples of 32
        return EmulatedCase.of(dtype, rows, 2, batch > 2 && dtype != Dtype.FP32 ? WIDER : 8, blocks, batch, strategy);
    }

    /**
     * What is evicted, how and how often, twice each: with element types, batches and starts shared out so that any two
     * of all six meet. A start is none, a prompt that leaves the window to the first step, or one that is evicted from.
     */
    static Stream<EmulatedCase> cases() {
        List<EmulatedCase> cases = new ArrayList<>();
        for (int turn = 0; turn < 2; turn++) {
            for (int s = 0; s < STRATEGIES.size(); s++) {
                for (Removal removal : Removal.values()) {
                    int r = removal.ordinal();
                    for (int e = 0; e < EVERY.length; e++) {
                        // an orthogonal array of s, e, s + e and s + 2e, with the others mixed in
                        Dtype dtype = Dtype.values()[(s + e + r + turn) % 3];
                        int batch = 1 + (s + 2 * e + 2 * r + turn) % 3;
                        int start = STARTS[(s + 2 * e + 2 * r + s / 3 + 2 * turn) % 3];
                        EvictionStrategy strategy = TestStrategies.of(STRATEGIES.get(s), 6, 3, EVERY[e]);
                        cases.add(of(dtype, batch, TestStrategies.with(strategy, removal)).from(start));
                    }
                }
            }
        }
        return cases.stream();
    }

    @Test
    void anyTwoPropertiesMeet() {
        List<List<Object>> rows = cases().map(EmulatedEvictionTest::properties).toList();
        int[] values = IntStream.range(0, 6)
                .map(i -> (int) rows.stream().map(row -> row.get(i)).distinct().count()).toArray();
        assertArrayEquals(new int[] {5, 2, 3, 3, 3, 3}, values);
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < i; j++) {
                int[] pair = {i, j};
                long met = rows.stream().map(row -> List.of(row.get(pair[0]), row.get(pair[1]))).distinct().count();
                assertEquals(values[i] * values[j], met, "pairs of properties " + i + " and " + j);
            }
        }
    }

    private static List<Object> properties(EmulatedCase of) {
        EvictionStrategy strategy = of.strategy();
        return List.of(strategy.name(), strategy.parameters().removal(), strategy.schedule().every(),
                of.dtype(), of.batch(), of.start());
    }

    /** Nothing held before the first step, and as little as may be after it; more at once than stay; rows longer than a warp reads. */
    static Stream<EmulatedCase> extremes() {
        return Stream.of(Removal.values()).flatMap(removal -> Stream.of(
                TestStrategies.h2o(1, 0), TestStrategies.h2o(2, 1), TestStrategies.h2oHead(2, 1), TestStrategies.of("tova", 1, 0, 3),
                TestStrategies.of("window", 1, 0), TestStrategies.of("window", 2, 0, 7), TestStrategies.of("sinks", 5, 0, 6),
                TestStrategies.of("h2o-head", 3, 2, 9), TestStrategies.of("h2o", 40, 33, 5), TestStrategies.of("h2o-head", 37, 30, 33),
                TestStrategies.of("tova", 150, 0, 3))
                .map(strategy -> of(Dtype.FP32, 1, TestStrategies.with(strategy, removal)))
                .map(c -> c.from(c.strategy().schedule().window().orElseThrow() < 30 ? 0 : c.strategy().schedule().peak() - 5)));
    }

    /** Many sequences, whose kernel evicts in a way of its own where one entry goes at a time. */
    static Stream<EmulatedCase> many() {
        return STRATEGIES.stream().flatMap(name -> Stream.of(Removal.values()).flatMap(removal -> Stream.of(1, 2).map(every ->
                EmulatedCase.of(Dtype.FP32, 0, 2, 8, 1 + every, 9, TestStrategies.with(TestStrategies.of(name, 6, 3, every), removal))
                        .from(every == 1 ? 0 : 9))));
    }

    @ParameterizedTest
    @MethodSource("many")
    void leavesItOfManySequences(EmulatedCase of) {
        try (Weights weights = TestModels.sharp(of.config(), 4, of.dtype(), Device.cpu())) {
            of.compare(kernels, weights, STEPS, 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void leavesWhatTheOperatorsLeave(EmulatedCase of) {
        // with other seeds, attention rounded to 16 bits decides between two entries in some of TOVA's cases, which the check lets pass
        boolean wider = of.headDim() == WIDER;
        boolean near = wider || of.strategy().schedule().every() == 2;
        int seed = !of.strategy().name().equals("tova") || !near ? 4 : wider && of.dtype() == Dtype.FP16 ? 11 : 8;
        try (Weights weights = TestModels.sharp(of.config(), seed, of.dtype(), Device.cpu())) {
            double tolerance = of.dtype() == Dtype.FP32 ? 1e-5 : of.dtype() == Dtype.FP16 ? 2e-2 : 0.15;
            of.compare(kernels, weights, STEPS, tolerance, of.dtype() != Dtype.FP32);
        }
    }

    @ParameterizedTest
    @MethodSource("extremes")
    void leavesItOfTheSmallestAndOfLongWindows(EmulatedCase of) {
        try (Weights weights = TestModels.sharp(of.config(), 4, of.dtype(), Device.cpu())) {
            of.compare(kernels, weights, STEPS, 1e-4);
        }
    }

    static Stream<EmulatedCase> checked() {
        return Stream.concat(extremes(), cases().filter(c -> c.strategy().schedule().every() == 5 || c.headDim() == WIDER));
    }

    /** So does the check that a model must pass before its steps are taken. */
    @ParameterizedTest
    @MethodSource("checked")
    void passesTheCheck(EmulatedCase of) {
        try (Weights weights = TestModels.sharp(of.config(), 4, of.dtype(), Device.cpu());
                KvCache cache = of.cache(weights);
                StepRuntime operators = new TorchScriptRuntime(weights, cache, of.strategy(), AttentionForm.EXPLICIT);
                StepRuntime emulated = of.emulated(kernels, weights, cache, 1)) {
            assertEquals(Optional.empty(), StepCheck.of(operators, emulated, cache, of.strategy(), of.dtype()).fault());
        }
    }

    static Stream<Arguments> definitions() {
        return STRATEGIES.stream().flatMap(name -> Stream.of(Removal.values()).flatMap(
                removal -> IntStream.of(1, 3).mapToObj(every -> Arguments.of(name, removal, every))));
    }

    /** No operators between: what is kept is what the definition says. */
    @ParameterizedTest
    @MethodSource("definitions")
    void keepsWhatItsDefinitionKeeps(String name, Removal removal, int every) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, 7, 3, every), removal);
        EmulatedCase of = of(Dtype.FP32, 1, strategy).from(1);
        Scope scope = strategy.traits().scope();
        try (Weights weights = TestModels.sharp(of.config(), 4, of.dtype(), Device.cpu());
                KvCache cache = of.cache(weights);
                StepRuntime runtime = of.emulated(kernels, weights, cache, 1)) {
            PlainGpt2 model = new PlainGpt2(weights, of.config().maxPositions());
            Definition expected = new Definition(name, 7, 3, every, 0, of.config());
            runtime.reset();
            long[] text = TestModels.texts(new Random(1), of.config(), 1, of.config().maxPositions())[0];
            for (int step = 0; step < text.length; step++) {
                int held = expected.kept(0, 0).size();
                expected.append(step);
                expected.after(model.step(step, (int) text[step], step, expected::kept), model);
                assertTrue(expected.margin() > 1e-5, "rounding decides at step " + step + "; choose another seed");
                cache.writeTokens(new long[] {text[step]});
                runtime.force();
                runtime.launch(held + 1, 1);
                held = expected.kept(0, 0).size();
                int[] origins = cache.origins();
                for (int layer = 0; layer < of.layers(); layer++) {
                    for (int head = 0; head < of.heads(); head++) {
                        int row = (scope == Scope.MODEL ? 0 : scope == Scope.LAYER ? layer : layer * of.heads() + head) * cache.capacity();
                        int[] kept = Arrays.copyOfRange(origins, row, row + held);
                        assertEquals(expected.kept(layer, head), Arrays.stream(kept).sorted().boxed().toList(), "step " + step);
                    }
                }
            }
        }
    }
}
