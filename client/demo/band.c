#include "band.h"

#include <math.h>
#include <string.h>

#define TEMPO 104 /* quarters a minute */
#define BAR 16    /* sixteenths */
#define CHORDS 4  /* bars until a section's chords begin again */

struct chord {
	unsigned char bass;
	unsigned char guitar[GUITAR_STRINGS];
	unsigned char keys[KEYS_NOTES];
};

/* One note of the tune. */
struct sung {
	unsigned char bar, step, steps; /* bar within the chords */
	unsigned char note;             /* MIDI */
	enum vowel vowel;
};

/*
 * A part is a bar of sixteenths. "." does nothing; drums: "X" hits, "o"
 * hits softly; bass: "r" root, "f" fifth, "o" octave, "-" stops; strummed
 * guitar: "d" down, "u" up, "m" damps; picked guitar: a string; keys: "c".
 */
struct section {
	unsigned bars;
	float loudness;                  /* of the voice */
	const char *kick, *snare, *fill; /* the fill is the last bar's snare */
	const char *bass, *strum, *pick, *keys;
	const struct chord *chord[CHORDS];
	const struct sung *sung;
	size_t notes;
};

static const struct chord a_minor = { 33, { 45, 52, 57, 60 },
	{ 57, 60, 64, 67 } };
static const struct chord f_major = { 29, { 41, 48, 53, 57 },
	{ 57, 60, 64, 65 } };
static const struct chord c_major = { 36, { 48, 52, 55, 60 },
	{ 55, 60, 62, 64 } };
static const struct chord g_major = { 31, { 43, 50, 55, 59 },
	{ 55, 59, 62, 69 } };
static const struct chord d_minor = { 38, { 50, 57, 62, 65 },
	{ 57, 60, 62, 65 } };

static const struct sung verse[] = {
	{ 0, 0, 3, 64, VOWEL_A },
	{ 0, 3, 1, 64, VOWEL_E },
	{ 0, 4, 4, 62, VOWEL_I },
	{ 0, 8, 6, 60, VOWEL_O },
	{ 1, 0, 2, 60, VOWEL_E },
	{ 1, 2, 2, 62, VOWEL_A },
	{ 1, 4, 4, 60, VOWEL_O },
	{ 1, 8, 6, 57, VOWEL_A },
	{ 2, 0, 2, 55, VOWEL_I },
	{ 2, 2, 2, 60, VOWEL_E },
	{ 2, 4, 4, 64, VOWEL_A },
	{ 2, 8, 6, 62, VOWEL_O },
	{ 3, 0, 6, 62, VOWEL_E },
	{ 3, 8, 6, 59, VOWEL_A },
};

static const struct sung chorus[] = {
	{ 0, 0, 4, 69, VOWEL_A },
	{ 0, 4, 2, 69, VOWEL_O },
	{ 0, 6, 2, 67, VOWEL_E },
	{ 0, 8, 6, 65, VOWEL_A },
	{ 1, 0, 4, 67, VOWEL_A },
	{ 1, 4, 2, 67, VOWEL_I },
	{ 1, 6, 2, 65, VOWEL_E },
	{ 1, 8, 6, 62, VOWEL_O },
	{ 2, 0, 2, 64, VOWEL_E },
	{ 2, 2, 2, 67, VOWEL_A },
	{ 2, 4, 10, 69, VOWEL_A },
	{ 3, 0, 4, 67, VOWEL_E },
	{ 3, 4, 4, 64, VOWEL_A },
	{ 3, 8, 6, 60, VOWEL_O },
};

static const struct sung hummed[] = {
	{ 0, 0, 12, 65, VOWEL_U },
	{ 1, 0, 12, 64, VOWEL_O },
	{ 2, 0, 8, 60, VOWEL_U },
	{ 2, 8, 6, 62, VOWEL_O },
	{ 3, 0, 14, 62, VOWEL_A },
};

#define TUNE(tune) .sung = (tune), .notes = sizeof(tune) / sizeof((tune)[0])

static const struct section song[] = {
	{
	    .bars = 4,
	    .kick = "X...X...X...X...",
	    .snare = "....X.......X...",
	    .fill = "....X...X..oX.XX",
	    .bass = "r...............",
	    .strum = "d.......d.......",
	    .pick = "0.1.2.3.2.1.2.1.",
	    .keys = "c...............",
	    .chord = { &a_minor, &f_major, &c_major, &g_major },
	},
	{
	    .bars = 8,
	    .kick = "X...X.X.X...X...",
	    .snare = "....X..o....X...",
	    .fill = "....X..o..X.XoXX",
	    .bass = "r.....r.r...o.-.",
	    .strum = "d.......d..u..m.",
	    .pick = "0.1.2.3.2.1.2.1.",
	    .keys = "c.......c.....c.",
	    .chord = { &a_minor, &f_major, &c_major, &g_major },
	    TUNE(verse),
	    .loudness = 0.45F,
	},
	{
	    .bars = 8,
	    .kick = "X..XX.X.X..XX.X.",
	    .snare = "....X.......X..o",
	    .fill = "X.X.X.XoX.X.XXXX",
	    .bass = "r.r.r.r.f.r.o.r.",
	    .strum = "d.d.d.udd.d.d.u.",
	    .pick = "0.3.2.1.0.3.2.1.",
	    .keys = "c...c...c...c.c.",
	    .chord = { &f_major, &g_major, &a_minor, &c_major },
	    TUNE(chorus),
	    .loudness = 1,
	},
	{
	    .bars = 8,
	    .kick = "X...X...X...X...",
	    .snare = "....X.......X...",
	    .fill = "....X...X.ooXoXX",
	    .bass = "r.......f.......",
	    .strum = "d...............",
	    .pick = "0...2...1...3...",
	    .keys = "c.......c.......",
	    .chord = { &d_minor, &a_minor, &f_major, &g_major },
	    TUNE(hummed),
	    .loudness = 0.8F,
	},
};

const char *
band_source_name(enum band_source source)
{
	static const char *const name[BAND_SOURCES] = { "kick", "snare", "bass",
		"gtr-l", "gtr-r", "keys_1", "keys_2", "voice" };

	return name[source];
}

int
band_init(struct band *band, unsigned rate)
{
	if (rate < BAND_RATE_LEAST || rate > BAND_RATE_MOST)
		return -1;
	memset(band, 0, sizeof(*band));
	band->rate = rate;
	for (unsigned n = 0; n < BAND_NOTES; n++)
		band->hz[n] = 440.0F * exp2f(((float)n - 69.0F) / 12.0F);
	kick_init(&band->kick, (float)rate);
	snare_init(&band->snare, (float)rate);
	bass_init(&band->bass, (float)rate);
	guitar_init(&band->left, (float)rate, 2.0F, 0.76F);
	guitar_init(&band->right, (float)rate, 2.0F, 0.8F);
	keys_init(&band->keys, (float)rate);
	voice_init(&band->voice, (float)rate);
	return 0;
}

/* Sixteenths never drift: each is where the tempo puts it. */
static uint64_t
step_frame(const struct band *band, uint64_t step)
{
	return step * band->rate * 60 / ((uint64_t)TEMPO * 4);
}

uint64_t
band_bar_frame(const struct band *band, unsigned bar)
{
	return step_frame(band, (uint64_t)bar * BAR);
}

static void
play_drums(struct band *band, char kick, char snare)
{
	if (kick == 'X')
		kick_hit(&band->kick, 1);
	if (snare == 'X')
		snare_hit(&band->snare, 1);
	else if (snare == 'o')
		snare_hit(&band->snare, 0.3F);
}

static void
play_bass(struct band *band, char part, unsigned root)
{
	switch (part) {
	case 'r':
		bass_play(&band->bass, band->hz[root]);
		break;
	case 'f':
		bass_play(&band->bass, band->hz[root + 7]);
		break;
	case 'o':
		bass_play(&band->bass, band->hz[root + 12]);
		break;
	case '-':
		bass_rest(&band->bass);
		break;
	default:
		break;
	}
}

static void
play_guitars(
    struct band *band, char strum, char pick, const struct chord *chord)
{
	float hz[GUITAR_STRINGS];

	for (unsigned s = 0; s < GUITAR_STRINGS; s++)
		hz[s] = band->hz[chord->guitar[s]];
	if (strum == 'd' || strum == 'u')
		guitar_strum(&band->left, hz, strum == 'u', 0.7F);
	else if (strum == 'm')
		guitar_damp(&band->left);
	/* An octave up, out of the other guitar's way. */
	if (pick >= '0' && pick < '0' + GUITAR_STRINGS)
		guitar_pick(&band->right, (unsigned)(pick - '0'),
		    2.0F * hz[pick - '0'], 1);
}

static void
play_keys(struct band *band, char part, const struct chord *chord)
{
	float hz[KEYS_NOTES];

	if (part != 'c')
		return;
	for (unsigned k = 0; k < KEYS_NOTES; k++)
		hz[k] = band->hz[chord->keys[k]];
	keys_play(&band->keys, hz, 1);
}

static void
play_voice(struct band *band, const struct section *section, unsigned bar,
    unsigned step)
{
	for (size_t i = 0; i < section->notes; i++) {
		const struct sung *sung = &section->sung[i];

		if (sung->bar != bar % CHORDS)
			continue;
		if (sung->step == step)
			voice_sing(&band->voice, band->hz[sung->note],
			    sung->vowel, section->loudness);
		else if (sung->step + sung->steps == step)
			voice_rest(&band->voice);
	}
}

static void
play_step(struct band *band, uint64_t count)
{
	const unsigned step = (unsigned)(count % BAR);
	unsigned bar = (unsigned)(count / BAR % BAND_BARS);
	const struct section *section = song;
	const struct chord *chord;
	const char *snare;

	while (bar >= section->bars) {
		bar -= section->bars;
		section++;
	}
	chord = section->chord[bar % CHORDS];
	snare = bar + 1 == section->bars ? section->fill : section->snare;
	play_drums(band, section->kick[step], snare[step]);
	play_bass(band, section->bass[step], chord->bass);
	play_guitars(band, section->strum[step], section->pick[step], chord);
	play_keys(band, section->keys[step], chord);
	play_voice(band, section, bar, step);
}

void
band_run(struct band *band, float *const out[BAND_SOURCES], uint32_t frames)
{
	uint32_t done = 0;

	while (done < frames) {
		uint64_t next = step_frame(band, band->step);
		uint32_t n;

		if (band->frame == next) {
			play_step(band, band->step++);
			next = step_frame(band, band->step);
		}
		n = frames - done;
		if (n > next - band->frame)
			n = (uint32_t)(next - band->frame);
		kick_run(&band->kick, out[BAND_KICK] + done, n);
		snare_run(&band->snare, out[BAND_SNARE] + done, n);
		bass_run(&band->bass, out[BAND_BASS] + done, n);
		guitar_run(&band->left, out[BAND_GTR_L] + done, n);
		guitar_run(&band->right, out[BAND_GTR_R] + done, n);
		keys_run(&band->keys, out[BAND_KEYS_1] + done,
		    out[BAND_KEYS_2] + done, n);
		voice_run(&band->voice, out[BAND_VOICE] + done, n);
		band->frame += n;
		done += n;
	}
}
