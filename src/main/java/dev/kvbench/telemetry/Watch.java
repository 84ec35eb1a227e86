package dev.kvbench.telemetry;

import dev.kvbench.results.Telemetry;
import dev.kvbench.runtime.cuda.DeviceMemory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * A look at the machine before and after each iteration of a benchmark's process, never within: what the device says right after the
 * last step, and how much energy the iteration took.
 */
public final class Watch {

    /** What {@link #absent} calls the energy counter. */
    public static final String ENERGY = "energy";

    private static final String CARD = "card";
    private static final String HOST_MEMORY = "host memory";

    private interface Asked<T> {
        T ask() throws NotAvailable;
    }

    private final CardSensors card;
    private final EnergyCounter counter;
    private final LongSupplier deviceBytes;
    private final Path status;
    private final LongSupplier clock;
    private final UnaryOperator<List<Long>> others;
    private final Map<String, String> absent = new LinkedHashMap<>();
    private final Double updateSeconds;
    private Long energyAtStart;
    private long start;
    private Long energyAtEnd;
    private long end;

    /** Takes null for a card or counter that there is none of; {@code why} then says it. */
    Watch(CardSensors card, EnergyCounter counter, Map<String, String> why, LongSupplier deviceBytes, Path status, LongSupplier clock,
            UnaryOperator<List<Long>> others) {
        this.card = card;
        this.deviceBytes = deviceBytes;
        this.status = status;
        this.clock = clock;
        this.others = others;
        absent.putAll(why);
        updateSeconds = counter == null ? null : orAbsent(ENERGY, () -> UpdateInterval.seconds(counter, clock));
        this.counter = updateSeconds == null ? null : counter;
    }

    /**
     * @param gpu whether a GPU runs steps, else the processor
     * @return a watch of it; whatever cannot be watched is {@link #absent}
     */
    public static Watch of(boolean gpu) {
        Map<String, String> why = new LinkedHashMap<>();
        CardSensors card = null;
        EnergyCounter counter = null;
        try {
            if (gpu) {
                card = Nvml.ofFirstCard();
                counter = EnergyCounter.of(card);
            } else {
                counter = new Rapl(Rapl.ZONES);
            }
        } catch (NotAvailable e) {
            if (gpu) {
                why.put(CARD, e.getMessage());
            }
            why.put(ENERGY, e.getMessage());
        }
        return new Watch(card, counter, why, gpu ? DeviceMemory::bytesInUse : null, HostMemory.STATUS, System::nanoTime, Others::than);
    }

    /** To be called right before an iteration's first step. */
    public void begin() {
        start = clock.getAsLong();
        energyAtStart = counter == null ? null : orAbsent(ENERGY, counter::microjoules);
    }

    /** @return what is seen right after the last step of the iteration that {@link #begin} began */
    public Telemetry.Seen end() {
        Long energy = energyAtStart == null ? null : orAbsent(ENERGY, counter::microjoules);
        long now = clock.getAsLong();
        boolean paused = energyAtEnd != null && energyAtStart != null;
        Long pauseMicrojoules = paused ? energyAtStart - energyAtEnd : null;
        Long pauseNanos = paused ? start - end : null;
        energyAtEnd = energy;
        end = now;
        HostMemory host = orAbsent(HOST_MEMORY, () -> HostMemory.of(status));
        return new Telemetry.Seen(number(CardSensors.Reading.SM_CLOCK), number(CardSensors.Reading.MEMORY_CLOCK),
                number(CardSensors.Reading.TEMPERATURE), read(CardSensors.Reading.POWER_LIMIT), events(), otherProcesses(),
                deviceBytes == null ? null : deviceBytes.getAsLong(), host == null ? null : host.resident(),
                host == null ? null : host.peak(), energy == null ? null : energy - energyAtStart, energy == null ? null : now - start,
                pauseMicrojoules, pauseNanos);
    }

    /** @return what counts energy, in words; null if nothing does */
    public String counter() {
        return counter == null ? null : counter.words();
    }

    /** @return seconds from one step of that counter to the next; null without one */
    public Double updateSeconds() {
        return updateSeconds;
    }

    /** @return for how long an iteration may last for the counter to tell its energy, s */
    public OptionalDouble longestSeconds() {
        return counter == null || Double.isInfinite(counter.longestSeconds()) ? OptionalDouble.empty()
                : OptionalDouble.of(counter.longestSeconds());
    }

    /** @return what cannot be had here, and why, in one line each */
    public Map<String, String> absent() {
        return Map.copyOf(absent);
    }

    private Integer number(CardSensors.Reading reading) {
        Long value = read(reading);
        return value == null ? null : Math.toIntExact(value);
    }

    private Long read(CardSensors.Reading reading) {
        return card == null ? null : orAbsent(reading.words(), () -> card.read(reading));
    }

    private List<String> events() {
        Long bits = read(CardSensors.Reading.CLOCK_EVENTS);
        return bits == null ? null : ClockEvent.words(bits);
    }

    private Integer otherProcesses() {
        return card == null ? null : orAbsent("processes", () -> others.apply(card.processes()).size());
    }

    private <T> T orAbsent(String what, Asked<T> asked) {
        try {
            return asked.ask();
        } catch (NotAvailable e) {
            absent.putIfAbsent(what, e.getMessage());
            return null;
        }
    }
}
