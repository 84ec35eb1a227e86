/**
 * Models as they lie on disk: which folder, its configuration by the list of families, its safetensors, and loading them.
 * Who only computes with weights does not know it.
 */
package dev.kvbench.checkpoint;
