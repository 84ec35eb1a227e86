/**
 * Files of results: raw step times, quality, baselines, and their folders; read, written, merged and exported. Knows
 * nothing of what made them, no model and no runtime, so that a result can be read wherever it is from; of strategies
 * only what those ran with that are older than one of their parameters.
 */
package dev.kvbench.results;
