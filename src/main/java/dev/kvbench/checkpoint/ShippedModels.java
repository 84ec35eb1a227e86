package dev.kvbench.checkpoint;

import dev.kvbench.model.ConfigFile;
import dev.kvbench.model.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Models that come with this project, under {@code models/NAME/} among its resources. */
final class ShippedModels {

    private static final List<String> NAMES = List.of("gpt2-docs");
    private static final List<String> FILES = List.of(ConfigFile.NAME, CheckpointTensors.SINGLE, Tokenizer.FILE);
    private static final Map<String, Path> FOLDERS = new ConcurrentHashMap<>();

    private ShippedModels() {}

    /** @return the names of those that this build has */
    static List<String> names() {
        return NAMES.stream().filter(name -> config(name) != null).toList();
    }

    private static URL config(String name) {
        return ShippedModels.class.getResource("/models/" + name + "/" + ConfigFile.NAME);
    }

    /**
     * @param name a model's name
     * @return a folder with its files; empty if no model of that name comes with the project
     */
    static Optional<Path> find(String name) {
        if (!name.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        URL config = config(name);
        return config == null ? Optional.empty() : Optional.of(FOLDERS.computeIfAbsent(name, n -> folder(config)));
    }

    /** The resources' own folder, or, where they are in a jar, a temporary one that goes when the process ends. */
    static Path folder(URL config) {
        try {
            if (config.getProtocol().equals("file")) {
                return Path.of(config.toURI()).getParent();
            }
            Path folder = Files.createTempDirectory("kvbench-model");
            folder.toFile().deleteOnExit();
            String root = config.toString().substring(0, config.toString().lastIndexOf('/') + 1);
            for (String file : FILES) {
                try (InputStream in = URI.create(root + file).toURL().openStream()) {
                    Path copy = folder.resolve(file);
                    copy.toFile().deleteOnExit();
                    Files.copy(in, copy);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
