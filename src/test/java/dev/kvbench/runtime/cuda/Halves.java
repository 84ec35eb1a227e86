package dev.kvbench.runtime.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.kvbench.model.Dtype;
import java.util.Random;
import java.util.stream.IntStream;

/** Arrays of 16-bit elements in host memory, for kernels that an emulator runs. */
final class Halves {

    /** Behind what a kernel may write. */
    private static final short MARK = 0x1234;
    private static final int SPARE = 3;

    private final Dtype dtype;
    private final Memory memory;
    private final int count;

    /** Elements that are written, followed by some that nobody may write; the address is a multiple of 16. */
    Halves(Dtype dtype, float... exact) {
        this.dtype = dtype;
        count = exact.length;
        memory = new Memory((long) (count + SPARE) * Short.BYTES + 16).align(16);
        for (int i = 0; i < count + SPARE; i++) {
            memory.setShort((long) i * Short.BYTES, i < count ? bits(exact[i]) : MARK);
        }
    }

    /** Sixteenths from -1.5 to 1.5, which both types have. */
    static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (random.nextInt(49) - 24) / 16f;
        }
        return numbers;
    }

    /** @return the address of an element */
    long at(int element) {
        return Pointer.nativeValue(memory) + (long) element * Short.BYTES;
    }

    /** @return elements, widened */
    double[] read(int first, int some) {
        return IntStream.range(first, first + some).mapToDouble(i -> widened(memory.getShort((long) i * Short.BYTES) & 0xffff)).toArray();
    }

    /** @return whether nothing was written behind the end */
    boolean endIsWhole() {
        return IntStream.range(count, count + SPARE).allMatch(i -> memory.getShort((long) i * Short.BYTES) == MARK);
    }

    private short bits(float exact) {
        int bits = Float.floatToRawIntBits(exact);
        if (dtype == Dtype.BF16) {
            return (short) (bits >>> 16);
        }
        return exact == 0 ? 0 : (short) (bits >>> 16 & 0x8000 | (Math.getExponent(exact) + 15) << 10 | bits >>> 13 & 0x3ff);
    }

    private double widened(int bits) {
        if (dtype == Dtype.BF16) {
            return Float.intBitsToFloat(bits << 16);
        }
        int exponent = bits >> 10 & 31;
        double size = exponent == 31 ? Double.NaN
                : exponent == 0 ? Math.scalb((double) (bits & 0x3ff), -24) : Math.scalb((double) (bits & 0x3ff | 0x400), exponent - 25);
        return bits >> 15 == 0 ? size : -size;
    }
}
