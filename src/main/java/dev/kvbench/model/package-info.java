/**
 * Models as shapes, their weights and tokenizers, and what a family of architectures has to say. What only one family has
 * lies in a package of its own; the list of families is with the checkpoints.
 */
package dev.kvbench.model;
