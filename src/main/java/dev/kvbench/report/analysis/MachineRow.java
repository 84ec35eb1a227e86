package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Energy, memory and clocks of a configuration, in the units that people read. A field is null where nothing tells it.
 *
 * @param name its configuration's
 * @param joulesPerToken energy of a token
 * @param resolution what that is known to within, relative
 * @param energyAbsent why there is none
 * @param deviceMb most device memory in use, by all processes
 * @param cacheMb keys and values held after the last step
 * @param allocatedMb the cache's tensors
 * @param freedMb by how much those of a full cache of as many steps are larger
 * @param hostMb most memory of the host
 * @param megahertz SM clock after measured iterations, from the lowest to the highest
 * @param celsius highest temperature after them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MachineRow(String name, Double joulesPerToken, Double resolution, String energyAbsent, Double deviceMb, Double cacheMb,
        Double allocatedMb, Double freedMb, Double hostMb, String megahertz, Integer celsius) {

    /**
     * @param files results
     * @return a row for each configuration of theirs that the machine was looked at with
     */
    public static List<MachineRow> all(List<StepsFile> files) {
        List<StepsFile.Configuration> seen = files.stream().flatMap(f -> f.configurations().stream())
                .filter(c -> c.telemetry() != null).toList();
        boolean several = seen.stream().map(StepsFile.Configuration::benchmark).distinct().count() > 1;
        List<MachineRow> rows = new ArrayList<>();
        for (StepsFile file : files) {
            Captions captions = new Captions(file, seen);
            file.configurations().stream().filter(c -> c.telemetry() != null).forEach(c -> rows.add(
                    of((several ? Score.benchmark(c) + ": " : "") + captions.of(c).full(), c.telemetry())));
        }
        return rows;
    }

    /** @return of one configuration */
    static MachineRow of(String name, Telemetry telemetry) {
        Telemetry.Energy energy = telemetry.energy();
        Telemetry.Memory memory = telemetry.memory();
        IntSummaryStatistics clock = numbers(telemetry, Telemetry.Seen::smMegahertz);
        IntSummaryStatistics warmth = numbers(telemetry, Telemetry.Seen::celsius);
        return new MachineRow(name, energy.joulesPerToken(), energy.resolution(), energy.absent(), mb(memory.devicePeakBytes()),
                mb(memory.cacheBytes()), mb(memory.cacheAllocatedBytes()), mb(memory.cacheFreedBytes()), mb(memory.hostPeakBytes()),
                clock.getCount() == 0 ? null : clock.getMin() == clock.getMax() ? "" + clock.getMax()
                        : clock.getMin() + " to " + clock.getMax(),
                warmth.getCount() == 0 ? null : warmth.getMax());
    }

    private static IntSummaryStatistics numbers(Telemetry telemetry, Function<Telemetry.Seen, Integer> of) {
        Stream<Telemetry.Sample> measured = telemetry.samples().stream().filter(Telemetry.Sample::measured);
        return measured.map(Telemetry.Sample::seen).map(of).filter(Objects::nonNull).mapToInt(n -> n).summaryStatistics();
    }

    private static Double mb(Long bytes) {
        return bytes == null ? null : bytes / 1e6;
    }
}
