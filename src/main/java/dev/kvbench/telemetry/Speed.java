package dev.kvbench.telemetry;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.kvbench.compare.Statistics;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.runtime.cuda.Unsupported;
import java.util.stream.DoubleStream;

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
                NDArray a = manager.ones(new Shape(SIZE, SIZE));
                long begun = System.nanoTime();
                while (System.nanoTime() - begun < WARM_UP_NANOS) {
                    seconds(a);
                }
                return 2.0 * SIZE * SIZE * SIZE / Statistics.median(DoubleStream.generate(() -> seconds(a)).limit(TIMES).toArray());
            }
        }

        private double seconds(NDArray a) {
            long start = System.nanoTime();
            a.matMul(a).close();
            return (System.nanoTime() - start) / 1e9;
        }
    };

    private static final int SIZE = 512;
    /** A process that has just begun makes its threads first, and clocks rise. */
    private static final long WARM_UP_NANOS = 50_000_000;
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
     * Measures it: some ten ms on a GPU, some hundred on a CPU.
     *
     * @return in {@link #unit}
     * @throws NotAvailable if it cannot be measured, such as where no memory is left
     */
    public abstract double measure() throws NotAvailable;
}
