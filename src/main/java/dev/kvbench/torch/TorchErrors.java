package dev.kvbench.torch;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What libtorch says of a failure, without what it says around it. */
public final class TorchErrors {

    /** The GPU's in units, the machine's in bytes: c10/cuda/CUDACachingAllocator.cpp, c10/core/impl/alloc_cpu.cpp. */
    private static final Pattern OUT_OF_MEMORY = Pattern.compile(
            "CUDA out of memory\\.(?: Tried to allocate ([\\d.]+ \\w+?)\\.)?|can't allocate memory: you tried to allocate (\\d+ bytes)");
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
