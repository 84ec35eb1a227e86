package dev.kvbench.runtime.cuda;

import static dev.kvbench.decode.StepAssertions.assertClose;
import static dev.kvbench.decode.StepAssertions.held;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Pointer;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A model, a launch and a strategy for the kernel on the CPU, and the comparison of its steps with the operators'.
 *
 * @param rows a warp takes at once, of few sequences: what the other sizes are chosen for
 * @param maxShared bytes of shared memory a block may have
 * @param start tokens of a prompt before the first step
 * @param room of many sequences: bytes for activations in shared memory, 0 for what the kernel takes
 */
record EmulatedCase(int rows, Dtype dtype, int layers, int heads, int headDim, int blocks, int batch, EvictionStrategy strategy,
        int maxShared, int start, int room) {

    static final int STEPS = 15;

    static EmulatedCase of(int rows, int heads, int headDim, int blocks, int batch, EvictionStrategy strategy) {
        return of(Dtype.FP32, rows, heads, headDim, blocks, batch, strategy);
    }

    static EmulatedCase of(Dtype dtype, int rows, int heads, int headDim, int blocks, int batch, EvictionStrategy strategy) {
        return new EmulatedCase(rows, dtype, 2, heads, headDim, blocks, batch, strategy, EmulatedKernel.H100_SHARED, 0, 0);
    }

    EmulatedCase layers(int layers) {
        return new EmulatedCase(rows, dtype, layers, heads, headDim, blocks, batch, strategy, maxShared, start, room);
    }

    EmulatedCase shared(int maxShared) {
        return new EmulatedCase(rows, dtype, layers, heads, headDim, blocks, batch, strategy, maxShared, start, room);
    }

    EmulatedCase from(int start) {
        return new EmulatedCase(rows, dtype, layers, heads, headDim, blocks, batch, strategy, maxShared, start, room);
    }

    EmulatedCase room(int room) {
        return new EmulatedCase(rows, dtype, layers, heads, headDim, blocks, batch, strategy, maxShared, start, room);
    }

    KernelSource source() {
        return room == 0 ? KernelSource.of(config(), dtype, batch) : new Gpt2WideKernel(room);
    }

    /** @return blocks of a launch on a card with so many multiprocessors as the case says */
    int launched() {
        return source().blocks(config(), dtype, batch, blocks);
    }

    /** @return kernels that are compiled into the folder; skips the test where there is no compiler */
    static EmulatedKernel kernels(Path folder) {
        assumeTrue(Files.exists(Path.of("/proc/self/maps")), "needs Linux to find libtorch in this process");
        String compiler = EmulatedKernel.compiler().orElse(null);
        assumeTrue(compiler != null, "needs g++ or clang++ on the PATH to run the CUDA source on the CPU");
        Engine.getEngine("PyTorch");  // loads libtorch
        return new EmulatedKernel(compiler, folder);
    }

    /** @return a thread that compiles what the cases need in their order, while those that are compiled run */
    static Thread compileAhead(EmulatedKernel kernels, Stream<EmulatedCase> cases) {
        Thread ahead = new Thread(() -> cases.forEach(of -> {
            try {
                of.kernel(kernels);
            } catch (AssertionError e) {
                // its own test says so
            }
        }));
        ahead.start();
        return ahead;
    }

    Gpt2Config config() {
        return new Gpt2Config("emulated", layers, heads, heads * headDim, 61, start + STEPS, 1e-5);
    }

    EmulatedKernel.Functions kernel(EmulatedKernel kernels) {
        if (batch <= new Gpt2Kernel().mostSequences(dtype)) {
            assertEquals(rows, Gpt2Kernel.Block.of(config(), dtype, batch, blocks).chunkRows(), "rows of a chunk");
        }
        return kernels.compile(source(), config(), dtype, batch, launched(), maxShared);
    }

    EmulatedRuntime emulated(EmulatedKernel kernels, Weights weights, KvCache cache, int seed) {
        return new EmulatedRuntime(source(), kernel(kernels), weights, cache, strategy, launched(), seed);
    }

    KvCache cache(Weights weights) {
        return new KvCache(weights.shape(), weights.dtype(), weights.device(), batch,
                DecodeLoop.capacity(strategy, weights.shape().maxPositions()), strategy.traits().scope());
    }

    /** Steps of both, each on a cache of its own: everything that they leave, slot by slot. */
    void compare(EmulatedKernel kernels, Weights weights, int steps, double tolerance) {
        compare(kernels, weights, steps, tolerance, false);
    }

    /**
     * @param together whether every step finds what the operators left, so that no rounding adds up
     */
    void compare(EmulatedKernel kernels, Weights weights, int steps, double tolerance, boolean together) {
        boolean exact = dtype == Dtype.FP32;
        DeviceTensors tensors = new DeviceTensors();
        try (KvCache expected = cache(weights);
                KvCache actual = cache(weights);
                StepRuntime operators = new TorchScriptRuntime(weights, expected, strategy, AttentionForm.EXPLICIT);
                StepRuntime emulated = emulated(kernels, weights, actual, 1)) {
            Random random = new Random(batch);
            for (StepRuntime runtime : List.of(operators, emulated)) {
                runtime.reset();
                if (start > 0) {
                    runtime.prefill(text(new Random(3), start), start, start);
                }
            }
            int held = strategy.schedule().heldAfter(start);
            for (int step = 0; step < steps; step++) {
                String when = " of step " + step;
                // both go their own way from their own tokens; near a tie, rounding to 16 bits would part them
                if (step % 3 == 0 || !exact) {
                    long[] tokens = text(random, 1);
                    expected.writeTokens(tokens);
                    actual.writeTokens(tokens);
                    operators.force();
                    emulated.force();
                }
                if (together) {
                    for (Place place : Place.values()) {
                        copy(tensors, expected.at(place), actual.at(place));
                    }
                }
                int advance = step % 5 == 4 ? 0 : 1;
                operators.launch(held + 1, advance);
                emulated.launch(held + 1, advance);
                held = strategy.schedule().heldAfter(held + 1);
                assertClose(expected.logits(), actual.logits(), tolerance, "logits" + when);
                if (exact) {
                    assertArrayEquals(tokens(expected), tokens(actual), "tokens" + when);
                }
                assertArrayEquals(count(expected), count(actual), "count" + when);
                assertArrayEquals(held(expected.origins(), expected.capacity(), held),
                        held(actual.origins(), actual.capacity(), held), "origins" + when);
                assertClose(expected.scores(), actual.scores(), tolerance, "scores" + when);
                assertClose(held(expected, headDim, held), held(actual, headDim, held), tolerance, "cache" + when);
            }
        }
    }

    private static void copy(DeviceTensors tensors, PtNDArray from, PtNDArray to) {
        int bytes = Math.toIntExact(from.size() * from.getDataType().getNumOfBytes());
        new Pointer(tensors.address(to)).write(0, new Pointer(tensors.address(from)).getByteArray(0, bytes), 0, bytes);
    }

    /** Random tokens, so many for each sequence. */
    private long[] text(Random random, int length) {
        return random.longs((long) batch * length, 0, config().vocabulary()).toArray();
    }

    private static long[] count(KvCache cache) {
        return cache.at(Place.STEPS).toLongArray();
    }

    private static long[] tokens(KvCache cache) {
        long[] tokens = new long[cache.batch()];
        cache.readTokens(tokens);
        return tokens;
    }

    @Override
    public String toString() {
        return dtype.label() + ", " + rows + " rows a chunk, " + heads + " heads of " + headDim + ", " + blocks + " blocks, "
                + batch + " sequences, " + strategy.describe() + (start == 0 ? "" : ", from " + start + " tokens")
                + (room == 0 ? "" : ", room of " + room + " bytes");
    }
}
