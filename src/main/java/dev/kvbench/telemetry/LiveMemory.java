package dev.kvbench.telemetry;

import dev.kvbench.results.Telemetry;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a process still holds as an iteration ends: of memory that is freed step by step it is the same after each. */
public final class LiveMemory {

    private final Map<String, String> absent = new LinkedHashMap<>();
    private long heap;

    /** To be called right before an iteration's first step, behind the collection of garbage where there is one. */
    public void begin() {
        heap = heapAfterCollection();
    }

    /**
     * To be called right after its last.
     *
     * @param arrays tensors that nobody has closed
     * @return what is held
     */
    public Telemetry.Live end(long arrays) {
        Long inUse = null;
        try {
            inUse = NativeMemory.bytesInUse();
        } catch (NotAvailable e) {
            absent.putIfAbsent("native memory", e.getMessage());
        }
        return new Telemetry.Live(arrays, inUse, heap);
    }

    /** @return what cannot be had here, and why, in one line each */
    public Map<String, String> absent() {
        return Map.copyOf(absent);
    }

    /** Bytes of the heap that were in use behind the last collection of each of its parts. */
    private static long heapAfterCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .map(MemoryPoolMXBean::getCollectionUsage).mapToLong(usage -> usage.getUsed()).sum();
    }
}
