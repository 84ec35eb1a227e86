/**
 * JMH benchmarks and the runner around them: which configurations, how long, in which processes, and the result they
 * become.
 */
package dev.kvbench.bench;
