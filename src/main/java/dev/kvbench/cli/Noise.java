package dev.kvbench.cli;

import dev.kvbench.UserError;

/** A change that counts as noise, as a user writes it. */
final class Noise {

    private Noise() {}

    /**
     * @param threshold such as 3% or 0.03
     * @return the fraction
     * @throws UserError if it is none from 0 to below 1
     */
    static double of(String threshold) {
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
}
