#include "since.h"

#include "protocol/event_line.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY 86400

/* Milliseconds in "1d12h"; -1 for any other text. */
static double
since_duration(const char *text)
{
	static const struct {
		char letter;
		double seconds;
	} unit[] = { { 'd', DAY }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	double seconds = 0;

	if (!*text)
		return -1;
	while (*text) {
		char *end;
		size_t i = 0;
		double number =
		    isdigit((unsigned char)*text) ? strtod(text, &end) : -1;
		if (!(number >= 0 && number < 1e9))
			return -1;
		while (i < 4 && unit[i].letter != *end)
			i++;
		if (i == 4)
			return -1;
		seconds += number * unit[i].seconds;
		text = end + 1;
	}
	return rint(seconds * 1000);
}

/* The part of a second in ".678", in ms; -1 for what is none. Moves on. */
static int
since_fraction(const char **text)
{
	double number = 0;
	char *end = (char *)*text;

	if (**text != '.')
		return 0;
	if (!isdigit((unsigned char)(*text)[1]))
		return -1;
	number = strtod(*text, &end);
	*text = end;
	return (int)(number * 1000);
}

/* Takes as much as there is of "23:00:05.678Z". */
static int
since_clock(const char *text, struct tm *at, int *ms, bool *utc)
{
	const char *end = strptime(text, "%H:%M", at);

	*ms = 0;
	if (!end)
		return -1;
	if (*end == ':') {
		end = strptime(end, ":%S", at);
		if (!end || (*ms = since_fraction(&end)) < 0)
			return -1;
	}
	*utc = *end == 'Z';
	end += *utc;
	return *end ? -1 : 0;
}

static int64_t
since_ms(struct tm at, bool utc, int ms)
{
	at.tm_isdst = -1;
	return (int64_t)(utc ? timegm(&at) : mktime(&at)) * 1000 + ms;
}

/* A time of day: the last time that it was so. */
static int
since_time_of_day(const char *text, int64_t now, int64_t *time)
{
	time_t seconds = (time_t)(now / 1000);
	struct tm at = { 0 }, day;
	bool utc;
	int ms;

	if (since_clock(text, &at, &ms, &utc) < 0)
		return -1;
	if (utc)
		gmtime_r(&seconds, &day);
	else
		localtime_r(&seconds, &day);
	day.tm_hour = at.tm_hour;
	day.tm_min = at.tm_min;
	day.tm_sec = at.tm_sec;
	*time = since_ms(day, utc, ms);
	if (*time > now) {
		day.tm_mday--;
		*time = since_ms(day, utc, ms);
	}
	return 0;
}

static int
since_date(const char *text, int64_t *time)
{
	struct tm at = { 0 };
	const char *end = strptime(text, "%Y-%m-%d", &at);
	bool utc = false;
	int ms = 0;

	if (!end)
		return -1;
	if (*end && ((*end != 'T' && *end != ' ') ||
			since_clock(end + 1, &at, &ms, &utc) < 0))
		return -1;
	*time = since_ms(at, utc, ms);
	return 0;
}

int
since_parse(const char *text, int64_t now, struct since *since, char *why,
    size_t why_size)
{
	double ago = since_duration(text);
	char *end;

	*since = (struct since){ .by_time = true };
	if (isdigit((unsigned char)*text)) {
		double number = strtod(text, &end);
		if (!*end && strspn(text, "0123456789") == strlen(text) &&
		    number <= EVENT_NUMBER_MAX) {
			*since = (struct since){ .sequence = (uint64_t)number };
			return 0;
		}
	}
	if (ago >= 0) {
		since->time = now > ago ? now - (int64_t)ago : 0;
		return 0;
	}
	if (since_time_of_day(text, now, &since->time) == 0 ||
	    since_date(text, &since->time) == 0)
		return 0;
	snprintf(why, why_size,
	    "found \"%.60s\", allowed: a sequence number such as 1200, a time "
	    "that has passed such as 8h or 1d12h30m, a time such as 23:00 or "
	    "2026-11-22T23:00",
	    text);
	return -1;
}
