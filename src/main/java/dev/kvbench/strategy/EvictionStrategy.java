package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.EVICT_EVERY;
import static dev.kvbench.strategy.Parameter.HEAVY_HITTERS;
import static dev.kvbench.strategy.Parameter.REMOVAL;
import static dev.kvbench.strategy.Parameter.WINDOW;

import dev.kvbench.UserError;
import java.util.Set;

/**
 * A policy of which entries stay in the KV cache, as a value. When more are held than {@link #schedule} lets be, the
 * lowest scored of those that are not protected go, among equals the oldest. First, last and oldest are by the step that
 * wrote an entry, whatever slot it lies in, so a strategy's definition is one for every {@link Removal}. Choosing and
 * removing entries, launching and timing are shared; what a strategy says it costs is beside those.
 *
 * <p>Scores of its own are one method of the step's module, called once per step after all layers have run, and once
 * for a whole prompt; with {@link Scores#AT_EVICTION} only where entries go:
 *
 * <pre>
 * def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType
 *   state   by place: state[CACHE] [L, 2, B, Hkv, C, Dh], keys and values, of which the first n of C are held;
 *           state[SCORES] [l, B, h, C] fp32, l = 1 or L, h = 1 or Hkv, to be set or added to, zero beyond what is held;
 *           state[ORIGINS] [l, B, h, C] int32, the step that wrote each entry: its age, which its slot does not tell;
 *           state[STEPS] [1] int64, steps since the cache was empty, this one among them
 *   rows    if it reads them [L, B, H, n], the current token's attention weights; of a prompt their sum over its
 *           tokens, with {@link Scores#LAST} those of its last token
 *   first   the first slot of the entries that are new: n − 1, or 0 for a prompt
 *   self    has every parameter that it reads, by name
 * </pre>
 *
 * What happens may depend on n and first on the host, on nothing else, so that steps can be captured.
 *
 * @param name in parameters and results
 * @param caption its name with its parameters, for legends: "h2o-head, window 128, 32 heavy hitters"
 * @param reads its parameters
 * @param parameters their values
 * @param traits what a step must know of it
 * @param protects entries that stay whatever their score
 * @param score TorchScript of scores of its own; empty where there are none, or they are attention as it is
 */
public record EvictionStrategy(String name, String caption, Set<Parameter> reads, StrategyParameters parameters,
        Traits traits, Protects protects, String score) {

    /** What all strategies that ever evict read. */
    static final Set<Parameter> SCHEDULE = Set.of(WINDOW, EVICT_EVERY, REMOVAL);

    /** Checks the parameters, and forgets those that it does not read. */
    public EvictionStrategy {
        parameters = parameters.only(reads);
        int window = parameters.get(WINDOW);
        if (reads.contains(WINDOW) && window >= WINDOW.least() && window <= protects.front()) {
            throw new UserError(WINDOW.label() + "=" + window + ": must be a whole number of at least " + (protects.front() + 1)
                    + " for strategy=" + name);
        }
        parameters.values().forEach((p, value) -> {
            if (value < p.least()) {
                throw p.tooSmall(value);
            }
        });
    }

    /** One without scores, or with attention as its score. */
    EvictionStrategy(String name, String caption, Set<Parameter> reads, StrategyParameters parameters, Traits traits,
            Protects protects) {
        this(name, caption, reads, parameters, traits, protects, "");
    }

    /** @return its name with its parameters, for legends: "h2o-head, window 128, 32 heavy hitters, every 2 steps, compacting" */
    public String describe() {
        return parameters.caption(caption, WINDOW, HEAVY_HITTERS);
    }

    /** @return when it evicts, and what that leaves */
    public Schedule schedule() {
        return parameters.schedule();
    }

    @Override
    public String toString() {
        return describe();
    }
}
