package dev.kvbench.telemetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Why a card's clocks are not higher: bits of nvmlClocksEventReasons, in NVIDIA's NVML API reference. */
public enum ClockEvent {
    /** Nothing runs. */
    IDLE(0x1, "idle", false),
    /** Somebody set the clocks. */
    SET(0x2, "application clocks set", false),
    /** The card keeps within its power limit. */
    POWER_CAP(0x4, "power cap", true),
    /** Too hot, or too much power drawn at once, or told so from outside. */
    HARDWARE(0x8, "hardware slowdown", true),
    /** Runs as fast as others of its group. */
    SYNC_BOOST(0x10, "sync boost", false),
    /** The driver keeps temperature within limits. */
    WARM(0x20, "software thermal slowdown", true),
    /** Too hot. */
    HOT(0x40, "hardware thermal slowdown", true),
    /** The power supply asked for less. */
    POWER_BRAKE(0x80, "hardware power brake", true),
    /** A display's clocks. */
    DISPLAY(0x100, "display clocks", false);

    private final long bit;
    private final String words;
    private final boolean slows;

    ClockEvent(long bit, String words, boolean slows) {
        this.bit = bit;
        this.words = words;
        this.slows = slows;
    }

    /**
     * @param bits as NVML gives them
     * @return the reasons among them, in words; bits of later drivers as numbers
     */
    public static List<String> words(long bits) {
        long known = Arrays.stream(values()).mapToLong(e -> e.bit).reduce(0, (a, b) -> a | b);
        List<String> words = new ArrayList<>(
                Arrays.stream(values()).filter(e -> (bits & e.bit) != 0).map(e -> e.words).toList());
        if ((bits & ~known) != 0) {
            words.add("0x" + Long.toHexString(bits & ~known));
        }
        return words;
    }

    /** @return whether words of {@link #words(long)} say that the card runs slower than it was asked to */
    public static boolean slows(String words) {
        return Arrays.stream(values()).anyMatch(e -> e.slows && e.words.equals(words));
    }

    /** @return whether words of {@link #words(long)} say that nothing ran */
    public static boolean idle(String words) {
        return IDLE.words.equals(words);
    }
}
