/**
 * Ways to run a decode step: one TorchScript call, captured operators, a kernel of this project; and the check that a
 * fast one computes the same. Knows caches, models and strategies, and nobody who measures.
 */
package dev.kvbench.runtime;
