/**
 * The machine and what runs on it: other programs, git, the build's own properties, what a result was measured on, and
 * the lock that benchmarks of one machine share. Knows no libtorch.
 */
package dev.kvbench.host;
