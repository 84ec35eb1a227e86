/**
 * Strategies of eviction: what each protects and how entries score, their parameters, and when they evict. Knows
 * nothing of models, caches or runtimes.
 */
package dev.kvbench.strategy;
