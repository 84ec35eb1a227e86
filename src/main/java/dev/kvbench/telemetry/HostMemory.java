package dev.kvbench.telemetry;

import com.sun.jna.Native;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of the host that this process has, bytes: what lies in memory, not what is only reserved.
 *
 * @param resident now
 * @param peak the most so far
 */
public record HostMemory(long resident, long peak) {

    /** Where Linux tells it of the process that asks. */
    static final Path STATUS = Path.of("/proc/self/status");

    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final Path FORGET = Path.of("/proc/self/clear_refs");
    private static final Path FIRST_TO_GO = Path.of("/proc/self/oom_score_adj");
    private static final long KIB = 1024;

    /** What others on the machine are left, at least, bytes, and as a share of what is available. */
    private static final double RESERVE = 1e9;
    private static final double RESERVED = 0.1;

    /**
     * @return what Linux says of this process
     * @throws NotAvailable if it says nothing
     */
    public static HostMemory here() throws NotAvailable {
        return of(STATUS);
    }

    /**
     * @param status {@link #STATUS}
     * @return what it says
     * @throws NotAvailable if it says nothing
     */
    static HostMemory of(Path status) throws NotAvailable {
        List<String> lines = lines(status);
        return new HostMemory(bytes(lines, "VmRSS:", status), bytes(lines, "VmHWM:", status));
    }

    /** The C library of Linux. */
    private static final class Library {

        static {
            Native.register("c");
        }

        private Library() {}

        /** Gives freed memory back to the system; pad: bytes to keep. */
        static native int malloc_trim(long pad);
    }

    /**
     * Gives memory that was freed back to the system, and makes the peak what is resident then, as Linux lets a process do.
     *
     * @throws NotAvailable if it does not
     */
    public static void forgetPeak() throws NotAvailable {
        try {
            Library.malloc_trim(0);
        } catch (LinkageError e) {
            // a C library without it keeps more for later
        }
        try {
            Files.writeString(FORGET, "5");
        } catch (IOException e) {
            throw new NotAvailable(FORGET + " cannot be written; only Linux has it");
        }
    }

    /** Lets the kernel end this process before any other, where memory runs out; does nothing where it cannot be told. */
    public static void goFirst() {
        try {
            Files.writeString(FIRST_TO_GO, "1000");
        } catch (IOException e) {
            // then it ends whichever it likes
        }
    }

    /** @return bytes of the machine or container that a process may take and leave some to others; 0 where nobody tells */
    public static long toSpare() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try {
            return toSpare(MACHINE, system.getTotalMemorySize(), system.getFreeMemorySize());
        } catch (NotAvailable e) {
            return 0;
        }
    }

    /** Of a container, whose limit is below what the machine has, what it has free. */
    static long toSpare(Path machine, long total, long free) throws NotAvailable {
        List<String> lines = lines(machine);
        long available = bytes(lines, "MemAvailable:", machine);
        if (total < bytes(lines, "MemTotal:", machine)) {
            available = Math.min(available, free);
        }
        return Math.max(0, Math.round(available - Math.max(RESERVE, RESERVED * available)));
    }

    private static List<String> lines(Path file) throws NotAvailable {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new NotAvailable(file + " cannot be read; only Linux has it");
        }
    }

    /** A line such as "VmRSS:     1234 kB". */
    private static long bytes(List<String> lines, String name, Path status) throws NotAvailable {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst()
                .map(line -> KIB * Long.parseLong(line.replaceAll("\\D", "")))
                .orElseThrow(() -> new NotAvailable(status + " has no " + name.replace(":", "")));
    }
}
