package dev.kvbench.model;

import ai.djl.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as its family computes it: beside the shape, the arrays that it is made of and the source of its layers. Who
 * only reads sizes takes a {@link ModelShape}.
 */
public interface Architecture extends ModelShape {

    /** @return what kind of model it is */
    Family family();

    /** @return every array of the weights, in the order in which {@link #source} reads them */
    List<WeightTensor> tensors();

    /** @return the layers in TorchScript: the methods that {@code torchscript/step.py} calls */
    String source();

    /**
     * @return what the source reads of {@code self} beyond the sizes of a {@link ModelShape}: Integer or Double by name
     */
    Map<String, Number> attributes();

    /** @return whether layers turn keys by their positions, so that where an entry's may change they must be cached before that */
    default boolean turnsKeys() {
        return false;
    }

    /** @return where its layers have their arrays, if they are such layers, whose products kernels can chain; empty if they are others */
    default Optional<GatedLayers> gatedLayers() {
        return Optional.empty();
    }

    /** @return the form that takes weights as they are stored, and any number of tokens per sequence */
    default StepForm plainForm() {
        return StepForm.PLAIN;
    }

    /**
     * @param dtype element type
     * @param device where steps run
     * @param batch sequences
     * @return the form in which steps of one token per sequence are fastest there
     */
    default StepForm fastestForm(Dtype dtype, Device device, int batch) {
        return plainForm();
    }
}
