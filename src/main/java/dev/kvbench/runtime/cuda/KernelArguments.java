package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;

/**
 * What launches of a kernel are given: addresses that stay, and what changes from step to step. Owns the kernel's
 * buffers.
 */
public interface KernelArguments extends AutoCloseable {

    /**
     * Sets what a step is about.
     *
     * @param n entries held with its own
     * @param advance added to the position id
     * @return the address of the argument's address, as a launch takes it; the same each time
     */
    Pointer of(int n, int advance);

    @Override
    void close();
}
