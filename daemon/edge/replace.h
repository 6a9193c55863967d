#ifndef EDGE_REPLACE_H
#define EDGE_REPLACE_H

#include <stddef.h>

/*
 * Files that are whole at any moment, whatever fails and whenever the power
 * goes. May block: the worker, or before and after everything else.
 */

/* Puts `size` bytes in the place of the file at `path`, and what was there at
 * `before` (NULL: nowhere). Both are files of before or of now at any moment,
 * never in between; one of the two is always there once one was. Returns 0, or
 * -errno: then the old ones are there, or, where only the directory could not be
 * made to last, the new ones. */
int replace_file(
    const char *path, const char *before, const void *data, size_t size);

/* Removes a file for good. Returns 0, or -errno: then it is there as before. A
 * power cut may leave it as "PATH.gone". */
int remove_file(const char *path);

/* Makes a directory that lasts, if it is not there. Returns 0, or -errno: then
 * none was made. */
int make_directory(const char *path);

/* The text of a file of at most `largest` bytes, a zero byte behind it, for the
 * caller to free. NULL with errno. */
char *read_whole_file(const char *path, size_t largest, size_t *size);

#endif
