package dev.kvbench.checkpoint;

import dev.kvbench.model.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a folder has in place of a file that a checkpoint needs, in words. */
final class Absent {

    private static final String CONVERT = "convert it to safetensors (transformers: from_pretrained, then save_pretrained)";
    private static final int MOST_NEAR = 3;

    /** Files of weights that are not read, by name, and what to do about them; the first that is there is named. */
    private enum Other {
        SHARD(".*-\\d+-of-\\d+\\.safetensors",
                "it has %s, but not the index that names its shards, " + CheckpointTensors.INDEX + "; copy that too"),
        ADAPTER("adapter_model\\..*", "its %s only changes another model; merge the two and save the whole"),
        RENAMED(".*\\.safetensors", "it has %s; if that is the model, name it " + CheckpointTensors.SINGLE),
        PYTORCH("(pytorch_model|model|consolidated).*\\.(bin|pt|pth)|.*\\.ckpt",
                "its %s is not read, because such files can run code; " + CONVERT),
        TENSORFLOW(".*\\.h5|.*\\.ckpt\\.(index|meta|data-.*)|saved_model\\.pb", "its %s is TensorFlow's and is not read; " + CONVERT),
        FLAX("flax_model.*\\.msgpack", "its %s is Flax's and is not read; " + CONVERT),
        ELSE(".*\\.(gguf|onnx|ot|mlmodel)", "its %s is not read; take the model as safetensors");

        private final Pattern name;
        private final String says;

        Other(String name, String says) {
            this.name = Pattern.compile(name);
            this.says = says;
        }

        private Optional<String> in(List<String> names) {
            return names.stream().filter(n -> name.matcher(n).matches()).findFirst().map(n -> String.format(says, n));
        }
    }

    private Absent() {}

    /**
     * @param file a file that is not there, or is not one
     * @return it and what is wrong with it; empty if there is nothing of its name
     */
    static Optional<String> under(Path file) {
        if (Files.isDirectory(file)) {
            return Optional.of(file + ": is a folder, not a file");
        }
        if (!Files.isSymbolicLink(file) || Files.exists(file)) {
            return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? Optional.of(file + ": is not a plain file") : Optional.empty();
        }
        try {
            return Optional.of(file + ": is a link to " + Files.readSymbolicLink(file)
                    + ", where there is no file; copy or fetch that too");
        } catch (IOException e) {
            return Optional.of(file + ": is a link that leads nowhere; copy or fetch the file itself");
        }
    }

    /**
     * @param folder a folder without weights that can be opened
     * @return that, and what it has instead
     */
    static String weights(Path folder) {
        Optional<String> there = Stream.of(CheckpointTensors.SINGLE, CheckpointTensors.INDEX)
                .flatMap(n -> under(folder.resolve(n)).stream()).findFirst();
        if (there.isPresent()) {
            return there.get();
        }
        List<String> names = names(folder);
        return folder + ": has no " + CheckpointTensors.SINGLE + " and no " + CheckpointTensors.INDEX
                + Stream.of(Other.values()).flatMap(o -> o.in(names).stream()).findFirst().map(what -> "; " + what).orElse("");
    }

    /**
     * @param folder a folder without a config.json
     * @return that, and what is near
     */
    static String config(Path folder) {
        return under(folder.resolve(ConfigFile.NAME)).orElseGet(() -> {
            List<String> near = names(folder).stream().map(n -> folder.resolve(n))
                    .filter(f -> Files.isRegularFile(f.resolve(ConfigFile.NAME))).map(Path::toString).toList();
            return folder + ": has no " + ConfigFile.NAME + (near.isEmpty()
                    ? ", which says the model's sizes; copy it from where the weights are from"
                    : "; give a folder that has one: " + String.join(", ", near.subList(0, Math.min(MOST_NEAR, near.size())))
                            + (near.size() > MOST_NEAR ? ", …" : ""));
        });
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
