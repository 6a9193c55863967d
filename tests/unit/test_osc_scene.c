#include "osc_bench.h"

#include "edge/osc_scene.h"

#include <dirent.h>
#include <sys/stat.h>

/*
 * Commands of scenes over real sockets, with files in a directory of their own.
 */

#define PATIENCE_MS 5000 /* the disk takes its time */
#define ANSWER_MS 40

struct place {
	struct bench bench;
	char directory[64];
};

static void
file_path(const struct place *place, const char *file, char path[256])
{
	snprintf(path, 256, "%s/scenes/%s", place->directory, file);
}

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	snprintf(place->directory, sizeof(place->directory),
	    "/tmp/headroom-scene-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	bench_start_as(&place->bench, "127.0.0.0/8", "admin");
	assert_int_equal(
	    osc_keep_scenes(place->bench.osc, place->directory), 0);
	*state = place;
	return 0;
}

static void
remove_all(const struct place *place)
{
	char path[256], file[600];
	DIR *directory;

	file_path(place, "", path);
	chmod(path, 0755);
	directory = opendir(path);
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && unlink(file) < 0)
			rmdir(file);
	}
	if (directory)
		closedir(directory);
	rmdir(path);
	rmdir(place->directory);
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	bench_end(&place->bench);
	remove_all(place);
	free(place);
	return 0;
}

static void
put_file(const struct place *place, const char *file, const char *text)
{
	char path[256];
	FILE *out;

	file_path(place, "", path);
	mkdir(path, 0755);
	file_path(place, file, path);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

/* Gives the disk the time that it takes to the first answer, and some more. */
static void
wait_for_answer(struct bench *b, int client)
{
	char byte;

	for (int i = 0; i < PATIENCE_MS / 20; i++) {
		run_for(b, 20);
		if (recv(b->client[client], &byte, 1, MSG_PEEK) >= 0)
			break;
	}
	run_for(b, ANSWER_MS);
}

#define tell(b, client, ...)                                      \
	(say(b, client, __VA_ARGS__), wait_for_answer(b, client), \
	    hear(b, client))

#define assert_heard(heard, line)                                 \
	do {                                                      \
		const char *all_ = (heard);                       \
		if (!strstr(all_, line))                          \
			fail_msg("no \"%s\" in: %s", line, all_); \
	} while (0)

static void
a_scene_is_saved_and_recalled(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	char path[256];

	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif  0 0\n");
	say(b, 0, "/ch/kick/fader", "f", -12.5);
	assert_heard(tell(b, 0, "/scene/save", "s", "Vers 1: ä"),
	    "/scene/save si Vers 1: ä ");
	file_path(place, "Vers%201%3A%20%C3%A4.json", path);
	assert_int_equal(access(path, R_OK), 0);
	say(b, 0, "/ch/kick/fader", "f", -30.0);
	say(b, 0, "/ch/keys/mute", "i", 1);
	assert_string_equal(ask(b, 0, "/scene/current", ""),
	    "/scene/current sif Vers 1: ä 1 0\n");
	assert_string_equal(tell(b, 0, "/scene/recall", "s", "Vers 1: ä"),
	    "/scene/recall siiif Vers 1: ä 2 0 0 0\n");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -12.5\n");
	assert_string_equal(
	    ask(b, 0, "/ch/keys/mute", ""), "/ch/keys/mute i 0\n");
	assert_string_equal(ask(b, 0, "/scene/current", ""),
	    "/scene/current sif Vers 1: ä 0 0\n");
	assert_string_equal(
	    ask(b, 0, "/undo", ""), "/undo is 2 scene Vers 1: ä\n");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -30\n");
}

static void
subscribers_are_told(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	const char *heard;

	say(b, 1, "/subscribe", "s", "state");
	say(b, 1, "/subscribe", "s", "events");
	hear(b, 1);
	tell(b, 0, "/scene/save", "s", "a");
	heard = hear(b, 1);
	assert_heard(heard, "/event/scene hhssh 1 0 saved a ");
	assert_heard(heard, "/scene/current sif a 0 0\n");
	say(b, 0, "/ch/kick/fader", "f", -30.0);
	hear(b, 1);
	tell(b, 0, "/scene/recall", "s", "a");
	heard = hear(b, 1);
	assert_heard(heard, "/ch/kick/fader f -6\n");
	assert_heard(heard, "/event/scene hhssh 2 0 recalled a ");
	tell(b, 0, "/scene/rename", "ss", "a", "b");
	heard = hear(b, 1);
	assert_heard(heard, "/event/scene hhssh 3 0 renamed b ");
	assert_heard(heard, "/scene/current sif b 0 0\n");
	tell(b, 0, "/scene/delete", "s", "b");
	heard = hear(b, 1);
	assert_heard(heard, "/event/scene hhssh 4 0 deleted b ");
	assert_heard(heard, "/scene/current sif  0 0\n");
}

static void
a_preview_tells_and_changes_nothing(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	const char *heard;
	unsigned changes;

	tell(b, 0, "/scene/save", "s", "a");
	say(b, 0, "/ch/kick/fader", "f", -30.0);
	say(b, 0, "/ch/kick/send/verb/tap", "s", "pre");
	say(b, 0, "/ch/keys/fader", "f", -3.0);
	say(b, 0, "/ch/keys/safe", "i", 1);
	changes = mixer_changes(b->mixer);
	heard = tell(b, 0, "/scene/preview", "s", "a");
	assert_heard(heard, "/scene/change sff /ch/kick/fader -30 -6\n");
	assert_heard(
	    heard, "/scene/change sss /ch/kick/send/verb/tap pre post\n");
	assert_heard(heard, "/scene/safe s /ch/keys/fader\n");
	assert_heard(heard, "/scene/preview/end siii a 2 1 0\n");
	assert_int_equal(b->messages, 4);
	heard = tell(b, 0, "/scene/preview", "sfs", "a", 2.0, "/ch/*/fader");
	assert_heard(heard, "/scene/preview/end siii a 1 1 0\n");
	assert_int_equal(mixer_changes(b->mixer), changes);
}

static void
a_scope_narrows_saves_and_recalls(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	const char *heard;

	heard = tell(b, 0, "/scene/save", "ss", "faders", "/ch/*/fader");
	assert_string_equal(heard, "/scene/save si faders 2\n");
	heard = tell(b, 0, "/scene/show", "s", "faders");
	assert_string_equal(heard, "/scene/value sf /ch/kick/fader -6\n"
				   "/scene/value sf /ch/keys/fader 0\n"
				   "/scene/show/end sii faders 2 0\n");
	say(b, 0, "/ch/kick/fader", "f", -30.0);
	say(b, 0, "/ch/keys/fader", "f", -30.0);
	heard = tell(b, 0, "/scene/recall", "ss", "faders", "ch/ke*");
	assert_string_equal(heard, "/scene/recall siiif faders 1 0 0 0\n");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -30\n");
	heard = tell(b, 0, "/scene/recall", "ss", "faders", "/ch/x");
	assert_error(heard, "bad-value", "with no value of scene");
	heard = tell(b, 0, "/scene/save", "ss", "x", "/ch/x");
	assert_error(heard, "bad-value", "nothing of this desk");
}

/* Hears a fade of 0.4 s: even in dB, never back, told at most 20 times a second,
 * and the last value for sure. */
static void
a_fade_is_told_at_its_rate_and_to_its_end(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	double before = -100;
	unsigned told = 0;
	char *line, *rest;

	tell(b, 0, "/scene/save", "s", "a");
	say(b, 0, "/ch/kick/fader", "f", -46.0);
	say(b, 1, "/subscribe", "ss", "state", "/ch/kick");
	hear(b, 1);
	say(b, 0, "/scene/recall", "sf", "a", 0.4);
	run_for(b, 700);
	for (line = strtok_r((char *)hear(b, 1), "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		double db;
		if (sscanf(line, "/ch/kick/fader f %lf", &db) != 1)
			continue;
		assert_true(db >= before);
		before = db;
		told++;
	}
	assert_true(before == -6);
	assert_in_range(told, 2, 10);
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", "") /* and the answer before */,
	    "/scene/recall siiif a 1 0 0 0.4\n/ch/kick/fader f -6\n");
}

static void
a_stop_and_an_undo_end_a_fade(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	double held, now;

	tell(b, 0, "/scene/save", "s", "a");
	say(b, 0, "/ch/kick/fader", "f", -46.0);
	tell(b, 0, "/scene/recall", "sf", "a", 10.0);
	run_for(b, 100);
	say(b, 1, "/subscribe", "ss", "state", "/ch/kick/fader");
	hear(b, 1);
	assert_heard(ask(b, 0, "/scene/stop", ""), "/scene/stop i 1\n");
	run_for(b, 100);
	assert_int_equal(sscanf(hear(b, 1), "/ch/kick/fader f %lf", &held), 1);
	assert_true(held > -46 && held < -30);
	assert_int_equal(sscanf(ask(b, 0, "/ch/kick/fader", ""),
			     "/ch/kick/fader f %lf", &now),
	    1);
	assert_float_equal(now, held, 1e-6);
	assert_string_equal(ask(b, 0, "/scene/stop", ""), "/scene/stop i 0\n");
	tell(b, 0, "/scene/recall", "sf", "a", 10.0);
	assert_string_equal(ask(b, 0, "/undo", ""), "/undo is 1 scene a\n");
	run_for(b, 100);
	assert_int_equal(sscanf(ask(b, 0, "/ch/kick/fader", ""),
			     "/ch/kick/fader f %lf", &now),
	    1);
	assert_float_equal(now, held, 1e-6);
}

static void
a_damaged_file_breaks_nothing_but_itself(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	const char *heard;
	char path[256];

	tell(b, 0, "/scene/save", "s", "good");
	put_file(place, "cut.json", "{ \"version\": 1,\n\"values\": {");
	put_file(place, "odd name.json", "{ \"values\": {} }");
	put_file(place, "loud.json",
	    "{\n \"values\": {\n  \"/ch/kick/fader\": \"loud\" } }");
	put_file(place, "notes.txt", "none of ours");
	file_path(place, "dir.json", path);
	assert_int_equal(mkdir(path, 0755), 0);
	file_path(place, "pipe.json", path);
	assert_int_equal(mkfifo(path, 0644), 0);
	heard = tell(b, 0, "/scene/list", "");
	assert_heard(heard, "/scene/list/end i 6\n");
	assert_heard(heard, "/scene/list shis good ");
	assert_heard(heard, "/scene/list shis cut ");
	assert_heard(heard, "line 2: ");
	assert_heard(heard, "found a file name that no scene has");
	heard = tell(b, 0, "/scene/recall", "s", "loud");
	assert_error(heard, "damaged", "loud.json: line 3: /ch/kick/fader: ");
	assert_heard(heard, "allowed -200 to 10 dB");
	assert_error(
	    tell(b, 0, "/scene/rename", "ss", "cut", "x"), "damaged", "JSON");
	assert_error(tell(b, 0, "/scene/show", "s", "dir"), "disk", "dir.json");
	assert_string_equal(
	    tell(b, 0, "/scene/delete", "s", "cut"), "/scene/delete s cut\n");
	assert_string_equal(
	    ask(b, 0, "/ch/kick/fader", ""), "/ch/kick/fader f -6\n");
}

static void
bad_commands_say_what_is_allowed_and_change_nothing(void **state)
{
	static const char long_name[] =
	    "0123456789012345678901234567890123456789012345678901234567890"
	    "1234";
	struct place *place = *state;
	struct bench *b = &place->bench;

	tell(b, 0, "/scene/save", "s", "a");
	tell(b, 0, "/scene/save", "s", "b");
	say(b, 0, "/ch/kick/fader", "f", -30.0);
	unsigned changes = mixer_changes(b->mixer);
	assert_error(tell(b, 0, "/scene/recall", "s", "none"), "unknown-scene",
	    "found no scene \"none\"");
	assert_error(tell(b, 0, "/scene/delete", "s", "none"), "unknown-scene",
	    "/scene/list");
	assert_error(tell(b, 0, "/scene/rename", "ss", "a", "b"), "bad-value",
	    "found a scene \"b\" already");
	assert_error(tell(b, 0, "/scene/rename", "ss", "none", "c"),
	    "unknown-scene", "none");
	assert_error(tell(b, 0, "/scene/save", "s", "a/b"), "bad-value", "/");
	assert_error(tell(b, 0, "/scene/save", "s", ""), "bad-value", "1 to");
	assert_error(
	    tell(b, 0, "/scene/save", "s", long_name), "bad-value", "64");
	assert_error(tell(b, 0, "/scene/save", ""), "wrong-type", "a name");
	assert_error(
	    tell(b, 0, "/scene/save", "sf", "a", 1.0), "wrong-type", "a name");
	assert_error(tell(b, 0, "/scene/recall", "sf", "a", -1.0), "bad-value",
	    "0 to 3600 s");
	assert_error(tell(b, 0, "/scene/recall", "sf", "a", (double)NAN),
	    "not-finite", "0 to 3600 s");
	assert_error(tell(b, 0, "/scene/recall", "ss", "a", "/ch/[x"),
	    "bad-pattern", "found the pattern");
	assert_error(tell(b, 0, "/scene/list", "s", "x"), "wrong-type", "none");
	assert_error(tell(b, 0, "/scene/stop", "i", 1), "wrong-type", "none");
	assert_int_equal(mixer_changes(b->mixer), changes);
	assert_heard(tell(b, 0, "/scene/list", ""), "/scene/list/end i 2\n");
}

static void
a_disk_that_fails_leaves_the_scene_that_was_there(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	char path[256];

	tell(b, 0, "/scene/save", "s", "a");
	say(b, 0, "/ch/kick/fader", "f", -30.0);
	/* What is to be written first cannot be: as on a full disk. */
	file_path(place, "a.json.new", path);
	assert_int_equal(symlink("/dev/full", path), 0);
	assert_error(tell(b, 0, "/scene/save", "s", "a"), "disk",
	    "No space left on device");
	assert_heard(tell(b, 0, "/scene/show", "s", "a"),
	    "/scene/value sf /ch/kick/fader -6\n");
}

static void
only_admins_may_change_scenes(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;

	bench_end(b);
	*b = (struct bench){ .loop = NULL };
	bench_start_as(b, "127.0.0.0/8", "mix");
	assert_int_equal(osc_keep_scenes(b->osc, place->directory), 0);
	assert_error(
	    tell(b, 0, "/scene/save", "s", "a"), "not-allowed", "admin");
	assert_error(
	    tell(b, 0, "/scene/recall", "s", "a"), "not-allowed", "admin");
	assert_error(
	    tell(b, 0, "/scene/delete", "s", "a"), "not-allowed", "admin");
	assert_error(
	    tell(b, 0, "/scene/rename", "ss", "a", "b"), "not-allowed", "ad");
	assert_error(tell(b, 0, "/scene/stop", ""), "not-allowed", "admin");
	assert_string_equal(
	    tell(b, 0, "/scene/list", ""), "/scene/list/end i 0\n");
}

static void
without_a_state_directory_there_are_none(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;

	bench_end(b);
	*b = (struct bench){ .loop = NULL };
	bench_start_as(b, "127.0.0.0/8", "admin");
	assert_error(ask(b, 0, "/scene/save", "s", "a"), "no-directory",
	    "found no state directory");
	assert_error(ask(b, 0, "/scene/list", ""), "no-directory", "");
	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif  0 0\n");
}

static void
no_more_commands_wait_than_there_is_room_for(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	struct bundle bundle = bundle_at(0);
	const char *heard;

	for (int i = 0; i < 20; i++)
		bundle_add(&bundle, "/scene/list", "");
	send_bundle(b, 0, &bundle);
	run_for(b, ANSWER_MS);
	heard = hear(b, 0);
	assert_heard(heard, "/error sss /scene/list too-many ");
	assert_int_equal(b->messages, 20);
	assert_heard(tell(b, 0, "/scene/list", ""), "/scene/list/end i 0\n");
}

/* --- from one desk to another --- */

/* Other places, one strip less and one more. */
static const char other[] =
    "{ \"version\": 1,"
    "  \"osc\": { \"allow\": [ { \"network\": \"127.0.0.0/8\","
    "    \"role\": \"admin\", \"trusted\": true } ] },"
    "  \"channels\": [ { \"id\": \"vox\", \"fader\": -20 },"
    "    { \"id\": \"kick\", \"fader\": -6 } ],"
    "  \"buses\": [ { \"id\": \"verb\" } ], \"master\": {} }";

static void
the_current_scene_stays_so(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;

	tell(b, 0, "/scene/save", "ss", "a", "/ch/*/fader");
	say(b, 1, "/subscribe", "s", "state");
	hear(b, 1);
	bench_replace(b, other);
	assert_string_equal(hear(b, 1), "/scene/current sif a 0 0\n");
	say(b, 0, "/ch/vox/fader", "f", -3.0);
	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif a 0 0\n");
	say(b, 0, "/ch/kick/fader", "f", -3.0);
	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif a 1 0\n");
	bench_replace(b, other);
	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif a 0 0\n");
}

/* One with nothing in it that the desk has is still the current one. */
static void
a_scene_without_a_place_is_still_the_current_one(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;

	tell(b, 0, "/scene/save", "ss", "keys", "/ch/keys/fader");
	bench_replace(b, other);
	bench_replace(b, other);
	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif keys 0 0\n");
}

static void
an_answer_under_way_is_told_again_by_the_new_desk(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	struct osc_scenes *scenes = b->osc->scenes;
	const char *heard;

	tell(b, 0, "/scene/save", "ss", "a", "/ch/*/fader");
	for (int i = 0; i < 1000; i++) {
		if (!scenes->asking)
			say(b, 0, "/scene/show", "s", "a");
		if (scenes->asking && scenes->asking->telling)
			break;
		run_for(b, 1);
	}
	assert_non_null(scenes->asking);
	hear(b, 0);
	scenes->asking->next = 1;
	scenes->asking->changes = 1;
	bench_replace(b, other);
	run_for(b, ANSWER_MS);
	heard = hear(b, 0);
	assert_string_equal(heard, "/scene/value sf /ch/kick/fader -6\n"
				   "/scene/unknown s /ch/keys/fader\n"
				   "/scene/show/end sii a 1 1\n");
}

static void
a_save_under_way_is_the_current_scene_of_the_new_desk(void **state)
{
	struct place *place = *state;
	struct bench *b = &place->bench;
	struct lease_peer peer = { .fd = b->osc->listens.at[0].socket->fd,
		.size = sizeof(struct sockaddr_in) };
	uint8_t packet[OSC_PACKET];
	int size = osc_print(
	    packet, sizeof(packet), "/scene/save", "ss", "a", "/ch/*/fader");

	ask(b, 0, "/renew", "");
	assert_int_equal(getsockname(b->client[0],
			     (struct sockaddr *)&peer.address, &peer.size),
	    0);
	osc_take(b->osc, &peer, packet, (size_t)size);
	bench_replace(b, other);
	wait_for_answer(b, 0);
	assert_string_equal(hear(b, 0), "/scene/save si a 2\n");
	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif a 0 0\n");
	say(b, 0, "/ch/kick/fader", "f", -3.0);
	assert_string_equal(
	    ask(b, 0, "/scene/current", ""), "/scene/current sif a 1 0\n");
	assert_heard(
	    tell(b, 0, "/scene/show", "s", "a"), "/scene/show/end sii a 1 1\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(a_scene_is_saved_and_recalled),
		TEST(subscribers_are_told),
		TEST(a_preview_tells_and_changes_nothing),
		TEST(a_scope_narrows_saves_and_recalls),
		TEST(a_fade_is_told_at_its_rate_and_to_its_end),
		TEST(a_stop_and_an_undo_end_a_fade),
		TEST(a_damaged_file_breaks_nothing_but_itself),
		TEST(bad_commands_say_what_is_allowed_and_change_nothing),
		TEST(a_disk_that_fails_leaves_the_scene_that_was_there),
		TEST(only_admins_may_change_scenes),
		TEST(without_a_state_directory_there_are_none),
		TEST(no_more_commands_wait_than_there_is_room_for),
		TEST(the_current_scene_stays_so),
		TEST(a_scene_without_a_place_is_still_the_current_one),
		TEST(an_answer_under_way_is_told_again_by_the_new_desk),
		TEST(a_save_under_way_is_the_current_scene_of_the_new_desk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
