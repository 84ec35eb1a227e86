package dev.kvbench.telemetry;

/** A counter of the energy that a device has taken. It moves in steps, some ms apart. */
public interface EnergyCounter {

    /** @return what counts, in words */
    String words();

    /**
     * @return energy taken since some moment in the past, µJ
     * @throws NotAvailable if nothing tells
     */
    long microjoules() throws NotAvailable;

    /** @return for how long it may go unasked without losing anything, s */
    default double longestSeconds() {
        return Double.POSITIVE_INFINITY;
    }

    /**
     * @param sensors a card's
     * @return the counter of its driver
     */
    static EnergyCounter of(CardSensors sensors) {
        return new EnergyCounter() {
            @Override
            public String words() {
                return "NVML, the whole card";
            }

            @Override
            public long microjoules() throws NotAvailable {
                return 1000 * sensors.read(CardSensors.Reading.ENERGY);
            }
        };
    }
}
