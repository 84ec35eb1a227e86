package dev.kvbench.host;

import ai.djl.pytorch.jni.JniUtils;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.runtime.cuda.FirstCard;
import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads off the machine what a result is marked with. */
public final class Environment {

    private Environment() {}

    /**
     * What runs, as the repository names it: stamped when it was built, wherever it is started.
     *
     * @param commit the commit, or null where it was built outside a repository
     * @param dirty whether a file outside results/ differed from it, new ones too; null without a commit
     */
    public record Source(String commit, Boolean dirty) {

        public String describe() {
            return commit == null ? "no commit" : "commit " + commit + (Boolean.TRUE.equals(dirty) ? " with changes" : "");
        }
    }

    /** @return what the code that runs was built from */
    public static Source source() {
        return Stamp.read().source();
    }

    /** Says in one line where a result will have no commit, or is not of what lies around the jar. To be called as a run begins. */
    public static void warnOfSource() {
        Stamp.read().warning().ifPresent(System.err::println);
    }

    /**
     * @param source what ran
     * @param libtorch version that ran, or null if unknown
     * @param threads threads of one operator, or null if unknown
     * @param gpu whether a GPU ran
     * @return the fingerprint of this machine
     */
    public static Fingerprint fingerprint(Source source, String libtorch, Integer threads, boolean gpu) {
        Card card = gpu ? FirstCard.find().orElse(Card.NAMELESS) : null;
        return new Fingerprint(
                source.commit(), source.dirty(),
                BuildProperties.get("version"), BuildProperties.get("jmh"), BuildProperties.get("djl"),
                libtorch,
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                cpu(), Runtime.getRuntime().availableProcessors(), threads,
                card == null ? null : card.name(), card == null ? null : card.driver());
    }

    /** @return the fingerprint of a run that begins here, which its forks get libtorch and their threads from */
    public static Fingerprint before() {
        return fingerprint(source(), Libtorch.version(), JniUtils.getNumThreads(), Libtorch.hasGpu());
    }

    /** @return the names of the processor and, if there is one, of the GPU */
    public static String machine() {
        return cpu() + FirstCard.find().map(card -> " with " + card.name()).orElse("");
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
