package dev.kvbench.bench;

import dev.kvbench.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How far a generation is, told from a benchmark's process to the one that runs it by a small file in
 * {@link Recorder#FOLDER}. The generation itself does nothing for it: a thread beside it looks now and then which steps
 * already have a time, and is not even woken where an iteration is short.
 */
final class TokensSoFar implements AutoCloseable {

    /** Iterations that are shorter need no sign of life. */
    private static final long FIRST_MILLIS = 5000;
    private static final long EVERY_MILLIS = 2000;
    private static final String FILE = "tokens-so-far";

    /**
     * What the file says.
     *
     * @param done steps that have run
     * @param total steps of the generation
     * @param nanos what they took
     */
    record Count(int done, int total, long nanos) {

        /** @return what a benchmark's process says, empty where none runs that has anything to say */
        static Optional<Count> read(Path folder) {
            try {
                String[] words = Files.readString(folder.resolve(FILE)).split(" ");
                return Optional.of(new Count(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2])));
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        /** Counts steps until the first that has no time yet. */
        static Count of(long[] stepNanos) {
            long nanos = 0;
            int done = 0;
            while (done < stepNanos.length && stepNanos[done] > 0) {
                nanos += stepNanos[done++];
            }
            return new Count(done, stepNanos.length, nanos);
        }

        void write(Path folder) throws IOException {
            WholeFile.write(folder.resolve(FILE), out -> out.write((done + " " + total + " " + nanos).getBytes(StandardCharsets.UTF_8)));
        }
    }

    private final long[] stepNanos;
    private final Path folder;
    private final Thread thread;
    private boolean ended;

    private TokensSoFar(long[] stepNanos, Path folder, long firstMillis) {
        this.stepNanos = stepNanos;
        this.folder = folder;
        thread = new Thread(() -> look(firstMillis), "tokens so far");
        thread.setDaemon(true);
    }

    /**
     * Begins to look; nothing is told where the property {@link Recorder#FOLDER} is not set.
     *
     * @param stepNanos host time of each step, ns: all 0, and filled by a generation that begins now
     * @return the watch, to be closed behind the generation
     */
    static TokensSoFar of(long[] stepNanos) {
        String folder = System.getProperty(Recorder.FOLDER);
        return of(stepNanos, folder == null ? null : Path.of(folder), FIRST_MILLIS);
    }

    static TokensSoFar of(long[] stepNanos, Path folder, long firstMillis) {
        TokensSoFar watch = new TokensSoFar(stepNanos, folder, firstMillis);
        if (folder != null) {
            watch.thread.start();
        }
        return watch;
    }

    private void look(long firstMillis) {
        try {
            Thread.sleep(firstMillis);
            while (tell()) {
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            // the generation has ended
        }
    }

    private synchronized boolean tell() {
        if (ended) {
            return false;
        }
        try {
            Count.of(stepNanos).write(folder);
            return true;
        } catch (IOException e) {
            // a sign of life is not worth a run
            return false;
        }
    }

    /** Ends the watch: from here on nothing is told of this generation. */
    @Override
    public void close() {
        thread.interrupt();
        synchronized (this) {
            ended = true;
            if (folder != null) {
                try {
                    Files.deleteIfExists(folder.resolve(FILE));
                } catch (IOException e) {
                    // a sign of life is not worth a run
                }
            }
        }
    }
}
