package dev.kvbench.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.kvbench.Cleanup;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.Finite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A model's weights on one device, in the order in which the step's TorchScript source reads them. Matrices are [out,
 * in], the order matrix-vector products stream through fastest.
 */
public final class Weights implements AutoCloseable {

    /** Kind of weights that nobody trained. */
    public static final String SYNTHETIC = "synthetic";

    private final Architecture shape;
    private final Dtype dtype;
    private final String kind;
    private final NDManager manager;
    private final PtNDArray[] arrays;
    /** How they are arranged; null for as they are stored. */
    private Arrangement arrangement;

    /**
     * Weights that are there already.
     *
     * @param shape the shape
     * @param dtype element type
     * @param kind where they are from, in words
     * @param manager owns the arrays, on their device; closed with the weights
     * @param arrays in the order of {@link Architecture#tensors}
     */
    public Weights(Architecture shape, Dtype dtype, String kind, NDManager manager, List<NDArray> arrays) {
        this.shape = shape;
        this.dtype = dtype;
        this.kind = kind;
        this.manager = manager;
        this.arrays = arrays.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new);
    }

    /**
     * Makes weights by the family's own initialisation, {@link WeightTensor.Initialisation}. They are drawn in fp32
     * where they go, so a seed gives the same model on every run, but another on a GPU than on the CPU.
     *
     * @param shape the shape
     * @param dtype element type
     * @param device where they go
     * @param seed the seed
     * @return the weights; the caller closes them
     */
    public static Weights synthetic(Architecture shape, Dtype dtype, Device device, int seed) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        List<NDArray> arrays = new ArrayList<>();
        for (WeightTensor tensor : shape.tensors()) {
            try (NDManager drawing = NDManager.newBaseManager(device, "PyTorch")) {
                PtNDArray single = (PtNDArray) drawn(drawing, tensor, shape.layers());
                PtNDArray placed = dtype == Dtype.FP32 ? single : Casts.to(single, dtype.dataType());
                placed.attach(manager);
                arrays.add(placed);
            } catch (RuntimeException | Error e) {
                Cleanup.after(e, manager);
                throw e;
            }
        }
        return new Weights(shape, dtype, SYNTHETIC, manager, arrays);
    }

    private static NDArray drawn(NDManager manager, WeightTensor tensor, int layers) {
        return switch (tensor.initialisation()) {
            case ONE -> manager.ones(tensor.shape(), DataType.FLOAT32);
            case ZERO -> manager.zeros(tensor.shape(), DataType.FLOAT32);
            case NORMAL -> manager.randomNormal(0f, 0.02f, tensor.shape(), DataType.FLOAT32);
            case RESIDUAL -> manager.randomNormal(
                    0f, (float) (0.02 / Math.sqrt(2.0 * layers)), tensor.shape(), DataType.FLOAT32);
        };
    }

    /** @return the model's shape */
    public Architecture shape() {
        return shape;
    }

    /** @return element type */
    public Dtype dtype() {
        return dtype;
    }

    /** @return where the weights are from, in words: "synthetic" or "checkpoint NAME" */
    public String kind() {
        return kind;
    }

    /** @return the device they are on */
    public Device device() {
        return manager.getDevice();
    }

    /** @return the arrays as they are stored, in the order of {@link Architecture#tensors} */
    public PtNDArray[] arrays() {
        if (arrangement != null) {
            arrangement.restore(arrays, (PtNDManager) manager);
            arrangement = null;
        }
        return arrays.clone();
    }

    /**
     * The arrays in another arrangement. Weights are held once: they stay so until {@link #arrays()} is called, and
     * arrays that were handed out before are closed, tensor by tensor; what a runtime took in stays valid.
     *
     * @param wanted the arrangement
     * @return the arrays in the order of {@link Architecture#tensors}
     */
    public PtNDArray[] arrays(Arrangement wanted) {
        if (!wanted.equals(arrangement)) {
            arrays();
            wanted.arrange(arrays, (PtNDManager) manager);
            arrangement = wanted;
        }
        return arrays.clone();
    }

    /**
     * @return the name of the first tensor that has a value that is NaN or infinite; a matrix counts with what it is
     *     arranged with
     */
    public Optional<String> notFinite() {
        List<WeightTensor> tensors = shape.tensors();
        return IntStream.range(0, arrays.length).filter(i -> !Finite.all(arrays[i]))
                .mapToObj(i -> tensors.get(i).name()).findFirst();
    }

    /** @return bytes of weights that a decode step reads: those of the tensors that it reads whole */
    public long stepBytes() {
        return dtype.bytes()
                * shape.tensors().stream().filter(WeightTensor::readByStep).mapToLong(tensor -> tensor.shape().size()).sum();
    }

    /** @return arrays of its manager that nobody has closed: these, and what was computed from them and kept */
    public long liveArrays() {
        return manager.getManagedArrays().size();
    }

    @Override
    public void close() {
        manager.close();
    }
}
