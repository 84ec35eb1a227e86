/**
 * Whether two results differ by more than noise: samples, tests, intervals, verdicts, and how they are printed. Knows
 * results, what parameters a strategy has, and git, and neither draws nor runs anything.
 */
package dev.kvbench.compare;
