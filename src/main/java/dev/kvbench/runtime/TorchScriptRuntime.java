package dev.kvbench.runtime;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Gpt2Config;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.cuda.DeviceStep;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.TorchModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Launches each step as one call of a TorchScript method, model and strategy together. The module is put
 * together from the sources in {@code torchscript/} and the strategy's own.
 */
public final class TorchScriptRuntime implements StepRuntime {

    private final TorchModule module;
    private final IValue weights;
    private final IValue state;
    private final NDManager rows;
    private final DeviceStep onDevice;
    private final Weights model;
    private final KvCache cache;
    private final EvictionStrategy strategy;
    private KvCache prompt;

    /**
     * @param weights the model
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param form how to compute attention
     */
    public TorchScriptRuntime(
            Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
        this(weights, cache, strategy, form,
                Products.of(weights.shape(), weights.dtype(), weights.device(), cache.batch()));
    }

    /** As above, with the form of products given. */
    TorchScriptRuntime(
            Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form, Products products) {
        Gpt2Config config = weights.shape();
        Map<String, Number> attributes = new LinkedHashMap<>();
        attributes.put("layers", config.layers());
        attributes.put("heads", config.heads());
        attributes.put("headDim", config.headDim());
        attributes.put("width", config.width());
        attributes.put("scale", 1 / Math.sqrt(config.headDim()));
        attributes.put("epsilon", config.layerNormEpsilon());
        attributes.put("window", strategy.window());
        attributes.put("heavyHitters", strategy.heavyHitters());
        attributes.put("limit", strategy.longest() == Integer.MAX_VALUE ? Integer.MAX_VALUE : strategy.longest() - 1);
        attributes.put("readsAttention", strategy.readsAttention() ? 1 : 0);
        attributes.put("accumulates", strategy.accumulates() ? 1 : 0);
        attributes.put("traced", cache.traced() ? 1 : 0);
        attributes.put("countsSteps", cache.traced() || strategy.readsSteps() ? 1 : 0);
        onDevice = weights.device().isGpu() ? deviceStep(cache) : null;
        attributes.put("columnwise", products.columnwise() ? 1 : 0);
        attributes.put("pieces", products.pieces());
        attributes.put("activatesInProduct", products.activates() ? 1 : 0);
        attributes.put("biasColumn", products.biasColumn() ? 1 : 0);
        attributes.put("readsBack", onDevice == null ? 1 : 0);
        String source = String.join("\n",
                resource("gpt2.py"),
                config.activation().torchScript(),
                resource("attention_" + form.label() + ".py"),
                resource("prefill.py"),
                resource("eviction.py"),
                strategy.torchScript());
        module = new TorchModule(source, attributes, weights.device());
        model = weights;
        this.cache = cache;
        this.strategy = strategy;
        rows = NDManager.newBaseManager(weights.device(), "PyTorch");
        this.weights = IValue.listFrom(products.biasColumn() ? withRows(weights, cache.batch()) : weights.arrays());
        this.state = IValue.listFrom(cache.state());
    }

    /** The weights with biases as columns, and the rows that those are multiplied by. */
    private PtNDArray[] withRows(Weights weights, int batch) {
        PtNDArray[] arrays = weights.withBiasColumns();
        PtNDArray[] list = Arrays.copyOf(arrays, arrays.length + 2);
        list[arrays.length] = row(weights, batch, weights.shape().width());
        list[arrays.length + 1] = row(weights, batch, weights.shape().inner());
        return list;
    }

    private PtNDArray row(Weights weights, int batch, int width) {
        int padded = width + weights.biasColumns();
        float[] values = new float[batch * padded];
        for (int b = 0; b < batch; b++) {
            values[b * padded + width] = 1;
        }
        return Casts.to((PtNDArray) rows.create(values, new Shape(batch, padded)), weights.dtype().dataType());
    }

    /** Without it the step still runs: TorchScript reads its tokens back, and nothing tells its device time. */
    private static DeviceStep deviceStep(KvCache cache) {
        try {
            return new DeviceStep(cache);
        } catch (Unsupported e) {
            System.err.println("no device times: " + e.getMessage());
            return null;
        }
    }

    /**
     * @param name a file of {@code torchscript/}
     * @return its text
     */
    public static String resource(String name) {
        try (InputStream in = TorchScriptRuntime.class.getResourceAsStream("/torchscript/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String label() {
        return Runtimes.TORCHSCRIPT.label();
    }

    @Override
    public void reset() {
        run("reset", state);
    }

    @Override
    public void force() {
        run("force", state);
    }

    @Override
    public void prefill(long[] tokens, int position) {
        int length = tokens.length / cache.batch();
        if (prompt == null || prompt.capacity() != length) {
            closePrompt();
            prompt = new KvCache(model.shape(), model.dtype(), model.device(), cache.batch(), length,
                    strategy.scope() != EvictionStrategy.Scope.MODEL, strategy.scope() == EvictionStrategy.Scope.HEAD,
                    cache.traced());
        }
        if (onDevice != null) {
            onDevice.begin();
        }
        try (NDManager manager = NDManager.newBaseManager(model.device(), "PyTorch");
                IValue fed = IValue.from((PtNDArray) manager.create(tokens, new Shape(cache.batch(), length)));
                IValue temporary = IValue.listFrom(prompt.state());
                IValue held = IValue.from((long) strategy.heldAfter(length));
                IValue next = IValue.from((long) position)) {
            run("prefill", weights, state, temporary, fed, held, next);
        }
        if (onDevice != null) {
            onDevice.endWithCopy();
        }
        await();
    }

    private void closePrompt() {
        if (prompt != null) {
            prompt.close();
        }
    }

    @Override
    public void launch(int n, int advance) {
        if (onDevice != null) {
            onDevice.begin();
        }
        operators(n, advance);
        if (onDevice != null) {
            onDevice.endWithCopy();
        }
    }

    /**
     * Calls the step's operators, nothing around them.
     *
     * @param n entries held with the step's own
     * @param advance added to the position id
     */
    public void operators(int n, int advance) {
        try (IValue length = IValue.from((long) n);
                IValue toNextPosition = IValue.from((long) advance)) {
            run("step", weights, state, length, toNextPosition);
        }
    }

    @Override
    public void await() {
        if (onDevice != null) {
            onDevice.await();
        }
    }

    @Override
    public void timeOnDevice(boolean on) {
        if (onDevice != null) {
            onDevice.time(on);
        }
    }

    @Override
    public long deviceNanos() {
        return onDevice == null ? -1 : onDevice.nanos();
    }

    /** @return what surrounds a step on the GPU; null where there is none */
    public DeviceStep deviceStep() {
        return onDevice;
    }

    private void run(String method, IValue... arguments) {
        module.run(method, arguments).close();
    }

    @Override
    public void close() {
        closePrompt();
        weights.close();
        state.close();
        rows.close();
        module.close();
        if (onDevice != null) {
            onDevice.close();
        }
    }
}
