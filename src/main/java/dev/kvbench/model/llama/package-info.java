/**
 * Llama, and the models that differ from it in a few options: Qwen2, Qwen3, Mistral. Their shapes, rotation, parameters
 * and step's source. Known by the list of families.
 */
package dev.kvbench.model.llama;
