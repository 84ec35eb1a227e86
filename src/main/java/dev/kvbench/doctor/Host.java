package dev.kvbench.doctor;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import dev.kvbench.host.Card;
import dev.kvbench.runtime.cuda.FirstCard;
import dev.kvbench.torch.Libtorch;
import java.util.Optional;

/**
 * What a machine has that libtorch stands on.
 *
 * @param driver whether an NVIDIA driver runs
 * @param card name of the first card and version of its driver; null if not known
 * @param cuda the CUDA that the driver is made for as it says it, 12080 for 12.8; 0 where its library libcuda.so.1 is not found
 * @param glibc version of the GNU C library; null where it is another C library
 */
public record Host(boolean driver, String card, int cuda, String glibc) {

    private interface Cuda extends Library {
        int cuDriverGetVersion(IntByReference version);
    }

    private interface LibC extends Library {
        String gnu_get_libc_version();
    }

    /** @return this machine */
    public static Host here() {
        Optional<Card> card = FirstCard.find();
        return new Host(Libtorch.driverPresent() || card.isPresent(), card.map(Host::described).orElse(null), cudaHere(), glibcHere());
    }

    private static String described(Card card) {
        return card.name() + (card.driver() == null ? "" : ", driver " + card.driver());
    }

    private static int cudaHere() {
        try {
            IntByReference version = new IntByReference();
            return Native.load("libcuda.so.1", Cuda.class).cuDriverGetVersion(version) == 0 ? version.getValue() : 0;
        } catch (LinkageError e) {
            return 0;
        }
    }

    private static String glibcHere() {
        try {
            return Native.load("c", LibC.class).gnu_get_libc_version();
        } catch (LinkageError e) {
            return null;
        }
    }
}
