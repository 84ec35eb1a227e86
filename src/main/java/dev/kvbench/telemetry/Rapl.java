package dev.kvbench.telemetry;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processors' own energy counters (RAPL), as Linux shows them in /sys/class/powercap: of all sockets together, with their caches and
 * without memory. AMD's are there by the same name.
 */
public final class Rapl implements EnergyCounter {

    /** Where Linux has them. */
    public static final Path ZONES = Path.of("/sys/class/powercap");

    /** A socket's folder; those within it, such as intel-rapl:0:0, are parts of it. */
    private static final String SOCKET = "intel-rapl:\\d+";

    /** More than any socket draws. */
    private static final double MOST_WATTS = 1000;

    /** One socket's counter: the last value, and what was counted, µJ. */
    private static final class Socket {
        private final Path file;
        private final long range;
        private long last;
        private long counted;

        Socket(Path file, long range, long last) {
            this.file = file;
            this.range = range;
            this.last = last;
        }
    }

    private final List<Socket> sockets = new ArrayList<>();

    /**
     * @param zones {@link #ZONES}
     * @throws NotAvailable if there are none, or they may not be read
     */
    public Rapl(Path zones) throws NotAvailable {
        try (Stream<Path> all = Files.exists(zones) ? Files.list(zones) : Stream.empty()) {
            for (Path zone : all.filter(z -> z.getFileName().toString().matches(SOCKET)).sorted().toList()) {
                // another kind of zone, the whole board, would be counted twice
                if (Files.readString(zone.resolve("name")).startsWith("package")) {
                    Path file = zone.resolve("energy_uj");
                    sockets.add(new Socket(file, number(zone.resolve("max_energy_range_uj")), number(file)));
                }
            }
        } catch (IOException e) {
            throw new NotAvailable(zones + ": cannot be read");
        }
        if (sockets.isEmpty()) {
            throw new NotAvailable("no energy counter (RAPL) of the processor in " + zones + "; virtual machines have none");
        }
    }

    private static long number(Path file) throws NotAvailable {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (AccessDeniedException e) {
            throw new NotAvailable(file + " may not be read: root may, or sudo chmod a+r " + file);
        } catch (IOException | NumberFormatException e) {
            throw new NotAvailable(file + " cannot be read");
        }
    }

    @Override
    public String words() {
        return sockets.size() == 1 ? "RAPL, the processor" : "RAPL, " + sockets.size() + " processors";
    }

    /** Adds up what each socket took since it was asked last, so that each may begin anew in its own time. */
    @Override
    public long microjoules() throws NotAvailable {
        long sum = 0;
        for (Socket socket : sockets) {
            long now = number(socket.file);
            // max_energy_range_uj is the largest value: 0 comes after it
            socket.counted += now >= socket.last ? now - socket.last : now - socket.last + socket.range + 1;
            socket.last = now;
            sum += socket.counted;
        }
        return sum;
    }

    @Override
    public double longestSeconds() {
        return sockets.stream().mapToLong(s -> s.range).min().orElseThrow() / 1e6 / MOST_WATTS;
    }
}
