package dev.kvbench.telemetry;

import java.util.List;

/** What one card tells of itself. NVML is behind it, or in tests answers that were written down. */
public interface CardSensors {

    /**
     * @param reading what to read
     * @return its value, in its unit
     * @throws NotAvailable if this card or driver does not tell it
     */
    long read(Reading reading) throws NotAvailable;

    /**
     * @return ids of the processes that compute on the card, as its driver numbers them: in a container those of the host
     * @throws NotAvailable if this card or driver does not tell them
     */
    List<Long> processes() throws NotAvailable;

    /** What a card can be asked for. */
    enum Reading {
        /** Clock of the multiprocessors. */
        SM_CLOCK("SM clock", "MHz"),
        /** The highest that it may have. */
        MOST_SM_CLOCK("highest SM clock", "MHz"),
        /** Clock of the memory. */
        MEMORY_CLOCK("memory clock", "MHz"),
        /** Temperature of the chip. */
        TEMPERATURE("temperature", "°C"),
        /** Power that the card keeps within. */
        POWER_LIMIT("power limit", "mW"),
        /** Why clocks are not higher: a set of {@link ClockEvent}, a bit each. */
        CLOCK_EVENTS("clock event reasons", ""),
        /** Device memory in use, by all processes. */
        MEMORY_USED("memory in use", "B"),
        /** Energy that the card has taken since its driver was loaded. */
        ENERGY("energy counter", "mJ");

        private final String words;
        private final String unit;

        Reading(String words, String unit) {
            this.words = words;
            this.unit = unit;
        }

        /** @return what it is called */
        public String words() {
            return words;
        }

        /** @return its unit; empty where it has none */
        public String unit() {
            return unit;
        }
    }
}
