package dev.kvbench.quality;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.Place;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.NotNumbers;
import dev.kvbench.decode.Positions;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import dev.kvbench.torch.OnHost;
import dev.kvbench.torch.ScriptFile;
import dev.kvbench.torch.TorchModule;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Decodes given sequences: every step is fed the text's own token, whatever the model would have chosen, with the same
 * loop, eviction and kernels as in generation, and its prediction of the token that follows is scored. Predictions are
 * scored where they are, in fp64; only the scores come to the host.
 */
final class TeacherForcing implements AutoCloseable {

    /** How a model is run. */
    record Setting(Weights weights, Runtimes runtime, Positions positions, int batch) {}

    private final Setting setting;
    private final long[][] sequences;
    private final int steps;
    private final int batches;
    private final NDManager manager;
    private final TorchModule module;
    private final PtNDArray out;
    private final IValue outValue;
    private final Reference reference;
    private final TokenScores full;

    /**
     * Decodes with the full cache.
     *
     * @param setting how the model is run
     * @param sequences S sequences of T + 1 tokens each
     * @param keepBytes most memory that the full cache's logits may take for later; beyond it they are made anew
     * @param stepDone told of every step
     * @throws NotNumbers if the model's logits are none
     */
    TeacherForcing(Setting setting, long[][] sequences, long keepBytes, Runnable stepDone) {
        this.setting = setting;
        this.sequences = sequences;
        steps = sequences[0].length - 1;
        batches = (sequences.length + setting.batch - 1) / setting.batch;
        manager = NDManager.newBaseManager(setting.weights.device(), "PyTorch");
        module = new TorchModule(ScriptFile.read("quality.py"), Map.of(), setting.weights.device());
        out = (PtNDArray) manager.zeros(new Shape(3, setting.batch, steps), DataType.FLOAT64);
        outValue = IValue.from(out);
        long vocabulary = setting.weights.shape().vocabulary();
        boolean keep = batches * setting.batch * steps * vocabulary * Float.BYTES <= keepBytes;
        reference = keep
                ? new Reference.Kept(batches, new Shape(steps, setting.batch, vocabulary), setting.weights.device())
                : new Reference.Beside(loop(Strategies.FULL.create(StrategyParameters.NONE)));
        try {
            full = decode(batch -> Strategies.FULL.create(StrategyParameters.NONE), keep, stepDone);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @return the full cache's scores; its divergence is 0 */
    TokenScores full() {
        return full;
    }

    /** @return steps of one decoding of all sequences */
    int totalSteps() {
        return batches * steps;
    }

    /**
     * Decodes with a strategy.
     *
     * @param strategy by batch: a strategy that chooses at random chooses anew in each
     * @param stepDone told of every step
     * @return its scores
     * @throws NotNumbers if its logits are none
     */
    TokenScores with(IntFunction<EvictionStrategy> strategy, Runnable stepDone) {
        return decode(strategy, false, stepDone);
    }

    private DecodeLoop loop(EvictionStrategy strategy) {
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, setting.weights.dtype(), setting.runtime,
                setting.weights.device().isGpu());
        return new DecodeLoop(setting.weights, strategy, setting.runtime, form, setting.positions, setting.batch, steps);
    }

    private TokenScores decode(IntFunction<EvictionStrategy> strategy, boolean keep, Runnable stepDone) {
        TokenScores scores = new TokenScores(sequences.length);
        DecodeLoop loop = null;
        try {
            for (int batch = 0; batch < batches; batch++) {
                if (batch == 0 || !strategy.apply(batch).equals(strategy.apply(batch - 1))) {
                    if (loop != null) {
                        loop.close();
                    }
                    loop = loop(strategy.apply(batch));
                }
                EvictionStrategy evicts = strategy.apply(batch);
                decode(loop, evicts, batch, keep, stepDone);
                double[] values = OnHost.read(out, PtNDArray::toDoubleArray);
                check(values, evicts, batch, steps);
                scores.put(batch * setting.batch, setting.batch, steps, values);
            }
        } finally {
            if (loop != null) {
                loop.close();
            }
        }
        return scores;
    }

    /** TokenScores are numbers where the logits that they are made of are: one infinite logit makes the divergence infinite or NaN. */
    private void check(double[] values, EvictionStrategy evicts, int batch, int done) {
        for (int t = 0; t < done; t++) {
            for (int b = 0; b < setting.batch && batch * setting.batch + b < sequences.length; b++) {
                if (!Double.isFinite(values[b * steps + t]) || !Double.isFinite(values[(setting.batch + b) * steps + t])) {
                    throw new NotNumbers(setting.weights, evicts, t, batch * setting.batch + b + 1);
                }
            }
        }
    }

    private void decode(DecodeLoop loop, EvictionStrategy evicts, int batch, boolean keep, Runnable stepDone) {
        try (NDManager text = NDManager.newBaseManager(setting.weights.device(), "PyTorch");
                IValue logits = IValue.from(loop.cache().at(Place.LOGITS));
                IValue tokens = IValue.from(tokens(text, batch))) {
            loop.reset(fed(batch, 0));
            reference.begin(batch);
            for (int t = 0; t < steps; t++) {
                long[] fed = fed(batch, t);
                loop.force(fed);
                loop.step();
                reference.step(t, fed);
                try (IValue step = IValue.from((long) t); IValue index = IValue.from((long) reference.index())) {
                    if (keep) {
                        module.run("keep", logits, reference.logits(), index).close();
                    }
                    module.run("score", logits, reference.logits(), index, tokens, outValue, step).close();
                }
                if (t == 0) {
                    // a broken model is told before the whole text is decoded
                    check(OnHost.read(out, PtNDArray::toDoubleArray), evicts, batch, 1);
                }
                stepDone.run();
            }
        }
    }

    /** Row b of a batch; rows beyond the last sequence repeat the first one. */
    private long[] row(int batch, int b) {
        int index = batch * setting.batch + b;
        return sequences[index < sequences.length ? index : 0];
    }

    private long[] fed(int batch, int t) {
        long[] fed = new long[setting.batch];
        for (int b = 0; b < fed.length; b++) {
            fed[b] = row(batch, b)[t];
        }
        return fed;
    }

    private PtNDArray tokens(NDManager manager, int batch) {
        long[] all = new long[setting.batch * (steps + 1)];
        for (int b = 0; b < setting.batch; b++) {
            System.arraycopy(row(batch, b), 0, all, b * (steps + 1), steps + 1);
        }
        return (PtNDArray) manager.create(all, new Shape(setting.batch, steps + 1));
    }

    @Override
    public void close() {
        reference.close();
        outValue.close();
        module.close();
        manager.close();
    }
}
