package dev.kvbench.runtime.cuda;

import ai.djl.Device;
import dev.kvbench.decode.TestModels;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernel for many sequences at sizes that nobody chose, run on the CPU, against libtorch's operators. More of them by
 * {@code -Dfuzz.cases=100}, others by {@code -Dfuzz.seed=7}.
 */
@Tag("native")
class FuzzedStepTest {

    private static final int CASES = Integer.getInteger("fuzz.cases", 8);
    private static final int SEED = Integer.getInteger("fuzz.seed", 1);

    @TempDir
    static Path folder;

    private static EmulatedKernel kernels;

    @BeforeAll
    static void needsACompiler() {
        kernels = EmulatedCase.kernels(folder);
    }

    static Stream<EmulatedCase> cases() {
        return IntStream.range(0, CASES).mapToObj(i -> draw(new Random(1000L * SEED + i)));
    }

    private static EmulatedCase draw(Random random) {
        Dtype dtype = one(random, List.of(Dtype.FP32, Dtype.FP32, Dtype.FP16, Dtype.BF16));
        boolean exact = dtype == Dtype.FP32;
        int batch = new Gpt2Kernel().mostSequences(dtype) + 1 + random.nextInt(random.nextBoolean() ? 8 : 32);
        int heads;
        int headDim;
        do {
            heads = 1 + random.nextInt(6);
            headDim = one(random, exact ? List.of(4, 8, 16, 32, 64) : List.of(8, 16, 32, 64));
        } while (heads * headDim * dtype.bytes() % 64 != 0 || heads * headDim > 192);
        // rounding decides between entries of nearly equal scores where operators round them to 16 bits
        String name = one(random, exact ? List.of("h2o", "h2o-head", "tova", "sinks", "window") : List.of("window", "sinks"));
        int window = 5 + random.nextInt(8);
        int start = random.nextInt(3) * random.nextInt(40);
        return EmulatedCase.of(dtype, 0, heads, headDim, 1 + random.nextInt(random.nextBoolean() ? 4 : 40), batch,
                TestStrategies.with(TestStrategies.of(name, window, random.nextInt(window), 1 + random.nextInt(3)),
                        one(random, List.of(Removal.values()))))
                .layers(1 + random.nextInt(2)).from(start).room(random.nextBoolean() ? 0 : room(random, batch));
    }

    /** Bytes for activations: so few that rows come in passes, or blocks share them. */
    private static int room(Random random, int batch) {
        return (batch + 15) / 16 * 16 * 64 * (2 + random.nextInt(4));
    }

    private static <T> T one(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheOperators(EmulatedCase of) {
        boolean exact = of.dtype() == Dtype.FP32;
        // sharp weights make much of little: of rounding too, which operators do differently in 16 bits
        try (Weights weights = exact ? TestModels.sharp(of.config(), 11, of.dtype(), Device.cpu())
                : Weights.synthetic(of.config(), of.dtype(), Device.cpu(), 9)) {
            of.compare(kernels, weights, exact ? EmulatedCase.STEPS : 10, exact ? 3e-5 : of.dtype() == Dtype.FP16 ? 2e-3 : 2e-2);
        }
    }
}
