// SPDX-License-Identifier: Apache-2.0
/* Two programs that replace one file take turns. */
#ifndef CMD_LOCK_H
#define CMD_LOCK_H

/* Locks the file FILE.lock beside `path`, and waits for whoever holds it; `wait` is the value of --wait, or
 * NULL. The lock ends when the descriptor is closed, or the program ends in any way. Exits with 2 when it
 * cannot be had. */
int cli_lock(const char *program, const char *path, const char *wait);

/* The same for an open folder, for programs that replace files in it, for up to a minute; a file system without
 * locks is passed over. */
void cli_lock_folder(const char *program, int folder);

#endif
