package dev.kvbench.bench;

import ai.djl.Device;
import dev.kvbench.UserError;
import dev.kvbench.decode.MemoryNeed;
import dev.kvbench.results.Budget;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.telemetry.HostMemory;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Memory that weights, cache and workspace have to fit into: the parameter {@code memory}.
 *
 * @param asked as it was given: "24GB", "80GiB", "all"
 * @param given bytes; 0 for all that the device has
 */
record MemoryBudget(String asked, long given) {

    /** The parameter's name. */
    static final String MEMORY = "memory";

    private static final String ALL = "all";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)([MGT]i?B)");
    private static final Map<String, Double> UNITS = Map.of("MB", 1e6, "GB", 1e9, "TB", 1e12, "MiB", 0x1p20, "GiB", 0x1p30, "TiB", 0x1p40);

    /**
     * @param value of the parameter
     * @return the budget
     * @throws UserError if it is none
     */
    static MemoryBudget parse(String value) {
        if (ALL.equals(value)) {
            return new MemoryBudget(value, 0);
        }
        Matcher size = SIZE.matcher(String.valueOf(value));
        double bytes = size.matches() ? Double.parseDouble(size.group(1)) * UNITS.get(size.group(2)) : 0;
        if (bytes < 1) {
            throw new UserError(MEMORY + "=" + value + ": must be " + ALL + ", or a size such as 500MB, 24GB or 80GiB");
        }
        return new MemoryBudget(value, Math.round(bytes));
    }

    /** @return whether it is all that the device has */
    boolean isAll() {
        return given == 0;
    }

    /**
     * @param device where
     * @return bytes: of all that the device has, a GPU's memory, or of a machine's what is available less a reserve for others
     */
    long bytes(Device device) {
        return isAll() ? there(device) : given;
    }

    private static long there(Device device) {
        return device.isGpu() ? DeviceMemory.total().orElse(0) : HostMemory.toSpare();
    }

    /**
     * @param settings what is to fit: as many sequences as were asked for, one where a search is to find how many
     * @param sizes what says how much that is: "model=gpt2 and context=512"
     * @return why they cannot, or the budget itself cannot be had, in one line; empty if it may
     */
    Optional<String> tooMuch(DecodeSettings settings, String sizes) {
        long there = there(settings.device());
        String where = settings.device().isGpu() ? "the GPU has " : "this machine can spare ";
        if (given > there) {
            return Optional.of(MEMORY + "=" + asked + ": " + where + said(there) + "; lower it, or take " + MEMORY + "=" + ALL);
        }
        double least = need(settings, settings.batch());
        if (least <= bytes(settings.device())) {
            return Optional.empty();
        }
        String budget = MEMORY + "=" + asked + (isAll() ? ", " + where + said(there) : "");
        String wayOut = isAll() ? "; lower one of them" : "; raise memory, or lower one of them";
        return Optional.of(settings.batch() > 1
                ? Sequences.BATCH + "=" + settings.batch() + " with " + sizes + ": takes at least " + said(least)
                        + " for weights and cache; " + budget + wayOut
                : budget + Budget.AT_LEAST + said(least) + " with " + sizes + wayOut);
    }

    /**
     * @param settings what is to fit
     * @return the most sequences whose weights and cache alone do, workspace not counted: one more surely does not fit
     */
    int bound(DecodeSettings settings) {
        double most = (bytes(settings.device()) - need(settings, 0)) / each(settings);
        return (int) Math.max(0, Math.min(most, Sequences.MOST));
    }

    /** @return bytes that one more sequence takes, workspace not counted */
    static double each(DecodeSettings settings) {
        return need(settings, 1) - need(settings, 0);
    }

    private static double need(DecodeSettings settings, int batch) {
        return MemoryNeed.bytes(settings.model(), settings.dtype(), settings.strategy(), batch, settings.steps(), true);
    }

    /** @return bytes in words */
    static String said(double bytes) {
        return String.format(Locale.ROOT, bytes < 1e9 ? "%.0f MB" : "%.2f GB", bytes < 1e9 ? bytes / 1e6 : bytes / 1e9);
    }
}
