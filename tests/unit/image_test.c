/* Pictures made anew: sizes, turns, what is refused, and that nothing a child says is believed
 * beyond its limits. */
#include "board/picture/imager.h"

#include "board/board.h"
#include "core/seal.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* What is tested runs in a child whose memory ends with it (board/picture/image.h): nothing is
 * given back.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static struct arena arena;

static int open_all(void **state UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 16 << 20);
    return 0;
}

/* The left half bright, the right half dark. */
static struct pixels halves(int width, int height)
{
    struct pixels pixels = {.data = malloc((size_t)width * (size_t)height * 3),
                            .size = {width, height}};
    assert_non_null(pixels.data);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memset(pixels.data + ((size_t)y * (size_t)width + (size_t)x) * 3,
                   x < width / 2 ? 240 : 10, 3);
    return pixels;
}

static uint8_t at(struct pixels pixels, int x, int y)
{
    return pixels.data[((size_t)y * (size_t)pixels.size.width + (size_t)x) * 3];
}

static void a_large_picture_becomes_a_smaller_one_of_the_same_shape(void **state UNUSED)
{
    struct image_made made;
    struct pixels pixels = halves(3000, 1500);
    struct bytes file = jpeg_encode(pixels, true, 5 << 20);
    assert_int_equal(image_make(file, &made), IMAGE_GOOD);
    assert_int_equal(made.file.width, 3000);
    assert_int_equal(made.size.width, 1600);
    assert_int_equal(made.size.height, 800);
    assert_true(made.large.size <= IMAGE_LARGE_SIZE_MAX && made.small.size <= IMAGE_SMALL_SIZE_MAX);
    struct image_size size;
    struct pixels small;
    assert_int_equal(jpeg_decode(made.small, &size, &small), IMAGE_GOOD);
    assert_int_equal(small.size.width, 640);
    assert_true(at(small, 100, 100) > 200 && at(small, 600, 100) < 50);
    free(pixels.data);
}

static void shrinking_keeps_every_part_in_its_place_and_the_mean(void **state UNUSED)
{
    for (int width = 641; width < 2600; width += 311) {
        struct pixels in = halves(width, 7 + width / 3);
        struct pixels out = pixels_shrink(in, 640);
        struct image_size want = text_image_small(
            (struct image_size){width <= IMAGE_SIDE_MAX ? width : 1600, in.size.height});
        if (width <= IMAGE_SIDE_MAX)
            assert_true(out.size.width == want.width && out.size.height == want.height);
        assert_int_equal(at(out, 0, 0), 240);
        assert_int_equal(at(out, out.size.width - 1, out.size.height - 1), 10);
        assert_int_equal(at(out, out.size.width / 2 - 2, 0), 240);
        assert_int_equal(at(out, out.size.width / 2 + 2, 0), 10);
        free(in.data);
        free(out.data);
    }
}

static void turning_four_times_a_quarter_is_no_turn(void **state UNUSED)
{
    struct pixels pixels = halves(40, 20), turned = pixels;
    for (int i = 0; i < 4; i++)
        turned = pixels_turn(turned, 6);
    assert_memory_equal(turned.data, pixels.data, 40 * 20 * 3);
    turned = pixels_turn(pixels, 6); /* left becomes top */
    assert_int_equal(turned.size.width, 20);
    assert_true(at(turned, 10, 5) == 240 && at(turned, 10, 35) == 10);
    assert_ptr_equal(pixels_turn(pixels, 0).data, pixels.data);
    assert_ptr_equal(pixels_turn(pixels, 9).data, pixels.data);
}

static void what_a_camera_notes_is_read_within_the_file_only(void **state UNUSED)
{
    static const uint8_t file[] = {0xff, 0xd8, 0xff, 0xe1, 0, 34,  'E', 'x', 'i',  'f',
                                   0,    0,    'M',  'M',  0, '*', 0,   0,   0,    8,
                                   0,    1,    0x01, 0x12, 0, 3,   0,   0,   0,    1,
                                   0,    6,    0,    0,    0, 0,   0,   0,   0xff, 0xda};
    assert_int_equal(exif_orientation(bytes_of(file, sizeof file), IMAGE_JPEG), 6);
    for (size_t size = 2; size < sizeof file; size++) {
        uint8_t *cut = malloc(size);
        assert_non_null(cut);
        memcpy(cut, file, size);
        int held = exif_orientation(bytes_of(cut, size), IMAGE_JPEG);
        assert_true(held == 1 || (held == 6 && size >= 38));
        free(cut);
    }
    for (size_t i = 0; i < sizeof file; i++)
        for (int bit = 0; bit < 8; bit++) {
            uint8_t *bent = malloc(sizeof file);
            assert_non_null(bent);
            memcpy(bent, file, sizeof file);
            bent[i] ^= (uint8_t)(1 << bit);
            (void)exif_orientation(bytes_of(bent, sizeof file), IMAGE_JPEG);
            (void)exif_orientation(bytes_of(bent, sizeof file), IMAGE_WEBP);
            free(bent);
        }
}

static void bent_files_are_made_or_refused_and_nothing_else(void **state UNUSED)
{
    struct pixels pixels = halves(90, 70);
    struct bytes good = jpeg_encode(pixels, true, 1 << 20);
    size_t made_some = 0, refused = 0;
    uint32_t seed = 11;
    for (int i = 0; i < 400; i++) {
        struct image_made made;
        uint8_t *bent = malloc(good.size);
        assert_non_null(bent);
        memcpy(bent, good.data, good.size);
        for (int k = 0; k <= i % 5; k++) {
            seed = seed * 1664525 + 1013904223;
            bent[(seed >> 8) % good.size] ^= (uint8_t)(seed >> 3);
        }
        enum image_fault fault = image_make(bytes_of(bent, good.size), &made);
        made_some += fault == IMAGE_GOOD;
        refused += fault != IMAGE_GOOD;
        free(bent);
    }
    assert_true(made_some > 20 && refused > 5);
    free(pixels.data);
}

/* What a child that was taken over could write. */
static void nothing_a_child_says_is_believed_beyond_its_limits(void **state UNUSED)
{
    struct {
        uint32_t fault;
        int32_t file_width, file_height, width, height;
        uint32_t large_size, small_size;
    } head, good = {IMAGE_GOOD, 10, 10, 10, 10, 3, 3};
    for (int i = 0; i < 8; i++) {
        int out = memfd_create("out", MFD_CLOEXEC);
        head = good;
        head.fault = i == 1 ? 99 : head.fault;
        head.width = i == 2 ? 1601 : i == 3 ? -1 : head.width;
        head.large_size = i == 4 ? IMAGE_LARGE_SIZE_MAX + 1 : i == 5 ? 0 : head.large_size;
        head.small_size = i == 6 ? UINT32_MAX : head.small_size;
        assert_int_equal(write(out, &head, sizeof head), sizeof head);
        assert_int_equal(write(out, i == 7 ? "abcdef" : "\xff\xd8\xff\xff\xd8\xff", 6), 6);
        struct image_done done = image_result_read(&arena, out);
        assert_int_equal(done.fault, i == 0 ? IMAGE_GOOD : IMAGE_LONG);
        close(out);
    }
    int empty = memfd_create("out", MFD_CLOEXEC);
    assert_int_equal(image_result_read(&arena, empty).fault, IMAGE_LONG);
    close(empty);
}

static const struct image_done *through(struct imager *imager, struct bytes file)
{
    struct server_client *client;
    const struct image_done *done = NULL;
    struct bytes body;
    bool operator_;
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_int_equal(write(fd, file.data, file.size), file.size);
    assert_true(imager_put(imager, NULL, false, bytes_of("x", 1), fd));
    for (int i = 0; i < 2000; i++) {
        if (imager_take(imager, &arena, &client, &operator_, &body, &done))
            return done;
        usleep(10000);
    }
    fail_msg("no answer");
    return NULL;
}

static void the_child_does_the_same_and_dies_alone(void **state UNUSED)
{
    struct imager imager;
    struct pixels pixels = halves(900, 600);
    imager_open(&imager);
    const struct image_done *done = through(&imager, jpeg_encode(pixels, true, 1 << 20));
    assert_int_equal(done->fault, IMAGE_GOOD);
    assert_int_equal(done->made.size.width, 900);
    assert_int_equal(image_kind_of(done->made.small), IMAGE_JPEG);
    assert_int_equal(through(&imager, bytes_of("GIF89a", 6))->fault, IMAGE_OTHER);
    /* Longer than any file may be: the child refuses to look. */
    uint8_t *much = calloc(1, 6 << 20);
    assert_int_equal(through(&imager, bytes_of(much, 6 << 20))->fault, IMAGE_OTHER);
    assert_int_equal(through(&imager, jpeg_encode(pixels, true, 1 << 20))->fault, IMAGE_GOOD);
    imager_close(&imager);
    free(much);
    free(pixels.data);
}

static void a_queue_that_is_full_says_so(void **state UNUSED)
{
    struct imager imager;
    imager_open(&imager);
    for (int i = 0; i < IMAGER_SLOTS; i++)
        assert_true(
            imager_put(&imager, NULL, false, bytes_of("x", 1), memfd_create("file", MFD_CLOEXEC)));
    assert_false(
        imager_put(&imager, NULL, false, bytes_of("x", 1), memfd_create("file", MFD_CLOEXEC)));
    imager_close(&imager);
}

/* A name is letters and a size: no run of digits that could be taken for a patient's number. */
static void no_name_of_a_picture_is_taken_for_patient_data(void **state UNUSED)
{
    struct guard *guard = guard_open();
    for (int i = 0; i < 3000; i++) {
        char letters[IMAGE_NAME_SIZE];
        struct guard_finding *findings;
        size_t count = 0;
        arena_reset(&arena, 0);
        for (size_t k = 0; k < IMAGE_NAME_SIZE; k++)
            letters[k] = (char)('a' + seal_random_below(16));
        struct text text = arena_format(&arena, "Seen: ![a rash](image:%dx%d-%.*s)", 1 + i % 1600,
                                        1600 - i % 1600, IMAGE_NAME_SIZE, letters);
        (void)guard_check(guard, &arena, text, &findings, &count);
        if (count > 0)
            fail_msg("%s", text.data);
    }
    guard_close(guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_picture_becomes_a_smaller_one_of_the_same_shape),
        cmocka_unit_test(shrinking_keeps_every_part_in_its_place_and_the_mean),
        cmocka_unit_test(turning_four_times_a_quarter_is_no_turn),
        cmocka_unit_test(what_a_camera_notes_is_read_within_the_file_only),
        cmocka_unit_test(bent_files_are_made_or_refused_and_nothing_else),
        cmocka_unit_test(nothing_a_child_says_is_believed_beyond_its_limits),
        cmocka_unit_test(the_child_does_the_same_and_dies_alone),
        cmocka_unit_test(a_queue_that_is_full_says_so),
        cmocka_unit_test(no_name_of_a_picture_is_taken_for_patient_data),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
