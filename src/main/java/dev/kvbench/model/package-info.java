/**
 * Models as shapes, and their weights: checkpoints, safetensors, tokenizers, and families of architectures. What only
 * one family has lies in a package below.
 */
package dev.kvbench.model;
