package dev.kvbench.strategy;

import dev.kvbench.UserError;

/** What parameters of strategies may be. */
final class Check {

    private Check() {}

    static void window(int window, int least, String strategy) {
        if (window < least) {
            throw new UserError("window=" + window + ": must be at least " + least + " for strategy=" + strategy);
        }
    }

    static void heavyHitters(int heavyHitters, int window) {
        if (window < 1) {
            throw new UserError("window=" + window + ": must be at least 1");
        }
        if (heavyHitters < 0 || heavyHitters >= window) {
            throw new UserError("heavyHitters=" + heavyHitters + " with window=" + window
                    + ": must be from 0 to window-1; lower heavyHitters or raise window");
        }
    }
}
