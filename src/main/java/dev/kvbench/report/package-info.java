/**
 * A result's plots and pages, drawn from its files alone. The way in; what is computed, drawn and written lies in the
 * packages below.
 */
package dev.kvbench.report;
