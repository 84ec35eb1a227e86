package dev.kvbench.bench;

import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.List;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Parameters of strategies that every benchmark of them has. What is not the same in all of them stands with each: the
 * window, whose values some sweep, and how often to evict, which a step alone cannot tell.
 */
@State(Scope.Benchmark)
public abstract class StrategyBenchmark {

    /** Every strategy that evicts, as a default: no list in an annotation follows the registry. */
    static final String ALL = "all";

    /** Entries of the window kept for their accumulated attention; 0 for strategies that have none. */
    @Param(Parameter.Default.HEAVY_HITTERS)
    public int heavyHitters;

    /**
     * @param name a parameter's
     * @param values its values as a benchmark declares them
     * @return those that they stand for
     */
    static List<String> declared(String name, String... values) {
        return name.equals(StrategyParameters.STRATEGY) && List.of(values).equals(List.of(ALL))
                ? Strategies.evicting() : List.of(values);
    }
}
