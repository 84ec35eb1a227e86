/**
 * What the machine does while a benchmark runs: clocks, temperature, energy, memory, other processes, its own speed. Asked
 * outside of what is timed; whatever cannot be had is said with the reason.
 */
package dev.kvbench.telemetry;
