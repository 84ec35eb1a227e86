package dev.kvbench.telemetry;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.kvbench.compare.Statistics;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.runtime.cuda.Unsupported;

/** How fast the machine itself is, by something that no commit of this project changes: measured again later, it tells drift. */
public enum Speed {
    /** A copy within device memory, which is what a step on a GPU waits for. */
    COPY("copy bandwidth", "B/s") {
        @Override
        public double measure() throws NotAvailable {
            try {
                return DeviceMemory.copyBytesPerSecond();
            } catch (Unsupported e) {
                throw new NotAvailable(words() + ": " + e.getMessage());
            }
        }
    },
    /** A product of two matrices of one size by libtorch on the CPU. */
    PRODUCT("fixed product", "FLOP/s") {
        @Override
        public double measure() {
            try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
                // [SIZE, SIZE]
                NDArray a = manager.randomUniform(0, 1, new Shape(SIZE, SIZE));
                double[] seconds = new double[TIMES];
                for (int i = -WARM_UP; i < TIMES; i++) {
                    long start = System.nanoTime();
                    a.matMul(a).close();
                    if (i >= 0) {
                        seconds[i] = (System.nanoTime() - start) / 1e9;
                    }
                }
                return 2.0 * SIZE * SIZE * SIZE / Statistics.median(seconds);
            }
        }
    };

    private static final int SIZE = 512;
    private static final int WARM_UP = 3;
    private static final int TIMES = 9;

    private final String words;
    private final String unit;

    Speed(String words, String unit) {
        this.words = words;
        this.unit = unit;
    }

    /** @return what is measured */
    public String words() {
        return words;
    }

    /** @return its unit, the more the faster */
    public String unit() {
        return unit;
    }

    /**
     * Measures it, in some ten ms.
     *
     * @return in {@link #unit}
     * @throws NotAvailable if it cannot be measured, such as where no memory is left
     */
    public abstract double measure() throws NotAvailable;
}
