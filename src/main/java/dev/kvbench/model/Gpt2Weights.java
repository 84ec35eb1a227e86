package dev.kvbench.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.torch.Casts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A GPT-2 model's parameters on one device, in the order in which the step's TorchScript source reads
 * them: token and position embedding, 12 arrays a layer, final norm. Matrices are [out, in], the order
 * matrix-vector products stream through fastest.
 */
public final class Gpt2Weights implements AutoCloseable {

    /** Arrays per layer. */
    public static final int PER_LAYER = 12;

    private final Gpt2Config config;
    private final Dtype dtype;
    private final String kind;
    private final NDManager manager;
    private final PtNDArray[] arrays;

    private Gpt2Weights(Gpt2Config config, Dtype dtype, String kind, NDManager manager, List<NDArray> arrays) {
        this.config = config;
        this.dtype = dtype;
        this.kind = kind;
        this.manager = manager;
        this.arrays = arrays.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new);
    }

    /**
     * Makes weights by GPT-2's own initialisation: matrices and embeddings normal with standard deviation
     * 0.02, residual projections scaled by 1/√(2·layers), biases zero, norms one. They are drawn in fp32
     * where they go, so a seed gives the same model on every run, but another on a GPU than on the CPU.
     *
     * @param config the shape
     * @param dtype element type
     * @param device where they go
     * @param seed the seed
     * @return the weights; the caller closes them
     */
    public static Gpt2Weights synthetic(Gpt2Config config, Dtype dtype, Device device, int seed) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        return build(config, dtype, device, device, "synthetic", (manager, parameter) -> switch (parameter.kind()) {
            case NORM_GAIN -> manager.ones(parameter.shape(), DataType.FLOAT32);
            case BIAS -> manager.zeros(parameter.shape(), DataType.FLOAT32);
            case MATRIX -> manager.randomNormal(0f, 0.02f, parameter.shape(), DataType.FLOAT32);
            case RESIDUAL -> manager.randomNormal(
                    0f, (float) (0.02 / Math.sqrt(2.0 * config.layers())), parameter.shape(), DataType.FLOAT32);
        });
    }

    /**
     * Loads a checkpoint in the Hugging Face layout. Its Conv1D matrices, [in, out], are transposed.
     *
     * @param config the shape, from the checkpoint's config.json
     * @param tensors the checkpoint's tensors
     * @param dtype element type to convert to
     * @param device where they go
     * @return the weights; the caller closes them
     * @throws dev.kvbench.UserError if a tensor is missing or has another shape
     */
    public static Gpt2Weights load(Gpt2Config config, Safetensors tensors, Dtype dtype, Device device) {
        return build(config, dtype, device, Device.cpu(), "checkpoint " + config.name(), (manager, parameter) -> {
            boolean conv1d = parameter.inBlock() && parameter.shape().dimension() == 2;
            Shape stored = conv1d
                    ? new Shape(parameter.shape().get(1), parameter.shape().get(0))
                    : parameter.shape();
            float[] values = tensors.floats(parameter.name(), stored.getShape());
            NDArray array = manager.create(values, stored);
            return conv1d ? array.transpose().duplicate() : array;
        });
    }

    private static Gpt2Weights build(
            Gpt2Config config,
            Dtype dtype,
            Device device,
            Device source,
            String kind,
            BiFunction<NDManager, Gpt2Parameter, NDArray> values) {
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        List<NDArray> arrays = new ArrayList<>();
        for (Gpt2Parameter parameter : Gpt2Parameter.all(config)) {
            try (NDManager host = NDManager.newBaseManager(source, "PyTorch")) {
                PtNDArray single = (PtNDArray) values.apply(host, parameter).toDevice(device, false);
                PtNDArray placed = dtype == Dtype.FP32 ? single : Casts.to(single, dtype.dataType());
                placed.attach(manager);
                arrays.add(placed);
            }
        }
        return new Gpt2Weights(config, dtype, kind, manager, arrays);
    }

    /** @return the model's shape */
    public Gpt2Config config() {
        return config;
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

    /** @return the arrays in the order of {@link Gpt2Parameter#all} */
    public PtNDArray[] arrays() {
        return arrays.clone();
    }

    /** @return bytes of weights that a decode step reads: all but the position embeddings */
    public long stepBytes() {
        long elements = 0;
        for (PtNDArray array : arrays) {
            elements += array.size();
        }
        return (elements - arrays[1].size()) * dtype.bytes();
    }

    @Override
    public void close() {
        manager.close();
    }
}
