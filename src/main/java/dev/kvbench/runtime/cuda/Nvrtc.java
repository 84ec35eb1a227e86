package dev.kvbench.runtime.cuda;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** NVIDIA's run-time compiler, which every CUDA libtorch brings. Names as in the NVRTC reference. */
final class Nvrtc {

    interface Functions extends Library {
        int nvrtcCreateProgram(PointerByReference program, String source, String name, int headers,
                String[] sources, String[] names);

        int nvrtcCompileProgram(Pointer program, int options, String[] values);

        int nvrtcGetProgramLogSize(Pointer program, LongByReference bytes);

        int nvrtcGetProgramLog(Pointer program, Pointer log);

        int nvrtcGetCUBINSize(Pointer program, LongByReference bytes);

        int nvrtcGetCUBIN(Pointer program, Pointer code);

        int nvrtcDestroyProgram(PointerByReference program);
    }

    /** In the libtorch for C++, which DJL publishes, eight digits of a checksum are in the name: {@code libnvrtc-b51b459d.so.12}. */
    static final Pattern NAME = Pattern.compile("libnvrtc(-[0-9a-f]{8})?\\.so(\\.[0-9.]+)?");

    private final Functions functions;

    /** @throws Unsupported if no NVRTC is found */
    Nvrtc() {
        functions = load();
    }

    private static Functions load() {
        List<String> candidates = new ArrayList<>(SharedLibraries.near("libnvrtc").stream()
                .filter(file -> NAME.matcher(file.getFileName().toString()).matches()).map(Path::toString).toList());
        candidates.addAll(List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"));
        for (String candidate : candidates) {
            try {
                return Native.load(candidate, Functions.class);
            } catch (LinkageError e) {
                // the next one
            }
        }
        throw new Unsupported("no run-time compiler: libnvrtc.so is not beside libtorch and not on the library path");
    }

    /**
     * @param source what to compile
     * @param headers what it includes, by name
     * @param options the compiler's options
     * @return code for the device that the options name
     * @throws Unsupported if it does not compile; the reason is the first error of the log
     */
    byte[] compile(String source, Map<String, String> headers, List<String> options) {
        PointerByReference program = new PointerByReference();
        check("nvrtcCreateProgram", functions.nvrtcCreateProgram(program, source, "step.cu", headers.size(),
                headers.values().toArray(new String[0]), headers.keySet().toArray(new String[0])));
        try {
            int result = functions.nvrtcCompileProgram(
                    program.getValue(), options.size(), options.toArray(new String[0]));
            if (result != 0) {
                throw new Unsupported("the kernel does not compile for this model and card: " + firstError(program.getValue()));
            }
            LongByReference bytes = new LongByReference();
            check("nvrtcGetCUBINSize", functions.nvrtcGetCUBINSize(program.getValue(), bytes));
            Memory code = new Memory(bytes.getValue());
            check("nvrtcGetCUBIN", functions.nvrtcGetCUBIN(program.getValue(), code));
            return code.getByteArray(0, (int) bytes.getValue());
        } finally {
            functions.nvrtcDestroyProgram(program);
        }
    }

    private String firstError(Pointer program) {
        LongByReference bytes = new LongByReference();
        check("nvrtcGetProgramLogSize", functions.nvrtcGetProgramLogSize(program, bytes));
        Memory log = new Memory(Math.max(1, bytes.getValue()));
        check("nvrtcGetProgramLog", functions.nvrtcGetProgramLog(program, log));
        return log.getString(0).lines().filter(l -> l.contains("error")).findFirst().orElse("no reason given");
    }

    private static void check(String call, int error) {
        if (error != 0) {
            throw new Unsupported(call + ": NVRTC error " + error);
        }
    }
}
