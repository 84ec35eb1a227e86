package dev.kvbench.runtime.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * CUDA code that is compiled at run time.
 *
 * @param file the file of {@code cuda/} to compile
 * @param headers the files of {@code cuda/} that it includes
 */
record CudaSource(String file, List<String> headers) {

    /** What code depends on. */
    private record Key(CudaSource source, List<String> options) {}

    /** Kept: compiling takes seconds. */
    private static final Map<Key, byte[]> COMPILED = new ConcurrentHashMap<>();

    /**
     * @param architecture as the compilers name it, "sm_90"
     * @param macros as the compiler takes them, "-DNAME=VALUE"
     * @return the compiler's options
     */
    static List<String> options(String architecture, List<String> macros) {
        return Stream.concat(Stream.of("-std=c++17", "-arch=" + architecture), macros.stream()).toList();
    }

    /**
     * @param options the compiler's
     * @return code for the device that they name, compiled the first time
     * @throws Unsupported if there is no compiler, or it does not compile
     */
    byte[] compiled(List<String> options) {
        return COMPILED.computeIfAbsent(new Key(this, options), key -> compile(new Nvrtc(), options));
    }

    /**
     * @param compiler the run-time compiler
     * @param options its options
     * @return the code
     */
    byte[] compile(Nvrtc compiler, List<String> options) {
        Map<String, String> included = new LinkedHashMap<>();
        headers.forEach(name -> included.put(name, text(name)));
        return compiler.compile(text(file), included, options);
    }

    private static String text(String name) {
        try (InputStream in = CudaSource.class.getResourceAsStream("/cuda/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
