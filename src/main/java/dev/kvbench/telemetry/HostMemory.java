package dev.kvbench.telemetry;

import java.io.IOException;
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

    private static final long KIB = 1024;

    /**
     * @param status {@link #STATUS}
     * @return what it says
     * @throws NotAvailable if it says nothing
     */
    static HostMemory of(Path status) throws NotAvailable {
        try {
            List<String> lines = Files.readAllLines(status);
            return new HostMemory(bytes(lines, "VmRSS:", status), bytes(lines, "VmHWM:", status));
        } catch (IOException e) {
            throw new NotAvailable(status + " cannot be read; only Linux has it");
        }
    }

    /** A line such as "VmRSS:     1234 kB". */
    private static long bytes(List<String> lines, String name, Path status) throws NotAvailable {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst()
                .map(line -> KIB * Long.parseLong(line.replaceAll("\\D", "")))
                .orElseThrow(() -> new NotAvailable(status + " has no " + name.replace(":", "")));
    }
}
