package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.kvbench.host.Programs;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.gpt2.Gpt2Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The kernel's source compiled for the CPU: all of {@code cuda/} but ptx.cuh, for which src/test/cpp has the same
 * functions in C++, and with it an emulator of blocks and threads.
 */
final class EmulatedKernel {

    /** What a GPU with 227 KiB of shared memory a block gives. */
    static final int H100_SHARED = 232448;

    interface Functions extends Library {

        /** @return null, or what went wrong */
        String launch(Pointer arguments, int blocks, int threads, int seed);
    }

    private final String compiler;
    private final Path folder;
    private final Path emulator;
    private final Map<List<String>, Functions> compiled = new ConcurrentHashMap<>();

    /**
     * @param compiler a C++ compiler, see {@link #compiler}
     * @param folder an empty folder, in use as long as anything compiled is
     */
    EmulatedKernel(String compiler, Path folder) {
        this(compiler, folder, folder.resolve("emulator.so").toAbsolutePath());
        // one for all kernels: it keeps a stack for every thread
        run(List.of("-O2", "-shared", "-o", emulator.toString(), "emulator.cpp"));
    }

    private EmulatedKernel(String compiler, Path folder, Path emulator) {
        this.compiler = compiler;
        this.folder = folder;
        this.emulator = emulator;
        for (String sources : List.of("src/main/resources/cuda", "src/test/cpp")) {
            try (Stream<Path> files = Files.list(Path.of(sources))) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** @return the same in another empty folder, with one piece of one source file replaced by another */
    EmulatedKernel with(Path folder, String file, String piece, String by) {
        EmulatedKernel other = new EmulatedKernel(compiler, folder, emulator);
        Path of = folder.resolve(file);
        try {
            String source = Files.readString(of);
            assertTrue(source.contains(piece), file + " has no " + piece);
            Files.writeString(of, source.replace(piece, by));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return other;
    }

    /** @return a C++ compiler that is on the PATH */
    static Optional<String> compiler() {
        return Stream.of("g++", "clang++").filter(name -> !Programs.output(name, "--version").isEmpty()).findFirst();
    }

    /** @return the kernel that a GPU with so much shared memory would run in so many blocks, compiled once */
    Functions compile(KernelSource source, Gpt2Config config, Dtype dtype, int batch, int blocks, int maxShared) {
        return compiled.computeIfAbsent(macros(source, config, dtype, batch, blocks, maxShared), this::compile);
    }

    private static List<String> macros(KernelSource source, Gpt2Config config, Dtype dtype, int batch, int blocks, int maxShared) {
        List<String> options = new ArrayList<>(source.options(config, dtype, batch, blocks, maxShared, "sm_90"));
        options.removeIf(option -> !option.startsWith("-D"));
        options.add("-DSOURCE=\"" + source.file() + "\"");
        return options;
    }

    /** Checks that the source takes these sizes, whose rules it states: room in shared memory, parts that come out even. */
    void check(KernelSource source, Gpt2Config config, Dtype dtype, int batch, int blocks, int maxShared) {
        List<String> command = new ArrayList<>(List.of("-fsyntax-only", "kernel.cpp"));
        command.addAll(macros(source, config, dtype, batch, blocks, maxShared));
        run(command);
    }

    private Functions compile(List<String> options) {
        return compile("kernel.cpp", options, Functions.class);
    }

    /** @return the functions of a file of src/test/cpp, compiled with those macros */
    <T extends Library> T compile(String file, List<String> macros, Class<T> functions) {
        String library = folder.resolve(file + Integer.toHexString(macros.hashCode()) + ".so").toString();
        List<String> command = new ArrayList<>(List.of("-O1", "-shared", "-o", library, file, emulator.toString()));
        command.addAll(macros);
        run(command);
        return Native.load(library, functions);
    }

    private void run(List<String> arguments) {
        // hidden: several of these libraries are loaded at once; aliasing: the kernel reads floats as vectors;
        // fortified, longjmp takes a change of stacks for an error; w: compilers warn of what CUDA takes for granted
        List<String> command = new ArrayList<>(List.of(compiler, "-std=c++17", "-fPIC", "-fvisibility=hidden",
                "-fno-strict-aliasing", "-U_FORTIFY_SOURCE", "-w"));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
            String log = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + "\n" + log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
