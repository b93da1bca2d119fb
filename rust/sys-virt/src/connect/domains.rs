//! A connection's domains: listing, save images, formats of configuration.

use std::ffi::CStr;

use libvirt::call::Pass;
use libvirt::handle::{Connect, Domain};
use libvirt::list::{Objects, Texts, array, list, names, numbers};
use libvirt::params::Schema;
use libvirt::report::{Report, report};
use libvirt::sys::virDomainStatsRecord;
use libvirt::text::Text;
use libvirt::{sys, vir};
use xsub::List;
use xsub::tape::Values;
use xsub::value::ParamsOrFlags;

use crate::domain::lifecycle::{ImageCall, SAVE, image_call};

xsub::xsubs! {
    package "Sys::Virt";

    /// `$conn->num_of_domains()`: the running ones.
    sub num_of_domains(con: &Connect) -> i32 {
        vir!(virConnectNumOfDomains(con))
    }

    /// `$conn->list_domain_ids($maxids)`: the running ones.
    sub list_domain_ids(con: &Connect, maxids: i32) -> Values<i32> {
        numbers(maxids, |ids, max| vir!(virConnectListDomains(con, ids, max)))
    }

    /// `$conn->num_of_defined_domains()`: those that do not run.
    sub num_of_defined_domains(con: &Connect) -> i32 {
        vir!(virConnectNumOfDefinedDomains(con))
    }

    /// `$conn->list_defined_domain_names($maxnames)`: those that do not run.
    sub list_defined_domain_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListDefinedDomains(con, names, max)))
    }

    /// `$conn->list_all_domains($flags = 0)`: the LIST constants filter.
    sub list_all_domains(con: &Connect, flags: u32 = 0) -> Objects<Domain> {
        list(|domains| vir!(virConnectListAllDomains(con, domains, flags)))
    }

    /// `$conn->get_all_domain_stats($stats, \@doms = undef, $flags = 0)`: a list of hashes of dom
    /// and data, for all domains or for those of the list; stats 0 is all groups.
    sub get_all_domain_stats(
        con: &Connect,
        stats: u32,
        doms_sv: Option<List<&Domain>> = undef,
        flags: u32 = 0,
    ) -> Report<virDomainStatsRecord> {
        match doms_sv.filter(|domains| !domains.is_empty()) {
            Some(domains) => {
                // libvirt takes them as a list that ends with NULL.
                let mut natives = array(domains, Pass::<*mut sys::virDomain>::pass);
                natives.push(std::ptr::null_mut());
                report(|records| {
                    vir!(virDomainListGetStats(natives.as_mut_slice(), stats, records, flags))
                })
            }
            None => report(|records| vir!(virConnectGetAllDomainStats(con, stats, records, flags))),
        }
    }

    /// `$conn->define_save_image_xml($file, $xml, $flags = 0)`
    sub define_save_image_xml(con: &Connect, file: &CStr, xml: &CStr, flags: u32 = 0) -> () {
        vir!(virDomainSaveImageDefineXML(con, file, xml, flags))
    }

    /// `$conn->get_save_image_xml_description($file, $flags = 0)`
    sub get_save_image_xml_description(con: &Connect, file: &CStr, flags: u32 = 0) -> Text {
        vir!(virDomainSaveImageGetXMLDesc(con, file, flags))
    }

    /// `$conn->restore_domain($from, $xml, \%params, $flags = 0)`; as callers of old do, the
    /// third argument may be flags.
    sub restore_domain(
        con: &Connect,
        fromsv: Option<&CStr> = undef,
        dxmlsv: Option<&CStr> = undef,
        params_sv: ParamsOrFlags = undef,
        flags: u32 = 0,
    )
        schema { Ok(Schema::known(SAVE)) }
        -> () {
        let missing = "Either $from or $params parameter must be supplied";
        match image_call(fromsv, dxmlsv, params_sv, flags, missing)? {
            ImageCall::Params(params) => params.send(|params, count| {
                vir!("8.4.0": virDomainRestoreParams(con, params, count, flags))
            }),
            ImageCall::Flags(flags) => vir!(virDomainRestoreFlags(con, fromsv, dxmlsv, flags)),
            ImageCall::Plain => vir!(virDomainRestore(con, fromsv)),
        }
    }

    /// `$conn->domain_xml_from_native($format, $config, $flags = 0)`
    sub domain_xml_from_native(
        con: &Connect,
        configtype: &CStr,
        configdata: &CStr,
        flags: u32 = 0,
    ) -> Text {
        vir!(virConnectDomainXMLFromNative(con, configtype, configdata, flags))
    }

    /// `$conn->domain_xml_to_native($format, $xml, $flags = 0)`
    sub domain_xml_to_native(
        con: &Connect,
        configtype: &CStr,
        xmldata: &CStr,
        flags: u32 = 0,
    ) -> Text {
        vir!(virConnectDomainXMLToNative(con, configtype, xmldata, flags))
    }
}
