#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_MARK "open\n"

bool lock_take(const char *path, int *out, bool *unclean, struct err *e)
{
	char name[4096], why[64];
	struct stat st;
	int fd;

	if ((size_t)snprintf(name, sizeof name, "%s.lock", path) >= sizeof name)
		return err_set(e, ERR_BROKEN, "store: its path is too long");
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(e, ERR_BROKEN, "store %.100s.lock: %s: the daemon must be able to write there", path,
			strerror_r(errno, why, sizeof why));
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		const bool taken = errno == EWOULDBLOCK;

		close(fd);
		if (!taken)
			return err_set(e, ERR_BROKEN, "store %.100s.lock: cannot be locked", path);
		err_set(e, ERR_AGAIN, "store %.100s: another doorstroomd has it open", path);
		e->wait_ms = 1000;
		return false;
	}
	*unclean = fstat(fd, &st) == 0 && st.st_size > 0;
	if (!*unclean && (pwrite(fd, OPEN_MARK, strlen(OPEN_MARK), 0) < 0 || fsync(fd))) {
		err_set(e, ERR_BROKEN, "store %.100s.lock: %s: make room, then start again", path,
			strerror_r(errno, why, sizeof why));
		lock_release(fd, true);
		return false;
	}
	*out = fd;
	return true;
}

void lock_release(int fd, bool clean)
{
	if (fd < 0)
		return;
	/* If this fails, the next open checks more than it need. */
	if (clean && !ftruncate(fd, 0))
		fsync(fd);
	close(fd);
}
