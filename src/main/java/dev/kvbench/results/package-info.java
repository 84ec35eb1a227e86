/**
 * Files of results: raw step times, quality, baselines, and their folders; read, written, merged and exported. Knows
 * nothing of what made them: no model, no strategy, no runtime, so that a result can be read wherever it is from.
 */
package dev.kvbench.results;
