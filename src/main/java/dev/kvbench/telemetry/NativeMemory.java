package dev.kvbench.telemetry;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;

/**
 * Memory that this process has from the C library, as tensors on the host have, and has not given back: exact to the byte, where
 * {@link HostMemory} also counts what the allocator or the Java heap keep for later. Only glibc from version 2.33 on tells it.
 */
final class NativeMemory {

    /** glibc's struct mallinfo2; each field a size_t. */
    @Structure.FieldOrder({"arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"})
    public static class MallInfo extends Structure implements Structure.ByValue {
        public long arena;
        public long ordblks;
        public long smblks;
        public long hblks;
        /** Bytes of blocks so large that each is mapped by itself. */
        public long hblkhd;
        public long usmblks;
        public long fsmblks;
        /** Bytes of all other blocks in use. */
        public long uordblks;
        public long fordblks;
        public long keepcost;
    }

    /** Called outside of what is timed alone. */
    private interface Functions extends Library {
        MallInfo mallinfo2();
    }

    private NativeMemory() {}

    /**
     * @return bytes in use
     * @throws NotAvailable if the C library does not tell
     */
    static long bytesInUse() throws NotAvailable {
        try {
            MallInfo info = Native.load("c", Functions.class).mallinfo2();
            return info.uordblks + info.hblkhd;
        } catch (UnsatisfiedLinkError e) {
            throw new NotAvailable("memory in use of the C library: only glibc from 2.33 on tells it");
        }
    }
}
