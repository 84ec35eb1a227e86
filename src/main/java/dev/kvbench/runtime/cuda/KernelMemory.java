package dev.kvbench.runtime.cuda;

import com.sun.jna.Memory;

/** Memory that a kernel reads and writes, where it runs. */
public interface KernelMemory {

    /** @return memory of that size, zeroed, its address a multiple of 256; {@link #free} gives it back */
    long allocate(long bytes);

    /** @param address from {@link #allocate} */
    void free(long address);

    /** Copies host memory there and waits. */
    void upload(long to, Memory from);
}
