package dev.kvbench.quality;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.Place;
import dev.kvbench.decode.DecodeLoop;
import java.util.ArrayList;
import java.util.List;

/** The full cache's logits for every step of every batch: kept, or made anew where they would take too much memory. */
sealed interface Reference extends AutoCloseable {

    /**
     * Begins a batch.
     *
     * @param batch its number
     */
    void begin(int batch);

    /**
     * Goes on to step t of the batch.
     *
     * @param t the step
     * @param fed the tokens it is fed, one per sequence
     */
    void step(int t, long[] fed);

    /** @return an array [n, B, V] that holds the step's logits at {@link #index} */
    IValue logits();

    /** @return where in {@link #logits} those of the step are */
    int index();

    @Override
    void close();

    /** All logits in memory, in fp32. */
    final class Kept implements Reference {

        private final List<IValue> batches = new ArrayList<>();
        private final NDManager manager;
        private int batch;
        private int step;

        Kept(int batches, Shape shape, Device device) {
            manager = NDManager.newBaseManager(device, "PyTorch");
            for (int i = 0; i < batches; i++) {
                this.batches.add(IValue.from((PtNDArray) manager.create(shape, DataType.FLOAT32)));
            }
        }

        @Override
        public void begin(int which) {
            batch = which;
        }

        @Override
        public void step(int t, long[] fed) {
            step = t;
        }

        @Override
        public IValue logits() {
            return batches.get(batch);
        }

        @Override
        public int index() {
            return step;
        }

        @Override
        public void close() {
            batches.forEach(IValue::close);
            manager.close();
        }
    }

    /** A loop with the full cache that decodes beside the other. */
    final class Beside implements Reference {

        private final DecodeLoop full;
        private final PtNDArray view;
        private final IValue logits;

        /** @param full the loop; closed with this */
        Beside(DecodeLoop full) {
            this.full = full;
            view = full.cache().at(Place.LOGITS).expandDims(0);
            logits = IValue.from(view);
        }

        @Override
        public void begin(int batch) {
            full.reset(0);
        }

        @Override
        public void step(int t, long[] fed) {
            full.force(fed);
            full.step();
        }

        @Override
        public IValue logits() {
            return logits;
        }

        @Override
        public int index() {
            return 0;
        }

        @Override
        public void close() {
            logits.close();
            view.close();
            full.close();
        }
    }
}
