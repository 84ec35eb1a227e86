package dev.kvbench.runtime;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import com.sun.jna.Pointer;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.runtime.cuda.AttentionKernel;
import dev.kvbench.runtime.cuda.DeviceTensors;
import dev.kvbench.runtime.cuda.LayerProducts;
import dev.kvbench.torch.TorchModule;

/** A step on a GPU in parts, the methods that step.py is made of, between which kernels of our own run. */
final class StepParts {

    /**
     * What runs between operators, on a stream.
     *
     * @param attention attention's kernel; null where operators compute it
     * @param products the layers' products; null where operators do
     * @param stream where all is launched, or captured
     */
    record Kernels(AttentionKernel attention, LayerProducts products, Pointer stream) {}

    private final TorchModule module;
    private final IValue weights;
    private final IValue state;
    private final int layers;
    private final KvCache cache;

    /**
     * @param module with the methods of step.py, within.py and apart.py, and of chained.py if products are ours; it and the values stay the
     *     caller's
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
    void step(int n, int advance, Kernels kernels) {
        try (IValue length = IValue.from((long) n)) {
            around(module.run("open", weights, state, length), n, advance, 0, kernels);
        }
    }

    /** {@link TorchScriptRuntime#operatorsAroundWithin}. */
    void stepWithin(int bound, int advance, int grow, Kernels kernels) {
        long held = new DeviceTensors().address(cache.at(Place.LENGTH));
        try (IValue length = IValue.from((long) bound); IValue more = IValue.from((long) grow)) {
            around(module.run("open_within", weights, state, length, more), bound, advance, held, kernels);
        }
    }

    private void around(IValue opened, int n, int advance, long held, Kernels kernels) {
        try (Values open = new Values(opened);
                IValue length = IValue.from((long) n);
                IValue toNextPosition = IValue.from((long) advance);
                Values room = new Values(module.run("room_for_attention", weights, open.of(Open.X), length));
                Values inside = kernels.products == null ? null : new Values(module.run("room_for_products", weights, open.of(Open.X)));
                PtNDManager arrays = manager()) {
            Room rooms = new Room(room.of(0), room.of(0).toTensor(arrays), room.of(1).toTensor(arrays), held);
            if (inside == null) {
                for (int layer = 0; layer < layers; layer++) {
                    layer(layer, open, length, rooms, kernels);
                }
                module.run("close", weights, state, open.of(Open.X), open.of(Open.ROWS), open.of(Open.NEW), length, toNextPosition)
                        .close();
            } else {
                PtNDArray x = open.of(Open.X).toTensor(arrays);
                for (int layer = 0; layer < layers; layer++) {
                    chained(layer, open, length, rooms, x, inside.of(0), inside.of(1).toTensor(arrays), kernels);
                }
                kernels.products.logits(x, cache.at(Place.LOGITS), kernels.stream);
                module.run("close_after_logits", state, open.of(Open.ROWS), open.of(Open.NEW), length, toNextPosition).close();
            }
        }
    }

    /**
     * What all layers' attention writes.
     *
     * @param out the heads' outputs [B, >= H * Dh]
     * @param outputs the same
     * @param logits [B, H, >= n] fp32
     * @param held the address of the entries held; 0 where that is known
     */
    private record Room(IValue out, PtNDArray outputs, PtNDArray logits, long held) {}

    /** Products are operators. */
    private void layer(int layer, Values open, IValue length, Room room, Kernels kernels) {
        try (IValue number = IValue.from((long) layer)) {
            // what attention reads is given back once it is launched: what is launched later may write there
            try (Values of = new Values(module.run("before_attention", weights, state, open.of(Open.X), open.of(Open.TURN),
                    open.of(Open.PLACES), open.of(Open.ROWS), open.of(Open.NEW), number, length))) {
                attend(of, room, kernels);
            }
            open.replace(Open.X, module.run("after_attention", weights, open.of(Open.X), room.out, number));
        }
    }

    /** Products are kernels. */
    private void chained(
            int layer, Values open, IValue length, Room room, PtNDArray x, IValue heads, PtNDArray gated, Kernels kernels) {
        LayerProducts products = kernels.products;
        try (IValue number = IValue.from((long) layer); PtNDManager arrays = manager()) {
            products.input(layer, x, heads.toTensor(arrays), kernels.stream);
            try (Values of = new Values(module.run("heads_before_attention", weights, state, heads, open.of(Open.TURN),
                    open.of(Open.PLACES), open.of(Open.ROWS), open.of(Open.NEW), number, length))) {
                if (kernels.attention == null) {
                    try (IValue a = module.run("attention_of", of.of(0), of.of(1), of.of(2), of.of(3), open.of(Open.NEW), length)) {
                        products.output(layer, a.toTensor(arrays), x, kernels.stream);
                    }
                } else {
                    attend(of, room, kernels);
                    products.output(layer, room.outputs, x, kernels.stream);
                }
            }
            products.gated(layer, x, gated, kernels.stream);
            products.down(layer, gated, x, kernels.stream);
        }
    }

    private void attend(Values of, Room room, Kernels kernels) {
        try (PtNDManager views = manager()) {
            kernels.attention.launch(new AttentionKernel.Operands(of.of(0).toTensor(views), of.of(1).toTensor(views),
                    of.of(2).toTensor(views), room.outputs, of.of(3).toTensor(views), room.logits, room.held), kernels.stream);
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
