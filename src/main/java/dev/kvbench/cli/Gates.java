package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.compare.Comparison;
import picocli.CommandLine.Option;

/** The two gates of a verdict, as a user gives them: how large a change must be, and how surely told. */
final class Gates {

    @Option(names = "--threshold", defaultValue = Comparison.NOISE_PERCENT + "%",
            description = "change that counts as noise (${DEFAULT-VALUE})")
    private String threshold;

    @Option(names = "--alpha", defaultValue = "" + Comparison.ALPHA,
            description = "significance, corrected for the number of rows (${DEFAULT-VALUE})")
    private double alpha;

    /**
     * @return the change that counts as noise, a fraction
     * @throws UserError if it is none from 0 to below 1
     */
    double noise() {
        return noise(threshold);
    }

    static double noise(String threshold) {
        try {
            double value = threshold.endsWith("%")
                    ? Double.parseDouble(threshold.substring(0, threshold.length() - 1)) / 100
                    : Double.parseDouble(threshold);
            if (value >= 0 && value < 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UserError("--threshold " + threshold + ": must be from 0% to below 100%, such as 3% or 0.03");
    }

    /**
     * @return the significance
     * @throws UserError if it is not between 0 and 1
     */
    double alpha() {
        if (!(alpha > 0 && alpha < 1)) {
            throw new UserError("--alpha " + alpha + ": must be between 0 and 1");
        }
        return alpha;
    }
}
