package dev.kvbench.runtime;

import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Gpt2Config;
import dev.kvbench.model.Gpt2Weights;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.TorchModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Launches each step as one call of a TorchScript method: model, strategy and read-back together. The
 * module is put together from the sources in {@code torchscript/} and the strategy's own.
 */
public final class TorchScriptRuntime implements StepRuntime {

    private final TorchModule module;
    private final IValue weights;
    private final IValue state;

    /**
     * @param weights the model
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param form how to compute attention
     */
    public TorchScriptRuntime(
            Gpt2Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
        Gpt2Config config = weights.config();
        Map<String, Number> attributes = new LinkedHashMap<>();
        attributes.put("layers", config.layers());
        attributes.put("heads", config.heads());
        attributes.put("headDim", config.headDim());
        attributes.put("width", config.width());
        attributes.put("scale", 1 / Math.sqrt(config.headDim()));
        attributes.put("epsilon", config.layerNormEpsilon());
        attributes.put("window", strategy.window());
        attributes.put("heavyHitters", strategy.heavyHitters());
        String source = String.join("\n",
                resource("gpt2.py"),
                resource("attention_" + form.label() + ".py"),
                resource("eviction.py"),
                strategy.torchScript());
        module = new TorchModule(source, attributes, weights.device());
        this.weights = IValue.listFrom(weights.arrays());
        this.state = IValue.listFrom(cache.state());
    }

    private static String resource(String name) {
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
    public void step(int n, int advance) {
        try (IValue length = IValue.from((long) n);
                IValue toNextPosition = IValue.from((long) advance)) {
            run("step", weights, state, length, toNextPosition);
        }
    }

    private void run(String method, IValue... arguments) {
        module.run(method, arguments).close();
    }

    @Override
    public void close() {
        weights.close();
        state.close();
        module.close();
    }
}
