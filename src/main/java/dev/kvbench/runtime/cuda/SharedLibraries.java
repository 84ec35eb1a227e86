package dev.kvbench.runtime.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where native libraries of this process and beside it are. */
final class SharedLibraries {

    private static final Path MAPS = Path.of("/proc/self/maps");

    private SharedLibraries() {}

    /**
     * @param name the start of a library's file name, as "libtorch_cpu.so"
     * @return the file of that name that this process has loaded
     */
    static Optional<Path> loaded(String name) {
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.map(line -> line.substring(line.indexOf('/') < 0 ? line.length() : line.indexOf('/')))
                    .filter(path -> path.substring(path.lastIndexOf('/') + 1).startsWith(name))
                    .findFirst()
                    .map(Path::of);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Looks where libtorch's packages keep CUDA's libraries: beside libtorch, in the packages beside torch, and
     * in the toolkit's folder.
     *
     * @param name the start of a library's file name, as "libnvrtc.so"
     * @return files of that name, those of libtorch's own release first
     */
    static List<Path> near(String name) {
        List<Path> folders = new ArrayList<>();
        loaded("libtorch_cpu.so").map(Path::getParent).ifPresent(lib -> {
            folders.add(lib);
            // site-packages/torch/lib -> site-packages/nvidia/*/lib
            Path packages = lib.resolve("../../nvidia").normalize();
            folders.addAll(list(packages).stream().map(p -> p.resolve("lib")).toList());
        });
        folders.add(Path.of("/usr/local/cuda/lib64"));
        return folders.stream()
                .flatMap(folder -> list(folder).stream())
                .filter(file -> file.getFileName().toString().startsWith(name))
                .toList();
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
