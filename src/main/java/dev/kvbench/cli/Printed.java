package dev.kvbench.cli;

import dev.kvbench.model.Tokenizer;
import java.io.PrintStream;

/** Generated tokens on the standard output as they come: text where there is a tokenizer, else their ids. */
final class Printed {

    private final PrintStream out = System.out;
    private final Tokenizer tokenizer;
    private String shown = "";
    private String text = "";

    /** @param tokenizer the model's, or null */
    Printed(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** @param tokens all generated so far, the last of them new */
    void generated(long[] tokens) {
        if (tokenizer == null) {
            out.print((tokens.length == 1 ? "" : " ") + tokens[tokens.length - 1]);
        } else {
            // bytes of one character may be spread over tokens, so the whole text is decoded each time
            text = tokenizer.decode(tokens);
            if (!text.endsWith("\uFFFD")) {
                show();
            }
        }
        out.flush();
    }

    private void show() {
        if (text.startsWith(shown)) {
            out.print(text.substring(shown.length()));
            shown = text;
        }
    }

    /** Prints what was held back, and ends the line. */
    void end() {
        show();
        out.println();
        out.flush();
    }
}
