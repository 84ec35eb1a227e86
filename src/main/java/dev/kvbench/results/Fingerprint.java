package dev.kvbench.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;

/**
 * What a result was measured with. Two results whose fingerprints differ can be compared, but not silently.
 *
 * @param commit the commit that the suite was built from, or null where that was outside a repository
 * @param dirty whether the tree differed from it then, outside results/
 * @param kvbench version of this suite
 * @param jmh version of JMH
 * @param djl version of DJL
 * @param libtorch version of libtorch
 * @param jvm name and version of the Java runtime
 * @param os operating system, its version and architecture
 * @param cpu the processor's name
 * @param cores processors that the JVM may use
 * @param threads threads that libtorch runs one operator with
 * @param gpu name of the GPU that ran, or null on the CPU
 * @param driver version of its driver, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Fingerprint(
        String commit,
        Boolean dirty,
        String kvbench,
        String jmh,
        String djl,
        String libtorch,
        String jvm,
        String os,
        String cpu,
        int cores,
        Integer threads,
        String gpu,
        String driver) {

    private static final int SHORT = 8;

    /**
     * @param commit a commit, in full or already short
     * @return as much of it as tells it apart in names and tables
     */
    public static String shortCommit(String commit) {
        return commit.length() > SHORT ? commit.substring(0, SHORT) : commit;
    }

    /** @return the commit in short, or empty if it is not known */
    public Optional<String> shortCommit() {
        return Optional.ofNullable(commit).filter(c -> !c.isBlank()).map(Fingerprint::shortCommit);
    }

    /** @return the device in one name: the GPU, else the processor */
    public String deviceName() {
        return gpu != null ? gpu : cpu;
    }
}
