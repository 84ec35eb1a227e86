package dev.kvbench.report.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.util.List;

/**
 * A result as it was read, once, for all of its plots and its page.
 *
 * @param name its folder's
 * @param steps its {@code steps.json}
 * @param fingerprint of that file as it stands there: peers have fields of their own
 * @param jmh its {@code jmh.json}; null if it has none, as those of peers
 */
public record LoadedResult(String name, StepsFile steps, JsonNode fingerprint, JsonNode jmh) {

    /**
     * @param folder a result
     * @return what its files say
     * @throws dev.kvbench.UserError if one of them cannot be read
     */
    public static LoadedResult read(ResultFolder folder) {
        return new LoadedResult(folder.name(), folder.readSteps(), folder.readFingerprint(), folder.hasJmh()
                ? folder.readJmh() : null);
    }

    /** @return the same with other labels of its configurations */
    LoadedResult with(List<StepsFile.Configuration> labelled) {
        return new LoadedResult(name, steps.with(labelled), fingerprint, jmh);
    }

    /** @return its steps at pinned cache lengths */
    public List<PinnedPoint> pinned() {
        return jmh == null ? List.of() : PinnedPoint.all(steps, jmh);
    }

    /** @return its tokens per second within budgets of memory */
    public List<RatePoint> rates() {
        return jmh == null ? List.of() : RatePoint.all(steps, jmh);
    }

    /** @return whether it has anything that is drawn together with other results */
    public boolean hasCurves() {
        return steps.configurations().stream().anyMatch(StepsFile.Configuration::hasSeries) || !pinned().isEmpty()
                || !rates().isEmpty();
    }
}
