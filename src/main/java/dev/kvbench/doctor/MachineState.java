package dev.kvbench.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvbench.telemetry.CardSensors;
import dev.kvbench.telemetry.CardSensors.Reading;
import dev.kvbench.telemetry.ClockEvent;
import dev.kvbench.telemetry.EnergyCounter;
import dev.kvbench.telemetry.NotAvailable;
import dev.kvbench.telemetry.Nvml;
import dev.kvbench.telemetry.Rapl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the machine does at this moment: clocks, limits, memory and energy, or why it does not tell. No such line keeps a run from working.
 *
 * @param readings what the card says, by the name of the reading; empty without one
 * @param findings the same in words, and what else counts energy
 */
public record MachineState(Map<String, Value> readings, List<Diagnosis.Finding> findings) {

    /**
     * A reading of the card.
     *
     * @param value null if it does not tell it
     * @param unit of that
     * @param absent why not; null if it does
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Value(Long value, String unit, String absent) {}

    private static final String NOT_AVAILABLE = "not available: ";

    /** @return that of this machine */
    public static MachineState here() {
        try {
            return of(Nvml.ofFirstCard(), null, Rapl.ZONES);
        } catch (NotAvailable e) {
            return of(null, e.getMessage(), Rapl.ZONES);
        }
    }

    /**
     * @param card the card; null where there is none
     * @param why why there is none
     * @param zones where the processors' counters are
     * @return what they say
     */
    static MachineState of(CardSensors card, String why, Path zones) {
        List<Diagnosis.Finding> findings = new ArrayList<>();
        Map<String, Value> readings = new LinkedHashMap<>();
        if (card == null) {
            say(findings, "clocks", NOT_AVAILABLE + why);
        } else {
            for (Reading reading : Reading.values()) {
                readings.put(reading.name(), value(card, reading));
            }
            say(findings, "clocks", said(readings, Reading.SM_CLOCK, 1) + ", at most " + said(readings, Reading.MOST_SM_CLOCK, 1)
                    + "; memory " + said(readings, Reading.MEMORY_CLOCK, 1) + "; " + said(readings, Reading.TEMPERATURE, 1) + "; "
                    + events(readings));
            say(findings, "limits", "power limit " + said(readings, Reading.POWER_LIMIT, 1e-3).replace("mW", "W"));
            say(findings, "use", said(readings, Reading.MEMORY_USED, 1e-6).replace(" B", " MB") + " of device memory in use; "
                    + processes(card));
            say(findings, "energy", "of the card: " + said(readings, Reading.ENERGY, 1e-3).replace("mJ", "J counted so far"));
        }
        say(findings, "energy", "of the processor: " + energy(zones));
        return new MachineState(readings, findings);
    }

    private static void say(List<Diagnosis.Finding> findings, String what, String text) {
        findings.add(new Diagnosis.Finding(what, true, text));
    }

    private static Value value(CardSensors card, Reading reading) {
        try {
            return new Value(card.read(reading), reading.unit(), null);
        } catch (NotAvailable e) {
            return new Value(null, reading.unit(), e.getMessage());
        }
    }

    private static String said(Map<String, Value> readings, Reading reading, double scale) {
        Value value = readings.get(reading.name());
        return value.absent != null ? NOT_AVAILABLE + value.absent
                : String.format(Locale.ROOT, "%.0f %s", scale * value.value, value.unit);
    }

    private static String events(Map<String, Value> readings) {
        Value value = readings.get(Reading.CLOCK_EVENTS.name());
        if (value.absent != null) {
            return NOT_AVAILABLE + value.absent;
        }
        List<String> words = ClockEvent.words(value.value);
        return words.isEmpty() ? "nothing holds the clocks down" : "clocks held by: " + String.join(", ", words);
    }

    private static String processes(CardSensors card) {
        try {
            List<Long> ids = card.processes();
            return ids.isEmpty() ? "no process computes on it" : ids.size() + (ids.size() == 1 ? " process computes" : " processes compute")
                    + " on it";
        } catch (NotAvailable e) {
            return NOT_AVAILABLE + e.getMessage();
        }
    }

    private static String energy(Path zones) {
        try {
            EnergyCounter counter = new Rapl(zones);
            return "counted by " + counter.words();
        } catch (NotAvailable e) {
            return NOT_AVAILABLE + e.getMessage();
        }
    }
}
