package dev.kvbench.runtime.cuda;

/** What the driver's errors become. */
public final class CudaFailures {

    private CudaFailures() {}

    public static RuntimeException illegalAccess() {
        return CudaDriver.failure(700, "cuStreamSynchronize: CUDA error 700, an illegal memory access was encountered");
    }
}
