#include "edge/event_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0644
#define NEWEST "events.jsonl"
#define NAME_SIZE 32
#define TRIES 2 /* to read a file */

/* Bytes at the end of a file that are read: what a whole history needs. */
#define TAIL ((off_t)EVENT_HISTORY * 1024)

/* The name of a file: 0 for the newest. */
static const char *
file_name(unsigned number, char name[NAME_SIZE])
{
	if (number == 0)
		return NEWEST;
	snprintf(name, NAME_SIZE, "events.%u.jsonl", number);
	return name;
}

int
event_store_open(struct event_store *store, const char *directory,
    size_t file_bytes, unsigned files)
{
	*store = (struct event_store){
		.dir = -1, .fd = -1, .file_bytes = file_bytes, .files = files
	};
	store->path = strdup(directory);
	if (store->path == NULL)
		return -ENOMEM;
	store->dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->dir < 0 || flock(store->dir, LOCK_EX | LOCK_NB) < 0) {
		int error = errno;
		event_store_close(store);
		return -error;
	}
	return 0;
}

void
event_store_close(struct event_store *store)
{
	if (store->fd >= 0)
		close(store->fd);
	if (store->dir >= 0)
		close(store->dir);
	free(store->path);
	*store = (struct event_store){ .dir = -1, .fd = -1 };
}

/* --- reading --- */

/* Reads exactly that much: less of it would look like a line that is torn. */
static int
read_at(int fd, char *text, size_t size, off_t from)
{
	while (size > 0) {
		ssize_t got = pread(fd, text, size, from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		text += got;
		size -= (size_t)got;
		from += got;
	}
	return 0;
}

/* The last bytes of a file, at most TAIL, with room for one more; NULL with
 * errno. `whole` is the size of the file, `size` how many were read. */
static char *
read_tail(int fd, off_t *whole, size_t *size)
{
	struct stat about;
	char *text;
	int error;

	if (fstat(fd, &about) < 0)
		return NULL;
	*whole = about.st_size;
	off_t from = about.st_size > TAIL ? about.st_size - TAIL : 0;
	*size = (size_t)(about.st_size - from);
	text = malloc(*size + 1);
	if (text == NULL)
		return NULL;
	error = read_at(fd, text, *size, from);
	if (error < 0) {
		free(text);
		errno = -error;
		return NULL;
	}
	return text;
}

/* Bytes up to the last line feed. */
static size_t
ended(const char *text, size_t size)
{
	const char *end = memrchr(text, '\n', size);

	return end != NULL ? (size_t)(end - text) + 1 : 0;
}

static bool
is_line(const char *text, size_t size)
{
	struct event_line line;

	return size > 0 && event_line_read(&line, text, size) == 0;
}

static void
complain(struct event_store_report *report, const char *file, int error)
{
	report->error = error;
	snprintf(report->file, sizeof report->file, "%s", file);
}

/* Room for events is filled from its end, as they are read backwards. */
struct loading {
	struct event *to;
	size_t left;
	uint64_t before; /* only earlier sequence numbers are taken */
	struct event_store_report *report;
};

static void
load_line(struct loading *loading, const char *text, size_t size)
{
	struct event_line line;

	if (event_line_read(&line, text, size) < 0) {
		loading->report->strange++;
		return;
	}
	if (event_line_sequence(&line) >= loading->before)
		return;
	loading->before = event_line_sequence(&line);
	event_from_line(&loading->to[--loading->left], &line);
}

/* The first line may be cut where reading began; then it is no event. */
static void
load_text(struct loading *loading, const char *text, size_t size, bool cut)
{
	while (size > 0 && loading->left > 0) {
		const char *before = memrchr(text, '\n', size - 1);
		const char *line = before != NULL ? before + 1 : text;
		if (before == NULL && cut)
			return;
		load_line(loading, line, (size_t)(text + size - 1 - line));
		size = (size_t)(line - text);
	}
}

/* Returns 0 or -errno. */
static int
load_once(struct loading *loading, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	int error = 0;
	off_t whole;
	size_t size;
	char *text;

	if (fd < 0)
		return -errno;
	text = read_tail(fd, &whole, &size);
	if (text != NULL) {
		/* An older file ends with a line feed, too, unless somebody
		 * was at it. */
		bool cut = (off_t)size < whole;
		size_t kept = ended(text, size);
		if (is_line(text + kept, size - kept)) {
			text[size] = '\n';
			kept = size + 1;
		}
		load_text(loading, text, kept, cut);
	} else {
		error = -errno;
	}
	free(text);
	close(fd);
	return error;
}

/* A disk that fails once need not fail twice. */
static void
load_file(struct loading *loading, const struct event_store *store,
    unsigned number, bool first)
{
	char name[NAME_SIZE];
	int error = -EIO;

	for (int i = 0; i < TRIES && error < 0; i++) {
		error = load_once(loading, store->dir, file_name(number, name));
		if (error == -ENOENT)
			return;
		if (error < 0)
			complain(
			    loading->report, file_name(number, name), error);
	}
	loading->report->blind |= error < 0 && first;
}

/* A line without end is what a crash leaves. If only its line feed is missing
 * it gets one, else it goes. */
static int
mend_end(struct event_store *store, struct event_store_report *report)
{
	off_t whole;
	size_t size;
	char *text = read_tail(store->fd, &whole, &size);
	int error = 0;

	if (text == NULL)
		return -errno;
	size_t torn = size - ended(text, size);
	store->size = whole;
	if (is_line(text + size - torn, torn)) {
		if (pwrite(store->fd, "\n", 1, whole) == 1)
			store->size++;
		else
			error = -errno;
	} else if (torn > 0) {
		if (ftruncate(store->fd, whole - (off_t)torn) == 0) {
			store->size -= (off_t)torn;
			report->torn = torn;
		} else {
			error = -errno;
		}
	}
	free(text);
	return error;
}

/* Where it cannot be read to its end nothing is written behind that. */
static int
open_newest(struct event_store *store, struct event_store_report *report)
{
	int error;

	store->fd =
	    openat(store->dir, NEWEST, O_RDWR | O_CREAT | O_CLOEXEC, MODE);
	if (store->fd < 0)
		return -errno;
	error = mend_end(store, report);
	if (error < 0) {
		close(store->fd);
		store->fd = -1;
	}
	return error;
}

size_t
event_store_load(struct event_store *store, struct event *to, size_t room,
    struct event_store_report *report)
{
	struct loading loading = { to, room, UINT64_MAX, report };
	char name[NAME_SIZE];
	int error;

	*report = (struct event_store_report){ 0 };
	error = open_newest(store, report);
	if (error < 0)
		complain(report, NEWEST, error);
	for (unsigned i = store->files; i <= DESK_EVENT_FILES; i++)
		if (unlinkat(store->dir, file_name(i, name), 0) < 0 &&
		    errno != ENOENT)
			complain(report, file_name(i, name), -errno);
	for (unsigned i = 0; i < store->files && loading.left > 0; i++)
		load_file(&loading, store, i, loading.left == room);
	memmove(to, to + loading.left, (room - loading.left) * sizeof *to);
	return room - loading.left;
}

/* --- writing --- */

static int
rotate(struct event_store *store)
{
	struct event_store_report report;
	char from[NAME_SIZE], to[NAME_SIZE];
	int error = event_store_sync(store);

	if (error < 0)
		return error;
	for (unsigned i = store->files - 1; i > 0; i--)
		if (renameat(store->dir, file_name(i - 1, from), store->dir,
			file_name(i, to)) < 0 &&
		    errno != ENOENT)
			return -errno;
	if (store->files == 1 && unlinkat(store->dir, NEWEST, 0) < 0)
		return -errno;
	close(store->fd);
	error = open_newest(store, &report);
	if (error == 0 && fsync(store->dir) < 0 && errno != EINVAL)
		error = -errno;
	return error;
}

/* Somebody may have deleted, moved or shortened the file. */
static int
follow_file(struct event_store *store)
{
	struct event_store_report report;
	struct stat about, named;

	if (store->fd < 0)
		return open_newest(store, &report);
	if (fstat(store->fd, &about) < 0)
		return -errno;
	if (fstatat(store->dir, NEWEST, &named, 0) < 0 ||
	    named.st_ino != about.st_ino || named.st_dev != about.st_dev) {
		close(store->fd);
		return open_newest(store, &report);
	}
	if (about.st_size < store->size)
		store->size = about.st_size;
	return 0;
}

int
event_store_append(struct event_store *store, const char *text, size_t size)
{
	size_t done = 0;
	int error = follow_file(store);

	if (error == 0 && store->size > 0 &&
	    (size_t)store->size + size > store->file_bytes)
		error = rotate(store);
	while (error == 0 && done < size) {
		ssize_t count = pwrite(store->fd, text + done, size - done,
		    store->size + (off_t)done);
		if (count > 0)
			done += (size_t)count;
		else if (count == 0)
			error = -ENOSPC;
		else if (errno != EINTR)
			error = -errno;
	}
	if (error == 0) {
		store->size += (off_t)size;
		store->dirty = true;
	} else if (done > 0 && ftruncate(store->fd, store->size) < 0) {
		/* The next lines are written over the torn one. */
		return error;
	}
	return error;
}

int
event_store_sync(struct event_store *store)
{
	if (!store->dirty || store->fd < 0)
		return 0;
	if (fdatasync(store->fd) < 0)
		return -errno;
	store->dirty = false;
	return 0;
}
