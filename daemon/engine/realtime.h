#ifndef ENGINE_REALTIME_H
#define ENGINE_REALTIME_H

/*
 * What runs on the realtime thread says so. Every function and function
 * pointer that it may call across files is declared REALTIME, before its
 * return type: clang 20 and later then refuse, at compile time, whatever may
 * allocate, lock or wait there (-Wfunction-effects), and its realtime
 * sanitizer stops the process that does so all the same. To other compilers
 * it means nothing.
 */

#if defined(__has_attribute)
#if __has_attribute(nonblocking)
#define REALTIME __attribute__((nonblocking))
#endif
#endif

#ifndef REALTIME
#define REALTIME
#endif

#endif
