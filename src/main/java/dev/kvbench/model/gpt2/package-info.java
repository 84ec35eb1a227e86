/**
 * GPT-2, the family that there is: its shape, activation, parameters and step's source. All that knows it is the list
 * of families.
 */
package dev.kvbench.model.gpt2;
