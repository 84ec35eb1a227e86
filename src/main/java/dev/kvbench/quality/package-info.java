/**
 * What eviction costs in predictions: a text is fed to a model with every strategy, and scored against the full cache.
 * Knows how to decode, and results; not how it is drawn.
 */
package dev.kvbench.quality;
