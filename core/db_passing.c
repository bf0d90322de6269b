#include "core/db_inside.h"

#include <sqlite3.h>

/* What keeps a reader from its file without saying anything about the file: locks that cannot be
 * had, and shared memory that cannot be made or mapped just now. */
static bool is_about_sharing(int code)
{
    switch (code) {
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMLOCK:
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_RDLOCK:
        return true;
    default:
        return false;
    }
}

bool db_is_passing(int code, bool reads)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL: /* under load a reader found no quiet moment to begin in */
    case SQLITE_NOMEM:    /* the heap's limit, not a fault of the file */
        return true;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return reads; /* its writer has not come up yet */
    case SQLITE_IOERR:
        return code == SQLITE_IOERR_NOMEM || (reads && is_about_sharing(code));
    default:
        return false;
    }
}
