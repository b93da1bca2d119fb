/* The boundary between Perl and Rust, and its only definition: Virt.xs includes
 * this file, and rust/xsub/src/abi.rs is generated from it.
 *
 *   decode (C)    Perl stack -> xsub_value[]        may croak
 *   call   (Rust) xsub_value[] -> xsub_outcome      never sees Perl
 *   encode (C)    xsub_outcome -> Perl stack        may croak
 */
#ifndef XSUB_H
#define XSUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- arguments ------------------------------------------------------------ */

/* What a parameter, a list element or a typed parameter accepts. */
typedef enum {
    XSUB_KIND_IGNORED, /* anything, or nothing at all */
    XSUB_KIND_TARGET,  /* a variable that the result is assigned to */
    XSUB_KIND_I32,
    XSUB_KIND_U32,
    XSUB_KIND_I64,
    XSUB_KIND_U64,
    XSUB_KIND_F64,
    XSUB_KIND_BOOL,
    XSUB_KIND_STRING, /* ends at the first NUL */
    XSUB_KIND_BYTES,
    XSUB_KIND_UUID, /* its 16 bytes, or its text */
    XSUB_KIND_HANDLE,
    XSUB_KIND_CALLBACK,        /* what Perl can call: a code reference, or a name */
    XSUB_KIND_LIST,            /* reference to an array */
    XSUB_KIND_PARAMS,          /* reference to a hash, read by a schema */
    XSUB_KIND_PARAMS_OR_FLAGS, /* the same, or a plain number */
} xsub_kind;

typedef struct xsub_type xsub_type;
struct xsub_type {
    uint8_t kind;        /* an xsub_kind */
    bool nullable;       /* undef is a value of its own */
    bool secret;         /* STRING, BYTES: copies are wiped after use */
    uint8_t class_row;   /* HANDLE: row in the table of classes */
    const xsub_type *of; /* LIST: what its elements are */
};

/* One typed parameter. */
typedef struct xsub_param xsub_param;

/* Something that libvirt may call Perl with. C makes it and frees it when nobody
 * counts on it any more; the other members say what it is registered for. */
typedef struct {
    size_t references;
    uint32_t registration; /* an xsub_registration */
    int32_t id;
    void *native; /* the object that it is registered with */
} xsub_callback;

/* One decoded argument. What it points to stays valid during the call. */
typedef struct xsub_value xsub_value;
struct xsub_value {
    union {
        int64_t i; /* I32, I64; BOOL as 0 or 1 */
        uint64_t u; /* U32, U64, and the number of PARAMS_OR_FLAGS */
        double f;
        const char *bytes; /* STRING, BYTES, UUID; NULL for undef */
        void *native; /* HANDLE; NULL for undef */
        xsub_callback *callback; /* CALLBACK; NULL for undef */
        const xsub_value *items; /* LIST; NULL for undef */
        const xsub_param *params; /* PARAMS; NULL for undef */
    } as;
    size_t len; /* of bytes, items or params; XSUB_IS_FLAGS: a plain number; HANDLE: C's own */
};
#define XSUB_IS_FLAGS SIZE_MAX

struct xsub_param {
    const char *name;
    uint32_t kind; /* the xsub_kind that the schema gave it */
    xsub_value value;
};

/* ---- results -------------------------------------------------------------- */

typedef enum {
    XSUB_NODE_UNDEF,
    XSUB_NODE_INT,
    XSUB_NODE_UINT,
    XSUB_NODE_FLOAT,
    XSUB_NODE_BYTES,  /* len bytes that somebody else owns */
    XSUB_NODE_OWNED,  /* len bytes from malloc(), the outcome's */
    XSUB_NODE_HANDLE, /* a reference to a native object, the outcome's */
    XSUB_NODE_ARRAY,  /* len values follow */
    XSUB_NODE_HASH,   /* len pairs of KEY and value follow */
    XSUB_NODE_KEY,    /* len bytes that somebody else owns */
    XSUB_NODE_REF,    /* a reference to the value that follows */
    XSUB_NODE_ASSIGN, /* the value that follows goes into argument number detail */
    XSUB_NODE_FIELD,  /* in a schema: a name, detail is its xsub_kind */
    XSUB_NODE_FIELDS, /* the same, an array stands for repeated fields */
    XSUB_NODE_LENT,   /* a native object that is alive while the upcall runs */
} xsub_tag;

typedef struct {
    uint32_t tag;    /* an xsub_tag */
    uint32_t detail; /* HANDLE, LENT: row of its class; FIELD: kind */
    size_t len;
    union {
        int64_t i;
        uint64_t u;
        double f;
        const char *bytes;
        char *owned;
        void *native;
    } as;
} xsub_node;

typedef enum {
    XSUB_RETURN, /* the tape holds the values to return */
    XSUB_THROW,  /* a Sys::Virt::Error; the tape holds the message */
    XSUB_DIE,    /* a plain string; the tape holds it */
} xsub_status;

#define XSUB_INLINE_NODES 16

/* What came of a call: a tape of nodes, in pre-order. It stays where it was made. */
typedef struct {
    uint32_t status; /* an xsub_status */
    int32_t level, code, domain; /* THROW */
    xsub_node *nodes;
    size_t count, capacity;
    size_t bytes; /* of all the strings */
    bool owns;    /* some nodes are OWNED, or a HANDLE */
    void *owner;  /* what the nodes point into */
    void (*drop_owner)(void *owner);
    xsub_node inline_nodes[XSUB_INLINE_NODES];
} xsub_outcome;

/* ---- upcalls: from libvirt back into Perl ------------------------------------ */

/* What a callback can be registered for, and so how it is taken back. */
typedef enum {
    XSUB_REGISTERED_NOWHERE,
    XSUB_REGISTERED_DOMAIN_LIFECYCLE, /* without an id: the oldest interface */
    XSUB_REGISTERED_DOMAIN,
    XSUB_REGISTERED_NETWORK,
    XSUB_REGISTERED_STORAGE_POOL,
    XSUB_REGISTERED_NODE_DEVICE,
    XSUB_REGISTERED_SECRET,
    XSUB_REGISTERED_CLOSE,
    XSUB_REGISTERED_STREAM,
} xsub_registration;

/* What a callback answers. */
typedef enum {
    XSUB_REPLY_NOTHING,
    XSUB_REPLY_INT,         /* undef is 0 */
    XSUB_REPLY_COUNT,       /* how much it took: undef is a mistake */
    XSUB_REPLY_PAIR,        /* a list of two numbers */
    XSUB_REPLY_BUFFER,      /* how much of its second argument it filled */
    XSUB_REPLY_CREDENTIALS, /* a number, and results in its argument */
} xsub_reply;

typedef struct {
    char *result; /* from malloc(); NULL: no answer */
    size_t len;
} xsub_credential;

typedef struct {
    xsub_callback *callback;
    uint32_t reply; /* an xsub_reply */
    bool failed;    /* it threw, or could not run; the other answers are not set */
    int64_t first, second;        /* a number, the second only of PAIR */
    char *buffer;                 /* BUFFER: room for */
    size_t size;                  /* as many bytes */
    xsub_credential *credentials; /* CREDENTIALS: as many as the array has hashes */
    size_t credential_count;
    xsub_outcome arguments; /* their tape; C drops it */
} xsub_upcall;

/* What C offers to Rust. */
typedef struct {
    void (*upcall)(xsub_upcall *upcall);
    void (*release)(void *callback); /* gives back one count; a virFreeCallback */
} xsub_perl;

/* ---- methods -------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *default_text; /* as the usage text shows it; NULL: required */
    int64_t default_number;
    xsub_type type;
} xsub_parameter;

typedef void xsub_function(const xsub_value *args, xsub_outcome *outcome);

typedef struct {
    const char *name; /* with its package */
    const char *usage; /* NULL: made from the parameters */
    const char *const *methods; /* names of methods that it serves as well; ends with NULL */
    const xsub_parameter *parameters;
    uint8_t required, count;
    xsub_function *call;
    xsub_function *schema; /* which fields a PARAMS argument may have; or NULL */
} xsub;

typedef struct {
    const xsub *items;
    size_t count;
} xsub_table;

/* ---- classes of handles --------------------------------------------------- */

typedef struct {
    const char *package;
    const char *noun; /* in messages */
    const char *destroy_argument; /* in the usage text of DESTROY */
    int32_t invalid_code, error_domain; /* thrown for what is no such handle */
    int (*ref)(void *native);
    int (*free)(void *native);
} xsub_class;

/* ---- constants ------------------------------------------------------------ */

typedef struct {
    const char *package;
    const char *name;
    xsub_node value;
} xsub_constant;

/* ---- what the archive exports --------------------------------------------- */

typedef struct {
    const xsub_table *tables;
    size_t table_count;
    const xsub_class *classes;
    size_t class_count;
    const xsub_constant *constants;
    size_t constant_count;
    void (*deregister)(const xsub_callback *callback);
} xsub_module;

/* Fills outcome with an error if libvirt cannot be initialised. */
const xsub_module *sys_virt_boot(const xsub_perl *perl, xsub_outcome *outcome);

/* Makes an event implementation libvirt's: its six functions, in libvirt's order. */
void sys_virt_register_event_impl(xsub_callback *const functions[6]);

/* Runs what an event implementation was handed, or frees it. False: it was not. */
bool sys_virt_run_handle(int watch, int fd, int events, void *callback, void *opaque);
bool sys_virt_run_timeout(int timer, void *callback, void *opaque);
bool sys_virt_free_opaque(void *free_function, void *opaque);

/* Releases whatever the outcome still owns. */
void xsub_outcome_drop(xsub_outcome *outcome);

#endif
