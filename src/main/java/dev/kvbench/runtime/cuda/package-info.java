/**
 * The CUDA driver, captured graphs, and a kernel of our own for each family that has one: how it is compiled and launched.
 * Of families only their kernels' classes know more than a shape.
 */
package dev.kvbench.runtime.cuda;
