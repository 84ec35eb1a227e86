package dev.kvbench.bench;

import dev.kvbench.results.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was seen of the machine in a line, for the log. */
final class TelemetryText {

    private TelemetryText() {}

    /**
     * @param telemetry of a configuration
     * @return energy, memory, and what is not available with the reasons
     */
    static String line(Telemetry telemetry) {
        List<String> parts = new ArrayList<>();
        Telemetry.Energy energy = telemetry.energy();
        parts.add(energy.joulesPerToken() == null ? "energy not available: " + energy.absent()
                : String.format(Locale.ROOT, "%.4g J a token ± %.0f %%, by %s, which moves every %.3g ms", energy.joulesPerToken(),
                        100 * energy.resolution(), energy.counter(), 1e3 * energy.updateSeconds()));
        Telemetry.Memory memory = telemetry.memory();
        add(parts, "device memory at most", memory.devicePeakBytes());
        add(parts, "keys and values at the end", memory.cacheBytes());
        add(parts, "cache as allocated", memory.cacheAllocatedBytes());
        add(parts, "less than a full cache's by", memory.cacheFreedBytes());
        add(parts, "host memory at most", memory.hostPeakBytes());
        if (telemetry.absent() != null) {
            telemetry.absent().entrySet().stream().filter(a -> !a.getKey().equals("energy")).map(Map.Entry::getValue).distinct()
                    .forEach(why -> parts.add("not available: " + why));
        }
        return "# Machine: " + String.join("; ", parts);
    }

    private static void add(List<String> parts, String what, Long bytes) {
        if (bytes != null) {
            parts.add(String.format(Locale.ROOT, "%s %.4g MB", what, bytes / 1e6));
        }
    }
}
