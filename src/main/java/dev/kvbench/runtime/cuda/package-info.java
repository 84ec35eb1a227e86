/**
 * The CUDA driver, captured graphs and the kernel's launch. What differs from model to model is asked of the model.
 */
package dev.kvbench.runtime.cuda;
