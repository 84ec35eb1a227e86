package dev.kvbench.checkpoint;

import dev.kvbench.ForeignText;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.ConfigFile;
import dev.kvbench.model.Family;
import dev.kvbench.model.gpt2.Gpt2Family;
import dev.kvbench.model.llama.LlamaFamily;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The model families there are. */
public final class Families {

    private static final List<Family> ALL = List.of(
            Gpt2Family.INSTANCE,
            LlamaFamily.INSTANCE);

    private Families() {}

    /** @return all of them */
    public static List<Family> all() {
        return ALL;
    }

    /** @return names of all presets */
    public static Set<String> presetNames() {
        return ALL.stream().flatMap(family -> family.presets().keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * @param name a preset's name
     * @return the model
     * @throws dev.kvbench.UserError if there is no such preset
     */
    public static Architecture preset(String name) {
        for (Family family : ALL) {
            Architecture preset = family.presets().get(name);
            if (preset != null) {
                return preset;
            }
        }
        throw Suggestions.unknown("model", name, presetNames());
    }

    /**
     * @param name a model's name
     * @return the repository with its weights, if that is a preset whose repository has another name
     */
    public static Optional<String> repository(String name) {
        return ALL.stream().flatMap(family -> Optional.ofNullable(family.repositories().get(name)).stream()).findFirst();
    }

    /**
     * @param name a model's name
     * @return the error to throw where its weights are wanted, if there are none anywhere
     */
    public static Optional<UserError> untrained(String name) {
        return ALL.stream().anyMatch(family -> family.toys().contains(name))
                ? Optional.of(new UserError("model " + name + ": a shape for trying things, which has no trained weights;"
                        + " take weights=synthetic or another model"))
                : Optional.empty();
    }

    /**
     * @param file a config.json
     * @return whether that can be read, and is of a family here
     */
    static boolean know(Path file) {
        try {
            ConfigFile config = ConfigFile.open(file);
            return ALL.stream().anyMatch(family -> family.takes(config));
        } catch (UserError e) {
            // whoever wants that model is told
            return false;
        }
    }

    /**
     * @param file a checkpoint's config.json
     * @param name what to call the model
     * @return the model that it describes
     * @throws dev.kvbench.UserError if it cannot be read, is of no family here, or asks for something that the step
     *     does not do
     */
    static Architecture read(Path file, String name) {
        ConfigFile config = ConfigFile.open(file);
        return ALL.stream().filter(family -> family.takes(config)).findFirst()
                .orElseThrow(() -> config.unsupported("model_type", ForeignText.quoted(config.text("model_type", "")),
                        ALL.stream().flatMap(family -> family.modelTypes().stream()).collect(Collectors.joining(", "))))
                .read(config, name);
    }
}
