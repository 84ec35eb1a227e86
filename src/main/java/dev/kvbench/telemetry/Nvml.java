package dev.kvbench.telemetry;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.kvbench.runtime.cuda.FirstCard;
import java.util.ArrayList;
import java.util.List;

/**
 * The driver's management library, NVML, of the one card that steps run on. It numbers all cards of the machine, whatever
 * CUDA_VISIBLE_DEVICES says, so the card is found by its place on the PCI bus. Names and arguments as in NVIDIA's NVML API reference.
 */
public final class Nvml implements CardSensors {

    private static final int SM = 1;
    private static final int MEMORY = 2;

    /** NVML_ERROR_INSUFFICIENT_SIZE: how many there are is told. */
    private static final int TOO_SMALL = 7;

    /** Processes that there is room for at first. */
    private static final int PROCESSES = 32;

    /** nvmlMemory_t: total, free and used bytes, 8 bytes each. */
    private static final int MEMORY_SIZE = 24;
    private static final int USED_AT = 16;

    /** nvmlProcessInfo_v2_t: id (4, padded to 8), bytes (8), two ids of a part of the card (4 each). */
    private static final int PROCESS_SIZE = 24;

    /** The library; every function returns an error code, 0 for success. Called outside of what is timed alone. */
    private interface Functions extends Library {
        int nvmlInit_v2();

        String nvmlErrorString(int error);

        int nvmlDeviceGetHandleByPciBusId_v2(String bus, PointerByReference device);

        int nvmlDeviceGetMigMode(Pointer device, IntByReference current, IntByReference pending);

        int nvmlDeviceGetClockInfo(Pointer device, int of, IntByReference megahertz);

        int nvmlDeviceGetMaxClockInfo(Pointer device, int of, IntByReference megahertz);

        int nvmlDeviceGetTemperature(Pointer device, int sensor, IntByReference celsius);

        int nvmlDeviceGetEnforcedPowerLimit(Pointer device, IntByReference milliwatts);

        // by its first name, which every driver has
        int nvmlDeviceGetCurrentClocksThrottleReasons(Pointer device, LongByReference bits);

        int nvmlDeviceGetMemoryInfo(Pointer device, Pointer memory);

        int nvmlDeviceGetTotalEnergyConsumption(Pointer device, LongByReference millijoules);

        int nvmlDeviceGetComputeRunningProcesses_v3(Pointer device, IntByReference count, Pointer processes);
    }

    private final Functions functions;
    private final Pointer device;
    private final boolean partitioned;

    private Nvml(Functions functions, Pointer device) {
        this.functions = functions;
        this.device = device;
        partitioned = partitioned();
    }

    /**
     * @return NVML of the first card that CUDA shows this process
     * @throws NotAvailable if there is no such library, or no such card
     */
    public static Nvml ofFirstCard() throws NotAvailable {
        String bus = FirstCard.bus().orElseThrow(() -> new NotAvailable("there is no CUDA device"));
        Functions functions;
        try {
            functions = Native.load("libnvidia-ml.so.1", Functions.class);
        } catch (LinkageError e) {
            throw new NotAvailable("NVML, libnvidia-ml.so.1 of the NVIDIA driver, does not load; a container needs"
                    + " NVIDIA_DRIVER_CAPABILITIES with utility");
        }
        check(functions, "nvmlInit", functions.nvmlInit_v2());
        PointerByReference device = new PointerByReference();
        check(functions, "nvmlDeviceGetHandleByPciBusId(" + bus + ")", functions.nvmlDeviceGetHandleByPciBusId_v2(bus, device));
        return new Nvml(functions, device.getValue());
    }

    private boolean partitioned() {
        IntByReference current = new IntByReference();
        try {
            return functions.nvmlDeviceGetMigMode(device, current, new IntByReference()) == 0 && current.getValue() == 1;
        } catch (UnsatisfiedLinkError e) {
            // a driver that knows no parts
            return false;
        }
    }

    @Override
    public long read(Reading reading) throws NotAvailable {
        if (partitioned && reading == Reading.ENERGY) {
            throw new NotAvailable("the card is partitioned (MIG), and its counter is of all parts");
        }
        try {
            return switch (reading) {
                case SM_CLOCK -> number(reading, into -> functions.nvmlDeviceGetClockInfo(device, SM, into));
                case MOST_SM_CLOCK -> number(reading, into -> functions.nvmlDeviceGetMaxClockInfo(device, SM, into));
                case MEMORY_CLOCK -> number(reading, into -> functions.nvmlDeviceGetClockInfo(device, MEMORY, into));
                case TEMPERATURE -> number(reading, into -> functions.nvmlDeviceGetTemperature(device, 0, into));
                case POWER_LIMIT -> number(reading, into -> functions.nvmlDeviceGetEnforcedPowerLimit(device, into));
                case CLOCK_EVENTS -> large(reading, into -> functions.nvmlDeviceGetCurrentClocksThrottleReasons(device, into));
                case ENERGY -> large(reading, into -> functions.nvmlDeviceGetTotalEnergyConsumption(device, into));
                case MEMORY_USED -> memoryUsed();
            };
        } catch (UnsatisfiedLinkError e) {
            throw new NotAvailable(reading.words() + ": this driver's NVML does not tell it");
        }
    }

    private interface Into<T> {
        int call(T into);
    }

    private long number(Reading reading, Into<IntByReference> function) throws NotAvailable {
        IntByReference value = new IntByReference();
        check(functions, reading.words(), function.call(value));
        return Integer.toUnsignedLong(value.getValue());
    }

    private long large(Reading reading, Into<LongByReference> function) throws NotAvailable {
        LongByReference value = new LongByReference();
        check(functions, reading.words(), function.call(value));
        return value.getValue();
    }

    private long memoryUsed() throws NotAvailable {
        Memory memory = new Memory(MEMORY_SIZE);
        check(functions, Reading.MEMORY_USED.words(), functions.nvmlDeviceGetMemoryInfo(device, memory));
        return memory.getLong(USED_AT);
    }

    @Override
    public List<Long> processes() throws NotAvailable {
        try {
            IntByReference count = new IntByReference(PROCESSES);
            Memory room = new Memory((long) PROCESSES * PROCESS_SIZE);
            int error = functions.nvmlDeviceGetComputeRunningProcesses_v3(device, count, room);
            if (error == TOO_SMALL) {
                room = new Memory((long) count.getValue() * PROCESS_SIZE);
                error = functions.nvmlDeviceGetComputeRunningProcesses_v3(device, count, room);
            }
            check(functions, "processes", error);
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < count.getValue(); i++) {
                ids.add(Integer.toUnsignedLong(room.getInt((long) i * PROCESS_SIZE)));
            }
            return ids;
        } catch (UnsatisfiedLinkError e) {
            throw new NotAvailable("processes: this driver's NVML does not tell them");
        }
    }

    private static void check(Functions functions, String what, int error) throws NotAvailable {
        if (error != 0) {
            throw new NotAvailable(what + ": NVML error " + error + ", " + functions.nvmlErrorString(error));
        }
    }
}
