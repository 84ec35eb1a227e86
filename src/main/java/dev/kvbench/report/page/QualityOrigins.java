package dev.kvbench.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.quality.QualityRun;
import dev.kvbench.results.Json;
import dev.kvbench.results.QualityFile;
import dev.kvbench.strategy.Strategies;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a quality result was made of, and what limits what it says. */
final class QualityOrigins {

    /** Intervals of fewer sequences are noticeably too narrow: those of a mean by a factor √((n − 1) / n). */
    private static final int FEW = 10;

    private QualityOrigins() {}

    static Report.Origin of(QualityFile quality, String folder) {
        Map<String, String> fields = new LinkedHashMap<>();
        QualityFile.Model model = quality.model();
        QualityFile.Text text = quality.text();
        QualityFile.Setting setting = quality.setting();
        fields.put("started", quality.created());
        fields.put("arguments", String.join(" ", quality.command() == null ? List.of() : quality.command()));
        fields.put("model", model.name() + ", " + model.parameters() + " parameters, " + model.positions()
                + " positions, " + model.dtype());
        fields.put("weights", model.weights() + (model.sha256() == null ? "" : ", sha256 " + model.sha256()));
        fields.put("text", text.name() + ", " + text.tokens() + " tokens, sha256 " + text.sha256());
        fields.put("sequences", text.starts().length + " of " + text.steps() + " tokens, from all over the text");
        fields.put("runtime", setting.runtime() + ", " + setting.batch() + " sequences side by side");
        fields.put("positions", setting.positions());
        fields.put("seed", String.valueOf(setting.seed()));
        if (quality.times() != null) {
            fields.put("times", quality.times().source() + ": " + quality.times().label());
        }
        JsonNode fingerprint = Json.MAPPER.valueToTree(quality.fingerprint());
        fingerprint.properties().stream().filter(f -> !f.getValue().isNull())
                .forEach(f -> fields.put(f.getKey(), f.getValue().asText()));
        return new Report.Origin(folder, fields);
    }

    static List<String> notes(QualityFile quality, List<QualityFile.Configuration> unscored, String folder) {
        List<String> notes = new ArrayList<>();
        if (!unscored.isEmpty()) {
            notes.add("Left out, because their scores are no numbers: "
                    + String.join("; ", unscored.stream().map(QualityFile.Configuration::label).toList())
                    + ". The model's logits were NaN or infinite there, or the full cache's, which scores are relative to.");
        }
        if (folder.endsWith(QualityRun.UNFINISHED)) {
            int scored = quality.configurations().size() + unscored.size();
            notes.add("The run has not ended: " + scored + (scored == 1 ? " configuration is" : " configurations are")
                    + " scored so far; quality --resume goes on with it.");
        }
        if ("synthetic".equals(quality.model().weights())) {
            notes.add("Weights are synthetic: the model predicts nothing, so what it loses means nothing.");
        }
        if (quality.configurations().stream().anyMatch(c -> c.strategy().equals(Strategies.H2O.label()))) {
            notes.add(Origins.H2O);
        }
        int sequences = quality.text().starts().length;
        if (sequences < FEW) {
            notes.add("Only " + sequences
                    + " sequences: intervals over so few are too narrow; take more (--sequences).");
        }
        if (quality.needle() != null && quality.needle().texts() < FEW) {
            notes.add("Only " + quality.needle().texts()
                    + " texts were probed: intervals over so few are too narrow; take more (--probe-texts).");
        }
        if (quality.setting().lateFrom() == null) {
            notes.add("Sequences end before or soon after the largest window is full: means are over all positions,"
                    + " also those before anything is evicted.");
        }
        if (quality.times() != null && !quality.times().label().startsWith(quality.model().name() + " · ")) {
            notes.add("Times are not of the model that was scored: " + quality.times().label() + ".");
        }
        if (Boolean.TRUE.equals(quality.fingerprint().dirty())) {
            notes.add("The working tree differed from the commit.");
        }
        return notes;
    }
}
