#ifndef PROTOCOL_NUMBER_H
#define PROTOCOL_NUMBER_H

#include <stddef.h>

/*
 * Floats as decimals. Pure functions.
 */

/* Writes the shortest decimal that reads back as the same float, so that -12.3
 * does not become -12.300000190734863. */
void number_text(double number, char *text, size_t size);

/* The number of that decimal. */
double number_shortest(double number);

#endif
