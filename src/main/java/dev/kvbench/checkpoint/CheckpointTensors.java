package dev.kvbench.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.ForeignText;
import dev.kvbench.UserError;
import dev.kvbench.model.PythonJson;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The tensors of a checkpoint: those of one safetensors file, or of shards and the index that names them. */
final class CheckpointTensors implements AutoCloseable {

    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final long LONGEST_INDEX = 16_000_000;

    /**
     * A tensor and the file it is in.
     *
     * @param file the file
     * @param tensor the tensor
     */
    record Located(Safetensors file, Safetensors.Tensor tensor) {

        /** @return its bytes, mapped */
        ByteBuffer map() {
            return file.map(tensor);
        }

        /** @return it, for a message */
        String described() {
            return file.file() + ": tensor " + ForeignText.quoted(tensor.name());
        }
    }

    private final Path folder;
    private final List<Safetensors> files;
    private final Map<String, Located> tensors;

    private CheckpointTensors(Path folder, List<Safetensors> files, Map<String, Located> tensors) {
        this.folder = folder;
        this.files = files;
        this.tensors = tensors;
    }

    /** @return whether a folder has weights that can be opened */
    static boolean areIn(Path folder) {
        return Files.isRegularFile(folder.resolve(SINGLE)) || Files.isRegularFile(folder.resolve(INDEX));
    }

    /**
     * @param folder a checkpoint's folder
     * @return its tensors; the caller closes them
     * @throws UserError if there are none, or a file is not as it must be
     */
    static CheckpointTensors open(Path folder) {
        List<Safetensors> files = new ArrayList<>();
        try {
            if (Files.isRegularFile(folder.resolve(SINGLE))) {
                Safetensors file = new Safetensors(folder.resolve(SINGLE));
                files.add(file);
                Map<String, Located> tensors = new LinkedHashMap<>();
                file.names().forEach(name -> tensors.put(name, new Located(file, file.find(name).orElseThrow())));
                return new CheckpointTensors(folder, files, tensors);
            }
            if (Files.isRegularFile(folder.resolve(INDEX))) {
                return new CheckpointTensors(folder, files, sharded(folder.resolve(INDEX), files));
            }
        } catch (UserError e) {
            files.forEach(Safetensors::close);
            throw e;
        }
        throw new UserError(Absent.weights(folder));
    }

    /** Opens the shards that an index names and finds every tensor where the index says it is. */
    private static Map<String, Located> sharded(Path index, List<Safetensors> files) {
        Map<String, String> shards = shardsByTensor(index);
        Map<String, Safetensors> open = new TreeMap<>();
        for (String shard : new TreeSet<>(shards.values())) {
            Path file = index.resolveSibling(shard);
            if (!Files.isRegularFile(file)) {
                throw new UserError(Absent.under(file).orElseGet(() -> index + ": names shard " + ForeignText.quoted(shard)
                        + ", which is not beside it; copy or fetch it too"));
            }
            Safetensors opened = new Safetensors(file);
            files.add(opened);
            open.put(shard, opened);
        }
        Map<String, Located> tensors = new LinkedHashMap<>();
        shards.forEach((name, shard) -> {
            Safetensors file = open.get(shard);
            tensors.put(name, new Located(file, file.find(name).orElseThrow(() -> new UserError(index + ": says that tensor "
                    + ForeignText.quoted(name) + " is in " + shard + ", where it is not"))));
        });
        return tensors;
    }

    /**
     * @param index an index of shards
     * @return the shard of every tensor: a plain name of a file beside the index
     * @throws UserError if it is no such index
     */
    static Map<String, String> shardsByTensor(Path index) {
        JsonNode map = PythonJson.read(index, "an index of shards", LONGEST_INDEX).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new UserError(index + ": not an index of shards: it has no weight_map");
        }
        Map<String, String> shards = new LinkedHashMap<>();
        map.properties().forEach(entry -> {
            String shard = entry.getValue().asText("");
            // a plain name: nothing that could leave the folder
            if (!shard.matches("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors")) {
                throw new UserError(index + ": tensor " + ForeignText.quoted(entry.getKey()) + " is said to be in "
                        + ForeignText.quoted(shard) + ", which is not the name of a safetensors file beside it");
            }
            shards.put(entry.getKey(), shard);
        });
        return shards;
    }

    Path folder() {
        return folder;
    }

    Set<String> names() {
        return tensors.keySet();
    }

    Optional<Located> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public void close() {
        files.forEach(Safetensors::close);
    }
}
