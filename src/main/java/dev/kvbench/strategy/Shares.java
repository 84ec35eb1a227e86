package dev.kvbench.strategy;

import dev.kvbench.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Parameters given as a share, {@code window=25%}, and the numbers that they stand for: of {@code window} a share of the
 * text that is held without eviction, of {@code heavyHitters} one of the window.
 *
 * @param numbers all parameters, as if numbers had been given
 * @param asked those that were given as shares, as they were
 */
public record Shares(Map<String, String> numbers, Map<String, String> asked) {

    /**
     * @param context tokens of the text that is held without eviction; asked only where a window is a share of it
     * @param params values of all parameters by name
     * @return the same in numbers; what the strategy does not read counts as unread
     * @throws UserError if a share is none, or there is nothing that it could be of
     */
    public static Shares of(IntSupplier context, Map<String, String> params) {
        Map<String, String> asked = new LinkedHashMap<>();
        for (Parameter p : new Parameter[] {Parameter.WINDOW, Parameter.HEAVY_HITTERS}) {
            Share.parse(p.label(), params.get(p.label())).ifPresent(share -> asked.put(p.label(), params.get(p.label())));
        }
        if (asked.isEmpty()) {
            return new Shares(params, Map.of());
        }
        Strategies strategy = Strategies.of(params.get(StrategyParameters.STRATEGY));
        asked.keySet().removeIf(name -> strategy.reads().stream().noneMatch(p -> p.label().equals(name)));
        Map<String, String> numbers = new LinkedHashMap<>(params);
        for (Parameter p : new Parameter[] {Parameter.WINDOW, Parameter.HEAVY_HITTERS}) {
            Share.parse(p.label(), params.get(p.label())).ifPresent(share -> numbers.put(p.label(), !asked.containsKey(p.label())
                    ? StrategyParameters.UNREAD : Integer.toString(p == Parameter.WINDOW
                            ? share.of(context.getAsInt(), strategy.leastWindow(heavyHitters(params)))
                            : share.of(Parameter.number(Parameter.WINDOW.label(), numbers.get(Parameter.WINDOW.label()), 1), 0))));
        }
        return new Shares(numbers, asked);
    }

    /** Those that a window must have room for; as many as it leaves where they are a share of it. */
    private static int heavyHitters(Map<String, String> params) {
        String given = params.get(Parameter.HEAVY_HITTERS.label());
        return given == null || Share.parse(Parameter.HEAVY_HITTERS.label(), given).isPresent() ? 0
                : Parameter.HEAVY_HITTERS.parse(given, 0);
    }
}
