/**
 * Greedy decoding, step by step, with one runtime and one strategy: positions, prompts, how much memory it needs.
 * Knows nothing of benchmarks.
 */
package dev.kvbench.decode;
