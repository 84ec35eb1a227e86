package dev.kvbench.runtime.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** A kernel's one argument, a struct of addresses and numbers, written field by field in their order. */
final class KernelStruct {

    private final Memory struct;
    private final Memory pointer = new Memory(Native.POINTER_SIZE);
    private long at;

    /** @param bytes of the struct, with what the compiler leaves free behind the last field */
    KernelStruct(int bytes) {
        struct = new Memory(bytes);
        pointer.setPointer(0, struct);
    }

    /** @return this, to be written anew */
    KernelStruct begin() {
        at = 0;
        return this;
    }

    /** Addresses, or numbers of 64 bits. */
    KernelStruct put(long... values) {
        struct.write(at, values, 0, values.length);
        at += (long) values.length * Long.BYTES;
        return this;
    }

    /** Numbers of 32 bits. */
    KernelStruct put(int... values) {
        struct.write(at, values, 0, values.length);
        at += (long) values.length * Integer.BYTES;
        return this;
    }

    KernelStruct put(float value) {
        struct.setFloat(at, value);
        at += Float.BYTES;
        return this;
    }

    /** @return as a launch takes it */
    Pointer pointer() {
        return pointer;
    }
}
