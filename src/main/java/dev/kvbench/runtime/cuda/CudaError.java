package dev.kvbench.runtime.cuda;

/** A CUDA call failed for a reason that no other runtime cures, such as an illegal access: a fault, after which the device is of no use. */
public final class CudaError extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param reason the call, the error's number and CUDA's words for it */
    CudaError(String reason) {
        super(reason);
    }
}
