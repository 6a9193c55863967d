#include "protocol/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void
number_text(double number, char *text, size_t size)
{
	/* Of the float itself: nine digits of a number between two floats may
	 * read as the other one. */
	const float nearest = (float)number;
	const double rounded = isfinite(nearest) ? (double)nearest : number;

	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, size, "%.*g", digits, rounded);
		if (strtof(text, NULL) == nearest)
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
