/**
 * Checkpoints of the hub and libtorch, brought into the caches where other tools look for them too. Knows a model's
 * files and where a libtorch lies; runs nothing of what it brings.
 */
package dev.kvbench.fetch;
