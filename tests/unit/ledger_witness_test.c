/* Who else has seen the tree: a witness signs only what extends what it saw, a policy says whose
 * word is enough, and the log's own signer may live under another user. test-seconds: 120 */
#include "tests/unit/ledger_world.h"

#include "ledger/sign/cosigned.h"
#include "ledger/log/file.h"
#include "ledger/sign/witness.h"

enum { LEAVES = 40 };

static struct arena arena;
static char house[600], society[600];

/* --- a log of our own, as its witnesses see it --- */

struct foreign_log {
    struct note_key key;
    uint8_t secret_key[64];
    uint8_t hashes[LEAVES][TREE_HASH];
};

static enum result hashes_of(void *self, int row, uint64_t first, size_t count,
                             uint8_t (*out)[TREE_HASH])
{
    struct foreign_log *log = self;
    if (row != 0 || first + count > LEAVES)
        return NOT_FOUND;
    memcpy(out, log->hashes[first], count * TREE_HASH);
    return OK;
}

static void log_make(struct foreign_log *log, uint8_t seed)
{
    uint8_t public_key[32];
    seal_sign_keypair(public_key, log->secret_key, NULL);
    note_key_make(&log->key, TEXT("example.org/log"), public_key);
    for (size_t i = 0; i < LEAVES; i++)
        memset(log->hashes[i], i < 5 ? (int)i : seed + (int)i, TREE_HASH);
}

static struct text head_of(struct foreign_log *log, uint64_t size)
{
    struct tree_source source = {hashes_of, log};
    struct checkpoint checkpoint = {.origin = log->key.name, .size = size};
    struct buf text, note;
    uint8_t signature[64];
    assert_int_equal(tree_root_at(&source, size, checkpoint.root), OK);
    buf_open(&text, &arena, 256);
    buf_open(&note, &arena, 512);
    checkpoint_write(&text, &checkpoint);
    seal_sign(signature, log->secret_key, buf_bytes(&text));
    note_write(&note, buf_done(&text), &log->key, signature);
    return buf_done(&note);
}

/* "old", the proof between the two sizes as this log has it, its head. */
static struct text request_of(struct foreign_log *log, uint64_t old, uint64_t size)
{
    struct tree_source source = {hashes_of, log};
    struct tree_proof proof = {.count = 0};
    struct buf out;
    struct text head = head_of(log, size);
    if (old > 0 && old <= size)
        assert_int_equal(tree_consistency(&source, old, size, &proof), OK);
    buf_open(&out, &arena, 4096);
    buf_format(&out, "old %llu\n", (unsigned long long)old);
    for (size_t i = 0; i < proof.count; i++) {
        buf_base64(&out, bytes_of(proof.hashes[i], TREE_HASH));
        buf_char(&out, '\n');
    }
    buf_char(&out, '\n');
    buf_add(&out, head.data, head.size);
    return buf_done(&out);
}

static struct buf said;

static int asked(struct witness *witness, struct text request)
{
    buf_open(&said, &arena, 1024);
    return witness_answer(witness, &arena, request, 1772442000, &said);
}

/* The witness's state folder, which knows this log. */
static void society_open(const struct note_key *log)
{
    struct buf vkey;
    snprintf(society, sizeof society, "%s", scratch_open());
    world_settings(society, "witness.name = society.example/witness\nwitness.port = 0\n");
    buf_open(&vkey, &arena, 256);
    buf_format(&vkey, "# whom we watch\n");
    note_key_write(&vkey, log);
    buf_char(&vkey, '\n');
    assert_int_equal(file_write(conf_path("logs"), buf_bytes(&vkey)), OK);
}

static void a_witness_cosigns_only_what_extends_what_it_saw(void **state)
{
    (void)state;
    static struct foreign_log log, fork;
    static struct witness witness;
    log_make(&log, 50);
    fork = log;
    for (size_t i = 5; i < LEAVES; i++)
        fork.hashes[i][0] ^= 1;
    society_open(&log.key);
    assert_int_equal(witness_open(&witness), OK);
    assert_int_equal(asked(&witness, request_of(&log, 0, 7)), 200);
    /* Its word holds, with the time; in the note it stands beside the log's. */
    struct buf note;
    struct text head = head_of(&log, 7);
    int64_t time_s = 0;
    buf_open(&note, &arena, 2048);
    buf_add(&note, head.data, head.size);
    buf_add(&note, said.data, said.size);
    assert_int_equal(cosignature_find(&arena, buf_done(&note), &witness.cosigner, &time_s), OK);
    assert_int_equal(time_s, 1772442000);
    struct checkpoint checkpoint;
    assert_int_equal(checkpoint_open(&arena, buf_done(&note), &log.key, &checkpoint), OK);
    assert_int_equal(asked(&witness, request_of(&log, 7, 20)), 200);
    assert_int_equal(asked(&witness, request_of(&log, 20, 20)), 200);
    /* Another history: of the same size, larger, smaller. */
    assert_int_equal(asked(&witness, request_of(&fork, 20, 20)), 409);
    assert_int_equal(asked(&witness, request_of(&fork, 20, 30)), 422);
    assert_int_equal(asked(&witness, request_of(&log, 20, 7)), 400);
    /* What it saw last, said for whoever has forgotten. */
    assert_int_equal(asked(&witness, request_of(&log, 7, 30)), 409);
    assert_true(text_is(buf_done(&said), "20\n"));
    /* It remembers over a restart. */
    witness_close(&witness);
    assert_int_equal(witness_open(&witness), OK);
    assert_int_equal(asked(&witness, request_of(&log, 0, 30)), 409);
    assert_int_equal(asked(&witness, request_of(&fork, 20, 30)), 422);
    assert_int_equal(asked(&witness, request_of(&log, 20, 30)), 200);
    witness_close(&witness);
}

static void a_request_that_is_none_is_told_so_and_changes_nothing(void **state)
{
    (void)state;
    static struct foreign_log log, stranger;
    static struct witness witness;
    log_make(&log, 50);
    log_make(&stranger, 50); /* of the same name, with another key */
    society_open(&log.key);
    assert_int_equal(witness_open(&witness), OK);
    assert_int_equal(asked(&witness, request_of(&stranger, 0, 7)), 403);
    note_key_make(&stranger.key, TEXT("example.org/other"), stranger.key.public_key);
    assert_int_equal(asked(&witness, request_of(&stranger, 0, 7)), 404);
    struct text good = request_of(&log, 0, 7);
    assert_int_equal(asked(&witness, TEXT("")), 400);
    assert_int_equal(asked(&witness, TEXT("old 0\n")), 400);
    assert_int_equal(asked(&witness, TEXT("old 00\n\nexample.org/log\n")), 400);
    assert_int_equal(asked(&witness, TEXT("old 0\nnot base64!\n\nexample.org/log\n")), 400);
    for (size_t i = 0; i < good.size; i++) {
        char *changed = (char *)(uintptr_t)arena_text(&arena, good).data;
        changed[i] ^= 1;
        assert_int_not_equal(asked(&witness, (struct text){changed, good.size}), 200);
    }
    assert_int_equal(asked(&witness, good), 200);
    witness_close(&witness);
}

static enum result policy_of(struct quorum *policy, const char *quorum, struct text *keys)
{
    struct buf out;
    const char *why;
    int line;
    buf_open(&out, &arena, 4096);
    for (int i = 0; i < 3; i++) {
        buf_format(&out, "witness w%d ", i);
        buf_add(&out, keys[i].data, keys[i].size);
        buf_char(&out, '\n');
    }
    buf_format(&out, "group two 2 w0 w1 w2\ngroup both all two w2\n%s", quorum);
    enum result result = quorum_read(&arena, buf_done(&out), policy, &line, &why);
    if (result != OK)
        assert_int_equal(line, 6);
    return result;
}

static void a_policy_says_whose_word_is_enough(void **state)
{
    (void)state;
    static struct foreign_log log;
    static struct quorum policy;
    struct cosigner cosigners[3];
    uint8_t secrets[3][64], public_key[32];
    struct text keys[3], names[3] = {TEXT("a"), TEXT("b"), TEXT("c")};
    struct text head, body;
    size_t count;
    log_make(&log, 1);
    head = head_of(&log, 9);
    assert_int_equal(note_read(&arena, head, &log.key, &body), OK);
    for (int i = 0; i < 3; i++) {
        struct buf vkey;
        seal_sign_keypair(public_key, secrets[i], NULL);
        cosigner_make(&cosigners[i], names[i], public_key);
        buf_open(&vkey, &arena, 256);
        cosigner_write(&vkey, &cosigners[i]);
        keys[i] = buf_done(&vkey);
    }
    for (int set = 0; set < 8; set++) {
        struct buf note;
        buf_open(&note, &arena, 4096);
        buf_add(&note, head.data, head.size);
        for (int i = 0; i < 3; i++)
            if (set >> i & 1)
                cosignature_write(&arena, &note, &cosigners[i], secrets[i], 5, body);
        int ones = (set & 1) + (set >> 1 & 1) + (set >> 2 & 1);
        assert_int_equal(policy_of(&policy, "quorum two\n", keys), OK);
        assert_int_equal(quorum_holds(&arena, &policy, buf_done(&note), &count), ones >= 2);
        assert_int_equal(count, ones);
        assert_int_equal(policy_of(&policy, "quorum both\n", keys), OK);
        assert_int_equal(quorum_holds(&arena, &policy, buf_done(&note), NULL),
                         ones >= 2 && set >> 2 & 1);
        assert_int_equal(policy_of(&policy, "quorum none\n", keys), OK);
        assert_true(quorum_holds(&arena, &policy, buf_done(&note), NULL));
    }
    /* Somebody else's word over the same text, under a witness's name, is none. */
    struct buf note;
    buf_open(&note, &arena, 4096);
    buf_add(&note, head.data, head.size);
    cosignature_write(&arena, &note, &cosigners[0], secrets[1], 5, body);
    cosignature_write(&arena, &note, &cosigners[1], secrets[1], 5, body);
    assert_int_equal(policy_of(&policy, "quorum two\n", keys), OK);
    assert_false(quorum_holds(&arena, &policy, buf_done(&note), &count));
    assert_int_equal(count, 1);
    static const char *const faults[] = {
        "quorum nobody\n",
        "group two any w0\nquorum two\n",
        "group x 4 w0 w1 w2\nquorum x\n",
        "group x 0 w0\n",
        "group x any w0 w0\nquorum x\n",
        "group x any later\nquorum x\n",
        "quorum two\nquorum two\n",
        "witness x bad\n",
        "neither\n",
        "",
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct buf out;
        const char *why;
        int line;
        buf_open(&out, &arena, 4096);
        for (int j = 0; j < 3; j++)
            buf_format(&out, "witness w%d %.*s\n", j, (int)keys[j].size, keys[j].data);
        buf_format(&out, "group two 2 w0 w1 w2\n%s", faults[i]);
        assert_int_equal(quorum_read(&arena, buf_done(&out), &policy, &line, &why), INVALID);
        assert_non_null(why);
    }
}

/* --- the programs --- */

static const char *program(void)
{
    static char path[600];
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/bin/curbside-notary", build == NULL ? "build" : build);
    return path;
}

/* Start a verb on a state folder; *out: its standard output. */
static pid_t program_start(const char *folder, const char *verb, FILE **out)
{
    int pair[2];
    assert_int_equal(pipe(pair), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)dup2(pair[1], 1);
        close(pair[0]);
        close(pair[1]);
        execl(program(), program(), "--state", folder, verb, (char *)NULL);
        _exit(127);
    }
    close(pair[1]);
    *out = fdopen(pair[0], "r");
    assert_non_null(*out);
    return pid;
}

static int program_wait(pid_t pid, FILE *out)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    fclose(out); /* not before: it may still want to say something */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int ask_run(void)
{
    FILE *out;
    pid_t pid = program_start(house, "ask", &out);
    return program_wait(pid, out);
}

/* A policy with this witness, at this port. */
static void policy_write(const char *vkey, int port)
{
    struct buf out;
    buf_open(&out, &arena, 1024);
    buf_format(&out, "witness society %s http://127.0.0.1:%d\nquorum society\n", vkey, port);
    assert_int_equal(file_write(conf_path("witness.policy"), buf_bytes(&out)), OK);
}

static void a_house_has_its_checkpoints_cosigned_and_is_caught_with_another_history(void **state)
{
    (void)state;
    static struct world world;
    static struct paymaster paymaster;
    struct audit_report report;
    struct note_key log;
    char vkey[300] = "", line[300] = "", name[100];
    int port = 0;
    FILE *out;
    world_open(&world, "ledger.close_bucket = 16\n");
    snprintf(house, sizeof house, "%s", conf_path("."));
    assert_int_equal(paymaster_open(&paymaster), OK);
    snprintf(name, sizeof name, "%.*s", (int)paymaster.signer.key.name.size,
             paymaster.signer.key.name.data);
    note_key_make(&log, text_of(name), paymaster.signer.key.public_key);
    society_open(&log);
    pid_t pid = program_start(society, "key", &out);
    assert_non_null(fgets(vkey, sizeof vkey, out));
    assert_int_equal(program_wait(pid, out), 0);
    vkey[strcspn(vkey, "\n")] = '\0';
    pid = program_start(society, "serve", &out);
    assert_non_null(fgets(line, sizeof line, out));
    assert_int_equal(sscanf(line, "listening on 127.0.0.1:%d", &port), 1);
    conf_open(house);
    policy_write(vkey, port);
    assert_int_equal(ask_run(), 0);
    assert_int_equal(commit_cosigned(&paymaster), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    assert_int_equal(ask_run(), 0);
    assert_int_equal(commit_cosigned(&paymaster), OK);
    sound();
    assert_int_equal(audit_run(&report, NULL), OK);
    assert_int_equal(report.cosigned, size_of(&paymaster));
    struct vault_checkpoint_at_row row;
    assert_int_equal(
        vault_checkpoint_at(paymaster.vault, &arena, (int64_t)size_of(&paymaster), &row), OK);
    assert_int_equal(row.cosigned, 1);
    paymaster_close(&paymaster);
    /* The house begins anew under the same key: its signer's memory went too, and only somebody
     * outside can tell. */
    struct bytes seen;
    assert_int_equal(file_read(&arena, conf_path("public/cosigned"), 1 << 16, &seen), OK);
    static const char *const stores[] = {"ledger", "book", "vault", "statement"};
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 3; j++) {
            char path[700];
            snprintf(path, sizeof path, "%s%s", conf_store(stores[i]), ends[j]);
            (void)unlink(path);
        }
    assert_int_equal(file_write(conf_path("keys/signer/signed"), bytes_of("", 0)), OK);
    assert_int_equal(paymaster_open(&paymaster), OK);
    for (int i = 0; i < 2; i++) {
        *world_clock += 601 * 1000;
        assert_int_equal(commit_tick(&paymaster), OK);
    }
    assert_int_not_equal(ask_run(), 0);
    paymaster_close(&paymaster);
    assert_int_equal(audit_run(&report, NULL), OK);
    assert_non_null(report.check);
    assert_string_equal(report.check, "witness");
    kill(pid, SIGTERM);
    (void)program_wait(pid, out);
    world_close(&world);
}

/* And wait until it listens. */
static pid_t program_start_signer(const char *folder, FILE **out)
{
    pid_t pid = program_start(folder, "sign", out);
    for (int i = 0; i < 2000 && access(conf_path("run/signer.sock"), F_OK) != 0; i++)
        usleep(10000);
    usleep(50000);
    return pid;
}

static void the_signer_may_be_a_program_of_its_own_and_only_one_holds_the_key(void **state)
{
    (void)state;
    static struct world world;
    static struct paymaster paymaster;
    FILE *out, *other;
    char folder[600];
    world_open(&world, "ledger.close_bucket = 16\n");
    snprintf(folder, sizeof folder, "%s", conf_path("."));
    pid_t pid = program_start_signer(folder, &out);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(paymaster.signer.pid, 0); /* no child of ours holds the key */
    assert_int_equal(commit_tick(&paymaster), OK);
    pid_t second = program_start(folder, "sign", &other);
    assert_int_equal(program_wait(second, other), 1);
    /* Killed and started again, it is found again and goes on where it was. */
    kill(pid, SIGKILL);
    (void)program_wait(pid, out);
    assert_int_equal(unlink(conf_path("run/signer.sock")), 0); /* the dead one's */
    pid = program_start_signer(folder, &out);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    paymaster_close(&paymaster);
    sound();
    kill(pid, SIGTERM);
    assert_int_equal(program_wait(pid, out), 0);
    world_close(&world);
}

static int set_up(void **state)
{
    (void)state;
    world_clock_open();
    seal_open();
    arena_open(&arena, 256 << 20);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_witness_cosigns_only_what_extends_what_it_saw),
        cmocka_unit_test(a_request_that_is_none_is_told_so_and_changes_nothing),
        cmocka_unit_test(a_policy_says_whose_word_is_enough),
        cmocka_unit_test(a_house_has_its_checkpoints_cosigned_and_is_caught_with_another_history),
        cmocka_unit_test(the_signer_may_be_a_program_of_its_own_and_only_one_holds_the_key),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
