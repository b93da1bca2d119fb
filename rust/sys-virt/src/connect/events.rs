//! A connection's events.

use libvirt::event::{
    DOMAIN, NETWORK, NODE_DEVICE, SECRET, STORAGE_POOL, deregister_close, deregister_lifecycle,
    register, register_close, register_lifecycle,
};
use libvirt::handle::{Connect, Domain, Network, NodeDevice, Secret, StoragePool};
use libvirt::{raw, vir};
use xsub::Callback;
use xsub::abi::{
    XSUB_REGISTERED_DOMAIN, XSUB_REGISTERED_NETWORK, XSUB_REGISTERED_NODE_DEVICE,
    XSUB_REGISTERED_SECRET, XSUB_REGISTERED_STORAGE_POOL,
};

xsub::xsubs! {
    package "Sys::Virt";

    /// `$conn->domain_event_register($callback)`: ($conn, $dom, $event, $detail)
    sub domain_event_register(conref: &Connect, cb: Callback) -> () {
        register_lifecycle(conref, cb).map(|_| ())
    }

    /// `$conn->domain_event_deregister()`
    sub domain_event_deregister(con: &Connect) -> () {
        deregister_lifecycle(con);
        Ok(())
    }

    /// `$conn->domain_event_register_any($dom, $eventID, $callback)`: the registration's id.
    sub domain_event_register_any(
        conref: &Connect,
        domref: Option<&Domain>,
        eventID: i32,
        cb: Callback,
    ) -> i32 {
        register(DOMAIN, XSUB_REGISTERED_DOMAIN, conref, eventID, cb, |function, opaque, free| {
            vir!(virConnectDomainEventRegisterAny(conref, domref, eventID, function, opaque, free))
        })
    }

    /// `$conn->domain_event_deregister_any($callbackID)`
    sub domain_event_deregister_any(con: &Connect, callbackID: i32) -> () {
        raw!(virConnectDomainEventDeregisterAny(con, callbackID));
        Ok(())
    }

    /// `$conn->network_event_register_any($net, $eventID, $callback)`: the registration's id.
    sub network_event_register_any(
        conref: &Connect,
        netref: Option<&Network>,
        eventID: i32,
        cb: Callback,
    ) -> i32 {
        register(NETWORK, XSUB_REGISTERED_NETWORK, conref, eventID, cb, |function, opaque, free| {
            vir!(virConnectNetworkEventRegisterAny(conref, netref, eventID, function, opaque, free))
        })
    }

    /// `$conn->network_event_deregister_any($callbackID)`
    sub network_event_deregister_any(con: &Connect, callbackID: i32) -> () {
        raw!(virConnectNetworkEventDeregisterAny(con, callbackID));
        Ok(())
    }

    /// `$conn->storage_pool_event_register_any($pool, $eventID, $callback)`: the registration's id.
    sub storage_pool_event_register_any(
        conref: &Connect,
        poolref: Option<&StoragePool>,
        eventID: i32,
        cb: Callback,
    ) -> i32 {
        let registration = XSUB_REGISTERED_STORAGE_POOL;
        register(STORAGE_POOL, registration, conref, eventID, cb, |function, opaque, free| {
            vir!(virConnectStoragePoolEventRegisterAny(
                conref, poolref, eventID, function, opaque, free
            ))
        })
    }

    /// `$conn->storage_pool_event_deregister_any($callbackID)`
    sub storage_pool_event_deregister_any(con: &Connect, callbackID: i32) -> () {
        raw!(virConnectStoragePoolEventDeregisterAny(con, callbackID));
        Ok(())
    }

    /// `$conn->node_device_event_register_any($dev, $eventID, $callback)`: the registration's id.
    sub node_device_event_register_any(
        conref: &Connect,
        devref: Option<&NodeDevice>,
        eventID: i32,
        cb: Callback,
    ) -> i32 {
        let registration = XSUB_REGISTERED_NODE_DEVICE;
        register(NODE_DEVICE, registration, conref, eventID, cb, |function, opaque, free| {
            vir!(virConnectNodeDeviceEventRegisterAny(
                conref, devref, eventID, function, opaque, free
            ))
        })
    }

    /// `$conn->node_device_event_deregister_any($callbackID)`
    sub node_device_event_deregister_any(con: &Connect, callbackID: i32) -> () {
        raw!(virConnectNodeDeviceEventDeregisterAny(con, callbackID));
        Ok(())
    }

    /// `$conn->secret_event_register_any($secret, $eventID, $callback)`: the registration's id.
    sub secret_event_register_any(
        conref: &Connect,
        secretref: Option<&Secret>,
        eventID: i32,
        cb: Callback,
    ) -> i32 {
        register(SECRET, XSUB_REGISTERED_SECRET, conref, eventID, cb, |function, opaque, free| {
            vir!(virConnectSecretEventRegisterAny(conref, secretref, eventID, function, opaque, free))
        })
    }

    /// `$conn->secret_event_deregister_any($callbackID)`
    sub secret_event_deregister_any(con: &Connect, callbackID: i32) -> () {
        raw!(virConnectSecretEventDeregisterAny(con, callbackID));
        Ok(())
    }

    /// `$conn->register_close_callback($callback)`: ($conn, $reason)
    sub register_close_callback(conref: &Connect, cb: Callback) -> () {
        register_close(conref, cb).map(|_| ())
    }

    /// `$conn->unregister_close_callback()`
    sub unregister_close_callback(con: &Connect) -> () {
        deregister_close(con);
        Ok(())
    }
}
