/* The operations in C: what libvirt itself costs. operations.pl has the same in Perl.
 * Does one of them COUNT times, then twice as often.
 */
#include <err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#define MIB 1048576
#define BLOCK 65536

static const char *uri, *volume_path;
static virConnectPtr conn;
static virDomainPtr domain;

static void *check(void *result)
{
    if (!result)
        errx(1, "%s", virGetLastErrorMessage());
    return result;
}

static int succeed(int result)
{
    if (result < 0)
        errx(1, "%s", virGetLastErrorMessage());
    return result;
}

static void silent(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static void open_connection(void) { conn = check(virConnectOpen(uri)); }

static void open_domain(void)
{
    open_connection();
    domain = check(virDomainLookupByName(conn, "test"));
}

/* ---- small ------------------------------------------------------------------- */

static void connect_(long count)
{
    while (count--)
        virConnectClose(check(virConnectOpen(uri)));
}

static void get_name(long count)
{
    while (count--)
        check((void *)virDomainGetName(domain));
}

static void get_uuid_string(long count)
{
    char uuid[VIR_UUID_STRING_BUFLEN];

    while (count--)
        succeed(virDomainGetUUIDString(domain, uuid));
}

static void is_active(long count)
{
    while (count--)
        succeed(virDomainIsActive(domain));
}

static void get_info(long count)
{
    virDomainInfo info;

    while (count--)
        succeed(virDomainGetInfo(domain, &info));
}

static void get_state(long count)
{
    int state, reason;

    while (count--)
        succeed(virDomainGetState(domain, &state, &reason, 0));
}

static void get_xml_description(long count)
{
    while (count--)
        free(check(virDomainGetXMLDesc(domain, 0)));
}

static void get_domain_by_name(long count)
{
    while (count--)
        virDomainFree(check(virDomainLookupByName(conn, "test")));
}

static char uuid[VIR_UUID_STRING_BUFLEN];

static void open_uuid(void)
{
    open_domain();
    succeed(virDomainGetUUIDString(domain, uuid));
}

static void get_domain_by_uuid(long count)
{
    while (count--)
        virDomainFree(check(virDomainLookupByUUIDString(conn, uuid)));
}

static void failing_lookup(long count)
{
    while (count--)
        if (virDomainLookupByName(conn, "no domain has this name") || !virGetLastError())
            errx(1, "found");
}

static void get_memory_parameters(long count)
{
    while (count--) {
        int size = 0;
        virTypedParameterPtr parameters;

        succeed(virDomainGetMemoryParameters(domain, NULL, &size, 0));
        parameters = check(calloc(size, sizeof(*parameters)));
        succeed(virDomainGetMemoryParameters(domain, parameters, &size, 0));
        virTypedParamsFree(parameters, size);
    }
}

static void set_memory_parameters(long count)
{
    while (count--) {
        int size = 0, room = 0;
        virTypedParameterPtr parameters = NULL;

        succeed(virTypedParamsAddULLong(&parameters, &size, &room, VIR_DOMAIN_MEMORY_HARD_LIMIT, 4194304));
        succeed(virTypedParamsAddULLong(&parameters, &size, &room, VIR_DOMAIN_MEMORY_SOFT_LIMIT, 2097152));
        succeed(virDomainSetMemoryParameters(domain, parameters, size, 0));
        virTypedParamsFree(parameters, size);
    }
}

static void nothing(long count) { (void)count; }

static void constant(long count)
{
    volatile int state;

    while (count--)
        state = VIR_DOMAIN_RUNNING;
    (void)state;
}

/* ---- lists ------------------------------------------------------------------- */

#define LISTS(name, parent, type, list, release)                \
    static void name(long count)                                \
    {                                                           \
        while (count--) {                                       \
            type *objects;                                      \
            int size = succeed(list(parent, &objects, 0)), i;   \
                                                                \
            for (i = 0; i < size; i++)                          \
                release(objects[i]);                            \
            free(objects);                                      \
        }                                                       \
    }

static virStoragePoolPtr pool;

static void open_pool(void)
{
    open_connection();
    pool = check(virStoragePoolLookupByName(conn, "pool"));
}

LISTS(list_all_domains, conn, virDomainPtr, virConnectListAllDomains, virDomainFree)
LISTS(list_all_networks, conn, virNetworkPtr, virConnectListAllNetworks, virNetworkFree)
LISTS(list_all_storage_pools, conn, virStoragePoolPtr, virConnectListAllStoragePools, virStoragePoolFree)
LISTS(list_all_interfaces, conn, virInterfacePtr, virConnectListAllInterfaces, virInterfaceFree)
LISTS(list_all_node_devices, conn, virNodeDevicePtr, virConnectListAllNodeDevices, virNodeDeviceFree)
LISTS(list_all_volumes, pool, virStorageVolPtr, virStoragePoolListAllVolumes, virStorageVolFree)

static void list_of(unsigned flags, long count)
{
    while (count--) {
        virDomainPtr *domains;
        int size = succeed(virConnectListAllDomains(conn, &domains, flags)), i;

        for (i = 0; i < size; i++)
            virDomainFree(domains[i]);
        free(domains);
    }
}

static void list_domains(long count) { list_of(VIR_CONNECT_LIST_DOMAINS_ACTIVE, count); }
static void list_defined_domains(long count) { list_of(VIR_CONNECT_LIST_DOMAINS_INACTIVE, count); }

static void list_names(long count)
{
    while (count--) {
        virDomainPtr *domains;
        int size = succeed(virConnectListAllDomains(conn, &domains, 0)), i;

        for (i = 0; i < size; i++) {
            check((void *)virDomainGetName(domains[i]));
            virDomainFree(domains[i]);
        }
        free(domains);
    }
}

static void get_all_domain_stats(long count)
{
    while (count--) {
        virDomainStatsRecordPtr *records;

        succeed(virConnectGetAllDomainStats(conn, 0, &records, 0));
        virDomainStatsRecordListFree(records);
    }
}

/* Never freed. */
static void keep_all_domain_stats(long count)
{
    while (count--) {
        virDomainStatsRecordPtr *records;

        succeed(virConnectGetAllDomainStats(conn, 0, &records, 0));
    }
}

/* ---- events ------------------------------------------------------------------ */

static long seen, expected;

static int domain_event(virConnectPtr c, virDomainPtr d, int event, int detail, void *data)
{
    (void)c, (void)d, (void)event, (void)detail, (void)data;
    seen++;
    return 0;
}

static void open_events(void)
{
    succeed(virEventRegisterDefaultImpl());
    open_domain();
    succeed(virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                             VIR_DOMAIN_EVENT_CALLBACK(domain_event), NULL, NULL));
}

/* The events are queued before the mark. */
static void queue_events(long count)
{
    for (; count > 0; count--, expected += 2) {
        succeed(virDomainSuspend(domain));
        succeed(virDomainResume(domain));
    }
}

static void event(long count)
{
    (void)count;
    while (seen < expected)
        succeed(virEventRunDefaultImpl());
}

static void timer_event(int timer, void *data)
{
    (void)timer, (void)data;
    seen++;
}

static void open_timer(void)
{
    succeed(virEventRegisterDefaultImpl());
    succeed(virEventAddTimeout(0, timer_event, NULL, NULL));
}

static void event_loop_turn(long count)
{
    while (count--)
        succeed(virEventRunDefaultImpl());
}

static virEventTimeoutCallback timer_callback;
static void *timer_data;

static int add_timeout(int frequency, virEventTimeoutCallback callback, void *data, virFreeCallback free_data)
{
    (void)frequency, (void)free_data;
    timer_callback = callback;
    timer_data = data;
    return 1;
}

static void open_event_impl(void)
{
    virEventRegisterImpl(NULL, NULL, NULL, add_timeout, NULL, NULL);
    succeed(virEventAddTimeout(0, timer_event, NULL, NULL));
}

static void event_impl_timer(long count)
{
    while (count--)
        timer_callback(1, timer_data);
}

/* ---- streams: count is in MiB -------------------------------------------------- */

static virStorageVolPtr volume;
static char block[MIB];

static void open_volume(void)
{
    open_connection();
    volume = check(virStorageVolLookupByPath(conn, volume_path));
}

static virStreamPtr download(long count)
{
    virStreamPtr stream = check(virStreamNew(conn, 0));

    succeed(virStorageVolDownload(volume, stream, 0, count * MIB, 0));
    return stream;
}

static virStreamPtr upload(long count)
{
    virStreamPtr stream = check(virStreamNew(conn, 0));

    succeed(virStorageVolUpload(volume, stream, 0, count * MIB, 0));
    return stream;
}

static void finish(virStreamPtr stream)
{
    succeed(virStreamFinish(stream));
    virStreamFree(stream);
}

static void recv_(long count)
{
    virStreamPtr stream = download(count);

    while (succeed(virStreamRecv(stream, block, BLOCK)) > 0)
        ;
    finish(stream);
}

static int sink(virStreamPtr stream, const char *data, size_t size, void *opaque)
{
    (void)stream, (void)data, (void)opaque;
    return size;
}

static void recv_all(long count)
{
    virStreamPtr stream = download(count);

    succeed(virStreamRecvAll(stream, sink, NULL));
    finish(stream);
}

static void send_(long count)
{
    virStreamPtr stream = upload(count);
    long sent;

    for (sent = 0; sent < count * MIB;)
        sent += succeed(virStreamSend(stream, block, BLOCK));
    finish(stream);
}

static int source(virStreamPtr stream, char *data, size_t size, void *opaque)
{
    size_t *left = opaque;

    (void)stream;
    if (size > *left)
        size = *left;
    memcpy(data, block, size);
    *left -= size;
    return size;
}

static void send_all(long count)
{
    virStreamPtr stream = upload(count);
    size_t left = count * MIB;

    succeed(virStreamSendAll(stream, source, &left));
    finish(stream);
}

/* ---- objects that are kept ------------------------------------------------------ */

static virDomainPtr *kept;
static int kept_count;

static void handles(long count)
{
    (void)count;
    kept_count = succeed(virConnectListAllDomains(conn, &kept, 0)); /* and never freed */
}

static void open_handles(void)
{
    open_connection();
    handles(1);
}

/* A thread that has references of its own. */
static void *with_references(void *unused)
{
    int i;

    for (i = 0; i < kept_count; i++)
        succeed(virDomainRef(kept[i]));
    for (i = 0; i < kept_count; i++)
        succeed(virDomainFree(kept[i]));
    return unused;
}

static void thread(long count)
{
    while (count--) {
        pthread_t id;

        if (pthread_create(&id, NULL, with_references, NULL) != 0)
            errx(1, "no thread");
        pthread_join(id, NULL);
    }
}

/* ---- the table ------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*setup)(void);
    void (*run)(long count);
    void (*prepare)(long count);
} operations[] = {
    { "loop", open_connection, nothing, NULL },
    { "method_call", open_connection, nothing, NULL },
    { "connect", open_connection, connect_, NULL },
    { "get_name", open_domain, get_name, NULL },
    { "get_uuid_string", open_domain, get_uuid_string, NULL },
    { "is_active", open_domain, is_active, NULL },
    { "get_info", open_domain, get_info, NULL },
    { "get_state", open_domain, get_state, NULL },
    { "get_xml_description", open_domain, get_xml_description, NULL },
    { "get_domain_by_name", open_connection, get_domain_by_name, NULL },
    { "get_domain_by_uuid", open_uuid, get_domain_by_uuid, NULL },
    { "failing_lookup", open_connection, failing_lookup, NULL },
    { "get_memory_parameters", open_domain, get_memory_parameters, NULL },
    { "set_memory_parameters", open_domain, set_memory_parameters, NULL },
    { "constant", open_connection, constant, NULL },
    { "list_all_domains", open_connection, list_all_domains, NULL },
    { "list_all_networks", open_connection, list_all_networks, NULL },
    { "list_all_storage_pools", open_connection, list_all_storage_pools, NULL },
    { "list_all_interfaces", open_connection, list_all_interfaces, NULL },
    { "list_all_node_devices", open_connection, list_all_node_devices, NULL },
    { "list_all_volumes", open_pool, list_all_volumes, NULL },
    { "list_domains", open_connection, list_domains, NULL },
    { "list_defined_domains", open_connection, list_defined_domains, NULL },
    { "list_names", open_connection, list_names, NULL },
    { "get_all_domain_stats", open_connection, get_all_domain_stats, NULL },
    { "keep_all_domain_stats", open_connection, keep_all_domain_stats, NULL },
    { "event", open_events, event, queue_events },
    { "event_loop_turn", open_timer, event_loop_turn, NULL },
    { "event_impl_timer", open_event_impl, event_impl_timer, NULL },
    { "recv", open_volume, recv_, NULL },
    { "recv_all", open_volume, recv_all, NULL },
    { "send", open_volume, send_, NULL },
    { "send_all", open_volume, send_all, NULL },
    { "handles", open_connection, handles, NULL },
    { "thread", open_handles, thread, NULL },
};

int main(int argc, char **argv)
{
    size_t row, i;
    long count, times[3];

    if (argc < 4)
        errx(2, "usage: operations NAME COUNT URI [VOLUME]");
    count = atol(argv[2]);
    times[0] = 1;
    times[1] = count;
    times[2] = 2 * count;
    uri = argv[3];
    volume_path = argv[4];
    virSetErrorFunc(NULL, silent);
    for (row = 0; row < sizeof(operations) / sizeof(*operations); row++) {
        if (strcmp(operations[row].name, argv[1]) != 0)
            continue;
        operations[row].setup();
        for (i = 0; i < 3; i++) {
            if (operations[row].prepare)
                operations[row].prepare(times[i]);
            getppid();
            operations[row].run(times[i]);
            getppid();
        }
        return 0;
    }
    errx(2, "no operation %s", argv[1]);
}
