package dev.kvbench.bench;

import dev.kvbench.Cleanup;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.model.Weights;
import dev.kvbench.torch.TorchErrors;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Decode loops where memory counts. A runtime that lacks memory says so and leaves the next one, which is slower, to run: sequences
 * would seem to fit that only fit so. Here that is memory that is too small.
 */
final class BudgetLoop {

    private BudgetLoop() {}

    /**
     * @param settings what to decode
     * @param weights the model
     * @return a loop that runs by the fastest runtime there is; the caller closes it
     * @throws IllegalStateException if one gave way for want of memory
     */
    static DecodeLoop make(DecodeSettings settings, Weights weights) {
        return whole(() -> settings.loop(weights));
    }

    static <T extends AutoCloseable> T whole(Supplier<T> making) {
        PrintStream console = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        T made;
        try (PrintStream kept = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setErr(kept);
            made = making.get();
        } finally {
            System.setErr(console);
            console.print(said.toString(StandardCharsets.UTF_8));
        }
        String printed = said.toString(StandardCharsets.UTF_8);
        if (TorchErrors.wantsMemory(printed)) {
            IllegalStateException gaveWay = new IllegalStateException(printed.strip());
            Cleanup.after(gaveWay, made);
            throw gaveWay;
        }
        return made;
    }
}
