package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.AttentionForm;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * In what form a configuration ran: two that differ in it differ in more than their strategies.
 *
 * @param runtime that ran; where a result does not say, the one that was asked for
 * @param attention form of attention that ran; null where the runtime has attention of its own
 */
public record Form(String runtime, String attention) {

    private static final String SEPARATOR = "; ";

    /** @return the form that a configuration ran in */
    public static Form of(StepsFile.Configuration c) {
        return new Form(c.runtime() == null ? String.valueOf(c.params().get("runtime")) : c.runtime(),
                AttentionForm.isOf(c.runtime()) ? c.attention() : null);
    }

    /**
     * @param difference what {@link #difference} gives
     * @return its parts, each one thing in which two configurations differ
     */
    static Stream<String> parts(String difference) {
        return Stream.of(difference.split(SEPARATOR));
    }

    /**
     * @param strategy a configuration
     * @param full the full cache that it is compared with
     * @return in what they differ beside the strategy: "another form of attention: full cache sdpa, h2o explicit";
     *     null if in nothing
     */
    public static String difference(StepsFile.Configuration strategy, StepsFile.Configuration full) {
        Form own = of(strategy);
        Form other = of(full);
        List<String> parts = new ArrayList<>();
        String name = Caption.of(strategy).name();
        if (!own.runtime.equals(other.runtime)) {
            parts.add("another runtime: full cache " + other.runtime + ", " + name + " " + own.runtime);
        }
        if (own.attention != null && other.attention != null && !own.attention.equals(other.attention)) {
            parts.add("another form of attention: full cache " + other.attention + ", " + name + " " + own.attention);
        }
        return parts.isEmpty() ? null : String.join(SEPARATOR, parts);
    }
}
