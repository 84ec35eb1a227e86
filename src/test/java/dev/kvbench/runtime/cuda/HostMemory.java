package dev.kvbench.runtime.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.HashMap;
import java.util.Map;

/** The CPU's memory, between guards that show whether anything was written around it. */
final class HostMemory implements KernelMemory {

    private static final int GUARD = 256;
    private static final byte UNTOUCHED = 0x5a;

    /** By the address given out: what was allocated, and how many bytes of it were asked for. */
    private final Map<Long, Memory> allocated = new HashMap<>();
    private final Map<Long, Long> asked = new HashMap<>();

    @Override
    public long allocate(long bytes) {
        Memory memory = new Memory(bytes + 4 * GUARD);
        memory.setMemory(0, memory.size(), UNTOUCHED);
        long start = Pointer.nativeValue(memory);
        long address = (start + 2 * GUARD - 1) / GUARD * GUARD;
        memory.setMemory(address - start, bytes, (byte) 0);
        allocated.put(address, memory);
        asked.put(address, bytes);
        return address;
    }

    @Override
    public void free(long address) {
        long bytes = asked.remove(address);
        try (Memory memory = allocated.remove(address)) {
            long start = Pointer.nativeValue(memory);
            for (long at = 0; at < memory.size(); at++) {
                boolean given = start + at >= address && start + at < address + bytes;
                if (!given && memory.getByte(at) != UNTOUCHED) {
                    throw new AssertionError("something was written " + (start + at - address) + " bytes from the start of " + bytes);
                }
            }
        }
    }

    @Override
    public void upload(long to, Memory from) {
        new Pointer(to).write(0, from.getByteArray(0, (int) from.size()), 0, (int) from.size());
    }
}
