package dev.kvbench.checkpoint;

import ai.djl.ndarray.types.DataType;
import java.util.Optional;

/** Element types of the safetensors format that take whole bytes. Weights are of the first three. */
public enum StoredType {
    /** IEEE single. */
    F32(4, DataType.FLOAT32),
    /** IEEE half. */
    F16(2, DataType.FLOAT16),
    /** bfloat16. */
    BF16(2, DataType.BFLOAT16),
    /** IEEE double. */
    F64(8, null),
    /** 64-bit integer. */
    I64(8, null),
    /** Unsigned 64-bit integer. */
    U64(8, null),
    /** Two singles. */
    C64(8, null),
    /** 32-bit integer. */
    I32(4, null),
    /** Unsigned 32-bit integer. */
    U32(4, null),
    /** 16-bit integer. */
    I16(2, null),
    /** Unsigned 16-bit integer. */
    U16(2, null),
    /** Byte. */
    I8(1, null),
    /** Unsigned byte. */
    U8(1, null),
    /** A byte per truth value. */
    BOOL(1, null),
    /** 8-bit float. */
    F8_E5M2(1, null),
    /** 8-bit float. */
    F8_E4M3(1, null),
    /** 8-bit exponent. */
    F8_E8M0(1, null);

    private final int bytes;
    private final DataType weights;

    StoredType(int bytes, DataType weights) {
        this.bytes = bytes;
        this.weights = weights;
    }

    static StoredType of(String name) {
        for (StoredType type : values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        return null;
    }

    /** @return bytes per element */
    public int bytes() {
        return bytes;
    }

    /** @return DJL's name for it; empty if weights are not of this type */
    Optional<DataType> weights() {
        return Optional.ofNullable(weights);
    }
}
