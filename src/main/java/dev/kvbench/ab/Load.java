package dev.kvbench.ab;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A load that comes and goes: a program that rests and burns by turns, for times and on a number of processors that are drawn. It
 * ends with its standard input, so that it never outlives who started it.
 */
public final class Load {

    private static final int SHORTEST_MILLIS = 5_000;
    private static final int LONGEST_MILLIS = 60_000;
    private static final long LOOK_MILLIS = 20;

    /**
     * A time of rest or of load.
     *
     * @param millis how long
     * @param burners processors that are kept busy
     */
    record Phase(int millis, int burners) {}

    private final Random random;
    private final int processors;
    private boolean rests;

    /**
     * @param seed the same gives the same phases
     * @param processors the most that are kept busy
     */
    Load(long seed, int processors) {
        random = new Random(seed);
        this.processors = processors;
    }

    /** @return the next phase: one of rest, then one of load, and so on */
    Phase next() {
        rests = !rests;
        int millis = SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS + 1);
        int burners = 1 + random.nextInt(processors);
        return new Phase(millis, rests ? 0 : burners);
    }

    /**
     * @param args a seed
     * @throws IOException never
     * @throws InterruptedException never
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Load load = new Load(Long.parseLong(args[0]), Runtime.getRuntime().availableProcessors());
        AtomicInteger busy = new AtomicInteger();
        for (int i = 0; i < load.processors; i++) {
            int number = i;
            Thread thread = new Thread(() -> burn(number, busy), "burner " + i);
            thread.setDaemon(true);
            thread.start();
        }
        Thread phases = new Thread(() -> phases(load, busy), "phases");
        phases.setDaemon(true);
        phases.start();
        while (System.in.read() >= 0) {
            // nothing is said to it
        }
    }

    private static void phases(Load load, AtomicInteger busy) {
        try {
            while (true) {
                Phase phase = load.next();
                busy.set(phase.burners);
                Thread.sleep(phase.millis);
            }
        } catch (InterruptedException e) {
            busy.set(0);
        }
    }

    private static void burn(int number, AtomicInteger busy) {
        double value = number;
        while (!Double.isNaN(value)) {
            if (number < busy.get()) {
                for (int i = 0; i < 100_000; i++) {
                    value = Math.sqrt(value * value + 1) % 1000;
                }
            } else {
                try {
                    Thread.sleep(LOOK_MILLIS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
