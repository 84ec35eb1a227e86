package dev.kvbench.bench;

import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.host.Installation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Where run configurations are looked for by name: {@code jmh-config/} of the working directory, then that beside the jar, as in
 * an unpacked bundle, then what the jar itself has.
 */
final class ConfigFiles {

    private static final String FOLDER = "jmh-config";
    private static final String ENDING = ".json";

    private ConfigFiles() {}

    /**
     * A configuration's text.
     *
     * @param place where it was found
     * @param content its bytes
     */
    record Found(String place, byte[] content) {}

    /**
     * @param name a file, or the name of a configuration
     * @return the first there is
     * @throws UserError if there is none
     * @throws IOException if it cannot be read
     */
    static Found find(String name) throws IOException {
        return find(name, List.of(Path.of(FOLDER), Installation.code().resolveSibling(FOLDER)), Installation.code());
    }

    static Found find(String name, List<Path> folders, Path code) throws IOException {
        Path given = Path.of(name);
        // or a pipe, as a shell's <(…) gives
        if (!name.isEmpty() && Files.exists(given) && !Files.isDirectory(given)) {
            return new Found(name, Files.readAllBytes(given));
        }
        for (Path folder : folders) {
            Path file = folder.resolve(name + ENDING);
            if (Files.isRegularFile(file)) {
                return new Found(file.toString(), Files.readAllBytes(file));
            }
        }
        if (!name.contains("/")) {
            try (InputStream shipped = ConfigFiles.class.getResourceAsStream("/" + FOLDER + "/" + name + ENDING)) {
                if (shipped != null) {
                    return new Found(FOLDER + "/" + name + ENDING + " in " + code, shipped.readAllBytes());
                }
            }
        }
        Set<String> names = new TreeSet<>(shipped(code));
        for (Path folder : folders) {
            names.addAll(names(folder));
        }
        if (name.contains("/") || name.endsWith(ENDING)) {
            throw new UserError("--config " + name + (Files.isDirectory(given) ? ": a folder, not a file" : ": no such file")
                    + "; by name there are " + String.join(", ", names));
        }
        throw new UserError(Suggestions.unknown("config", name, names).getMessage() + "; looked in "
                + String.join(", ", folders.stream().map(f -> f.toAbsolutePath().toString()).distinct().toList()) + " and " + code);
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return names(files.map(f -> f.getFileName().toString()).toList());
        }
    }

    private static List<String> shipped(Path code) throws IOException {
        if (Files.isDirectory(code)) {
            return names(code.resolve(FOLDER));
        }
        try (JarFile jar = new JarFile(code.toFile())) {
            return names(jar.stream().map(entry -> entry.getName()).filter(n -> n.startsWith(FOLDER + "/"))
                    .map(n -> n.substring(FOLDER.length() + 1)).toList());
        }
    }

    private static List<String> names(List<String> files) {
        return files.stream().filter(f -> f.endsWith(ENDING)).map(f -> f.substring(0, f.length() - ENDING.length())).toList();
    }
}
