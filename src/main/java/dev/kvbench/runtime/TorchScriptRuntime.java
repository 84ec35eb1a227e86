package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.StepForm;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.cuda.DeviceStep;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scores;
import dev.kvbench.torch.ScriptFile;
import dev.kvbench.torch.TorchModule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The runtime whose step is one call of a TorchScript method, model and strategy together. The module is put
 * together from the sources in {@code torchscript/} and the strategy's own.
 */
public final class TorchScriptRuntime implements StepRuntime {

    /** The runtime's name in parameters and results. */
    public static final String LABEL = "torchscript";

    private static final int SEED = 1;

    private final TorchModule module;
    /**
     * The same methods in the plain form, which takes any number of tokens; made for the first prompt if steps have
     * another.
     */
    private final Supplier<TorchModule> plain;
    private final IValue weights;
    private final IValue plainWeights;
    private final IValue state;
    private final NDManager owned;
    private final DeviceStep onDevice;
    private final Weights model;
    private final KvCache cache;
    private final EvictionStrategy strategy;
    private final AttentionForm attention;
    private final StepParts parts;
    private KvCache prompt;
    private TorchModule promptModule;

    /**
     * @param weights the model
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param form how to compute attention
     */
    public TorchScriptRuntime(
            Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
        this(weights, cache, strategy, form,
                weights.shape().fastestForm(weights.dtype(), weights.device(), cache.batch()));
    }

    /**
     * As above, with the form of products given.
     *
     * @param weights the model
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param form how to compute attention
     * @param products how to compute the other products
     */
    public TorchScriptRuntime(
            Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form, StepForm products) {
        attention = form.ofOperators();
        Architecture shape = weights.shape();
        Map<String, Number> attributes = new LinkedHashMap<>();
        attributes.put("layers", shape.layers());
        attributes.put("heads", shape.heads());
        attributes.put("keyValueHeads", shape.keyValueHeads());
        attributes.put("group", shape.heads() / shape.keyValueHeads());
        attributes.put("headDim", shape.headDim());
        attributes.put("width", shape.width());
        attributes.put("scale", 1 / Math.sqrt(shape.headDim()));
        add(attributes, EvictionSource.attributes(strategy));
        attributes.put("halves", EvictionSource.flag(weights.dtype().bytes() == 2));
        attributes.put("onGpu", EvictionSource.flag(weights.device().isGpu()));
        attributes.put("readsAttention", EvictionSource.flag(strategy.traits().readsAttention()));
        attributes.put("accumulates", EvictionSource.flag(strategy.traits().scores() != Scores.LAST));
        attributes.put("turnsWhenRead", EvictionSource.flag(cache.turnedWhenRead()));
        attributes.put("inOrder", EvictionSource.flag(strategy.schedule().window().isEmpty()
                || strategy.parameters().removal() == Removal.COMPACT));
        attributes.put("evicts", EvictionSource.flag(strategy.schedule().window().isPresent()));
        onDevice = weights.device().isGpu() ? deviceStep(cache) : null;
        attributes.put("readsBack", onDevice == null ? 1 : 0);
        add(attributes, shape.attributes());
        String source = Place.numbered(String.join("\n",
                ScriptFile.read("step.py"),
                ScriptFile.read("within.py"),
                ScriptFile.read("apart.py"),
                shape.gatedLayers().isPresent() ? ScriptFile.read("chained.py") : "",
                ScriptFile.read("prompt.py"),
                ScriptFile.read("draw.py"),
                shape.source(),
                ScriptFile.read("attention_" + attention.label() + ".py"),
                ScriptFile.read(cache.turnedWhenRead() ? "keys_turned_when_read.py" : "keys_as_cached.py"),
                EvictionSource.of(strategy)));
        module = module(source, attributes, products, weights.device());
        plain = () -> products.equals(shape.plainForm()) ? module
                : module(source, attributes, shape.plainForm(), weights.device());
        model = weights;
        this.cache = cache;
        this.strategy = strategy;
        owned = NDManager.newBaseManager(weights.device(), "PyTorch");
        StepForm.Operands operands = products.operands(weights, cache.batch(), owned);
        this.weights = IValue.listFrom(operands.step());
        plainWeights = IValue.listFrom(operands.plain());
        this.state = IValue.listFrom(cache.state());
        parts = new StepParts(module, this.weights, this.state, shape.layers(), cache);
    }

    private static TorchModule module(String source, Map<String, Number> attributes, StepForm products, Device device) {
        Map<String, Number> all = new LinkedHashMap<>(attributes);
        add(all, products.attributes());
        return new TorchModule(source, all, device);
    }

    /** Model, products and strategy are written apart, and share one module's names. */
    private static void add(Map<String, Number> attributes, Map<String, Number> more) {
        more.forEach((name, value) -> {
            if (attributes.put(name, value) != null) {
                throw new IllegalStateException("two parts of a step have an attribute " + name);
            }
        });
    }

    /** Without it the step still runs: TorchScript reads its tokens back, and its device time is not measured. */
    private static DeviceStep deviceStep(KvCache cache) {
        try {
            return new DeviceStep(cache);
        } catch (Unsupported e) {
            System.err.println("no device times: " + e.getMessage());
            return null;
        }
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public AttentionForm attention() {
        return attention;
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
    public void prefill(long[] tokens, int chunk, int position) {
        int length = tokens.length / cache.batch();
        int held = strategy.schedule().heldAfter(length);
        boolean apart = held < length;
        if (apart && (prompt == null || prompt.capacity() != length)) {
            closePrompt();
            prompt = new KvCache(model.shape(), model.dtype(), model.device(), cache.batch(), length,
                    strategy.traits().scope(), cache.turnedWhenRead());
        }
        if (onDevice != null) {
            onDevice.begin();
        }
        try (NDManager manager = NDManager.newBaseManager(model.device(), "PyTorch");
                IValue fed = IValue.from((PtNDArray) manager.create(tokens, new Shape(cache.batch(), length)));
                IValue room = IValue.listFrom((apart ? prompt : cache).state());
                IValue isApart = IValue.from((long) EvictionSource.flag(apart));
                IValue atOnce = IValue.from((long) chunk);
                IValue stay = IValue.from((long) held);
                IValue next = IValue.from((long) position)) {
            promptModule = promptModule == null ? plain.get() : promptModule;
            promptModule.run("prefill", plainWeights, state, room, isApart, fed, atOnce, stay, next).close();
        }
        if (onDevice != null) {
            onDevice.endWithCopy();
        }
        await();
    }

    @Override
    public void draw(int real, int length, int position) {
        Engine.getEngine("PyTorch").setRandomSeed(SEED);
        try (IValue from = IValue.from((long) real); IValue to = IValue.from((long) length); IValue at = IValue.from((long) position)) {
            run("draw", state, from, to, at);
        }
    }

    private void closePrompt() {
        if (prompt != null) {
            prompt.close();
            prompt = null;
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

    /**
     * @param n entries held with the step's own
     * @return whether {@link #operatorsWithin} can run such a step: it evicts nothing, and a score of the strategy's own does
     *     not ask which slot the new entry has
     */
    boolean appends(int n) {
        Scores scores = strategy.traits().scores();
        return !strategy.schedule().evicts(n)
                && (strategy.score().isEmpty() || scores == Scores.AT_WRITE || scores == Scores.AT_EVICTION);
    }

    /**
     * Calls the operators of a step that is the same for all lengths up to a bound.
     *
     * @param bound at least the entries held with the step's own
     * @param advance added to the position id
     * @param grow entries more than the device holds, by {@link #hold} or the last such step: 0 or 1
     */
    void operatorsWithin(int bound, int advance, int grow) {
        try (IValue length = IValue.from((long) bound);
                IValue toNextPosition = IValue.from((long) advance);
                IValue more = IValue.from((long) grow)) {
            run("step_within", weights, state, length, toNextPosition, more);
        }
    }

    /**
     * As {@link #operators}, with kernels of our own between them.
     *
     * @param n entries held with the step's own
     * @param advance added to the position id
     * @param kernels what computes attention or products
     */
    void operatorsAround(int n, int advance, StepParts.Kernels kernels) {
        parts.step(n, advance, kernels);
    }

    /**
     * As {@link #operatorsWithin}, with kernels of our own between them.
     *
     * @param bound at least the entries held with the step's own
     * @param advance added to the position id
     * @param grow entries more than the device holds: 0 or 1
     * @param kernels what computes attention or products
     */
    void operatorsAroundWithin(int bound, int advance, int grow, StepParts.Kernels kernels) {
        parts.stepWithin(bound, advance, grow, kernels);
    }

    /** @param length entries that the device takes to be held before the next step within a range */
    void hold(int length) {
        try (IValue entries = IValue.from((long) length)) {
            run("hold", state, entries);
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
        plainWeights.close();
        state.close();
        owned.close();
        module.close();
        if (promptModule != null && promptModule != module) {
            promptModule.close();
        }
        if (onDevice != null) {
            onDevice.close();
        }
    }
}
