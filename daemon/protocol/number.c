#include "protocol/number.h"

#include <stdio.h>
#include <stdlib.h>

void
number_text(double number, char *text, size_t size)
{
	/* Of the float itself: nine digits of a number between two floats may
	 * read as the other one. */
	const float rounded = (float)number;

	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, size, "%.*g", digits, (double)rounded);
		if (strtof(text, NULL) == rounded)
			break;
	}
}

double
number_shortest(double number)
{
	char text[32];

	number_text(number, text, sizeof text);
	return strtod(text, NULL);
}
