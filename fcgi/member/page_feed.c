/* Private feeds (Atom, RFC 4287) of titles and links, for whoever has the address; and what a
 * browser needs to search here from its own field (OpenSearch 1.1). */
#include "fcgi/member/page_telling.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"

static struct text feed_title(struct request *r, const struct reply_feed *feed)
{
    struct text site = conf_text("site.name");
    const char *what = feed->kind == PAGE_FEED_TOPICS ? "topics you follow"
                       : feed->kind == PAGE_FEED_OWN  ? "your threads"
                                                      : "new for ";
    struct text words = feed->words.data == NULL ? TEXT("") : feed->words;
    return arena_format(r->arena, "%.*s: %s%.*s", (int)site.size, site.data, what, (int)words.size,
                        words.data);
}

static enum result entries_fill(struct request *r, const struct reply_feed *feed,
                                struct view_feed *v)
{
    struct text url = conf_text("site.url");
    int64_t latest_ms = feed->made_ms;
    enum result result = OK;
    v->entries = arena_array(r->arena, struct view_feed_entry, feed->entries_count + 1);
    for (size_t i = 0; i < feed->entries_count && result == OK; i++) {
        struct board_thread_get_row thread;
        result = board_thread_get(request_store(r, WEB_BOARD), r->arena, feed->entries[i].question,
                                  &thread);
        if (result == NOT_FOUND || (result == OK && thread.title.size == 0)) {
            result = OK; /* blanked since */
            continue;
        }
        latest_ms = thread.last_ms > latest_ms ? thread.last_ms : latest_ms;
        v->entries[v->entries_count++] = (struct view_feed_entry){
            .title = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title),
            .link = arena_format(r->arena, "%.*s/q/%lld", (int)url.size, url.data,
                                 (long long)thread.question),
            .updated = clock_iso(r->arena, thread.last_ms),
        };
    }
    v->updated = clock_iso(r->arena, latest_ms);
    return result;
}

static void atom_write(struct buf *out, const struct view_feed *v)
{
    struct text site = conf_text("site.name"), url = conf_text("site.url");
    buf_format(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                    "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>");
    buf_text(out, v->title);
    buf_format(out, "</title>\n<id>");
    buf_text(out, v->id);
    buf_format(out, "</id>\n<updated>%.*s</updated>\n<author><name>", (int)v->updated.size,
               v->updated.data);
    buf_text(out, site);
    buf_format(out, "</name></author>\n<link href=\"");
    buf_attr(out, url);
    buf_format(out, "/\"/>\n");
    for (size_t i = 0; i < v->entries_count; i++) {
        const struct view_feed_entry *e = &v->entries[i];
        buf_format(out, "<entry>\n<title>");
        buf_text(out, e->title);
        buf_format(out, "</title>\n<id>");
        buf_text(out, e->link);
        buf_format(out, "</id>\n<updated>%.*s</updated>\n<link href=\"", (int)e->updated.size,
                   e->updated.data);
        buf_attr(out, e->link);
        buf_format(out, "\"/>\n</entry>\n");
    }
    buf_format(out, "</feed>\n");
}

enum result page_feed(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_feed feed = {0};
    struct view_feed v = {0};
    struct command command = {.kind = COMMAND_FEED_READ};
    struct text url = conf_text("site.url");
    command.feed_read.code = r->name;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_feed_read(root, r->arena, &feed) : BROKEN;
    json_close(root);
    if (result == OK && feed.kind > PAGE_FEED_OWN)
        result = NOT_FOUND; /* a sponsor's, which is read elsewhere */
    if (result == OK)
        result = entries_fill(r, &feed, &v);
    if (result != OK)
        return result;
    v.title = feed_title(r, &feed);
    /* Its name, its own for ever, and not its address, which is a key: so no link to itself, too.
     */
    v.id = arena_format(r->arena, "%.*s/notices/settings#feed-%lld", (int)url.size, url.data,
                        (long long)feed.id);
    if (r->wants_json)
        view_feed_write(reply_json(out), &v);
    else
        atom_write(reply_typed(out, "application/atom+xml; charset=utf-8"), &v);
    return OK;
}

enum result page_opensearch(struct request *r, struct reply *out)
{
    struct text site = text_cut(conf_text("site.name"), 16), url = conf_text("site.url");
    (void)r;
    struct buf *xml = reply_typed(out, "application/opensearchdescription+xml; charset=utf-8");
    buf_format(xml, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<OpenSearchDescription "
                    "xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n<ShortName>");
    buf_text(xml, site);
    buf_format(xml, "</ShortName>\n<Description>Search what colleagues know</Description>\n"
                    "<InputEncoding>UTF-8</InputEncoding>\n"
                    "<Image height=\"16\" width=\"16\" type=\"image/svg+xml\">");
    buf_text(xml, url);
    buf_format(xml, "/static/icon.svg</Image>\n<Url type=\"text/html\" template=\"");
    buf_attr(xml, url);
    buf_format(xml, "/search?q={searchTerms}\"/>\n</OpenSearchDescription>\n");
    return OK;
}
