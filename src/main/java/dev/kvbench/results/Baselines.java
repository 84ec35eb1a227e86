package dev.kvbench.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.kvbench.JsonFault;
import dev.kvbench.Reason;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Names for results to compare with: {@code baselines.json} in the folder of results. */
public final class Baselines {

    private static final String FILE = "baselines.json";

    private final Path results;

    /** @param results the folder of results */
    public Baselines(Path results) {
        this.results = results;
    }

    private Map<String, String> read() {
        Path file = results.resolve(FILE);
        if (!Files.exists(file)) {
            return new TreeMap<>();
        }
        try {
            Map<String, String> names = Json.MAPPER.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {});
            if (names != null) {
                return names;
            }
        } catch (JsonProcessingException e) {
            throw new UserError(JsonFault.of(file, "a list of baselines", e).getMessage()
                    + "; mend it, or delete it and save baselines anew", e);
        } catch (IOException e) {
            // said below
        }
        throw new UserError(file + ": cannot be read; delete it and save baselines anew");
    }

    private void write(Map<String, String> names) {
        try {
            Json.write(results.resolve(FILE), names);
        } catch (IOException e) {
            throw new UserError(results.resolve(FILE) + ": cannot be written: " + Reason.of(e), e);
        }
    }

    /**
     * @param name a baseline's name
     * @param folder the result that it stands for from now on; lies in the folder of results
     * @throws UserError if the name or the folder will not do
     */
    public void save(String name, Path folder) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new UserError("baseline '" + name + "': names are up to 64 letters, digits, '.', '_' and '-'");
        }
        Path result = ResultFolder.open(folder).path().toAbsolutePath().normalize();
        if (!result.getParent().equals(results.toAbsolutePath().normalize())) {
            throw new UserError(folder + ": not in " + results + ", where baselines are kept");
        }
        Map<String, String> names = read();
        names.put(name, result.getFileName().toString());
        write(names);
    }

    /**
     * @param name perhaps a baseline's name
     * @return its result, if it is one
     */
    public Optional<Path> find(String name) {
        return Optional.ofNullable(read().get(name)).map(results::resolve);
    }

    /** @return all names with their results' folders */
    public Map<String, String> all() {
        return read();
    }

    /**
     * @param name a baseline's name
     * @throws UserError if there is none of that name
     */
    public void remove(String name) {
        Map<String, String> names = read();
        if (names.remove(name) == null) {
            throw Suggestions.unknown("baseline", name, names.keySet());
        }
        write(names);
    }
}
