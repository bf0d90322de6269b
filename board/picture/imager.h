#pragma once
/* Pictures away from the clerk's loop. A nursery, forked before any store or key is opened, forks a
 * child for each picture; the child confines itself, makes the picture anew (board/picture/image.h)
 * and ends. So a file that breaks a decoder gets a process that has nothing to tell, can open
 * nothing, and will see no other picture.
 *
 * Files come and go as descriptors in memory; the clerk reads no byte of what was uploaded, and
 * takes of the result only sizes within limits and that many bytes. One picture at a time; a short
 * queue in front. */
#include "board/picture/image.h"
#include "core/socket.h"

enum { IMAGER_SLOTS = 8 };

struct image_done {
    enum image_fault fault;
    struct image_made made; /* in the arena of imager_take */
};
/* A command waiting for its picture; its client is owed an answer. */
struct image_slot {
    uint64_t ticket; /* 0: free; lower comes first */
    bool working;
    int file; /* what was uploaded; -1 once it has been handed on */
    struct server_client *client;
    bool operator_;
    uint8_t *body;
    size_t body_size;
};
struct imager {
    int fd, pid;
    uint64_t ticket;
    struct image_slot slots[IMAGER_SLOTS];
};

/* Starts the nursery: before any store is opened. */
void imager_open(struct imager *imager);
void imager_close(struct imager *imager);
void imager_watch(struct imager *imager, struct server *server);
/* Takes the descriptor over, also when it says false: the queue is full. */
bool imager_put(struct imager *imager, struct server_client *client, bool operator_,
                struct bytes body, int file);
/* One finished command, copied into the arena with its picture. False when there is none. */
bool imager_take(struct imager *imager, struct arena *arena, struct server_client **client,
                 bool *operator_, struct bytes *body, const struct image_done **done);

/* One picture in this process, for tests: from one descriptor into another, as a child does. */
void image_child(int file, int out);
/* What a child has written there. */
struct image_done image_result_read(struct arena *arena, int out);
