#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * What a fuzz target is: one function that takes any bytes, and ends the program
 * where what it looks at breaks a promise. libFuzzer calls it with what it makes
 * up (make fuzz), replay.c with what is kept in tests/fuzz/corpus.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Without a message: sanitizer and debugger show the line. */
#define FUZZ_HOLDS(promise) ((promise) ? (void)0 : abort())

#endif
