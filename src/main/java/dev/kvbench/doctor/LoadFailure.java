package dev.kvbench.doctor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the dynamic loader says when a library cannot be loaded, with the way out. Its messages are those of glibc and musl. */
final class LoadFailure {

    /**
     * {@code /opt/lib/libtorch_cuda.so: libcudart.so.12: cannot open shared object file: No such file or directory}. A part of
     * libtorch itself is missing where the JNI library is for another one.
     */
    private static final Pattern MISSING =
            Pattern.compile("(?:([^\\s:]+): )?(lib(?!c10|torch)[^\\s:]+\\.so[^\\s:]*): cannot open shared object file");

    /** {@code /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /opt/lib/libtorch_cpu.so)}. */
    private static final Pattern TOO_OLD =
            Pattern.compile("version [`'](GLIBC|GLIBCXX|CXXABI)_([0-9.]+)' not found(?: \\(required by ([^)]+)\\))?");

    private static final Pattern MUSL = Pattern.compile("Error (?:loading shared library|relocating) ");

    private static final Pattern OF_CUDA =
            Pattern.compile("lib(cu(?!da\\.so)\\w+|nccl|nvrtc|nvToolsExt|nvJitLink|nvshmem\\w*|nvtx\\w*).*");

    private LoadFailure() {}

    /**
     * @param said what the loader said
     * @param host the machine it said it on
     * @return what that means; empty if it said something else
     */
    static Optional<Diagnosis.Finding> of(String said, Host host) {
        Matcher missing = MISSING.matcher(said);
        if (missing.find()) {
            return Optional.of(new Diagnosis.Finding("library", false, "MISSING: " + missing.group(2)
                    + (missing.group(1) == null ? "" : ", which " + file(missing.group(1)) + " needs") + ": " + cure(missing.group(2))));
        }
        Matcher old = TOO_OLD.matcher(said);
        if (old.find()) {
            boolean c = old.group(1).equals("GLIBC");
            String has = !c || host.glibc() == null ? "" : ", this machine has " + host.glibc();
            return Optional.of(new Diagnosis.Finding(c ? "glibc" : "libstdc++", false, "TOO OLD: "
                    + (old.group(3) == null ? "libtorch" : file(old.group(3))) + " needs " + (c ? "glibc " : old.group(1) + " ")
                    + old.group(2) + has + ": use a newer distribution or container image"
                    + (c ? "" : ", or put a newer libstdc++.so.6 on LD_LIBRARY_PATH")));
        }
        return MUSL.matcher(said).find()
                ? Optional.of(new Diagnosis.Finding("glibc", false, "MISSING: libtorch is built for the GNU C library, and this system has"
                        + " another (as Alpine has): use a distribution or container image with glibc 2.28 or later"))
                : Optional.empty();
    }

    private static String cure(String library) {
        if (library.startsWith("libcuda.so")) {
            return Gpu.WITHOUT_LIBRARY;
        }
        return OF_CUDA.matcher(library).matches()
                ? "it is part of CUDA; `fetch libtorch` brings a libtorch with all that it needs of CUDA, else put the library's folder on"
                        + " LD_LIBRARY_PATH (pip's are site-packages/nvidia/*/lib)"
                : "install the package that has it, or put its folder on LD_LIBRARY_PATH";
    }

    private static String file(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
