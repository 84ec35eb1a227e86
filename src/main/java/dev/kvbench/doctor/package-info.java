/**
 * Whether this machine can run the suite, what is missing, and what to do. Tries libtorch in a process of its own.
 */
package dev.kvbench.doctor;
