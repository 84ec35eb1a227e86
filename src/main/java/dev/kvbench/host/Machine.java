package dev.kvbench.host;

import dev.kvbench.results.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This machine, as results name it. */
public final class Machine {

    private Machine() {}

    /**
     * @param source what ran
     * @param libtorch version that ran, or null if unknown
     * @param threads threads of one operator, or null if unknown
     * @param gpu the GPU that ran; null where the processor did
     * @return what a result of this machine is marked with
     */
    public static Fingerprint fingerprint(Source source, String libtorch, Integer threads, Card gpu) {
        return new Fingerprint(
                source.commit(), source.dirty(),
                BuildProperties.get("version"), BuildProperties.get("jmh"), BuildProperties.get("djl"),
                libtorch,
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                cpu(), Runtime.getRuntime().availableProcessors(), threads,
                gpu == null ? null : gpu.name(), gpu == null ? null : gpu.driver());
    }

    /** @return the processor's name */
    public static String cpu() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
