package dev.kvbench.bench;

import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Where a run prints. What JMH prints of a configuration fills screens, so it goes into a file of the result, and the run's own
 * lines stay in sight; asked for by {@code -v EXTRA} it is among them, and {@code -o} takes both.
 */
final class RunOutput implements AutoCloseable {

    private final PrintStream own;
    private final PrintStream jmhs;
    private final Path log;
    private final boolean silent;

    private RunOutput(PrintStream own, PrintStream jmhs, Path log, boolean silent) {
        this.own = own;
        this.jmhs = jmhs;
        this.log = log;
        this.silent = silent;
    }

    /**
     * @param options JMH's options
     * @param run the folder of the run, which keeps what JMH prints
     * @param there what becomes of a file of {@code -o} that is there
     * @return the output; the caller closes it
     * @throws IOException if a file cannot be written
     */
    static RunOutput open(CommandLineOptions options, Path run, StandardOpenOption there) throws IOException {
        VerboseMode verbosity = options.verbosity().orElse(VerboseMode.NORMAL);
        boolean silent = verbosity == VerboseMode.SILENT;
        if (options.getOutput().hasValue()) {
            PrintStream file = file(Path.of(options.getOutput().get()), there);
            return new RunOutput(file, file, null, silent);
        }
        if (verbosity == VerboseMode.EXTRA) {
            return new RunOutput(System.out, System.out, null, silent);
        }
        Path log = run.resolve(ResultFolder.JMH_LOG);
        return new RunOutput(System.out, file(log, StandardOpenOption.APPEND), log, silent);
    }

    private static PrintStream file(Path path, StandardOpenOption there) throws IOException {
        return new PrintStream(Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, there), true,
                StandardCharsets.UTF_8);
    }

    /** @return where the run's own lines go */
    PrintStream own() {
        return own;
    }

    /** @return where JMH prints */
    PrintStream jmhs() {
        return jmhs;
    }

    /** @return whether nothing of JMH's is among the run's own lines that would tell of each iteration, and somebody wants to know */
    boolean tellsIterations() {
        return log != null && !silent;
    }

    /** Prints a line of the run's own, and the same among JMH's. */
    void println(String line) {
        own.println(line);
        if (own != jmhs) {
            jmhs.println(line);
        }
    }

    /** Shows all that JMH printed, of a run that leaves no folder to look into. */
    void showLog() throws IOException {
        if (log != null) {
            own.print(Files.readString(log));
        }
    }

    @Override
    public void close() {
        if (jmhs != System.out) {
            jmhs.close();
        }
    }
}
