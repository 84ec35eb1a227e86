package dev.kvbench.model;

import ai.djl.ndarray.types.DataType;
import dev.kvbench.Suggestions;
import java.util.Arrays;

/** Element type of the weights and the cache. Eviction scores are fp32 whatever it is. */
public enum Dtype {
    /** IEEE single. */
    FP32("fp32", DataType.FLOAT32, 4),
    /** IEEE half. */
    FP16("fp16", DataType.FLOAT16, 2),
    /** bfloat16. */
    BF16("bf16", DataType.BFLOAT16, 2);

    private final String label;
    private final DataType dataType;
    private final int bytes;

    Dtype(String label, DataType dataType, int bytes) {
        this.label = label;
        this.dataType = dataType;
        this.bytes = bytes;
    }

    /**
     * @param label "fp32", "fp16" or "bf16"
     * @return the type
     * @throws dev.kvbench.UserError if there is no such type
     */
    public static Dtype of(String label) {
        return Arrays.stream(values())
                .filter(d -> d.label.equals(label))
                .findFirst()
                .orElseThrow(() -> Suggestions.unknown(
                        "dtype", label, Arrays.stream(values()).map(Dtype::label).toList()));
    }

    /** @return the name in parameters and results */
    public String label() {
        return label;
    }

    /** @return DJL's name for it */
    public DataType dataType() {
        return dataType;
    }

    /** @return bytes per element */
    public int bytes() {
        return bytes;
    }
}
