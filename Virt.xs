/* Virt.xs: the shim between Perl and the Rust archive.
 *
 * One XSUB, dispatch(), serves every sub, and method() those that take arguments as
 * Perl code does; what they call hangs on the CV. No Perl API call is made with a
 * Rust frame below it: decode and encode run before and after the call, and may croak.
 */
#define PERL_NO_GET_CONTEXT
#include "EXTERN.h"
#include "perl.h"
#include "XSUB.h"

#include <pthread.h>

#include "xsub.h"

/* For errors that the shim itself throws. */
#define VIR_ERR_ERROR 2
#define VIR_ERR_NO_MEMORY 2

#define MAX_ARGS 12
#define MAX_CLASSES 16

/* Below this, nobody looks whether there is memory. */
#define PROBED_SIZE (64 * 1024)

/* How many elements a list may have: far more than libvirt takes. */
#define MAX_ELEMENTS (16 * 1024 * 1024)

/* How many callbacks may run inside each other: each takes some KiB of C's stack. */
#define MAX_DEPTH 500

/* The archive's tables: constant once the module is loaded. */
static const xsub_module *module;

/* Counts how often this process was forked from the one that loaded us: downward, so that
 * it can be a magic's mg_len, below what Perl interprets. */
static SSize_t generation = -100;

static void count_fork(void) { generation--; }

/* Off the usual path, which stays short without it. */
#define SELDOM __attribute__((noinline))

typedef struct call call;
typedef struct callback callback;
typedef struct upcall_state upcall_state;

/* The interpreter that runs here, to compare with; NULL on a thread without one. */
#ifdef MULTIPLICITY
#define INTERPRETER aTHX
#else
#define INTERPRETER PL_curinterp
#endif

/* A hash with the same keys as many others: see new_hash(). */
typedef struct {
    HV *hash;         /* the keys, without values */
    size_t count;     /* of them; 0: no template */
    SV *memory;       /* of the arrays */
    HEK **keys;       /* in our order */
    U8 *places;       /* the place in our order of Perl's first entry, second, ... */
} hash_template;

#define TEMPLATES 64

#define MY_CXT_KEY "Sys::Virt::_guts" XS_VERSION
typedef struct {
    PerlInterpreter *owner;
    HV *stash[MAX_CLASSES];
    GV *destroy[MAX_CLASSES]; /* where DESTROY of these classes is found */
    destroyable_proc_t next_destroyable; /* whom else to ask */
    HV *error_stash;
    CV *take_answer;
    upcall_state *answered; /* whose answer it takes */
    SV *errsv;      /* for the next callback's $@; or NULL */
    call *calls;    /* those in progress that may call back, innermost first */
    bool locked;    /* libvirt has called the event implementation, and may hold locks */
    callback *callbacks;
    MAGIC *spare_magic; /* of handles that are gone, for the next ones */
    hash_template error;
    hash_template templates[TEMPLATES];
} my_cxt_t;
START_MY_CXT

XS_INTERNAL(take_answer);

/* Whether libvirt may call Perl at all: until then calls need not expect it. */
static bool callbacks_exist;

static void initialise_interpreter(pTHX_ my_cxt_t *cxt)
{
    size_t row;

    cxt->owner = INTERPRETER;
    for (row = 0; row < module->class_count; row++) {
        HV *stash = gv_stashpv(module->classes[row].package, GV_ADD);

        cxt->stash[row] = (HV *)SvREFCNT_inc(stash);
        cxt->destroy[row] = (GV *)SvREFCNT_inc(*hv_fetchs(stash, "DESTROY", TRUE));
    }
    cxt->error_stash = (HV *)SvREFCNT_inc(gv_stashpvs("Sys::Virt::Error", GV_ADD));
    cxt->take_answer = newXS(NULL, take_answer, __FILE__);
    cxt->answered = NULL;
    cxt->errsv = NULL;
    cxt->calls = NULL;
    cxt->locked = false;
    cxt->callbacks = NULL;
    cxt->spare_magic = NULL;
    Zero(&cxt->error, 1, hash_template);
    Zero(cxt->templates, TEMPLATES, hash_template);
}

/* ---- exceptions -------------------------------------------------------------- */

#define KEY(key) { XSUB_NODE_KEY, 0, sizeof(key) - 1, { .bytes = key } }

static void template_set(pTHX_ hash_template *t, const xsub_node *const *keys, size_t count);
static HV *template_fill(pTHX_ const hash_template *t, SV *const *values);

static void throw_error(pTHX_ int level, int code, int domain, SV *message)
    __attribute__((noreturn));

/* Dies with a Sys::Virt::Error; takes over message. */
static void throw_error(pTHX_ int level, int code, int domain, SV *message)
{
    static const xsub_node nodes[] = { KEY("level"), KEY("code"), KEY("domain"), KEY("message") };
    static const xsub_node *const keys[] = { &nodes[0], &nodes[1], &nodes[2], &nodes[3] };
    dMY_CXT;
    SV *values[] = { newSViv(level), newSViv(code), newSViv(domain), message };
    hash_template *t = &MY_CXT.error;
    SV *error;

    if (!t->count)
        template_set(aTHX_ t, keys, 4);
    error = sv_2mortal(newRV_noinc((SV *)template_fill(aTHX_ t, values)));
    croak_sv(sv_bless(error, MY_CXT.error_stash));
}

/* Whether there is room for so much: where there isn't, perl would end the process. */
static bool has_memory(size_t size)
{
    void *probe;

    if (size < PROBED_SIZE)
        return true;
    probe = malloc(size);
    free(probe);
    return probe != NULL;
}

static void throw_no_memory(pTHX) __attribute__((noreturn));

static void throw_no_memory(pTHX)
{
    throw_error(aTHX_ VIR_ERR_ERROR, VIR_ERR_NO_MEMORY, 0,
                newSVpvs("out of memory: there is too little for Perl's values"));
}

/* ---- calls that may call back ------------------------------------------------- */

/* A call in progress: what it uses must not be released under it, and what its
 * callbacks throw waits here until libvirt has returned; so does their exit. */
struct call {
    call *outer;
    const xsub *sub;
    const xsub_value *values;
    int depth;       /* how many there are around it */
    bool throws;     /* what a callback throws; elsewhere it is warned of, as in DESTROY */
    bool calls_back; /* a callback is running */
    bool exits;      /* Perl's stacks are unwound already */
    SV *exception;   /* the first one */
    struct late *late; /* released meanwhile */
};

struct late {
    struct late *next;
    unsigned row;
    void *native;
    const SV *object; /* not counted */
};

static void deregister_callbacks(pTHX_ const SV *object, void *native);

/* Something else than call_end() leaves the call: a signal's handler that dies at once. The
 * exit of a callback does not: it waits. */
static void call_unwound(pTHX_ void *unwound)
{
    dMY_CXT;
    const call *c = unwound;

    if (!c->calls_back)
        MY_CXT.calls = c->outer;
}

static void call_begin(pTHX_ call *c, const xsub *sub, const xsub_value *values, bool throws)
{
    dMY_CXT;

    c->outer = MY_CXT.calls;
    c->depth = c->outer ? c->outer->depth + 1 : 0;
    if (throws && c->depth > MAX_DEPTH)
        croak("more than %d callbacks of libvirt's are running inside each other", MAX_DEPTH);
    c->sub = sub;
    c->values = values;
    c->throws = throws;
    c->calls_back = false;
    c->exits = false;
    c->exception = NULL;
    c->late = NULL;
    ENTER;
    SAVEDESTRUCTOR_X(call_unwound, c);
    MY_CXT.calls = c;
}

/* True where call_throw() has something to throw. */
static bool call_end(pTHX_ call *c)
{
    dMY_CXT;
    struct late *late;

    while ((late = c->late)) {
        c->late = late->next;
        deregister_callbacks(aTHX_ late->object, late->native);
        module->classes[late->row].free(late->native);
        Safefree(late);
    }
    if (!c->exits)
        LEAVE;
    MY_CXT.calls = c->outer;
    return c->exits || c->exception;
}

/* Goes on with what the callbacks began. */
static void call_throw(pTHX_ const call *c)
{
    if (c->exception)
        sv_2mortal(c->exception);
    if (c->exits)
        my_exit(PL_statusvalue);
    if (c->exception)
        croak_sv(c->exception);
}

static bool takes_handle(const xsub *sub)
{
    return sub->count > 0 && sub->parameters[0].type.kind == XSUB_KIND_HANDLE;
}

static bool call_uses(const call *c, void *native)
{
    int i;

    for (i = 0; c->sub && i < c->sub->count; i++) {
        const xsub_type *type = &c->sub->parameters[i].type;
        const xsub_value *value = &c->values[i];
        size_t k;

        if (type->kind == XSUB_KIND_HANDLE && value->as.native == native)
            return true;
        if (type->kind == XSUB_KIND_LIST && type->of->kind == XSUB_KIND_HANDLE)
            for (k = 0; k < value->len; k++)
                if (value->as.items[k].as.native == native)
                    return true;
    }
    return false;
}

/* Puts off a release until no call uses the object, and libvirt holds no locks; false if
 * it can be now. */
static bool release_later(pTHX_ unsigned row, void *native, const SV *object)
{
    dMY_CXT;
    call *c, *user = NULL;
    struct late *late;

    for (c = MY_CXT.calls; c; c = c->outer)
        if (MY_CXT.locked || call_uses(c, native))
            user = c;
    if (!user)
        return MY_CXT.locked; /* after exit: rather lost than used afterwards */
    Newx(late, 1, struct late);
    late->next = user->late;
    late->row = row;
    late->native = native;
    late->object = object;
    user->late = late;
    return true;
}

/* libvirt would wait for ever for a lock that it holds itself. */
static void refuse_if_locked(pTHX_ const char *name)
{
    dMY_CXT;

    if (MY_CXT.locked)
        croak("%s: libvirt has called the event implementation, and may hold locks", name);
}

/* Whether somebody has to drop it. */
static bool owns(const xsub_outcome *outcome)
{
    return outcome->owns || outcome->owner || outcome->nodes != outcome->inline_nodes;
}

static void drop_outcome(pTHX_ void *outcome)
{
    call c;

    if (!callbacks_exist) {
        xsub_outcome_drop(outcome);
        return;
    }
    call_begin(aTHX_ &c, NULL, NULL, false);
    xsub_outcome_drop(outcome);
    call_end(aTHX_ &c);
    call_throw(aTHX_ &c);
}

/* ---- handles ----------------------------------------------------------------- */

/* A handle is a blessed scalar that shows the native pointer as its integer. Its
 * magic is what counts: mg_ptr is the pointer, NULL once released; mg_private the
 * row of its class; mg_len the generation it was made in. */
typedef MAGIC object_magic;

/* In mg_private: the reference to the native object is libvirt's, until its callback ends. */
#define LENT 0x8000

static unsigned object_row(const object_magic *magic) { return magic->mg_private & ~LENT; }

static void object_release(pTHX_ SV *object, object_magic *magic)
{
    void *native = magic->mg_ptr;
    unsigned row = object_row(magic);
    call c;

    if (!native)
        return;
    magic->mg_ptr = NULL;
    if (SvIOK(object))
        SvIV_set(object, 0);
    /* In a forked child the connection is the parent's: nothing may be sent on it. */
    if (magic->mg_len != generation || magic->mg_private & LENT)
        return;
    if (!callbacks_exist) {
        module->classes[row].free(native);
        return;
    }
    if (release_later(aTHX_ row, native, object))
        return;
    call_begin(aTHX_ &c, NULL, NULL, false);
    deregister_callbacks(aTHX_ object, native);
    module->classes[row].free(native);
    call_end(aTHX_ &c);
    call_throw(aTHX_ &c);
}

static int object_magic_free(pTHX_ SV *object, MAGIC *magic)
{
    object_release(aTHX_ object, magic);
    return 0;
}

#ifdef USE_ITHREADS
static int object_magic_dup(pTHX_ MAGIC *magic, CLONE_PARAMS *params)
{
    PERL_UNUSED_ARG(params);
    if (magic->mg_ptr && magic->mg_len == generation) {
        module->classes[object_row(magic)].ref(magic->mg_ptr);
        magic->mg_private &= ~LENT;
    }
    return 0;
}
#else
#define object_magic_dup NULL
#endif

static const MGVTBL object_vtbl = {
    NULL, NULL, NULL, NULL, object_magic_free, NULL, object_magic_dup, NULL
};

/* Magic is kept for the next handle, as Perl keeps its scalars: malloc() takes longer than
 * all else that a handle needs. */
static MAGIC *spare_magic_take(pTHX)
{
    dMY_CXT;
    MAGIC *magic = MY_CXT.spare_magic;

    if (magic)
        MY_CXT.spare_magic = magic->mg_moremagic;
    else
        Newx(magic, 1, MAGIC);
    return magic;
}

static void spare_magic_add(pTHX_ MAGIC *magic)
{
    dMY_CXT;

    if (PL_phase == PERL_PHASE_DESTRUCT) {
        Safefree(magic);
    } else {
        magic->mg_moremagic = MY_CXT.spare_magic;
        MY_CXT.spare_magic = magic;
    }
}

static void spare_magic_free(pTHX_ void *unused)
{
    dMY_CXT;

    PERL_UNUSED_ARG(unused);
    while (MY_CXT.spare_magic)
        Safefree(spare_magic_take(aTHX));
}

/* A new handle; takes over the reference to the native object, unless that is LENT. */
static SV *object_new(pTHX_ unsigned row, U16 lent, void *native)
{
    dMY_CXT;
    SV *object = newSV_type(SVt_PVMG);
    MAGIC *magic = spare_magic_take(aTHX);

    /* As sv_magicext(), less what other kinds of magic need. */
    *magic = (MAGIC){
        .mg_type = PERL_MAGIC_ext,
        .mg_flags = MGf_DUP,
        .mg_virtual = (MGVTBL *)&object_vtbl,
        .mg_private = row | lent,
        .mg_len = generation,
        .mg_ptr = (char *)native,
    };
    SvMAGIC_set(object, magic);
    SvIV_set(object, PTR2IV(native));
    SvIOK_on(object);
    return sv_bless(newRV_noinc(object), MY_CXT.stash[row]);
}

static bool is_object(const SV *sv)
{
    return SvROK(sv) && SvOBJECT(SvRV(sv)) && SvTYPE(SvRV(sv)) == SVt_PVMG;
}

/* The magic of a handle's scalar; NULL for any other. */
static object_magic *object_magic_of(const SV *object)
{
    MAGIC *magic;

    if (SvTYPE(object) != SVt_PVMG)
        return NULL;
    for (magic = SvMAGIC(object); magic; magic = magic->mg_moremagic)
        if (magic->mg_virtual == &object_vtbl)
            return magic;
    return NULL;
}

XS_INTERNAL(destroy);

/* Whether DESTROY would do nothing for this object but what its magic does anyway: that
 * is so unless it is of a subclass, or somebody replaced DESTROY. */
static bool magic_destroys(pTHX_ SV *object)
{
    dMY_CXT;
    const object_magic *magic = object_magic_of(object);
    unsigned row;
    const GV *gv;

    if (!magic)
        return false;
    row = object_row(magic);
    gv = MY_CXT.destroy[row];
    return SvSTASH(object) == MY_CXT.stash[row] && isGV_with_GP(gv) && GvCV(gv)
        && CvISXSUB(GvCV(gv)) && CvXSUB(GvCV(gv)) == destroy;
}

/* Perl asks this before it calls DESTROY, which costs more than all the rest. Where nothing
 * that is released can call back, it may be released here, which spares mg_free(). */
static bool destroyable(pTHX_ SV *object)
{
    dMY_CXT;

    if (!magic_destroys(aTHX_ object))
        return MY_CXT.next_destroyable(aTHX_ object);
    if (!callbacks_exist) {
        object_magic *magic = SvMAGIC(object);

        if (!magic->mg_moremagic) {
            object_release(aTHX_ object, magic);
            SvMAGIC_set(object, NULL);
            spare_magic_add(aTHX_ magic);
        }
    }
    return false;
}

/* The callback that the native object was lent to is over. Who kept the object gets a
 * reference of its own; mostly nobody did, and libvirt is spared two calls. A DESTROY in
 * Perl is not for now: libvirt has not returned yet. */
static void object_keep(pTHX_ SV *object)
{
    object_magic *magic = object_magic_of(object);
    bool dropped = SvREFCNT(object) == 1 && magic_destroys(aTHX_ object);

    if (magic && magic->mg_ptr && magic->mg_private & LENT) {
        if (dropped)
            magic->mg_ptr = NULL;
        else
            module->classes[object_row(magic)].ref(magic->mg_ptr);
        magic->mg_private &= ~LENT;
    }
    if (dropped)
        SvREFCNT_dec_NN(object);
    else
        sv_2mortal(object);
}

/* ---- callbacks ------------------------------------------------------------------- */

/* What Rust and libvirt count on, and what Perl runs. It belongs to one interpreter. */
struct callback {
    xsub_callback shared; /* first: a pointer to it is a pointer to the callback */
    SV *code;             /* a sub, or a copy of what is looked up when called: a name, an object */
    SV *first;            /* the caller's variable with the object it belongs to; or NULL */
    const SV *object;     /* that object; not counted */
    PerlInterpreter *owner;
    SSize_t generation;
    bool of_loop; /* a function of the event implementation */
    callback *next, **previous;
};

static bool is_sub(SV *code)
{
    return SvROK(code) && SvTYPE(SvRV(code)) == SVt_PVCV && !SvAMAGIC(code);
}

static callback *callback_new(pTHX_ SV *code, SV *first)
{
    dMY_CXT;
    callback *c;

    Newxz(c, 1, callback);
    c->shared.references = 1;
    c->code = is_sub(code) ? SvREFCNT_inc_simple_NN(SvRV(code)) : newSVsv(code);
    c->first = first && SvPADTMP(first) ? newSVsv(first) : SvREFCNT_inc(first);
    c->object = first && SvROK(first) ? SvRV(first) : NULL;
    c->owner = INTERPRETER;
    c->generation = generation;
    c->next = MY_CXT.callbacks;
    c->previous = &MY_CXT.callbacks;
    if (c->next)
        c->next->previous = &c->next;
    MY_CXT.callbacks = c;
    callbacks_exist = true;
    return c;
}

/* Gives back one count. libvirt does so too, and then perhaps on a thread, or in a process,
 * that the callback's interpreter is not in: there it stays. */
static void callback_drop(pTHX_ callback *c)
{
    if (--c->shared.references > 0)
        return;
    if (!INTERPRETER || c->owner != INTERPRETER || c->generation != generation)
        return;
    *c->previous = c->next;
    if (c->next)
        c->next->previous = c->previous;
    /* Later: what they hold may have a DESTROY, and libvirt may hold locks. */
    if (PL_phase != PERL_PHASE_DESTRUCT) {
        sv_2mortal(c->code);
        if (c->first)
            sv_2mortal(c->first);
    }
    Safefree(c);
}

/* For libvirt. */
static void callback_release(void *opaque)
{
    dTHX;

    callback_drop(aTHX_ opaque);
}

static int callback_magic_free(pTHX_ SV *sv, MAGIC *magic)
{
    PERL_UNUSED_ARG(sv);
    callback_drop(aTHX_ (callback *)magic->mg_ptr);
    return 0;
}

static const MGVTBL callback_vtbl = {
    NULL, NULL, NULL, NULL, callback_magic_free, NULL, NULL, NULL
};

/* A callback for the statement that is running, and for longer if it is registered. */
static callback *callback_mortal(pTHX_ SV *code, SV *first)
{
    SV *guard = sv_2mortal(newSV_type(SVt_PVMG));
    callback *c = callback_new(aTHX_ code, first);

    sv_magicext(guard, NULL, PERL_MAGIC_ext, &callback_vtbl, (char *)c, 0);
    return c;
}

/* The interpreter ends, and another one may get its address: libvirt keeps callbacks that
 * nobody can call any more. */
static void disown_callbacks(pTHX_ void *unused)
{
    dMY_CXT;
    callback *c;

    PERL_UNUSED_ARG(unused);
    for (c = MY_CXT.callbacks; c; c = c->next)
        c->owner = NULL;
    MY_CXT.callbacks = NULL;
}

/* The object goes: so do its registrations. */
static void deregister_callbacks(pTHX_ const SV *object, void *native)
{
    dMY_CXT;
    callback *c, *next;

    for (c = MY_CXT.callbacks; c; c = next) {
        next = c->next;
        if (c->object != object || c->shared.native != native
            || c->shared.registration == XSUB_REGISTERED_NOWHERE)
            continue;
        /* libvirt may free it at once, or in a later turn of the event loop. */
        c->shared.references++;
        module->deregister(&c->shared);
        c->shared.registration = XSUB_REGISTERED_NOWHERE;
        next = c->next;
        callback_drop(aTHX_ c);
    }
}

/* ---- upcalls ---------------------------------------------------------------------- */

static SV *encode_value(pTHX_ xsub_node **cursor);

/* How many bytes a source put into its buffer, and what they are. */
static void reply_buffer(pTHX_ xsub_upcall *u, SV *answer, SV *buffer)
{
    STRLEN len;
    const char *bytes;

    u->first = SvIV(answer);
    if (u->first <= 0)
        return;
    bytes = SvPV_const(buffer, len);
    if ((UV)u->first > len)
        croak("the stream's source says %" IVdf " bytes, but gave %" UVuf, (IV)u->first, (UV)len);
    if ((UV)u->first > u->size)
        u->first = u->size;
    Copy(bytes, u->buffer, u->first, char);
}

static void reply_credentials(pTHX_ xsub_upcall *u, SV *answer, AV *credentials)
{
    size_t i;

    u->first = SvOK(answer) ? SvIV(answer) : 0;
    for (i = 0; i < u->credential_count; i++) {
        SV **entry = av_fetch(credentials, i, FALSE), **result;
        const char *bytes;
        STRLEN len;

        if (!entry || !(SvGETMAGIC(*entry), SvROK(*entry)) || SvTYPE(SvRV(*entry)) != SVt_PVHV)
            continue;
        result = hv_fetchs((HV *)SvRV(*entry), "result", FALSE);
        if (!result || !(SvGETMAGIC(*result), SvOK(*result)))
            continue;
        sv_2mortal(SvREFCNT_inc_simple_NN(*result)); /* its text may come from Perl code */
        bytes = SvPV_nomg_const(*result, len);
        u->credentials[i].result = malloc(len + 1);
        if (!u->credentials[i].result)
            croak("no memory for a credential");
        Copy(bytes, u->credentials[i].result, len, char);
        u->credentials[i].result[len] = '\0';
        u->credentials[i].len = len;
    }
}

/* An upcall that runs. */
struct upcall_state {
    xsub_upcall *upcall;
    SV *argument; /* the first one, and what that refers to: the callback may assign to it */
    SV *referent;
    SV *lent;     /* the object that is lent to the callback, with a count of ours; or NULL */
};

/* Reads what the callback answered; the Perl code that this may run may die. */
XS_INTERNAL(take_answer)
{
    dXSARGS;
    dMY_CXT;
    const upcall_state *state = MY_CXT.answered;
    xsub_upcall *u = state->upcall;
    SV *answer = ST(items - 1);

    switch (u->reply) {
    case XSUB_REPLY_INT:
        u->first = SvOK(answer) ? SvIV(answer) : 0;
        break;
    case XSUB_REPLY_COUNT:
        if (!SvOK(answer))
            croak("the stream's sink returned undef instead of how many bytes it took");
        u->first = SvIV(answer);
        break;
    case XSUB_REPLY_PAIR:
        if (items != 2)
            croak("the stream's hole handler returned %d values instead of 2", (int)items);
        u->first = SvIV(ST(0));
        u->second = SvIV(ST(1));
        break;
    case XSUB_REPLY_BUFFER:
        reply_buffer(aTHX_ u, answer, state->argument);
        break;
    case XSUB_REPLY_CREDENTIALS:
        reply_credentials(aTHX_ u, answer, (AV *)state->referent);
        break;
    }
    u->failed = false;
    XSRETURN_EMPTY;
}

/* What call_sv() makes of $@ where nothing was thrown. */
static bool is_empty_string(const SV *sv)
{
    return SvPOK(sv) && !SvROK(sv) && !SvMAGICAL(sv) && SvCUR(sv) == 0;
}

/* Calls what may die, and keeps the first exception for the call that libvirt is in. Gives
 * how many values are on the stack; -1 where it died. */
static int call_caught(pTHX_ SV *code, I32 flags, call *c)
{
    int count = call_sv(code, flags | G_EVAL | (c->throws ? 0 : G_KEEPERR));

    /* Then $@ is not touched; but this is the undef that call_sv() gives where it died. */
    if (!c->throws)
        return count > 0 && *PL_stack_sp == &PL_sv_undef ? -1 : count;
    if (is_empty_string(ERRSV))
        return count;
    if (!c->exception) {
        c->exception = newSV(0);
        sv_setsv_nomg(c->exception, ERRSV);
    }
    return -1;
}

static void push_arguments(pTHX_ upcall_state *state, SV *first)
{
    dSP;
    const xsub_outcome *arguments = &state->upcall->arguments;
    xsub_node *node = arguments->nodes, *end = node + arguments->count;

    EXTEND(SP, end - node + 1);
    if (first) {
        PUSHs(sv_newmortal());
        sv_setsv_nomg(TOPs, first);
    }
    while (node < end) {
        bool lent = node->tag == XSUB_NODE_LENT;
        SV *value = sv_2mortal(encode_value(aTHX_ &node));

        PUSHs(value);
        if (lent)
            state->lent = SvREFCNT_inc_simple_NN(SvRV(value));
        if (state->argument)
            continue;
        state->argument = value;
        if (SvROK(value))
            state->referent = sv_2mortal(SvREFCNT_inc_simple_NN(SvRV(value)));
    }
    PUTBACK;
}

/* Runs the callback and takes its answer, on a stack of their own that none can jump out
 * of. */
static void run_callback(pTHX_ upcall_state *state)
{
    dMY_CXT;
    dSP;
    xsub_upcall *u = state->upcall;
    const callback *c = (callback *)u->callback;
    int count;

    PUSHSTACKi(PERLSI_UNKNOWN);
    ENTER;
    SAVETMPS;
    PUSHMARK(SP);
    push_arguments(aTHX_ state, c->first);
    count = call_caught(aTHX_ SvTYPE(c->code) == SVt_PVCV ? c->code : sv_mortalcopy(c->code),
                        u->reply == XSUB_REPLY_PAIR ? G_ARRAY : G_SCALAR, MY_CXT.calls);
    if (count >= 0 && u->reply != XSUB_REPLY_NOTHING) {
        PUSHMARK(PL_stack_sp - count);
        MY_CXT.answered = state;
        call_caught(aTHX_ (SV *)MY_CXT.take_answer, G_VOID | G_DISCARD | G_NODEBUG, MY_CXT.calls);
    }
    FREETMPS;
    LEAVE;
    POPSTACK;
}

/* False where exit left the callback: then Perl's stacks are unwound, while libvirt has not
 * returned yet. */
static bool run_until_exit(pTHX_ upcall_state *state)
{
    dJMPENV;
    int jumped;

    JMPENV_PUSH(jumped);
    if (jumped == 0)
        run_callback(aTHX_ state);
    JMPENV_POP;
    return jumped == 0;
}

/* Whether libvirt may hold locks while it calls the event implementation: only where that
 * was called by the program itself does it hold none. */
static bool may_be_locked(const call *c)
{
    return !c->sub || takes_handle(c->sub);
}

/* The caller's $@ may have any magic, and stays as it is: callbacks have another one. Gives
 * the one that was there. */
static SV *swap_errsv(pTHX_ SV *errsv)
{
    SV *previous = GvSV(PL_errgv);

    GvSV(PL_errgv) = errsv;
    return previous;
}

/* Runs an upcall, with what callbacks share put aside. */
static void enter_perl(pTHX_ xsub_upcall *u)
{
    dMY_CXT;
    callback *c = (callback *)u->callback;
    call *calls = MY_CXT.calls;
    const bool locked = MY_CXT.locked;
    SV *errsv = swap_errsv(aTHX_ MY_CXT.errsv);
    upcall_state state = { u, NULL, NULL, NULL };

    MY_CXT.errsv = NULL;
    MY_CXT.locked = locked || (c->of_loop && may_be_locked(calls));
    calls->calls_back = true;
    calls->exits = !run_until_exit(aTHX_ &state);
    calls->calls_back = false;
    MY_CXT.locked = locked;
    errsv = swap_errsv(aTHX_ errsv);
    if (errsv && SvREFCNT(errsv) == 1 && !SvOBJECT(errsv) && is_empty_string(errsv)
        && !MY_CXT.errsv)
        MY_CXT.errsv = errsv;
    else if (errsv)
        sv_2mortal(errsv);
    if (state.lent)
        object_keep(aTHX_ state.lent);
}

/* False where the callback's interpreter does not run here, or has to end. */
static bool may_enter_perl(pTHX_ const callback *c)
{
    if (!INTERPRETER || c->owner != INTERPRETER || PL_phase == PERL_PHASE_DESTRUCT
        || (c->generation != generation && !c->of_loop))
        return false;
    {
        dMY_CXT;

        return !MY_CXT.calls->exits;
    }
}

/* The one way back into Perl. Nothing that Perl does here jumps over libvirt: what the
 * callback throws is thrown, and exit exits, when libvirt has returned. */
static void upcall(xsub_upcall *u)
{
    dTHX;
    callback *c = (callback *)u->callback;

    if (may_enter_perl(aTHX_ c)) {
        c->shared.references++;
        enter_perl(aTHX_ u);
        callback_drop(aTHX_ c);
    }
    if (owns(&u->arguments))
        xsub_outcome_drop(&u->arguments);
}

/* ---- decode: Perl stack -> xsub_value[] ---------------------------------------- */

typedef struct {
    const xsub *sub;
    xsub_value values[MAX_ARGS];
    I32 ax;    /* where the arguments start on the stack */
    I32 items; /* how many there are */
    I32 decoded; /* how many were decoded so far */
    bool careful; /* Perl code may have run since the call began */
    SSize_t element; /* of the list that is being decoded; -1 outside */
} decoder;

#define ARGUMENT(d, i) PL_stack_base[(d)->ax + (i)]

SELDOM static bool decode_value(pTHX_ decoder *d, const xsub_type *type, const char *name, SV *sv,
                                xsub_value *value);

/* Memory until the statement ends; NULL if there isn't any. */
static void *mortal_buffer(pTHX_ size_t count, size_t size)
{
    if (count >= PTRDIFF_MAX / size || !has_memory(count * size + 1))
        return NULL;
    return SvPVX(sv_2mortal(newSV(count * size + 1)));
}

static int wipe(pTHX_ SV *sv, MAGIC *magic)
{
    volatile char *bytes = SvPVX(sv);
    STRLEN i;

    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(magic);
    for (i = 0; i < SvCUR(sv); i++)
        bytes[i] = '\0';
    return 0;
}

static const MGVTBL secret_vtbl = { NULL, NULL, NULL, NULL, wipe, NULL, NULL, NULL };

/* A copy until the statement ends; a secret's is wiped then. */
static const char *mortal_copy(pTHX_ const char *bytes, size_t len, bool secret)
{
    SV *copy;

    if (!has_memory(len))
        throw_no_memory(aTHX);
    copy = newSVpvn_flags(bytes, len, SVs_TEMP);
    if (secret)
        sv_magicext(copy, NULL, PERL_MAGIC_ext, &secret_vtbl, NULL, 0);
    return SvPVX_const(copy);
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
SELDOM static void perl_may_run(pTHX_ decoder *d)
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
    for (i = 0; i < d->decoded; i++) {
        const xsub_type *type = &d->sub->parameters[i].type;
        xsub_value *value = &d->values[i];

        if (type->kind >= XSUB_KIND_STRING && type->kind <= XSUB_KIND_UUID && value->as.bytes)
            value->as.bytes = mortal_copy(aTHX_ value->as.bytes, value->len, type->secret);
    }
}

static void invalid_handle(pTHX_ const decoder *d, unsigned row, const char *name,
                           const SV *object, const object_magic *magic)
    __attribute__((noreturn));

static void invalid_handle(pTHX_ const decoder *d, unsigned row, const char *name,
                           const SV *object, const object_magic *magic)
{
    const xsub_class *class = &module->classes[row];
    SV *message = newSVpvf("invalid %s pointer in %s: %s ", class->noun, d->sub->name,
                           argument_name(aTHX_ d, name));

    if (!magic)
        sv_catpvf(message, "is a %s that libvirt did not make", sv_reftype(object, TRUE));
    else if (object_row(magic) != row)
        sv_catpvf(message, "is a %s", module->classes[object_row(magic)].noun);
    else if (!magic->mg_ptr)
        sv_catpvs(message, "was released already");
    else if (magic->mg_len != generation)
        sv_catpvs(message, "belongs to the parent process; a forked child needs a connection of its own");
    else
        sv_catpvs(message, "was overwritten");
    throw_error(aTHX_ VIR_ERR_ERROR, class->invalid_code, class->error_domain, message);
}

/* What an object stands for, if it is genuine and alive. */
static void *native_of(pTHX_ const decoder *d, const xsub_type *type, const char *name,
                       const SV *object)
{
    const object_magic *magic = object_magic_of(object);

    if (!magic || object_row(magic) != type->class_row || !magic->mg_ptr
        || magic->mg_len != generation
        || !SvIOK(object) || SvIVX(object) != PTR2IV(magic->mg_ptr))
        invalid_handle(aTHX_ d, type->class_row, name, object, magic);
    return magic->mg_ptr;
}

/* False where there is no object at all: that is only warned of. */
static bool decode_handle(pTHX_ decoder *d, const xsub_type *type, const char *name, SV *sv,
                          xsub_value *value)
{
    SV *object;

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
    object = SvRV(sv);
    value->as.native = native_of(aTHX_ d, type, name, object);
    value->len = PTR2UV(object);
    if (d->careful)
        sv_2mortal(SvREFCNT_inc_simple_NN(object));
    return true;
}

static void check_handles(pTHX_ decoder *d, const xsub_type *type, const char *name,
                          const xsub_value *value)
{
    if (type->kind == XSUB_KIND_HANDLE && value->as.native)
        native_of(aTHX_ d, type, name, INT2PTR(const SV *, value->len));
    if (type->kind == XSUB_KIND_LIST && type->of->kind == XSUB_KIND_HANDLE && value->as.items) {
        for (d->element = 0; (size_t)d->element < value->len; d->element++)
            check_handles(aTHX_ d, type->of, name, &value->as.items[d->element]);
        d->element = -1;
    }
}

/* Perl code may have released what the handles stood for. */
SELDOM static void check_arguments(pTHX_ decoder *d)
{
    I32 i;

    for (i = 0; i < d->items; i++)
        check_handles(aTHX_ d, &d->sub->parameters[i].type, d->sub->parameters[i].name,
                      &d->values[i]);
}

/* The usual case, without any doubt; what isn't is looked at by decode_handle(). */
PERL_STATIC_INLINE bool is_plain_handle(const xsub_type *type, SV *sv, xsub_value *value)
{
    const SV *object;
    const MAGIC *magic;

    if (type->kind != XSUB_KIND_HANDLE || (SvFLAGS(sv) & (SVf_ROK | SVs_GMG)) != SVf_ROK)
        return false;
    object = SvRV(sv);
    if ((SvFLAGS(object) & (SVs_OBJECT | SVf_IOK | SVTYPEMASK)) != (SVs_OBJECT | SVf_IOK | SVt_PVMG))
        return false;
    magic = SvMAGIC(object);
    if (!magic || magic->mg_virtual != &object_vtbl || object_row(magic) != type->class_row
        || magic->mg_len != generation || !magic->mg_ptr
        || SvIVX(object) != PTR2IV(magic->mg_ptr))
        return false;
    value->as.native = magic->mg_ptr;
    value->len = PTR2UV(object);
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

/* The usual case: the string's own buffer will do, as nothing can change it. */
static bool is_plain_string(const decoder *d, SV *sv)
{
    return SvPOK(sv) && !SvGMAGICAL(sv) && !d->careful && !callbacks_exist;
}

static void decode_bytes(pTHX_ decoder *d, const xsub_type *type, SV *sv, xsub_value *value)
{
    STRLEN len;
    const char *bytes;

    if (is_plain_string(d, sv)) {
        value->as.bytes = SvPVX_const(sv);
        value->len = SvCUR(sv);
        return;
    }
    perl_may_run(aTHX_ d);
    SvGETMAGIC(sv);
    if (type->nullable && !SvOK(sv)) {
        value->as.bytes = NULL;
        return;
    }
    bytes = SvPV_nomg_const(sv, len);
    value->as.bytes = mortal_copy(aTHX_ bytes, len, type->secret);
    value->len = len;
}

/* Characters count, not how Perl keeps them. */
static void decode_uuid(pTHX_ decoder *d, SV *sv, xsub_value *value)
{
    if (!is_plain_string(d, sv) || SvUTF8(sv)) {
        SV *text = newSVpvs_flags("", SVs_TEMP);

        perl_may_run(aTHX_ d);
        if (SvGMAGICAL(sv))
            sv = sv_mortalcopy(sv);
        if (SvOK(sv))
            sv_copypv(text, sv);
        sv_utf8_downgrade(text, TRUE);
        sv = text;
    }
    value->as.bytes = SvPVX_const(sv);
    value->len = SvCUR(sv);
    if (SvUTF8(sv) || (value->len != 16 && value->len != 32 && value->len != 36))
        croak("UUID must be either 16 unsigned bytes, or 32/36 hex characters long");
}

/* The callback gets the invocant, by the caller's variable, as its first argument. */
static void decode_callback(pTHX_ decoder *d, bool nullable, const char *name, SV *sv,
                            xsub_value *value)
{
    bool of_object = takes_handle(d->sub);

    perl_may_run(aTHX_ d);
    SvGETMAGIC(sv);
    if (!SvOK(sv)) {
        if (nullable)
            return;
        croak("%s: %s is neither a code reference nor the name of a sub", d->sub->name, name);
    }
    value->as.callback = &callback_mortal(aTHX_ sv, of_object ? ARGUMENT(d, 0) : NULL)->shared;
}

static AV *decode_array(pTHX_ decoder *d, const char *name, SV *sv)
{
    perl_may_run(aTHX_ d);
    SvGETMAGIC(sv);
    if (!SvROK(sv) || SvTYPE(SvRV(sv)) != SVt_PVAV)
        croak("%s: %s is not an ARRAY reference", d->sub->name, argument_name(aTHX_ d, name));
    return (AV *)sv_2mortal(SvREFCNT_inc_simple_NN(SvRV(sv)));
}

/* Memory for the elements of a list. */
static void *list_buffer(pTHX_ const decoder *d, const char *name, size_t count, size_t size)
{
    void *buffer = count > MAX_ELEMENTS ? NULL : mortal_buffer(aTHX_ count, size);

    if (!buffer)
        croak("%s: %s has %" UVuf " elements: more than there is memory for", d->sub->name,
              argument_name(aTHX_ d, name), (UV)count);
    return buffer;
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
    xsub_value *items = list_buffer(aTHX_ d, name, count, sizeof(*items));

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
    *value = (xsub_value){ { 0 }, 0 };
    switch (type->kind) {
    case XSUB_KIND_HANDLE:
        return decode_handle(aTHX_ d, type, name, sv, value);
    case XSUB_KIND_STRING:
    case XSUB_KIND_BYTES:
        decode_bytes(aTHX_ d, type, sv, value);
        return true;
    case XSUB_KIND_UUID:
        decode_uuid(aTHX_ d, sv, value);
        return true;
    case XSUB_KIND_LIST:
        if (type->nullable) {
            SvGETMAGIC(sv);
            if (!SvOK(sv))
                return true;
        }
        return decode_list(aTHX_ d, type->of, name, sv, value);
    case XSUB_KIND_CALLBACK:
        decode_callback(aTHX_ d, type->nullable, name, sv, value);
        return true;
    case XSUB_KIND_TARGET:
        if (SvREADONLY(sv))
            croak("%s: %s is read-only", d->sub->name, name);
        if (callbacks_exist)
            perl_may_run(aTHX_ d);
        return true;
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

/* Makes room for so many more. */
static void reserve_params(pTHX_ decoder *d, param_list *list, const char *name, size_t more)
{
    xsub_param *params;

    if (list->capacity - list->count >= more)
        return;
    more += list->count + 8;
    params = list_buffer(aTHX_ d, name, more, sizeof(*params));
    if (list->count)
        Copy(list->params, params, list->count, xsub_param);
    list->params = params;
    list->capacity = more;
}

static void decode_param(pTHX_ decoder *d, param_list *list, const xsub_node *field, SV *sv)
{
    xsub_type type = { 0 };
    xsub_param *param;

    param = &list->params[list->count];
    type.kind = field->detail;
    param->name = mortal_copy(aTHX_ field->as.bytes, field->len, false);
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
        SV **entry, *element;

        /* A tied hash gives an entry for every key, there or not; a locked one dies. */
        if ((SvRMAGICAL(hash) || SvREADONLY(hash))
            && !hv_exists(hash, field->as.bytes, (I32)field->len))
            continue;
        entry = hv_fetch(hash, field->as.bytes, (I32)field->len, FALSE);
        if (!entry || !*entry)
            continue;
        element = sv_mortalcopy(*entry);
        if (field->tag == XSUB_NODE_FIELDS && SvROK(element)) {
            AV *array = decode_array(aTHX_ d, field->as.bytes, element);
            size_t count = av_len(array) + 1;

            reserve_params(aTHX_ d, &list, field->as.bytes, count);
            for (k = 0; k < count; k++)
                decode_param(aTHX_ d, &list, field, list_element(aTHX_ array, k));
        } else {
            reserve_params(aTHX_ d, &list, field->as.bytes, 1);
            decode_param(aTHX_ d, &list, field, element);
        }
    }
    value->as.params = list.params ? list.params : list_buffer(aTHX_ d, name, 1, sizeof(xsub_param));
    value->len = list.count;
}

static void throw_outcome(pTHX_ const xsub *sub, xsub_outcome *outcome) __attribute__((noreturn));

static void throw_outcome(pTHX_ const xsub *sub, xsub_outcome *outcome)
{
    xsub_node *node = outcome->nodes;
    SV *message = encode_value(aTHX_ &node);
    bool plain = outcome->status == XSUB_DIE;

    if (owns(outcome))
        xsub_outcome_drop(outcome);
    if (plain)
        croak("%s: %" SVf, sub->name, SVfARG(sv_2mortal(message)));
    throw_error(aTHX_ outcome->level, outcome->code, outcome->domain, message);
}

SELDOM static void call_with_callbacks(pTHX_ const xsub *sub, const xsub_value *values,
                                       xsub_function *function, xsub_outcome *outcome)
{
    call c;

    if (takes_handle(sub))
        refuse_if_locked(aTHX_ sub->name);
    call_begin(aTHX_ &c, sub, values, true);
    function(values, outcome);
    if (call_end(aTHX_ &c)) {
        drop_outcome(aTHX_ outcome);
        call_throw(aTHX_ &c);
    }
}

/* Calls what libvirt may call back from. */
static void call_function(pTHX_ const xsub *sub, const xsub_value *values,
                          xsub_function *function, xsub_outcome *outcome)
{
    if (callbacks_exist)
        call_with_callbacks(aTHX_ sub, values, function, outcome);
    else
        function(values, outcome);
}

/* Asks what fields a hash may have, and reads it. */
static void decode_hash(pTHX_ decoder *d, I32 index)
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
    check_arguments(aTHX_ d);
    call_function(aTHX_ d->sub, d->values, d->sub->schema, &schema);
    if (schema.status != XSUB_RETURN)
        throw_outcome(aTHX_ d->sub, &schema);
    ENTER;
    SAVEDESTRUCTOR_X(drop_outcome, &schema);
    decode_params(aTHX_ d, parameter->name, &schema, sv, value);
    LEAVE;
}

SELDOM static void decode_by_schema(pTHX_ decoder *d)
{
    I32 i;

    for (i = 0; i < d->sub->count; i++)
        if (d->sub->parameters[i].type.kind >= XSUB_KIND_PARAMS)
            decode_hash(aTHX_ d, i);
}

/* Arguments that the caller left out, from the one at index on. */
PERL_STATIC_INLINE void set_defaults(const xsub *sub, xsub_value *values, SSize_t index)
{
    for (; index < sub->count; index++)
        values[index] = (xsub_value){ { sub->parameters[index].default_number }, 0 };
}

/* False where the call must not be made and returns undef. */
static bool decode(pTHX_ decoder *d)
{
    const xsub *sub = d->sub;
    SSize_t i;

    for (i = 0; i < d->items; d->decoded = ++i) {
        const xsub_parameter *parameter = &sub->parameters[i];

        if ((d->careful || !is_plain_handle(&parameter->type, ARGUMENT(d, i), &d->values[i]))
            && !decode_value(aTHX_ d, &parameter->type, parameter->name, ARGUMENT(d, i),
                             &d->values[i]))
            return false;
    }
    set_defaults(sub, d->values, i);
    if (sub->schema)
        decode_by_schema(aTHX_ d);
    if (d->careful)
        check_arguments(aTHX_ d);
    return true;
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
#define MAX_TARG_LEN (16 * 1024)

/* Most hashes have the keys that one before had, in the same order. They become copies of
 * a template, which cost no look-up of a key, and are filled where Perl put the entries. */

#define MAX_KEYS 250

static hash_template *template_for(pTHX_ size_t count, const xsub_node *key)
{
    dMY_CXT;
    size_t index = count * 31 + key->len;

    if (key->len)
        index += 7 * (U8)key->as.bytes[0] + (U8)key->as.bytes[key->len - 1];
    return &MY_CXT.templates[index % TEMPLATES];
}

static bool has_keys(const hash_template *t, const xsub_node *const *keys, size_t count)
{
    size_t i;

    if (t->count != count)
        return false;
    for (i = 0; i < count; i++)
        if (HEK_LEN(t->keys[i]) != (I32)keys[i]->len
            || memNE(HEK_KEY(t->keys[i]), keys[i]->as.bytes, keys[i]->len))
            return false;
    return true;
}

/* Makes the template of a hash whose keys these are. */
static void template_set(pTHX_ hash_template *t, const xsub_node *const *keys, size_t count)
{
    HV *hash = newHV();
    size_t bucket, i, n = 0;
    HE *entry;

    SvREFCNT_dec(t->hash);
    SvREFCNT_dec(t->memory);
    t->hash = hash;
    t->count = 0;
    t->memory = newSV(count * (sizeof(HEK *) + 1));
    t->keys = (HEK **)SvPVX(t->memory);
    t->places = (U8 *)(t->keys + count);
    for (i = 0; i < count; i++) {
        SV *key = newSVpvn(keys[i]->as.bytes, keys[i]->len);

        t->keys[i] = HeKEY_hek(hv_store_ent(hash, key, &PL_sv_undef, 0));
        SvREFCNT_dec_NN(key);
    }
    if (HvTOTALKEYS(hash) != count)
        return; /* a key is there twice */
    for (bucket = 0; bucket <= HvMAX(hash); bucket++)
        for (entry = HvARRAY(hash)[bucket]; entry; entry = HeNEXT(entry)) {
            for (i = 0; t->keys[i] != HeKEY_hek(entry); i++)
                ;
            t->places[n++] = (U8)i;
        }
    t->count = count;
}

/* A hash by its template. */
static HV *template_fill(pTHX_ const hash_template *t, SV *const *values)
{
    HV *hash = newHVhv(t->hash);
    size_t bucket, n = 0;
    HE *entry;

    for (bucket = 0; bucket <= HvMAX(hash); bucket++)
        for (entry = HvARRAY(hash)[bucket]; entry; entry = HeNEXT(entry)) {
            size_t place = t->places[n++];

            /* Perl may have copied it in another order. */
            while (t->keys[place] != HeKEY_hek(entry))
                place = (place + 1) % t->count;
            SvREFCNT_dec(HeVAL(entry));
            HeVAL(entry) = values[place];
        }
    return hash;
}

/* A hash; takes over the values. */
static HV *new_hash(pTHX_ const xsub_node *const *keys, SV *const *values, size_t count)
{
    hash_template *t = template_for(aTHX_ count, keys[0]);
    HV *hash;
    size_t i;

    if (has_keys(t, keys, count))
        return template_fill(aTHX_ t, values);
    hash = newHV();
    for (i = 0; i < count; i++)
        (void)hv_store(hash, keys[i]->as.bytes, (I32)keys[i]->len, values[i], 0);
    template_set(aTHX_ t, keys, count);
    return hash;
}

/* Makes the hash whose keys and values come next. */
static HV *encode_hash(pTHX_ xsub_node **cursor, size_t count)
{
    const xsub_node *keys[MAX_KEYS];
    SV *values[MAX_KEYS];
    size_t i;
    HV *hash;

    if (count == 0 || count > MAX_KEYS) {
        hash = newHV();
        for (i = 0; i < count; i++) {
            const xsub_node *key = (*cursor)++;

            (void)hv_store(hash, key->as.bytes, (I32)key->len, encode_value(aTHX_ cursor), 0);
        }
        return hash;
    }
    for (i = 0; i < count; i++) {
        keys[i] = (*cursor)++;
        values[i] = encode_value(aTHX_ cursor);
    }
    return new_hash(aTHX_ keys, values, count);
}

/* As sv_setiv_mg(), less what is not needed where the scalar was an integer before. */
static void set_integer(pTHX_ SV *sv, IV value)
{
    if ((SvFLAGS(sv) & (SVTYPEMASK | SVf_THINKFIRST | SVf_IVisUV)) == SVt_IV) {
        (void)SvIOK_only(sv);
        SvIV_set(sv, value);
        SvTAINT(sv);
    } else {
        sv_setiv_mg(sv, value);
    }
}

/* As sv_setpvn_mg(), less what is not needed where the scalar has room. */
static void set_bytes(pTHX_ SV *sv, const char *bytes, STRLEN len)
{
    if ((SvFLAGS(sv) & (SVf_POK | SVf_THINKFIRST | SVs_GMG | SVs_SMG | SVs_RMG | SVf_UTF8))
            != SVf_POK || SvLEN(sv) <= len) {
        sv_setpvn_mg(sv, bytes, len);
    } else {
        Copy(bytes, SvPVX(sv), len, char);
        SvPVX(sv)[len] = '\0';
        SvCUR_set(sv, len);
        (void)SvPOK_only(sv);
        SvTAINT(sv);
    }
}

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
        return object_new(aTHX_ node->detail, 0, node->as.native);
    case XSUB_NODE_LENT:
        return object_new(aTHX_ node->detail, LENT, node->as.native);
    case XSUB_NODE_ARRAY: {
        AV *array = newAV();

        if (node->len)
            av_extend(array, node->len - 1);
        for (i = 0; i < node->len; i++)
            av_push(array, encode_value(aTHX_ cursor));
        return newRV_noinc((SV *)array);
    }
    case XSUB_NODE_HASH:
        return newRV_noinc((SV *)encode_hash(aTHX_ cursor, node->len));
    case XSUB_NODE_REF:
        return newRV_noinc(encode_value(aTHX_ cursor));
    default:
        return newSV(0);
    }
}

/* About as much memory as the values take in Perl. */
static size_t size_of_values(const xsub_outcome *outcome)
{
    return outcome->count * (sizeof(SV) + sizeof(XPVMG) + sizeof(MAGIC)) + outcome->bytes;
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
SELDOM static int encode(pTHX_ I32 ax, xsub_outcome *outcome)
{
    xsub_node *end = outcome->nodes + outcome->count, *node;
    const bool owned = owns(outcome);
    int count = 0;

    if (owned) {
        ENTER;
        SAVEDESTRUCTOR_X(drop_outcome, outcome);
    }
    if (!has_memory(size_of_values(outcome)))
        throw_no_memory(aTHX);
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
    if (owned)
        LEAVE;
    return count;
}

/* ---- the XSUBs ------------------------------------------------------------------ */

/* The operator's own scalar, if it is one that calls a sub: sort calls one as well. */
static SV *target(pTHX)
{
    if (PL_op->op_type == OP_ENTERSUB && PL_op->op_private & OPpENTERSUB_HASTARG)
        return PAD_SV(PL_op->op_targ);
    return sv_newmortal();
}

/* The usual case: one plain value. NULL where it is none. */
static SV *plain_value(pTHX_ xsub_outcome *outcome)
{
    const xsub_node *node = outcome->nodes;
    SV *value;

    if (outcome->count != 1 || outcome->owner)
        return NULL;
    if (node->tag == XSUB_NODE_HANDLE)
        return sv_2mortal(object_new(aTHX_ node->detail, 0, node->as.native));
    if (node->tag == XSUB_NODE_UNDEF || node->tag > XSUB_NODE_OWNED || node->len > MAX_TARG_LEN)
        return NULL;
    value = target(aTHX);
    if (node->tag == XSUB_NODE_INT || (node->tag == XSUB_NODE_UINT && node->as.u <= (UV)IV_MAX))
        set_integer(aTHX_ value, node->as.i);
    else if (node->tag == XSUB_NODE_UINT)
        sv_setuv_mg(value, node->as.u);
    else if (node->tag == XSUB_NODE_FLOAT)
        sv_setnv_mg(value, node->as.f);
    else
        set_bytes(aTHX_ value, node->as.bytes, node->len);
    if (node->tag == XSUB_NODE_OWNED)
        free(node->as.owned);
    return value;
}

/* The usual case: a method of an object, called without other arguments. A callback that
 * releases the object puts that off. False where it is anything else. */
PERL_STATIC_INLINE bool call_object(pTHX_ const xsub *sub, SV *object, xsub_outcome *outcome)
{
    xsub_value values[MAX_ARGS];

    if (sub->schema || !is_plain_handle(&sub->parameters[0].type, object, &values[0]))
        return false;
    set_defaults(sub, values, 1);
    call_function(aTHX_ sub, values, sub->call, outcome);
    return true;
}

/* False where the call must not be made and returns undef. */
SELDOM static bool call_any(pTHX_ const xsub *sub, I32 ax, I32 items, xsub_outcome *outcome)
{
    decoder d;

    if (items == 0) {
        SV **sp = PL_stack_base + ax - 1;

        EXTEND(sp, 1); /* for the result */
    }
    /* One by one: an initialiser would zero the values, too. */
    d.sub = sub;
    d.ax = ax;
    d.items = items;
    d.decoded = 0;
    d.careful = false;
    d.element = -1;
    if (!decode(aTHX_ &d))
        return false;
    call_function(aTHX_ sub, d.values, sub->call, outcome);
    return true;
}

static void serve(pTHX_ const xsub *sub, I32 ax, I32 items)
{
    xsub_outcome outcome;
    SV *value;

    if (items < sub->required || items > sub->count)
        croak_arguments(aTHX_ sub);
    if (!(items == 1 && call_object(aTHX_ sub, ST(0), &outcome))
        && !call_any(aTHX_ sub, ax, items, &outcome))
        XSRETURN_UNDEF;
    if (outcome.status != XSUB_RETURN)
        throw_outcome(aTHX_ sub, &outcome);
    value = plain_value(aTHX_ &outcome);
    if (value) {
        ST(0) = value;
        XSRETURN(1);
    }
    if (outcome.count == 0 && !outcome.owner)
        XSRETURN_EMPTY;
    XSRETURN(encode(aTHX_ ax, &outcome));
}

XS_INTERNAL(dispatch)
{
    dXSARGS;

    serve(aTHX_ XSANY.any_ptr, ax, items);
}

/* A method that gives an object, by the sub that makes it. Takes arguments as Perl code does:
 * what is missing is undef, what is too much is not looked at, and false flags are none. */
XS_INTERNAL(method)
{
    dXSARGS;
    const xsub *sub = XSANY.any_ptr;

    /* Perl code may run, and may remove the method. */
    sv_2mortal(SvREFCNT_inc_simple_NN((SV *)cv));
    if (items < sub->required) {
        EXTEND(SP, sub->required - items);
        while (items < sub->required)
            ST(items++) = &PL_sv_undef;
        PL_stack_sp = &ST(items - 1);
    }
    if (items > sub->count)
        items = sub->count;
    if (items > sub->required) {
        SV *flags = ST(items - 1);

        /* That code must not free the arguments. */
        if (SvROK(flags) || SvGMAGICAL(flags)) {
            I32 i;

            for (i = 0; i < items; i++)
                ST(i) = sv_mortalcopy(ST(i));
            flags = ST(items - 1);
        }
        if (!SvTRUE_nomg(flags))
            items--;
    }
    serve(aTHX_ sub, ax, items);
    if (!SvROK(ST(0)))
        croak("%s::%s: an argument is not a blessed SV reference", HvNAME(GvSTASH(CvGV(cv))),
              GvNAME(CvGV(cv)));
}

XS_INTERNAL(destroy)
{
    dXSARGS;
    const xsub_class *class = &module->classes[XSANY.any_i32];
    SV *object;
    object_magic *magic;

    if (items != 1)
        croak("Usage: %s::DESTROY(%s)", class->package, class->destroy_argument);
    SvGETMAGIC(ST(0));
    if (!is_object(ST(0))) {
        warn("%s::DESTROY() -- %s is not a blessed SV reference", class->package,
             class->destroy_argument);
        XSRETURN_EMPTY;
    }
    object = SvRV(ST(0));
    magic = object_magic_of(object);
    if (magic)
        object_release(aTHX_ object, magic);
    XSRETURN_EMPTY;
}

/* ---- installing the tables --------------------------------------------------------- */

static void install_method(pTHX_ const xsub *sub)
{
    char prototype[MAX_ARGS + 2];
    char *end = prototype;
    const char *const *name;
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
    for (name = sub->methods; *name; name++) {
        cv = newXS(*name, method, __FILE__);
        CvXSUBANY(cv).any_ptr = (void *)sub;
    }
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

static const xsub_perl perl = { upcall, callback_release };

static void initialise_process(pTHX)
{
    xsub_outcome outcome;

    if (module)
        return;
    module = sys_virt_boot(&perl, &outcome);
    if (!module)
        croak("libvirt cannot be initialised: %s", outcome.nodes[0].as.bytes);
    pthread_atfork(NULL, NULL, count_fork);
}

/* ---- event implementations written in Perl ------------------------------------------ */

/* A pointer that an implementation was handed: a reference to a scalar that holds it. */
typedef void *event_pointer;

static event_pointer event_pointer_of(pTHX_ SV *sv)
{
    SvGETMAGIC(sv);
    if (!SvROK(sv) || SvTYPE(SvRV(sv)) >= SVt_PVAV)
        return NULL;
    return INT2PTR(void *, SvIV(SvRV(sv)));
}

/* Runs something of libvirt's from Perl, and throws what its callbacks threw. */
#define CALL_LIBVIRT(expression)                        \
    STMT_START {                                        \
        call c;                                         \
                                                        \
        call_begin(aTHX_ &c, NULL, NULL, true);          \
        expression;                                     \
        if (call_end(aTHX_ &c))                         \
            call_throw(aTHX_ &c);                       \
    } STMT_END

static void run_handle(pTHX_ CV *method, int watch, int fd, int events, event_pointer callback,
                       event_pointer opaque)
{
    bool known;

    refuse_if_locked(aTHX_ GvNAME(CvGV(method)));
    CALL_LIBVIRT(known = sys_virt_run_handle(watch, fd, events, callback, opaque));
    if (!known)
        croak("%s: callback and opaque are no handle callback of libvirt's", GvNAME(CvGV(method)));
}

static void run_timeout(pTHX_ CV *method, int timer, event_pointer callback, event_pointer opaque)
{
    bool known;

    refuse_if_locked(aTHX_ GvNAME(CvGV(method)));
    CALL_LIBVIRT(known = sys_virt_run_timeout(timer, callback, opaque));
    if (!known)
        croak("%s: callback and opaque are no timeout callback of libvirt's",
              GvNAME(CvGV(method)));
}

static void free_opaque(pTHX_ event_pointer free, event_pointer opaque)
{
    if (opaque)
        CALL_LIBVIRT((void)sys_virt_free_opaque(free, opaque));
}

static void register_event_impl(pTHX)
{
    static const char *const names[6] = {
        "Sys::Virt::Event::_add_handle",  "Sys::Virt::Event::_update_handle",
        "Sys::Virt::Event::_remove_handle", "Sys::Virt::Event::_add_timeout",
        "Sys::Virt::Event::_update_timeout", "Sys::Virt::Event::_remove_timeout",
    };
    static callback *first; /* for the process: libvirt takes one implementation */
    xsub_callback *functions[6];
    int i;

    if (first && first->owner)
        return;
    for (i = 0; i < 6; i++) {
        callback *c = callback_new(aTHX_ sv_2mortal(newSVpv(names[i], 0)), NULL);

        c->of_loop = true;
        functions[i] = &c->shared;
        if (i == 0)
            first = c;
    }
    sys_virt_register_event_impl(functions);
}

MODULE = Sys::Virt  PACKAGE = Sys::Virt::Event

PROTOTYPES: ENABLE

void
_register_impl()
    CODE:
	register_event_impl(aTHX);

MODULE = Sys::Virt  PACKAGE = Sys::Virt::EventImpl

void
_run_handle_callback_helper(watch, fd, event, cbref, opaqueref)
	int watch
	int fd
	int event
	event_pointer cbref
	event_pointer opaqueref
    CODE:
	run_handle(aTHX_ cv, watch, fd, event, cbref, opaqueref);

void
_run_timeout_callback_helper(timer, cbref, opaqueref)
	int timer
	event_pointer cbref
	event_pointer opaqueref
    CODE:
	run_timeout(aTHX_ cv, timer, cbref, opaqueref);

void
_free_callback_opaque_helper(ffref, opaqueref)
	event_pointer ffref
	event_pointer opaqueref
    CODE:
	free_opaque(aTHX_ ffref, opaqueref);

PROTOTYPES: DISABLE

void
_run_handle_callback(self, watch, fd, events, callback, opaque = NULL, ...)
	int watch
	int fd
	int events
	event_pointer callback
	event_pointer opaque
    CODE:
	run_handle(aTHX_ cv, watch, fd, events, callback, opaque);

void
_run_timeout_callback(self, timer, callback, opaque = NULL, ...)
	int timer
	event_pointer callback
	event_pointer opaque
    CODE:
	run_timeout(aTHX_ cv, timer, callback, opaque);

void
_free_callback_opaque(self, free = NULL, opaque = NULL, ...)
	event_pointer free
	event_pointer opaque
    CODE:
	free_opaque(aTHX_ free, opaque);

#ifdef XSUB_SELFTEST

MODULE = Sys::Virt  PACKAGE = Sys::Virt::SelfTest

# Like Rust's, methods that fail on purpose.

UV
overrun_in_c(size)
	size_t size
    PREINIT:
	volatile char *bytes;
    CODE:
	bytes = malloc(size);
	RETVAL = (UV)bytes[size];
	free((void *)bytes);
    OUTPUT:
	RETVAL

IV
shift_in_c(bits)
	int bits
    CODE:
	RETVAL = 1 << bits;
    OUTPUT:
	RETVAL

void
leak_value()
    CODE:
	newSViv(1);

#endif

MODULE = Sys::Virt  PACKAGE = Sys::Virt::XSUB

PROTOTYPES: DISABLE

BOOT:
{
    initialise_process(aTHX);
    install(aTHX);
    if (!hv_exists(PL_modglobal, MY_CXT_KEY, sizeof(MY_CXT_KEY) - 1)) {
        MY_CXT_INIT;
        initialise_interpreter(aTHX_ &MY_CXT);
        MY_CXT.next_destroyable = PL_destroyhook; /* inherited by clones, as the hook is */
        PL_destroyhook = destroyable;
        call_atexit(disown_callbacks, NULL); /* inherited by clones */
        call_atexit(spare_magic_free, NULL);
        (void)hv_stores(PL_modglobal, MY_CXT_KEY, newSV(0));
    }
}

#ifdef USE_ITHREADS

void
CLONE(...)
    PREINIT:
	dMY_CXT;
    CODE:
	PERL_UNUSED_VAR(items);
	/* Programs can call this, too. */
	if (MY_CXT.owner != INTERPRETER) {
	    MY_CXT_CLONE;
	    initialise_interpreter(aTHX_ &MY_CXT);
	}

#endif
