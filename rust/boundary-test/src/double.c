/* A stand-in for Virt.xs: calls methods and reads tapes as it does, but makes text
 * of them instead of Perl values. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "xsub.h"

size_t double_size_of_value(void) { return sizeof(xsub_value); }
size_t double_size_of_param(void) { return sizeof(xsub_param); }
size_t double_size_of_node(void) { return sizeof(xsub_node); }
size_t double_size_of_outcome(void) { return sizeof(xsub_outcome); }
size_t double_size_of_sub(void) { return sizeof(xsub); }
size_t double_size_of_class(void) { return sizeof(xsub_class); }

static char *render(char *to, char *end, const xsub_node **cursor);

/* The values of an array, the keys and values of a hash. */
static char *render_items(char *to, char *end, const xsub_node **cursor, const xsub_node *of)
{
    bool hash = of->tag == XSUB_NODE_HASH;
    size_t i;

    *to++ = hash ? '{' : '[';
    for (i = 0; i < of->len; i++) {
        if (i)
            *to++ = ' ';
        to = render(to, end, cursor);
        if (hash) {
            *to++ = ':';
            to = render(to, end, cursor);
        }
    }
    *to++ = hash ? '}' : ']';
    return to;
}

static char *render(char *to, char *end, const xsub_node **cursor)
{
    const xsub_node *node = (*cursor)++;

    switch (node->tag) {
    case XSUB_NODE_INT:
        return to + snprintf(to, end - to, "%" PRId64, node->as.i);
    case XSUB_NODE_UINT:
        return to + snprintf(to, end - to, "%" PRIu64, node->as.u);
    case XSUB_NODE_FLOAT:
        return to + snprintf(to, end - to, "%g", node->as.f);
    case XSUB_NODE_BYTES:
    case XSUB_NODE_OWNED:
    case XSUB_NODE_KEY:
        return to + snprintf(to, end - to, "'%.*s'", (int)node->len, node->as.bytes);
    case XSUB_NODE_HANDLE:
        return to + snprintf(to, end - to, "handle %u", node->detail);
    case XSUB_NODE_ARRAY:
    case XSUB_NODE_HASH:
        return render_items(to, end, cursor, node);
    case XSUB_NODE_REF:
        *to++ = '\\';
        return render(to, end, cursor);
    case XSUB_NODE_ASSIGN:
        to += snprintf(to, end - to, "%u=", node->detail);
        return render(to, end, cursor);
    case XSUB_NODE_FIELD:
    case XSUB_NODE_FIELDS:
        return to + snprintf(to, end - to, "%s:%u%s", node->as.bytes, node->detail,
                             node->tag == XSUB_NODE_FIELDS ? "*" : "");
    default:
        return to + snprintf(to, end - to, "undef");
    }
}

/* Calls a method and writes what came of it to text. Takes over `take` of the handles. */
void double_call(const xsub *sub, const xsub_value *args, bool schema, size_t take, char *text,
                 size_t size)
{
    xsub_outcome outcome;
    const xsub_node *cursor;
    char *to = text, *end = text + size;
    size_t i;

    memset(&outcome, 0xff, sizeof(outcome));
    (schema ? sub->schema : sub->call)(args, &outcome);
    if (outcome.status == XSUB_THROW)
        to += snprintf(to, size, "throw %d %d %d ", outcome.level, outcome.code, outcome.domain);
    if (outcome.status == XSUB_DIE)
        to += snprintf(to, size, "die ");
    for (cursor = outcome.nodes; cursor < outcome.nodes + outcome.count;) {
        if (cursor != outcome.nodes)
            *to++ = ' ';
        to = render(to, end, &cursor);
    }
    *to = '\0';
    for (i = 0; i < outcome.count && take; i++)
        if (outcome.nodes[i].tag == XSUB_NODE_HANDLE) {
            outcome.nodes[i].tag = XSUB_NODE_UNDEF;
            take--;
        }
    xsub_outcome_drop(&outcome);
    xsub_outcome_drop(&outcome); /* must be harmless */
}
