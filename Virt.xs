/* Virt.xs: the shim between Perl and the Rust archive.
 *
 * One XSUB, dispatch(), serves every method; what it calls hangs on the CV. No
 * Perl API call is made with a Rust frame below it: decode and encode run
 * before and after the call, and may croak.
 */
#define PERL_NO_GET_CONTEXT
#include "EXTERN.h"
#include "perl.h"
#include "XSUB.h"

#include <pthread.h>

#include "xsub.h"

/* VIR_ERR_ERROR, for errors that the shim itself throws. */
#define VIR_ERR_ERROR 2

#define MAX_ARGS 12
#define MAX_CLASSES 16

/* The archive's tables: constant once the module is loaded. */
static const xsub_module *module;

/* How often this process was forked from the one that loaded us. */
static unsigned generation;

static void count_fork(void) { generation++; }

#define MY_CXT_KEY "Sys::Virt::_guts" XS_VERSION
typedef struct {
    HV *stash[MAX_CLASSES];
    HV *error_stash;
} my_cxt_t;
START_MY_CXT

static void cache_stashes(pTHX_ my_cxt_t *cxt)
{
    size_t row;

    for (row = 0; row < module->class_count; row++)
        cxt->stash[row] = (HV *)SvREFCNT_inc(gv_stashpv(module->classes[row].package, GV_ADD));
    cxt->error_stash = (HV *)SvREFCNT_inc(gv_stashpvs("Sys::Virt::Error", GV_ADD));
}

/* ---- exceptions -------------------------------------------------------------- */

static void throw_error(pTHX_ int level, int code, int domain, SV *message)
    __attribute__((noreturn));

/* Dies with a Sys::Virt::Error; takes over message. */
static void throw_error(pTHX_ int level, int code, int domain, SV *message)
{
    dMY_CXT;
    HV *error = newHV();
    SV *reference = sv_2mortal(newRV_noinc((SV *)error));

    (void)hv_stores(error, "level", newSViv(level));
    (void)hv_stores(error, "code", newSViv(code));
    (void)hv_stores(error, "domain", newSViv(domain));
    (void)hv_stores(error, "message", message);
    sv_bless(reference, MY_CXT.error_stash);
    croak_sv(reference);
}

/* ---- handles ----------------------------------------------------------------- */

/* A handle is a blessed scalar that shows the native pointer as its integer. Its
 * magic is what counts: mg_ptr is the pointer, NULL once released; mg_private the
 * row of its class; mg_len the fork it was made in, below what Perl interprets. */
typedef MAGIC object_magic;

#define LEN_OF_GENERATION(n) (-(SSize_t)(n) - 100)

static void object_release(pTHX_ SV *object, object_magic *magic)
{
    void *native = magic->mg_ptr;

    if (!native)
        return;
    magic->mg_ptr = NULL;
    if (object)
        SvIV_set(object, 0);
    /* In a forked child the connection is the parent's: nothing may be sent on it. */
    if (magic->mg_len == LEN_OF_GENERATION(generation))
        module->classes[magic->mg_private].free(native);
}

static int object_magic_free(pTHX_ SV *object, MAGIC *magic)
{
    PERL_UNUSED_ARG(object);
    object_release(aTHX_ NULL, magic);
    return 0;
}

#ifdef USE_ITHREADS
static int object_magic_dup(pTHX_ MAGIC *magic, CLONE_PARAMS *params)
{
    PERL_UNUSED_ARG(params);
    if (magic->mg_ptr && magic->mg_len == LEN_OF_GENERATION(generation))
        module->classes[magic->mg_private].ref(magic->mg_ptr);
    return 0;
}
#else
#define object_magic_dup NULL
#endif

static const MGVTBL object_vtbl = {
    NULL, NULL, NULL, NULL, object_magic_free, NULL, object_magic_dup, NULL
};

/* A new handle; takes over the reference to the native object. */
static SV *object_new(pTHX_ unsigned row, void *native)
{
    dMY_CXT;
    SV *object = newSV_type(SVt_PVMG);
    MAGIC *magic = sv_magicext(object, NULL, PERL_MAGIC_ext, &object_vtbl, (char *)native, 0);

    magic->mg_private = row;
    magic->mg_len = LEN_OF_GENERATION(generation);
    magic->mg_flags |= MGf_DUP;
    SvIV_set(object, PTR2IV(native));
    SvIOK_on(object);
    return sv_bless(newRV_noinc(object), MY_CXT.stash[row]);
}

static bool is_object(SV *sv)
{
    return SvROK(sv) && SvOBJECT(SvRV(sv)) && SvTYPE(SvRV(sv)) == SVt_PVMG;
}

/* The magic of a handle; NULL for anything else. */
static object_magic *object_magic_of(SV *sv)
{
    MAGIC *magic;

    if (!is_object(sv))
        return NULL;
    for (magic = SvMAGIC(SvRV(sv)); magic; magic = magic->mg_moremagic)
        if (magic->mg_virtual == &object_vtbl)
            return magic;
    return NULL;
}

/* ---- decode: Perl stack -> xsub_value[] ---------------------------------------- */

typedef struct {
    const xsub *sub;
    xsub_value *values;
    I32 ax;    /* where the arguments start on the stack */
    I32 items; /* how many there are */
    bool careful; /* Perl code may have run since the call began */
    SSize_t element; /* of the list that is being decoded; -1 outside */
} decoder;

#define ARGUMENT(d, i) PL_stack_base[(d)->ax + (i)]

static bool decode_value(pTHX_ decoder *d, const xsub_type *type, const char *name, SV *sv,
                         xsub_value *value);

/* Memory until the statement ends. */
static void *mortal_buffer(pTHX_ size_t size)
{
    return SvPVX(sv_2mortal(newSV(size + 1)));
}

static const char *mortal_copy(pTHX_ const char *bytes, size_t len)
{
    return SvPVX_const(newSVpvn_flags(bytes, len, SVs_TEMP));
}

/* An argument's name, with the element of it that is being decoded. */
static const char *argument_name(pTHX_ const decoder *d, const char *name)
{
    if (d->element < 0)
        return name;
    return SvPVX(sv_2mortal(newSVpvf("%s[%ld]", name, (long)d->element)));
}

/* Perl code is about to run. It could change or free what was decoded so far: so
 * strings become copies, the arguments are kept alive, and handles are looked at
 * once more in the end. */
static void perl_may_run(pTHX_ decoder *d)
{
    I32 i;

    if (d->careful)
        return;
    d->careful = true;
    for (i = 0; i < d->items; i++) {
        SV *sv = ARGUMENT(d, i);

        sv_2mortal(SvREFCNT_inc_simple_NN(sv));
        if (SvROK(sv))
            sv_2mortal(SvREFCNT_inc_simple_NN(SvRV(sv)));
    }
    for (i = 0; i < d->sub->count; i++) {
        int kind = d->sub->parameters[i].type.kind;
        xsub_value *value = &d->values[i];

        if ((kind == XSUB_KIND_STRING || kind == XSUB_KIND_BYTES) && value->as.bytes)
            value->as.bytes = mortal_copy(aTHX_ value->as.bytes, value->len);
    }
}

static void invalid_handle(pTHX_ const decoder *d, unsigned row, const char *name, SV *sv,
                           const object_magic *magic) __attribute__((noreturn));

static void invalid_handle(pTHX_ const decoder *d, unsigned row, const char *name, SV *sv,
                           const object_magic *magic)
{
    const xsub_class *class = &module->classes[row];
    SV *message = newSVpvf("invalid %s pointer in %s: %s ", class->noun, d->sub->name,
                           argument_name(aTHX_ d, name));

    if (!magic)
        sv_catpvf(message, "is a %s that libvirt did not make", sv_reftype(SvRV(sv), TRUE));
    else if (magic->mg_private != row)
        sv_catpvf(message, "is a %s", module->classes[magic->mg_private].noun);
    else if (!magic->mg_ptr)
        sv_catpvs(message, "was released already");
    else if (magic->mg_len != LEN_OF_GENERATION(generation))
        sv_catpvs(message, "belongs to the parent process; a forked child needs a connection of its own");
    else
        sv_catpvs(message, "was overwritten");
    throw_error(aTHX_ VIR_ERR_ERROR, class->invalid_code, class->error_domain, message);
}

/* False where there is no object at all: that is only warned of. */
static bool decode_handle(pTHX_ decoder *d, const xsub_type *type, const char *name, SV *sv,
                          xsub_value *value)
{
    const object_magic *magic;

    if (SvGMAGICAL(sv)) {
        perl_may_run(aTHX_ d);
        sv = sv_mortalcopy(sv);
    }
    if (!is_object(sv)) {
        if (type->nullable && !SvROK(sv)) {
            value->as.native = NULL;
            return true;
        }
        warn("%s() -- %s is not a blessed SV reference", d->sub->name,
             argument_name(aTHX_ d, name));
        return false;
    }
    magic = object_magic_of(sv);
    if (!magic || magic->mg_private != type->class_row || !magic->mg_ptr
        || magic->mg_len != LEN_OF_GENERATION(generation)
        || SvIVX(SvRV(sv)) != PTR2IV(magic->mg_ptr))
        invalid_handle(aTHX_ d, type->class_row, name, sv, magic);
    value->as.native = magic->mg_ptr;
    return true;
}

static void decode_number(pTHX_ decoder *d, int kind, SV *sv, xsub_value *value)
{
    /* The usual case: an integer. Its bits are the same, signed or not. */
    if (SvIOK(sv) && !SvGMAGICAL(sv) && kind <= XSUB_KIND_U64) {
        value->as.i = SvIVX(sv);
        return;
    }
    perl_may_run(aTHX_ d);
    SvGETMAGIC(sv);
    switch (kind) {
    case XSUB_KIND_I32:
    case XSUB_KIND_I64:
        value->as.i = SvIV_nomg(sv);
        break;
    case XSUB_KIND_F64:
        value->as.f = SvNV_nomg(sv);
        break;
    case XSUB_KIND_BOOL:
        value->as.i = SvTRUE_nomg(sv);
        break;
    default:
        value->as.u = SvUV_nomg(sv);
    }
}

static void decode_bytes(pTHX_ decoder *d, bool nullable, SV *sv, xsub_value *value)
{
    STRLEN len;
    const char *bytes;

    /* The usual case: the string's own buffer. */
    if (SvPOK(sv) && !SvGMAGICAL(sv) && !d->careful) {
        value->as.bytes = SvPVX_const(sv);
        value->len = SvCUR(sv);
        return;
    }
    perl_may_run(aTHX_ d);
    SvGETMAGIC(sv);
    if (nullable && !SvOK(sv)) {
        value->as.bytes = NULL;
        return;
    }
    bytes = SvPV_nomg_const(sv, len);
    value->as.bytes = mortal_copy(aTHX_ bytes, len);
    value->len = len;
}

static AV *decode_array(pTHX_ decoder *d, const char *name, SV *sv)
{
    perl_may_run(aTHX_ d);
    SvGETMAGIC(sv);
    if (!SvROK(sv) || SvTYPE(SvRV(sv)) != SVt_PVAV)
        croak("%s: %s is not an ARRAY reference", d->sub->name, argument_name(aTHX_ d, name));
    return (AV *)sv_2mortal(SvREFCNT_inc_simple_NN(SvRV(sv)));
}

/* An element of a list; what is missing is like undef. */
static SV *list_element(pTHX_ AV *array, size_t index)
{
    SV **element = av_fetch(array, index, FALSE);

    return element && *element ? sv_mortalcopy(*element) : &PL_sv_undef;
}

static bool decode_list(pTHX_ decoder *d, const xsub_type *of, const char *name, SV *sv,
                        xsub_value *value)
{
    AV *array = decode_array(aTHX_ d, name, sv);
    SSize_t count = av_len(array) + 1, outside = d->element, i;
    xsub_value *items = mortal_buffer(aTHX_ count * sizeof(*items));

    Zero(items, count, xsub_value);
    for (i = 0; i < count; i++) {
        d->element = i;
        if (!decode_value(aTHX_ d, of, name, list_element(aTHX_ array, i), &items[i]))
            return false;
    }
    d->element = outside;
    value->as.items = items;
    value->len = count;
    return true;
}

static bool decode_value(pTHX_ decoder *d, const xsub_type *type, const char *name, SV *sv,
                         xsub_value *value)
{
    switch (type->kind) {
    case XSUB_KIND_HANDLE:
        return decode_handle(aTHX_ d, type, name, sv, value);
    case XSUB_KIND_STRING:
    case XSUB_KIND_BYTES:
        decode_bytes(aTHX_ d, type->nullable, sv, value);
        return true;
    case XSUB_KIND_LIST:
        if (type->nullable) {
            SvGETMAGIC(sv);
            if (!SvOK(sv))
                return true;
        }
        return decode_list(aTHX_ d, type->of, name, sv, value);
    case XSUB_KIND_IGNORED:
    case XSUB_KIND_PARAMS: /* when its schema is known */
    case XSUB_KIND_PARAMS_OR_FLAGS:
        return true;
    default:
        decode_number(aTHX_ d, type->kind, sv, value);
        return true;
    }
}

typedef struct {
    xsub_param *params;
    size_t count, capacity;
} param_list;

static void decode_param(pTHX_ decoder *d, param_list *list, const xsub_node *field, SV *sv)
{
    xsub_type type = { 0 };
    xsub_param *param;

    if (list->count == list->capacity) {
        size_t capacity = 2 * list->capacity + 8;
        xsub_param *params = mortal_buffer(aTHX_ capacity * sizeof(*params));

        if (list->count)
            Copy(list->params, params, list->count, xsub_param);
        list->params = params;
        list->capacity = capacity;
    }
    param = &list->params[list->count];
    Zero(param, 1, xsub_param);
    type.kind = field->detail;
    param->name = mortal_copy(aTHX_ field->as.bytes, field->len);
    param->kind = field->detail;
    decode_value(aTHX_ d, &type, param->name, sv, &param->value);
    list->count++;
}

/* Reads the fields that the schema has; others are ignored. */
static void decode_params(pTHX_ decoder *d, const char *name, const xsub_outcome *schema, SV *sv,
                          xsub_value *value)
{
    param_list list = { NULL, 0, 0 };
    HV *hash;
    size_t i, k;

    if (!SvROK(sv) || SvTYPE(SvRV(sv)) != SVt_PVHV)
        croak("%s: %s is not a HASH reference", d->sub->name, name);
    hash = (HV *)sv_2mortal(SvREFCNT_inc_simple_NN(SvRV(sv)));
    for (i = 0; i < schema->count; i++) {
        const xsub_node *field = &schema->nodes[i];
        SV **entry = hv_fetch(hash, field->as.bytes, (I32)field->len, FALSE);
        SV *element;

        if (!entry || !*entry)
            continue;
        /* A tied hash gives an entry for every key, there or not. */
        if (SvRMAGICAL(hash) && !hv_exists(hash, field->as.bytes, (I32)field->len))
            continue;
        element = sv_mortalcopy(*entry);
        if (field->tag == XSUB_NODE_FIELDS && SvROK(element)) {
            AV *array = decode_array(aTHX_ d, field->as.bytes, element);
            size_t count = av_len(array) + 1;

            for (k = 0; k < count; k++)
                decode_param(aTHX_ d, &list, field, list_element(aTHX_ array, k));
        } else {
            decode_param(aTHX_ d, &list, field, element);
        }
    }
    value->as.params = list.params ? list.params : mortal_buffer(aTHX_ sizeof(xsub_param));
    value->len = list.count;
}

static void drop_outcome(pTHX_ void *outcome)
{
    PERL_UNUSED_CONTEXT;
    xsub_outcome_drop(outcome);
}

static void throw_outcome(pTHX_ const xsub *sub, xsub_outcome *outcome) __attribute__((noreturn));

static void throw_outcome(pTHX_ const xsub *sub, xsub_outcome *outcome)
{
    SV *message = newSVpvn(outcome->nodes[0].as.bytes, outcome->nodes[0].len);
    bool plain = outcome->status == XSUB_DIE;

    xsub_outcome_drop(outcome);
    if (plain)
        croak("%s: %" SVf, sub->name, SVfARG(sv_2mortal(message)));
    throw_error(aTHX_ outcome->level, outcome->code, outcome->domain, message);
}

/* Asks what fields a hash may have, and reads it. */
static void decode_by_schema(pTHX_ decoder *d, I32 index)
{
    const xsub_parameter *parameter = &d->sub->parameters[index];
    xsub_value *value = &d->values[index];
    SV *sv = index < d->items ? ARGUMENT(d, index) : &PL_sv_undef;
    xsub_outcome schema;

    perl_may_run(aTHX_ d);
    SvGETMAGIC(sv);
    if (parameter->type.nullable && !SvOK(sv))
        return;
    if (parameter->type.kind == XSUB_KIND_PARAMS_OR_FLAGS && !SvROK(sv)) {
        value->as.u = SvUV_nomg(sv);
        value->len = XSUB_IS_FLAGS;
        return;
    }
    d->sub->schema(d->values, &schema);
    if (schema.status != XSUB_RETURN)
        throw_outcome(aTHX_ d->sub, &schema);
    ENTER;
    SAVEDESTRUCTOR_X(drop_outcome, &schema);
    decode_params(aTHX_ d, parameter->name, &schema, sv, value);
    LEAVE;
}

/* Perl code may have released what the handles stood for. */
static bool decode_handles_again(pTHX_ decoder *d)
{
    I32 i;

    for (i = 0; i < d->items && i < d->sub->count; i++) {
        const xsub_parameter *parameter = &d->sub->parameters[i];
        bool of_handles = parameter->type.kind == XSUB_KIND_HANDLE
            || (parameter->type.kind == XSUB_KIND_LIST && d->values[i].as.items
                && parameter->type.of->kind == XSUB_KIND_HANDLE);

        if (of_handles && !decode_value(aTHX_ d, &parameter->type, parameter->name,
                                        ARGUMENT(d, i), &d->values[i]))
            return false;
    }
    return true;
}

/* False where the call must not be made and returns undef. */
static bool decode(pTHX_ decoder *d)
{
    const xsub *sub = d->sub;
    I32 i;

    Zero(d->values, sub->count, xsub_value);
    for (i = 0; i < sub->count; i++) {
        const xsub_parameter *parameter = &sub->parameters[i];

        if (i >= d->items)
            d->values[i].as.i = parameter->default_number;
        else if (!decode_value(aTHX_ d, &parameter->type, parameter->name, ARGUMENT(d, i),
                               &d->values[i]))
            return false;
    }
    for (i = 0; sub->schema && i < sub->count; i++)
        if (sub->parameters[i].type.kind >= XSUB_KIND_PARAMS)
            decode_by_schema(aTHX_ d, i);
    return !d->careful || decode_handles_again(aTHX_ d);
}

static void croak_arguments(pTHX_ const xsub *sub) __attribute__((noreturn));

static void croak_arguments(pTHX_ const xsub *sub)
{
    SV *text = newSVpvn_flags("", 0, SVs_TEMP);
    int i;

    if (sub->usage)
        sv_catpv(text, sub->usage);
    for (i = 0; !sub->usage && i < sub->count; i++) {
        const xsub_parameter *parameter = &sub->parameters[i];

        sv_catpvf(text, "%s%s", i ? ", " : "", parameter->name);
        if (parameter->default_text)
            sv_catpvf(text, "=%s", parameter->default_text);
    }
    croak("Usage: %s(%" SVf ")", sub->name, SVfARG(text));
}

/* ---- encode: xsub_outcome -> Perl stack ----------------------------------------- */

/* Strings up to here are returned in the operator's own scalar. */
#define MAX_TARG_LEN 1024

/* Makes the value at *cursor, and moves on to the next. What is taken over from the
 * outcome becomes UNDEF there. */
static SV *encode_value(pTHX_ xsub_node **cursor)
{
    xsub_node *node = (*cursor)++;
    size_t i;

    switch (node->tag) {
    case XSUB_NODE_INT:
        return newSViv(node->as.i);
    case XSUB_NODE_UINT:
        return newSVuv(node->as.u);
    case XSUB_NODE_FLOAT:
        return newSVnv(node->as.f);
    case XSUB_NODE_BYTES:
    case XSUB_NODE_OWNED:
        return newSVpvn(node->as.bytes, node->len);
    case XSUB_NODE_HANDLE:
        node->tag = XSUB_NODE_UNDEF;
        return object_new(aTHX_ node->detail, node->as.native);
    case XSUB_NODE_ARRAY: {
        AV *array = newAV();

        if (node->len)
            av_extend(array, node->len - 1);
        for (i = 0; i < node->len; i++)
            av_push(array, encode_value(aTHX_ cursor));
        return newRV_noinc((SV *)array);
    }
    case XSUB_NODE_HASH: {
        HV *hash = newHV();

        for (i = 0; i < node->len; i++) {
            xsub_node *key = (*cursor)++;

            (void)hv_store(hash, key->as.bytes, (I32)key->len, encode_value(aTHX_ cursor), 0);
        }
        return newRV_noinc((SV *)hash);
    }
    case XSUB_NODE_REF:
        return newRV_noinc(encode_value(aTHX_ cursor));
    default:
        return newSV(0);
    }
}

/* Where the value at node ends. */
static xsub_node *after_value(xsub_node *node)
{
    size_t left = 1;

    for (; left; node++) {
        left--;
        switch (node->tag) {
        case XSUB_NODE_ARRAY:
            left += node->len;
            break;
        case XSUB_NODE_HASH:
            left += 2 * node->len;
            break;
        case XSUB_NODE_REF:
            left++;
            break;
        }
    }
    return node;
}

/* Writes values into arguments of the caller's. */
static xsub_node *encode_assignments(pTHX_ I32 ax, xsub_node *node, xsub_node *end)
{
    while (node < end && node->tag == XSUB_NODE_ASSIGN) {
        SV *argument = PL_stack_base[ax + node->detail];

        node++;
        sv_setsv_mg(argument, sv_2mortal(encode_value(aTHX_ &node)));
    }
    return node;
}

/* Returns any outcome; gives how many values are on the stack. */
static int encode(pTHX_ I32 ax, xsub_outcome *outcome)
{
    xsub_node *end = outcome->nodes + outcome->count, *node;
    int count = 0;

    ENTER;
    SAVEDESTRUCTOR_X(drop_outcome, outcome);
    node = encode_assignments(aTHX_ ax, outcome->nodes, end);
    if (GIMME_V == G_ARRAY) {
        SV **sp = PL_stack_base + ax - 1;

        EXTEND(sp, end - node);
        while (node < end)
            PL_stack_base[ax + count++] = sv_2mortal(encode_value(aTHX_ &node));
    } else if (node < end) {
        xsub_node *next;

        /* In scalar context a list is its last value. */
        while ((next = after_value(node)) < end)
            node = next;
        PL_stack_base[ax + count++] = sv_2mortal(encode_value(aTHX_ &node));
    }
    LEAVE;
    return count;
}

/* ---- the XSUBs ------------------------------------------------------------------ */

XS_INTERNAL(dispatch)
{
    dXSARGS;
    dXSTARG;
    const xsub *sub = XSANY.any_ptr;
    xsub_value values[MAX_ARGS];
    decoder d = { sub, values, ax, items, false, -1 };
    xsub_outcome outcome;
    const xsub_node *node;

    if (items < sub->required || items > sub->count)
        croak_arguments(aTHX_ sub);
    if (!decode(aTHX_ &d))
        XSRETURN_UNDEF;

    sub->call(values, &outcome);

    if (outcome.status != XSUB_RETURN)
        throw_outcome(aTHX_ sub, &outcome);
    if (outcome.count == 0)
        XSRETURN_EMPTY;
    node = outcome.nodes;
    if (outcome.count > 1 || outcome.owner || node->len > MAX_TARG_LEN)
        XSRETURN(encode(aTHX_ ax, &outcome));

    /* The usual case: one plain value. */
    if (items == 0) {
        SV **sp = PL_stack_base + ax - 1;

        EXTEND(sp, 1);
    }
    ST(0) = TARG;
    switch (node->tag) {
    case XSUB_NODE_INT:
        sv_setiv_mg(TARG, node->as.i);
        break;
    case XSUB_NODE_UINT:
        sv_setuv_mg(TARG, node->as.u);
        break;
    case XSUB_NODE_FLOAT:
        sv_setnv_mg(TARG, node->as.f);
        break;
    case XSUB_NODE_BYTES:
        sv_setpvn_mg(TARG, node->as.bytes, node->len);
        break;
    case XSUB_NODE_OWNED:
        sv_setpvn_mg(TARG, node->as.bytes, node->len);
        xsub_outcome_drop(&outcome);
        break;
    case XSUB_NODE_HANDLE:
        ST(0) = sv_2mortal(object_new(aTHX_ node->detail, node->as.native));
        break;
    default:
        XSRETURN(encode(aTHX_ ax, &outcome));
    }
    XSRETURN(1);
}

XS_INTERNAL(destroy)
{
    dXSARGS;
    const xsub_class *class = &module->classes[XSANY.any_i32];
    object_magic *magic;

    if (items != 1)
        croak("Usage: %s::DESTROY(%s)", class->package, class->destroy_argument);
    magic = object_magic_of(ST(0));
    if (magic)
        object_release(aTHX_ SvRV(ST(0)), magic);
    else if (!is_object(ST(0)))
        warn("%s::DESTROY() -- %s is not a blessed SV reference", class->package,
             class->destroy_argument);
    XSRETURN_EMPTY;
}

/* ---- installing the tables --------------------------------------------------------- */

static void install_method(pTHX_ const xsub *sub)
{
    char prototype[MAX_ARGS + 2];
    char *end = prototype;
    int i;
    CV *cv;

    for (i = 0; i < sub->count; i++) {
        if (i == sub->required && sub->parameters[i].default_text)
            *end++ = ';';
        *end++ = '$';
    }
    *end = '\0';
    cv = newXS_flags(sub->name, dispatch, __FILE__, prototype, 0);
    CvXSUBANY(cv).any_ptr = (void *)sub;
}

static void install_destroy(pTHX_ size_t row)
{
    SV *name = sv_2mortal(newSVpvf("%s::DESTROY", module->classes[row].package));
    CV *cv = newXS_flags(SvPVX(name), destroy, __FILE__, "$", 0);

    CvXSUBANY(cv).any_i32 = (I32)row;
}

/* A proxy constant: the stash holds a reference to the value until somebody wants a sub. */
static void install_constant(pTHX_ HV *stash, const xsub_constant *constant)
{
    xsub_node node = constant->value, *cursor = &node;
    SV *value = encode_value(aTHX_ &cursor);
    SV **entry = hv_fetch(stash, constant->name, (I32)strlen(constant->name), TRUE);

    SvREADONLY_on(value);
    if (SvTYPE(*entry) == SVt_NULL) {
        SvUPGRADE(*entry, SVt_IV);
        SvRV_set(*entry, value);
        SvROK_on(*entry);
    } else {
        newCONSTSUB(stash, constant->name, value);
    }
}

static void install_constants(pTHX)
{
    size_t i = 0;

    while (i < module->constant_count) {
        const char *package = module->constants[i].package;
        HV *stash = gv_stashpv(package, GV_ADD);

        for (; i < module->constant_count && strEQ(module->constants[i].package, package); i++)
            install_constant(aTHX_ stash, &module->constants[i]);
        mro_method_changed_in(stash);
    }
}

static void install(pTHX)
{
    size_t t, i;

    for (t = 0; t < module->table_count; t++)
        for (i = 0; i < module->tables[t].count; i++)
            install_method(aTHX_ &module->tables[t].items[i]);
    for (i = 0; i < module->class_count; i++)
        install_destroy(aTHX_ i);
    install_constants(aTHX);
}

static void initialise_process(pTHX)
{
    xsub_outcome outcome;

    if (module)
        return;
    module = sys_virt_boot(&outcome);
    if (!module)
        croak("libvirt cannot be initialised: %s", outcome.nodes[0].as.bytes);
    pthread_atfork(NULL, NULL, count_fork);
}

MODULE = Sys::Virt  PACKAGE = Sys::Virt::XSUB

PROTOTYPES: DISABLE

BOOT:
{
    initialise_process(aTHX);
    {
        MY_CXT_INIT;
        cache_stashes(aTHX_ &MY_CXT);
    }
    install(aTHX);
}

#ifdef USE_ITHREADS

void
CLONE(...)
    CODE:
    {
        MY_CXT_CLONE;
        cache_stashes(aTHX_ &MY_CXT);
        PERL_UNUSED_VAR(items);
    }

#endif
