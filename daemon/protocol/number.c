#include "protocol/number.h"

#include <stdio.h>
#include <stdlib.h>

void
number_text(double number, char *text, size_t size)
{
	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, size, "%.*g", digits, number);
		if (strtof(text, NULL) == (float)number)
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
