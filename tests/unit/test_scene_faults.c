#include "fault_walk.h"

#include "edge/loop.h"
#include "edge/scene_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct asking {
	struct scene_order order; /* must be first */
	struct loop *loop;
};

static void
stop(struct scene_order *order)
{
	loop_stop(((struct asking *)(void *)order)->loop);
}

static void
order(struct place *place, struct asking *asking)
{
	struct loop *loop = loop_new();
	struct scene_files *files = scene_files_open(loop, place->directory);

	assert_true(loop != NULL && files != NULL);
	asking->loop = loop;
	asking->order.done = stop;
	arm(place);
	scene_files_order(files, &asking->order);
	assert_int_equal(loop_run(loop), 0);
	faults_disarm();
	assert_true(scene_files_close(files));
	loop_free(loop);
}

/* Returns what became of it. */
static int
carry_out(struct place *place, enum scene_verb verb, const char *text)
{
	struct asking asking = {
		.order = { .verb = verb, .name = "one", .other = "two" }
	};

	if (text != NULL) {
		asking.order.text = strdup(text);
		asking.order.size = strlen(text);
	}
	order(place, &asking);
	if (verb == SCENE_LOAD && asking.order.error == 0)
		assert_string_equal(asking.order.text, "old");
	scene_order_clear(&asking.order);
	return asking.order.error;
}

static void
prepare_scene(struct place *place)
{
	assert_int_equal(mkdir(path_of(place, "scenes"), 0755), 0);
	put(place, "scenes/one.json", "old");
}

static bool
holds(const struct place *place, const char *scene, const char *text)
{
	char name[64];

	snprintf(name, sizeof name, "scenes/%s.json", scene);
	return strcmp(content(path_of(place, name)), text) == 0;
}

static int
save_scene(struct place *place)
{
	return carry_out(place, SCENE_SAVE, "new");
}

static void
check_first(struct place *place, int code)
{
	assert_true(holds(place, "one", "new") ||
		    (code < 0 && !exists(place, "scenes/one.json")));
}

static void
the_first_scene_is_saved(void **state)
{
	static const struct operation operation = { "first scene", NULL, NULL,
		save_scene, check_first };

	walk(state, &operation, 12);
}

static void
check_saved(struct place *place, int code)
{
	assert_true(holds(place, "one", "new") ||
		    (code < 0 && holds(place, "one", "old")));
}

static void
a_scene_is_saved_again(void **state)
{
	static const struct operation operation = { "scene saved", NULL,
		prepare_scene, save_scene, check_saved };

	walk(state, &operation, 8);
}

static int
load_scene(struct place *place)
{
	return carry_out(place, SCENE_LOAD, NULL);
}

static void
check_loaded(struct place *place, int code)
{
	(void)code;
	assert_true(holds(place, "one", "old"));
}

static void
a_scene_is_read(void **state)
{
	static const struct operation operation = { "scene read", NULL,
		prepare_scene, load_scene, check_loaded };

	walk(state, &operation, 4);
}

static int
list_scenes(struct place *place)
{
	struct asking asking = { .order = { .verb = SCENE_ROWS } };
	int error;

	order(place, &asking);
	error = asking.order.error;
	if (error == 0)
		assert_int_equal(asking.order.rows, 1);
	for (size_t i = 0; i < asking.order.rows; i++) {
		const struct scene_row *row = &asking.order.row[i];
		assert_string_equal(row->name, "one");
		if (row->error == 0)
			assert_string_equal(row->text, "old");
		else
			error = row->error;
	}
	scene_order_clear(&asking.order);
	return error;
}

static void
scenes_are_listed(void **state)
{
	static const struct operation operation = { "scenes listed", NULL,
		prepare_scene, list_scenes, check_loaded };

	walk(state, &operation, 5);
}

/* A disk that is dead for good may keep what was begun; nothing is lost. */
static void
check_deleted(struct place *place, int code)
{
	if (code == 0)
		assert_false(exists(place, "scenes/one.json"));
	else
		assert_true(
		    holds(place, "one", "old") ||
		    (place->for_good && exists(place, "scenes/one.json.gone")));
}

/* What is deleted is not there to be deleted again. */
static int
delete_scene(struct place *place)
{
	if (place->failing == 0 && !exists(place, "scenes/one.json"))
		return 0;
	return carry_out(place, SCENE_DELETE, NULL);
}

static void
a_scene_is_deleted(void **state)
{
	static const struct operation operation = { "scene deleted", NULL,
		prepare_scene, delete_scene, check_deleted };

	walk(state, &operation, 5);
}

static int
move_scene(struct place *place)
{
	if (place->failing == 0 && exists(place, "scenes/two.json"))
		return 0;
	return carry_out(place, SCENE_MOVE, "new");
}

static void
check_moved(struct place *place, int code)
{
	if (place->for_good)
		assert_true(
		    holds(place, "one", "old") || holds(place, "two", "new"));
	else if (code < 0)
		assert_true(holds(place, "one", "old") &&
			    !exists(place, "scenes/two.json"));
	else
		assert_true(holds(place, "two", "new") &&
			    !exists(place, "scenes/one.json"));
}

static void
a_scene_is_given_another_name(void **state)
{
	static const struct operation operation = { "scene renamed", NULL,
		prepare_scene, move_scene, check_moved };

	walk(state, &operation, 15);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		FAULT_TEST(the_first_scene_is_saved),
		FAULT_TEST(a_scene_is_saved_again),
		FAULT_TEST(a_scene_is_read),
		FAULT_TEST(scenes_are_listed),
		FAULT_TEST(a_scene_is_deleted),
		FAULT_TEST(a_scene_is_given_another_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
