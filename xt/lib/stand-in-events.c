/* Delivers every event, with the arguments that libvirt's headers give its callback: what
 * xt/lib/stand-in does when a callback is registered. */

typedef void *opaque_t;

#define DELIVER(parameters, ...) \
    ((void (*)parameters)(void *)callback)(conn, object, ##__VA_ARGS__, opaque)

static virDomainEventGraphicsAddress local = { 0, "127.0.0.1", "5900" };
static virDomainEventGraphicsAddress remote = { 2, NULL, NULL };
static virDomainEventGraphicsSubjectIdentity identities[] = {
    { "x509dname", "CN=alice" }, { "saslUsername", "alice" },
};
static virDomainEventGraphicsSubject subject = { 2, identities };
static virTypedParameter event_params[] = {
    { "blkdeviotune.disk", VIR_TYPED_PARAM_STRING, { .s = "vda" } },
    { "blkdeviotune.total_bytes_sec", VIR_TYPED_PARAM_ULLONG, { .ul = 18446744073709551615ULL } },
    { "cputune.emulator_quota", VIR_TYPED_PARAM_LLONG, { .l = -1 } },
    { "not.invented.yet", 99, { .ul = 1 } },
};

#define P virConnectPtr, virDomainPtr

/* More than about the device itself. */
static void deliver_device_event(int id, virConnectPtr conn, virDomainPtr object, void *callback,
                                 void *opaque)
{
    switch (id) {
    case 4: DELIVER((P, const char *, const char *, int, opaque_t), "/path", "alias", 1); break;
    case 6:
        DELIVER((P, const char *, const char *, int, const char *, opaque_t), "/path", "alias", 2, "enospc");
        break;
    case 8: case 16: DELIVER((P, const char *, int, int, opaque_t), "vda", 2, 3); break;
    case 9:
        DELIVER((P, const char *, const char *, const char *, int, opaque_t), "/old", NULL, "alias", 1);
        break;
    case 10: DELIVER((P, const char *, int, opaque_t), "alias", 1); break;
    case 15: case 19: case 22: DELIVER((P, const char *, opaque_t), "alias"); break;
    case 24:
        DELIVER((P, const char *, const char *, unsigned long long, unsigned long long, opaque_t),
                "vda", "/path", 9223372036854775808ULL, 5ULL);
        break;
    case 26: DELIVER((P, const char *, unsigned long long, opaque_t), "alias", 1048576ULL); break;
    case 27: DELIVER((P, const char *, const char *, const char *, opaque_t), "alias", "old", "new"); break;
    case 28: DELIVER((P, unsigned int, opaque_t), 4294967295U); break;
    case 29: DELIVER((P, const char *, int, int, opaque_t), "org.qemu.guest_agent.0", 1, 2); break;
    }
}

static void deliver_domain_event(int id, virConnectPtr conn, virDomainPtr object, void *callback,
                                 void *opaque)
{
    switch (id) {
    case 0: DELIVER((P, int, int, opaque_t), 2, 1); break;
    case 1: DELIVER((P, opaque_t)); break;
    case 2: DELIVER((P, long long, opaque_t), -5000000000LL); break;
    case 3: DELIVER((P, int, opaque_t), 3); break;
    case 5:
        DELIVER((P, int, const virDomainEventGraphicsAddress *, const virDomainEventGraphicsAddress *,
                 const char *, const virDomainEventGraphicsSubject *, opaque_t),
                1, &local, &remote, "vnc", &subject);
        break;
    case 7: DELIVER((P, opaque_t)); break;
    case 11: case 12: case 14: DELIVER((P, int, opaque_t), 0); break;
    case 13: DELIVER((P, unsigned long long, opaque_t), 18446744073709551615ULL); break;
    case 17: case 21: DELIVER((P, virTypedParameterPtr, int, opaque_t), event_params, 4); break;
    case 18: DELIVER((P, int, int, opaque_t), 1, 2); break;
    case 20: DELIVER((P, int, opaque_t), 7); break;
    case 23: DELIVER((P, int, const char *, opaque_t), 2, "http://uri"); break;
    case 25: DELIVER((P, int, int, unsigned int, opaque_t), 0, 3, 4294967295U); break;
    default: deliver_device_event(id, conn, object, callback, opaque);
    }
}

#undef P

/* Of the other objects: 0 is the lifecycle, 1 something else. */
static void deliver_network_event(int id, virConnectPtr conn, virNetworkPtr object, void *callback,
                                  void *opaque)
{
    if (id == 0)
        DELIVER((virConnectPtr, virNetworkPtr, int, int, opaque_t), 2, 1);
    else
        DELIVER((virConnectPtr, virNetworkPtr, int, const char *, opaque_t), 2, "http://uri");
}

#define LIFECYCLE_OR_NOTHING_ELSE(name, type)                                                    \
    static void name(int id, virConnectPtr conn, type object, void *callback, void *opaque)      \
    {                                                                                            \
        if (id == 0)                                                                             \
            DELIVER((virConnectPtr, type, int, int, opaque_t), 2, 1);                            \
        else                                                                                     \
            DELIVER((virConnectPtr, type, opaque_t));                                            \
    }

LIFECYCLE_OR_NOTHING_ELSE(deliver_storagepool_event, virStoragePoolPtr)
LIFECYCLE_OR_NOTHING_ELSE(deliver_nodedevice_event, virNodeDevicePtr)
LIFECYCLE_OR_NOTHING_ELSE(deliver_secret_event, virSecretPtr)
