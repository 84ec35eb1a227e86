package dev.kvbench.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.WholeFile;
import dev.kvbench.cache.HeldByAge;
import dev.kvbench.cache.KvCache;
import dev.kvbench.results.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** A {@link TraceFile} that is written step by step; the file appears when it is whole. */
public final class Tracer implements AutoCloseable {

    private final Path file;
    private final WholeFile whole;
    private final JsonGenerator json;
    private final boolean withLogits;
    private final boolean scored;
    private List<List<long[]>> before = List.of();

    /**
     * @param file where the trace goes
     * @param header the trace without its steps
     * @param scored whether the strategy has scores
     * @param withLogits whether logits are written
     * @throws UserError if the file cannot be written
     */
    public Tracer(Path file, TraceFile header, boolean scored, boolean withLogits) {
        this.file = file;
        this.scored = scored;
        this.withLogits = withLogits;
        try {
            whole = new WholeFile(file);
            json = Json.MAPPER.createGenerator(whole.out());
            json.writeStartObject();
            for (Map.Entry<String, JsonNode> field : Json.MAPPER.<ObjectNode>valueToTree(header).properties()) {
                if (!field.getKey().equals("steps")) {
                    json.writeObjectField(field.getKey(), field.getValue());
                }
            }
            json.writeArrayFieldStart("steps");
        } catch (IOException e) {
            throw new UserError("--trace " + file + ": cannot be written: " + Reason.of(e), e);
        }
    }

    /**
     * @param step index of the step, that of its last token if it fed a whole prompt
     * @param token the token it was fed
     * @param position that token's position id
     * @param next the token it chose
     * @param heldBefore entries held before it
     * @param heldAfter entries held after it
     * @param cache the cache after it, of one sequence
     */
    public void step(int step, long token, int position, long next, int heldBefore, int heldAfter, KvCache cache) {
        long[] shape = cache.scoresShape();
        int[] origins = cache.origins();
        float[] scores = scored ? cache.scores() : null;
        List<List<long[]>> kept = new ArrayList<>();
        List<List<long[]>> evicted = new ArrayList<>();
        List<List<float[]>> keptScores = scored ? new ArrayList<>() : null;
        for (int layer = 0; layer < shape[0]; layer++) {
            List<long[]> keptOfLayer = new ArrayList<>();
            List<long[]> evictedOfLayer = new ArrayList<>();
            List<float[]> scoresOfLayer = new ArrayList<>();
            for (int head = 0; head < shape[2]; head++) {
                int row = (int) ((layer * shape[2] + head) * shape[3]);
                HeldByAge held = HeldByAge.of(origins, row, heldAfter);
                long[] now = Arrays.stream(held.origins()).asLongStream().toArray();
                keptOfLayer.add(now);
                // what the first step traced does not find in a cache was fed with it
                long[] earlier = before.isEmpty() ? LongStream.range(0, step).toArray() : before.get(layer).get(head);
                evictedOfLayer.add(without(earlier, step, now));
                if (scored) {
                    scoresOfLayer.add(held.of(scores, row));
                }
            }
            kept.add(keptOfLayer);
            evicted.add(evictedOfLayer);
            if (scored) {
                keptScores.add(scoresOfLayer);
            }
        }
        before = kept;
        try {
            json.writeObject(new TraceFile.Step(step, token, position, next, heldBefore, heldAfter, kept, evicted, keptScores,
                    withLogits ? cache.logits() : null));
        } catch (IOException e) {
            throw new UserError("--trace " + file + ": cannot be written: " + Reason.of(e), e);
        }
    }

    /** What was held and the newest, less what is held now. */
    private static long[] without(long[] before, int newest, long[] now) {
        return LongStream.concat(Arrays.stream(before), LongStream.of(newest))
                .filter(index -> Arrays.binarySearch(now, index) < 0)
                .toArray();
    }

    /** Ends the trace and moves it into place. */
    public void finish() {
        try {
            json.writeEndArray();
            json.writeEndObject();
            json.close();
            whole.finish();
        } catch (IOException e) {
            throw new UserError("--trace " + file + ": cannot be written: " + Reason.of(e), e);
        }
    }

    @Override
    public void close() {
        try {
            whole.close();
        } catch (IOException e) {
            // the unfinished file stays behind under its temporary name
        }
    }
}
