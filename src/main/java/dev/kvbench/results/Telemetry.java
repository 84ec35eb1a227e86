package dev.kvbench.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What was seen of the machine while a configuration ran, between its iterations; nothing is asked within what is timed. A field is
 * absent where this machine does not tell it.
 *
 * @param samples one per iteration of every fork, in order
 * @param probes how fast the machine itself was, by fork
 * @param energy what a token took
 * @param memory what it took
 * @param absent what could not be had, and why, in one line each; null if all could
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Telemetry(List<Sample> samples, List<Probe> probes, Energy energy, Memory memory, Map<String, String> absent) {

    /**
     * One iteration.
     *
     * @param fork 1, 2, …
     * @param phase as that of an {@link StepsFile.Iteration}
     * @param iteration 1, 2, … within fork and phase
     * @param tokens that it decoded, all sequences; null where it is none that decodes alone
     * @param seen what was seen at its end
     * @param live what its process still held then; null where nobody looked
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Sample(int fork, String phase, int iteration, Long tokens, Seen seen, Live live) {

        /** One of which nobody looked at what was held. */
        public Sample(int fork, String phase, int iteration, Long tokens, Seen seen) {
            this(fork, phase, iteration, tokens, seen, null);
        }

        /** @return whether the iteration counts */
        public boolean measured() {
            return StepsFile.Iteration.MEASUREMENT.equals(phase);
        }
    }

    /**
     * What a process still holds as an iteration ends; what a step makes and frees is not in it.
     *
     * @param arrays tensors of the loop, its model and its runtime that nobody has closed
     * @param nativeBytes memory that the process has from the C library
     * @param heapBytes of the Java heap in use behind the last collection of garbage before the iteration
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Live(Long arrays, Long nativeBytes, Long heapBytes) {}

    /**
     * What was seen right after the last step of an iteration.
     *
     * @param smMegahertz clock of the GPU's multiprocessors
     * @param memoryMegahertz clock of its memory
     * @param celsius its temperature
     * @param powerLimitMilliwatts the power that it keeps within
     * @param clockEvents why its clocks are not higher, in words
     * @param otherProcesses that compute on it
     * @param deviceBytes its memory in use, by all processes
     * @param residentBytes memory of the host that the benchmark's process has
     * @param residentPeakBytes the most so far
     * @param energyMicrojoules that the device took during the iteration
     * @param energyNanos the time that this is of
     * @param pauseMicrojoules that it took since the end of the iteration before; null for a process's first
     * @param pauseNanos the time that this is of
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Seen(Integer smMegahertz, Integer memoryMegahertz, Integer celsius, Long powerLimitMilliwatts,
            List<String> clockEvents, Integer otherProcesses, Long deviceBytes, Long residentBytes, Long residentPeakBytes,
            Long energyMicrojoules, Long energyNanos, Long pauseMicrojoules, Long pauseNanos) {}

    /**
     * How fast the machine itself was, by something that no commit changes.
     *
     * @param fork 1, 2, …
     * @param at "start", "middle" or "end" of the fork
     * @param of what was measured: "copy bandwidth" or "fixed product"
     * @param value in the unit of that: B/s or FLOP/s
     */
    public record Probe(int fork, String at, String of, double value) {}

    /**
     * Energy of a token: of whole measured iterations, what is between their steps in it. Iterations that are short beside the
     * counter's steps are counted in stretches of several, pauses of at most a tenth between them in it.
     *
     * @param counter what counted, in words
     * @param joulesPerToken median over the stretches; null where {@code absent} says why
     * @param low the least of them
     * @param high the most of them
     * @param iterations how many iterations are in them
     * @param stretches how many they are
     * @param updateSeconds from one step of the counter to the next, as measured
     * @param resolution that over the shortest one's time: what each of them is known to within, relative
     * @param absent why there is none, in one line
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Energy(String counter, Double joulesPerToken, Double low, Double high, Integer iterations, Integer stretches,
            Double updateSeconds, Double resolution, String absent) {

        /** @return one that there is none of */
        public static Energy none(String counter, Double updateSeconds, String why) {
            return new Energy(counter, null, null, null, null, null, updateSeconds, null, why);
        }
    }

    /**
     * Memory, bytes.
     *
     * @param devicePeakBytes most of the device's memory that was in use after an iteration, by all processes; libtorch's allocator
     *     gives nothing back while a process runs, so it is also what was in use within
     * @param cacheBytes keys and values held after the last step, all sequences
     * @param cacheAllocatedBytes tensors of the cache, by their shapes, scores among them: made once, for the most entries that a step
     *     holds
     * @param cacheFreedBytes by how much those of a full cache of as many steps are larger; below zero where scores take more than
     *     eviction saves; null where no text grows
     * @param hostPeakBytes most memory of the host that a process of it had
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Memory(Long devicePeakBytes, Long cacheBytes, Long cacheAllocatedBytes, Long cacheFreedBytes, Long hostPeakBytes) {}
}
