/**
 * GPT-2, a family: its shape, activation, parameters and step's source. Known by the list of families,
 * and by its kernel in {@link dev.kvbench.runtime.cuda}.
 */
package dev.kvbench.model.gpt2;
