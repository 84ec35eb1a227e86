package dev.kvbench.strategy;

import dev.kvbench.UserError;

/**
 * Another strategy that evicts only every few steps: the cache grows to window + steps − 1 entries and drops as many
 * as needed at once. Scores are kept in every step as before.
 *
 * @param strategy what scores and selects
 * @param steps steps from one eviction to the next
 */
public record EvictEvery(EvictionStrategy strategy, int steps) implements EvictionStrategy {

    /** Checks the parameters. */
    public EvictEvery {
        if (steps < 1) {
            throw new UserError("evictEvery=" + steps + ": must be at least 1");
        }
    }

    @Override
    public String name() {
        return strategy.name();
    }

    @Override
    public String describe() {
        return strategy.describe() + ", every " + steps + " steps";
    }

    @Override
    public int window() {
        return strategy.window();
    }

    @Override
    public Schedule schedule() {
        return new Schedule(strategy.schedule().window(), steps);
    }

    @Override
    public int heavyHitters() {
        return strategy.heavyHitters();
    }

    @Override
    public Scope scope() {
        return strategy.scope();
    }

    @Override
    public boolean accumulates() {
        return strategy.accumulates();
    }

    @Override
    public boolean scored() {
        return strategy.scored();
    }

    @Override
    public boolean readsSteps() {
        return strategy.readsSteps();
    }

    @Override
    public boolean readsAttention() {
        return strategy.readsAttention();
    }

    @Override
    public String torchScript() {
        return strategy.torchScript();
    }
}
