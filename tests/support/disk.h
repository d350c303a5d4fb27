/*
 * disk.h - a file system in memory under SQLite, whose process can be killed and whose power can fail.
 *
 * It remembers, per file, what is on the disk and every write since the last sync. When the power fails, each of those
 * is kept, lost or torn in sectors of 512 bytes, at random. A kill keeps them all: the system still writes out what the
 * process wrote. There is one disk per process, and its files are those of one store.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define DISK_VFS "disk" /* for sqlite3_open_v2(), once disk_install() was called */

void disk_install(void);
void disk_uninstall(void);

/* Without files; the seed decides what a power failure leaves. */
void disk_new(uint64_t seed);

/* Operations that change something, so far since the last disk_new() or disk_restart(). */
uint64_t disk_operations(void);
/* The n-th such operation still reaches the system, fails, and nothing after it changes anything; 0: never. */
void disk_dies_at(uint64_t n);
void disk_die(void); /* now */
bool disk_dead(void);
/* Every such operation fails with that SQLite result until it is 0 again; nothing is changed by it. */
void disk_refuse(int result);

/* Writes its files, as they are now, into a folder of the real file system, for looking into them. */
void disk_save(const char *folder);

/* What a process finds that comes after the dead one. */
enum disk_end { DISK_KILLED, DISK_POWER_FAILED };
void disk_restart(enum disk_end);
