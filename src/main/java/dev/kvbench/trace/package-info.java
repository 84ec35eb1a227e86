/**
 * What a strategy kept and dropped in every step, as a file for checking it from outside. Knows the cache that it
 * reads, strategies' parameters, and JSON.
 */
package dev.kvbench.trace;
