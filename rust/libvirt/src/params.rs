//! Typed parameters, in both directions.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use virt::sys::{self, virTypedParameter};
use xsub::abi::{
    XSUB_KIND_BOOL, XSUB_KIND_F64, XSUB_KIND_I32, XSUB_KIND_I64, XSUB_KIND_STRING, XSUB_KIND_U32,
    XSUB_KIND_U64, xsub_kind,
};
use xsub::value::{Param, ParamValue};
use xsub::{Exception, Output, Params, Tape};

/// Typed parameters that libvirt reported: in Perl, a hash.
pub struct TypedParams {
    params: *mut virTypedParameter,
    count: c_int,
}

// SAFETY: nobody else has the pointer.
unsafe impl Send for TypedParams {}

impl Drop for TypedParams {
    fn drop(&mut self) {
        // SAFETY: ours: from libvirt, or from calloc() and filled by libvirt.
        unsafe { sys::virTypedParamsFree(self.params, self.count) };
    }
}

/// As many parameters as libvirt's protocol lets most functions ask for.
pub const ROOM: c_int = 16;

/// Asks for the parameters, of which there are mostly fewer than `room`; else how many there
/// are first. Over a connection each question is a message, whose server refuses too much room.
///
/// # Errors
///
/// The call's.
pub fn filled(
    room: c_int,
    call: impl Fn(*mut virTypedParameter, &mut c_int) -> crate::Result<()>,
) -> crate::Result<TypedParams> {
    match filled_with(room, &call) {
        Ok(params) if params.count < room => Ok(params),
        _ => {
            let mut count = 0;
            call(ptr::null_mut(), &mut count)?;
            filled_with(count, call)
        }
    }
}

/// Asks for `count` parameters, in memory of ours.
///
/// # Errors
///
/// The call's.
pub fn filled_with(
    count: c_int,
    call: impl FnOnce(*mut virTypedParameter, &mut c_int) -> crate::Result<()>,
) -> crate::Result<TypedParams> {
    // All zeros is a parameter that owns nothing, so that a call that fails half-way is safe.
    // SAFETY: calloc() checks the product.
    let memory = unsafe { libc::calloc(count.max(1) as usize, size_of::<virTypedParameter>()) };
    if memory.is_null() {
        return Err(Exception::die("no memory for typed parameters"));
    }
    let mut params = TypedParams {
        params: memory.cast(),
        count,
    };
    let mut reported = count;
    call(params.params, &mut reported)?;
    params.count = reported.clamp(0, count);
    Ok(params)
}

/// Calls a function that allocates the parameters itself.
///
/// # Errors
///
/// The call's.
pub fn allocated(
    call: impl FnOnce(&mut *mut virTypedParameter, &mut c_int) -> crate::Result<()>,
) -> crate::Result<TypedParams> {
    let mut params = TypedParams {
        params: ptr::null_mut(),
        count: 0,
    };
    call(&mut params.params, &mut params.count).map(|()| params)
}

impl TypedParams {
    fn as_slice(&self) -> &[virTypedParameter] {
        if self.params.is_null() {
            return &[];
        }
        // SAFETY: libvirt reported that many.
        unsafe { std::slice::from_raw_parts(self.params, self.count as usize) }
    }

    /// Writes a hash that points into `self`; `rename` gives its keys.
    ///
    /// # Safety
    ///
    /// `self` is kept by the tape.
    pub(crate) unsafe fn write_borrowed<'a>(
        &'a self,
        tape: &mut Tape<'_>,
        rename: impl Fn(&'a CStr) -> &'a CStr,
    ) {
        // SAFETY: promised by the caller.
        unsafe { write_slice(self.as_slice(), tape, rename) }
    }

    /// With other names for some fields: pairs of libvirt's name and the key in Perl.
    pub fn renamed(self, names: &'static [(&'static CStr, &'static CStr)]) -> Renamed {
        Renamed {
            params: self,
            names,
        }
    }
}

impl Output for TypedParams {
    fn write(self, tape: &mut Tape<'_>) {
        self.renamed(&[]).write(tape);
    }
}

/// Typed parameters of several CPUs, as many of each: in Perl, a list of hashes.
pub struct PerCpu {
    /// Those of some CPUs, and how many each has.
    pub chunks: Vec<(TypedParams, usize)>,
}

impl Output for PerCpu {
    fn write(self, tape: &mut Tape<'_>) {
        for (params, each) in tape.keep(Box::new(self.chunks)) {
            for cpu in params.as_slice().chunks((*each).max(1)) {
                // SAFETY: the tape keeps them.
                unsafe { write_slice(cpu, tape, |name| name) };
            }
        }
    }
}

/// Typed parameters of which some have other names in Perl.
pub struct Renamed {
    params: TypedParams,
    names: &'static [(&'static CStr, &'static CStr)],
}

impl Output for Renamed {
    fn write(self, tape: &mut Tape<'_>) {
        let names = self.names;
        let params = tape.keep(Box::new(self.params));
        let rename = |from| {
            names
                .iter()
                .find(|pair| pair.0 == from)
                .map_or(from, |pair| pair.1)
        };
        // SAFETY: the tape keeps them.
        unsafe { params.write_borrowed(tape, rename) };
    }
}

/// Writes a hash that points into the parameters; `rename` gives its keys.
///
/// # Safety
///
/// The parameters outlive the tape.
unsafe fn write_slice<'a>(
    params: &'a [virTypedParameter],
    tape: &mut Tape<'_>,
    rename: impl Fn(&'a CStr) -> &'a CStr,
) {
    // What a driver left empty is not there.
    let is_set = |param: &&virTypedParameter| param.type_ != 0;
    tape.reserve(2 * params.len() + 1);
    tape.hash(params.iter().filter(is_set).count());
    for param in params.iter().filter(is_set) {
        // SAFETY: promised by the caller; the union is read by its type.
        unsafe {
            tape.borrowed_key(rename(name(param)));
            match param.type_ as u32 {
                sys::VIR_TYPED_PARAM_INT => tape.int(param.value.i.into()),
                sys::VIR_TYPED_PARAM_UINT => tape.uint(param.value.ui.into()),
                sys::VIR_TYPED_PARAM_LLONG => tape.int(param.value.l),
                sys::VIR_TYPED_PARAM_ULLONG => tape.uint(param.value.ul),
                sys::VIR_TYPED_PARAM_DOUBLE => tape.float(param.value.d),
                sys::VIR_TYPED_PARAM_BOOLEAN => tape.int((param.value.b != 0).into()),
                sys::VIR_TYPED_PARAM_STRING => tape.borrowed(param.value.s),
                _ => tape.undef(),
            }
        }
    }
}

/// Writes parameters that libvirt lends to a callback: in Perl, a hash.
///
/// # Safety
///
/// There are `count` of them, and they outlive the tape.
pub(crate) unsafe fn write_params(
    tape: &mut Tape<'_>,
    params: *const virTypedParameter,
    count: c_int,
) {
    // SAFETY: promised by the caller.
    unsafe {
        let params = match usize::try_from(count) {
            Ok(count) if count > 0 && !params.is_null() => {
                std::slice::from_raw_parts(params, count)
            }
            _ => &[],
        };
        write_slice(params, tape, |name| name);
    }
}

fn name(param: &virTypedParameter) -> &CStr {
    // SAFETY: libvirt ends the name with NUL, within its 80 bytes.
    unsafe { CStr::from_ptr(param.field.as_ptr()) }
}

/// The kind in which a value of libvirt's type is decoded; `None` where we know no such type.
const fn kind(libvirt_type: u32) -> Option<xsub_kind> {
    Some(match libvirt_type {
        sys::VIR_TYPED_PARAM_INT => XSUB_KIND_I32,
        sys::VIR_TYPED_PARAM_UINT => XSUB_KIND_U32,
        sys::VIR_TYPED_PARAM_LLONG => XSUB_KIND_I64,
        sys::VIR_TYPED_PARAM_ULLONG => XSUB_KIND_U64,
        sys::VIR_TYPED_PARAM_DOUBLE => XSUB_KIND_F64,
        sys::VIR_TYPED_PARAM_BOOLEAN => XSUB_KIND_BOOL,
        sys::VIR_TYPED_PARAM_STRING => XSUB_KIND_STRING,
        _ => return None,
    })
}

/// A field that libvirt documents.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static CStr,
    /// `virTypedParameterType`
    pub libvirt_type: u32,
    /// It may be there several times.
    pub repeated: bool,
}

/// Fields that libvirt documents: `fields! { ULLONG VIR_DOMAIN_MEMORY_HARD_LIMIT; }`.
///
/// `STRINGS` is a string that may be there several times: in Perl, an array.
#[macro_export]
macro_rules! fields {
    ($($kind:ident $name:ident;)*) => {
        &[$($crate::fields!(@field $kind $crate::sys::$name)),*]
    };
    (@field STRINGS $name:expr) => {
        $crate::params::Field {
            name: $name,
            libvirt_type: $crate::sys::VIR_TYPED_PARAM_STRING,
            repeated: true,
        }
    };
    (@field $kind:ident $name:expr) => {
        $crate::params::Field {
            name: $name,
            libvirt_type: $crate::params::types::$kind,
            repeated: false,
        }
    };
}

/// libvirt's types of parameters, under the names that [`fields!`](crate::fields) uses.
#[allow(missing_docs)]
pub mod types {
    pub use virt::sys::{
        VIR_TYPED_PARAM_BOOLEAN as BOOLEAN, VIR_TYPED_PARAM_DOUBLE as DOUBLE,
        VIR_TYPED_PARAM_INT as INT, VIR_TYPED_PARAM_LLONG as LLONG,
        VIR_TYPED_PARAM_STRING as STRING, VIR_TYPED_PARAM_UINT as UINT,
        VIR_TYPED_PARAM_ULLONG as ULLONG,
    };
}

/// Which fields a hash of typed parameters may have, and of which types.
pub struct Schema {
    reported: TypedParams,
    known: &'static [Field],
}

impl Schema {
    /// The fields that libvirt documents.
    pub const fn known(known: &'static [Field]) -> Self {
        Self {
            reported: TypedParams {
                params: ptr::null_mut(),
                count: 0,
            },
            known,
        }
    }

    /// The fields that the driver reports with the types it gives them; then those
    /// that libvirt documents, which a driver may take although it does not report them.
    pub const fn current(reported: TypedParams, known: &'static [Field]) -> Self {
        Self { reported, known }
    }
}

impl Output for Schema {
    fn write(self, tape: &mut Tape<'_>) {
        let reported = tape.keep(Box::new(self.reported)).as_slice();
        tape.reserve(reported.len() + self.known.len());
        // SAFETY: the tape keeps what is reported; what is known lives for ever.
        unsafe {
            for param in reported {
                if let Some(kind) = kind(param.type_ as u32) {
                    tape.field(name(param), kind, false);
                }
            }
            for field in self.known {
                let is_reported = reported.iter().any(|param| name(param) == field.name);
                if let (false, Some(kind)) = (is_reported, kind(field.libvirt_type)) {
                    tape.field(field.name, kind, field.repeated);
                }
            }
        }
    }
}

/// Typed parameters that a caller gives, as libvirt takes them.
///
/// Their strings belong to the caller: nothing is copied, nothing freed.
pub struct Settings(Vec<virTypedParameter>);

impl Settings {
    /// From a decoded hash.
    ///
    /// # Errors
    ///
    /// A plain string where a name is longer than libvirt allows.
    pub fn new(params: Params<'_>) -> crate::Result<Self> {
        params
            .iter()
            .map(|param: Param<'_>| setting(param.name(), param.value()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// None yet.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Sets a string, in place of any that was given under that name.
    ///
    /// # Errors
    ///
    /// A plain string where the name is longer than libvirt allows.
    pub fn set_string(&mut self, field: &CStr, value: Option<&CStr>) -> crate::Result<()> {
        if let Some(value) = value {
            self.0.retain(|param| name(param) != field);
            self.0.push(setting(field, ParamValue::String(value))?);
        }
        Ok(())
    }

    /// Calls a function that takes them.
    ///
    /// # Errors
    ///
    /// The call's.
    pub fn send<T>(
        mut self,
        call: impl FnOnce(&mut [virTypedParameter], c_int) -> crate::Result<T>,
    ) -> crate::Result<T> {
        let count = c_int::try_from(self.0.len()).unwrap_or(c_int::MAX);
        call(&mut self.0, count)
    }
}

fn setting(name: &CStr, value: ParamValue<'_>) -> crate::Result<virTypedParameter> {
    let mut field = [0; sys::VIR_TYPED_PARAM_FIELD_LENGTH as usize];
    let bytes = name.to_bytes();
    if bytes.len() >= field.len() {
        return Err(Exception::die(format!(
            "{}: no such field",
            name.to_string_lossy()
        )));
    }
    for (to, from) in field.iter_mut().zip(bytes) {
        *to = *from as c_char;
    }
    let (libvirt_type, value) = typed(value);
    Ok(virTypedParameter {
        field,
        type_: libvirt_type as c_int,
        value,
    })
}

/// A value as C has it: its type, and the member of the union that goes with that.
fn typed(value: ParamValue<'_>) -> (u32, sys::_virTypedParameterValue) {
    use sys::_virTypedParameterValue as Value;
    match value {
        ParamValue::Int(i) => (sys::VIR_TYPED_PARAM_INT, Value { i }),
        ParamValue::UInt(ui) => (sys::VIR_TYPED_PARAM_UINT, Value { ui }),
        ParamValue::LLong(l) => (sys::VIR_TYPED_PARAM_LLONG, Value { l }),
        ParamValue::ULLong(ul) => (sys::VIR_TYPED_PARAM_ULLONG, Value { ul }),
        ParamValue::Double(d) => (sys::VIR_TYPED_PARAM_DOUBLE, Value { d }),
        ParamValue::Boolean(b) => (sys::VIR_TYPED_PARAM_BOOLEAN, Value { b: b.into() }),
        ParamValue::String(text) => (
            sys::VIR_TYPED_PARAM_STRING,
            Value {
                s: text.as_ptr().cast_mut(),
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_has_name_type_and_value() {
        let mut settings = Settings::none();
        settings.set_string(c"file", Some(c"/a")).unwrap();
        settings.set_string(c"file", Some(c"/b")).unwrap();
        settings.set_string(c"dxml", None).unwrap();
        let [param] = settings.0.as_slice() else {
            panic!("not one")
        };
        assert_eq!(
            (name(param), param.type_ as u32),
            (c"file", sys::VIR_TYPED_PARAM_STRING)
        );
        // SAFETY: a string of this test.
        assert_eq!(unsafe { CStr::from_ptr(param.value.s) }, c"/b");
    }

    #[test]
    fn a_name_beyond_libvirts_length_is_refused() {
        let long = std::ffi::CString::new(vec![b'x'; 80]).unwrap();
        assert!(setting(&long, ParamValue::Int(1)).is_err());
    }
}
