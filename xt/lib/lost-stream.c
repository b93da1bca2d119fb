/* A stream that is given back without an end: what libvirt loses by itself. */
#include <libvirt/libvirt.h>
#include <stdlib.h>

int main(void)
{
    virConnectPtr conn = virConnectOpen("test:///default");
    virDomainPtr dom = virDomainLookupByName(conn, "test");
    virStreamPtr stream = virStreamNew(conn, 0);

    free(virDomainScreenshot(dom, stream, 0, 0));
    virStreamFree(stream);
    virDomainFree(dom);
    virConnectClose(conn);
    return 0;
}
