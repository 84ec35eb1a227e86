package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is to be said of caches that no text filled. */
public final class DrawnEntries {

    private DrawnEntries() {}

    /**
     * @param configurations any
     * @return of those with the most drawn entries how they came about, in a sentence; empty if there are none
     */
    public static Optional<String> sentence(List<StepsFile.Configuration> configurations) {
        return configurations.stream().filter(c -> c.drawnEntries() != null)
                .max(Comparator.comparing(StepsFile.Configuration::drawnEntries))
                .map(c -> "Long caches were not filled step by step: of "
                        + (c.budget() == null ? c.params().get(PinnedPoint.CACHE_LENGTH) : c.budget().heldEntries()) + " entries "
                        + c.drawnEntries() + " were drawn from those that a short text wrote, for each layer and head;"
                        + " what a step costs depends on their number.");
    }
}
