package dev.kvbench.runtime;

import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.Scores;
import dev.kvbench.torch.ScriptFile;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A strategy's part of a step's module, put together from what is shared and what is its own. */
final class EvictionSource {

    private EvictionSource() {}

    /** @return TorchScript of {@code evict} and all that it calls, places by name */
    static String of(EvictionStrategy strategy) {
        String score = strategy.score().isEmpty()
                ? ScriptFile.read("score_" + strategy.traits().scores().name().toLowerCase(Locale.ROOT) + ".py")
                : strategy.score();
        return String.join("\n", ScriptFile.read("eviction.py"),
                ScriptFile.read("eviction_" + strategy.parameters().removal().label() + ".py"), score);
    }

    /** @return what these read of {@code self} */
    static Map<String, Number> attributes(EvictionStrategy strategy) {
        Map<String, Number> attributes = new LinkedHashMap<>();
        for (Parameter p : Parameter.values()) {
            attributes.put(p.label(), strategy.parameters().get(p));
        }
        attributes.put("peak", strategy.schedule().peak());
        attributes.put("front", strategy.protects().front());
        attributes.put("back", strategy.protects().back());
        attributes.put("scored", flag(strategy.traits().scored()));
        attributes.put("scoresAtEviction", flag(strategy.traits().scores() == Scores.AT_EVICTION));
        attributes.put("scoresAtWrite", flag(strategy.traits().scores() == Scores.AT_WRITE));
        attributes.put("scoresPerLayer", flag(strategy.traits().scope() != Scope.MODEL));
        attributes.put("scoresPerHead", flag(strategy.traits().scope() == Scope.HEAD));
        return attributes;
    }

    static int flag(boolean on) {
        return on ? 1 : 0;
    }
}
