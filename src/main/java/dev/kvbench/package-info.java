/**
 * Errors, words and files that everybody may use: what is said to a user on one line, and a file that appears whole.
 * Knows no other package.
 */
package dev.kvbench;
