package dev.kvbench.torch;

import dev.kvbench.UserError;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What libtorch says of a failure, without what it says around it. */
public final class TorchErrors {

    /** The GPU's in units, the machine's in bytes: c10/cuda/CUDACachingAllocator.cpp, c10/core/impl/alloc_cpu.cpp. */
    private static final Pattern OUT_OF_MEMORY = Pattern.compile(
            "CUDA (?:error(?::| 2,) )?out of memory\\b\\.?(?: Tried to allocate ([\\d.]+ \\w+?)\\.)?|CU(?:BLAS|DNN)_STATUS_ALLOC_FAILED"
            + "|can't allocate memory: you tried to allocate (\\d+ bytes)");
    /** Of the JVM itself, and of C++ where nobody catches it. */
    private static final Pattern OTHERS = Pattern.compile(
            "java\\.lang\\.OutOfMemoryError|std::bad_alloc|insufficient memory for the Java Runtime");
    private static final String INTERPRETER = "The following operation failed in the TorchScript interpreter";
    private static final Pattern ERROR = Pattern.compile("^(?:\\w+\\.)*\\w*(?:Error|Exception): (?=.)");

    private TorchErrors() {}

    /**
     * @param printed a stack trace
     * @return that memory was too small, and by which request where libtorch tells; empty if that is not what failed
     */
    public static Optional<String> outOfMemory(String printed) {
        Matcher failed = OUT_OF_MEMORY.matcher(printed);
        if (!failed.find()) {
            return Optional.empty();
        }
        String where = failed.group(2) == null ? "the GPU" : "this machine";
        String asked = failed.group(2) == null ? failed.group(1) : failed.group(2);
        return Optional.of("needs more memory than " + where + " has free" + (asked == null ? "" : ", the last request was for " + asked));
    }

    /**
     * @param printed a stack trace, or what a process left that ended
     * @return whether memory was too small, whoever asked for it
     */
    public static boolean wantsMemory(String printed) {
        return outOfMemory(printed).isPresent() || OTHERS.matcher(printed).find();
    }

    /**
     * @param thrown anything
     * @return the same of what was thrown, whatever it was the cause of
     */
    public static Optional<String> outOfMemory(Throwable thrown) {
        return outOfMemory(printed(thrown));
    }

    /**
     * @param thrown anything
     * @return its stack trace
     */
    public static String printed(Throwable thrown) {
        StringWriter printed = new StringWriter();
        thrown.printStackTrace(new PrintWriter(printed));
        return printed.toString();
    }

    /**
     * @param sizes what says how much memory it takes: "batch=8 with model=gpt2 and tokens=512"
     * @param why what {@link #outOfMemory} says
     * @return both with the way out, in one line
     */
    public static String lower(String sizes, String why) {
        return sizes + ": " + why + "; lower one of them";
    }

    /**
     * Does what may take more memory than there is.
     *
     * @param sizes what says how much that is
     * @param work what to do
     * @param <T> what comes of it
     * @return that
     * @throws UserError if memory was too small, in one line
     * @throws Exception if anything else fails
     */
    public static <T> T orLower(String sizes, Callable<T> work) throws Exception {
        try {
            return work.call();
        } catch (RuntimeException | Error e) {
            Optional<String> why = e instanceof UserError ? Optional.empty() : outOfMemory(e);
            if (why.isPresent()) {
                throw new UserError(lower(sizes, why.get()), e);
            }
            throw e;
        }
    }

    /**
     * @param printed a stack trace
     * @return what went wrong in TorchScript, which stands below the code it went wrong in; empty if nothing did
     */
    public static Optional<String> inScript(String printed) {
        List<String> lines = printed.lines().toList();
        int first = 0;
        while (first < lines.size() && !lines.get(first).contains(INTERPRETER)) {
            first++;
        }
        List<String> said = lines.stream().skip(first + 1).takeWhile(l -> !l.startsWith("\tat ") && !l.startsWith("Exception raised from"))
                .map(String::strip).filter(l -> !l.isEmpty()).toList();
        if (said.isEmpty()) {
            return Optional.empty();
        }
        // hints of CUDA's come behind it
        String error = said.stream().filter(l -> ERROR.matcher(l).find()).reduce((a, b) -> b).orElse(said.get(said.size() - 1));
        return Optional.of(ERROR.matcher(error).replaceFirst(""));
    }
}
