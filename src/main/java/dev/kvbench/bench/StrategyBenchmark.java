package dev.kvbench.bench;

import dev.kvbench.strategy.Parameter;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Parameters of strategies that every benchmark of them has. What is not the same in all of them stands with each: the
 * window, whose values some sweep, and how often to evict, which a step alone cannot tell.
 */
@State(Scope.Benchmark)
public abstract class StrategyBenchmark {

    /** Entries of the window kept for their accumulated attention; 0 for strategies that have none. */
    @Param(Parameter.Default.HEAVY_HITTERS)
    public int heavyHitters;
}
