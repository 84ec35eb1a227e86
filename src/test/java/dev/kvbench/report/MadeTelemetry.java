package dev.kvbench.report;

import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A result with what was seen of its machine: all of one configuration, nearly nothing of the other. */
public final class MadeTelemetry {

    private MadeTelemetry() {}

    private static Telemetry.Sample sample(String phase, int iteration, Integer megahertz, Integer celsius) {
        return new Telemetry.Sample(1, phase, iteration, 512L, megahertz == null
                ? new Telemetry.Seen(null, null, null, null, null, null, null, null, null, null, null, null, null)
                : new Telemetry.Seen(megahertz, 2619, celsius, 700_000L, List.of("sync boost"), 0, 5_000_000_000L, 1_900_000_000L,
                        2_100_000_000L, 231_000_000L, 900_000_000L, 1_200_000L, 12_000_000L));
    }

    /** The {@linkplain MadeResults#small small} result's full cache with every field, its H2O with none that is not always there. */
    public static ResultFolder of(Path folder) throws IOException {
        Telemetry all = new Telemetry(List.of(sample("warmup", 1, 345, 90), sample("measurement", 1, 1980, 41),
                sample("measurement", 2, 1965, 52)), List.of(new Telemetry.Probe(1, "start", "copy bandwidth", 2.9e12)),
                new Telemetry.Energy("NVML, the whole card", 0.4512, 0.44, 0.46, 2, 2, 0.1, 0.12, null),
                new Telemetry.Memory(5_200_000_000L, 47_000_000L, 49_000_000L, -1_000_000L, 2_100_000_000L), null);
        Telemetry none = new Telemetry(List.of(sample("measurement", 1, null, null)), List.of(),
                Telemetry.Energy.none(null, null, "no counter"), new Telemetry.Memory(null, null, null, null, null),
                Map.of("energy", "no counter", "temperature", "NVML error 3"));
        ResultFolder result = MadeResults.small(folder);
        StepsFile steps = result.readSteps();
        List<StepsFile.Configuration> seen = new ArrayList<>();
        for (StepsFile.Configuration c : steps.configurations()) {
            seen.add(new StepsFile.Configuration(c.benchmark(), c.label(), c.params(), c.weights(), c.attention(), c.runtime(), c.device(),
                    c.cacheBytesPerEntry(), c.gpu(), c.iterations(), null, null, seen.isEmpty() ? all : none));
        }
        result.writeSteps(new StepsFile(steps.schema(), steps.version(), steps.created(), steps.command(), steps.units(),
                steps.fingerprint(), seen, null, List.of(new StepsFile.Drift("copy bandwidth", "B/s", 2.9e12, 2.91e12, 2.89e12)), null,
                null));
        return result;
    }
}
