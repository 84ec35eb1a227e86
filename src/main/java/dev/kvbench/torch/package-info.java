/**
 * libtorch: where it lies, which it is, and TorchScript compiled from source. Knows no model and no strategy.
 */
package dev.kvbench.torch;
