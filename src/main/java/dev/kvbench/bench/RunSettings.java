package dev.kvbench.bench;

import dev.kvbench.UserError;
import dev.kvbench.checkpoint.ModelChoice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the configurations of one run mean: each set of parameters is parsed once, and each checkpoint opened once. */
final class RunSettings {

    private record Key(StepsNeeded needed, Map<String, String> params) {}

    private final Map<Key, DecodeSettings> parsed = new HashMap<>();
    private final Map<List<String>, ModelChoice> models = new HashMap<>();

    /**
     * @param one a configuration
     * @return what its parameters mean; empty if its benchmark decodes nothing
     * @throws UserError if they are impossible
     */
    Optional<DecodeSettings> of(RunPlan.Configuration one) {
        return StepsNeeded.by(one.benchmark()).map(needed -> of(needed, one.params()));
    }

    /**
     * @param needed what one operation of a benchmark runs
     * @param params its parameters
     * @return what they mean
     * @throws UserError if they are impossible
     */
    DecodeSettings of(StepsNeeded needed, Map<String, String> params) {
        return parsed.computeIfAbsent(new Key(needed, Map.copyOf(params)),
                key -> DecodeSettings.parse(needed, key.params, this::model));
    }

    /**
     * @param one a configuration
     * @return why it needs more memory than there is, and the way out, in one line; empty if it may fit
     * @throws UserError if its parameters are impossible
     */
    Optional<String> tooMuch(RunPlan.Configuration one) {
        return of(one).flatMap(settings -> settings.tooMuch(one.params()));
    }

    private ModelChoice model(String model, String weights) {
        return models.computeIfAbsent(List.of(model, weights), key -> ModelChoice.of(model, weights));
    }
}
