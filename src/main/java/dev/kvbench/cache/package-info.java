/**
 * The keys and values that a decode step reads, their scores, and the rest of a step's state. Knows shapes of models
 * and what strategies keep; does not compute.
 */
package dev.kvbench.cache;
