package dev.kvbench.runtime;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.runtime.cuda.AttentionKernel;
import dev.kvbench.runtime.cuda.DeviceTensors;
import dev.kvbench.torch.TorchModule;
import java.util.function.Consumer;

/** The operators of a step on a GPU in parts, between which another computes attention: the methods that step.py is made of. */
final class StepParts {

    private final TorchModule module;
    private final IValue weights;
    private final IValue state;
    private final int layers;
    private final KvCache cache;

    /**
     * @param module with the methods of step.py, within.py and apart.py; it and the values stay the caller's
     * @param weights the model
     * @param state what a step writes
     * @param layers L
     * @param cache the same state
     */
    StepParts(TorchModule module, IValue weights, IValue state, int layers, KvCache cache) {
        this.module = module;
        this.weights = weights;
        this.state = state;
        this.layers = layers;
        this.cache = cache;
    }

    /** {@link TorchScriptRuntime#operatorsAround}. */
    void step(int n, int advance, Consumer<AttentionKernel.Operands> attend) {
        try (IValue length = IValue.from((long) n)) {
            around(module.run("open", weights, state, length), n, advance, 0, attend);
        }
    }

    /** {@link TorchScriptRuntime#operatorsAroundWithin}. */
    void stepWithin(int bound, int advance, int grow, Consumer<AttentionKernel.Operands> attend) {
        long held = new DeviceTensors().address(cache.at(Place.LENGTH));
        try (IValue length = IValue.from((long) bound); IValue more = IValue.from((long) grow)) {
            around(module.run("open_within", weights, state, length, more), bound, advance, held, attend);
        }
    }

    private void around(IValue opened, int n, int advance, long held, Consumer<AttentionKernel.Operands> attend) {
        try (Values open = new Values(opened);
                IValue length = IValue.from((long) n);
                IValue toNextPosition = IValue.from((long) advance);
                Values room = new Values(module.run("room_for_attention", weights, open.of(Open.X), length));
                PtNDManager arrays = manager()) {
            PtNDArray out = room.of(0).toTensor(arrays);
            PtNDArray logits = room.of(1).toTensor(arrays);
            for (int layer = 0; layer < layers; layer++) {
                try (IValue number = IValue.from((long) layer)) {
                    // what attention reads is given back once it is launched: what is launched later may write there
                    try (Values of = new Values(module.run("before_attention", weights, state, open.of(Open.X), open.of(Open.TURN),
                                    open.of(Open.PLACES), open.of(Open.ROWS), open.of(Open.NEW), number, length));
                            PtNDManager views = manager()) {
                        attend.accept(new AttentionKernel.Operands(of.of(0).toTensor(views), of.of(1).toTensor(views),
                                of.of(2).toTensor(views), out, of.of(3).toTensor(views), logits, held));
                    }
                    open.replace(Open.X, module.run("after_attention", weights, open.of(Open.X), room.of(0), number));
                }
            }
            module.run("close", weights, state, open.of(Open.X), open.of(Open.ROWS), open.of(Open.NEW), length, toNextPosition)
                    .close();
        }
    }

    private PtNDManager manager() {
        return (PtNDManager) NDManager.newBaseManager(cache.at(Place.CACHE).getDevice(), "PyTorch");
    }

    /** What `open` returns, by place. */
    private enum Open {
        X, TURN, PLACES, ROWS, NEW
    }

    /** Values of a tuple, closed with it. */
    private static final class Values implements AutoCloseable {

        private final IValue tuple;
        private final IValue[] values;

        Values(IValue tuple) {
            this.tuple = tuple;
            values = tuple.toIValueTuple();
        }

        IValue of(int place) {
            return values[place];
        }

        IValue of(Open place) {
            return values[place.ordinal()];
        }

        void replace(Open place, IValue by) {
            values[place.ordinal()].close();
            values[place.ordinal()] = by;
        }

        @Override
        public void close() {
            for (IValue value : values) {
                value.close();
            }
            tuple.close();
        }
    }
}
