package dev.kvbench.model;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.Map;

/**
 * In which form a step's products go to libtorch. Forms of one model give the same logits up to rounding; a form equals
 * another of the same kind.
 */
public interface StepForm {

    /** The form of a family that has no other: every product by the linear operator, on weights as they are stored. */
    StepForm PLAIN = new StepForm() {
        @Override
        public Map<String, Number> attributes() {
            return Map.of();
        }

        @Override
        public Operands operands(Weights weights, int batch, NDManager owner) {
            return new Operands(weights.arrays(), weights.arrays());
        }
    };

    /**
     * Arrays that the layers' source is given as its weights.
     *
     * @param step for steps in this form
     * @param plain the same weights for {@link Architecture#plainForm}
     */
    record Operands(PtNDArray[] step, PtNDArray[] plain) {}

    /** @return what the source reads of {@code self} about the form: Integer or Double by name */
    Map<String, Number> attributes();

    /**
     * @param weights the weights; may be arranged anew, see {@link Weights#arrays(Arrangement)}
     * @param batch sequences
     * @param owner what arrays beside the weights belong to
     * @return the arrays; those of the weights stay the weights'
     */
    Operands operands(Weights weights, int batch, NDManager owner);
}
