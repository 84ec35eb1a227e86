package dev.kvbench.runtime.cuda;

import java.util.Optional;

/** What CUDA calls the device that steps run on: the first of those that it shows this process, in its order. */
public final class DeviceName {

    private DeviceName() {}

    /** @return the first device's name, without taking memory on it; empty if there is no driver or no device */
    public static Optional<String> first() {
        try {
            return Optional.of(CudaDriver.firstName());
        } catch (Unsupported e) {
            return Optional.empty();
        }
    }
}
