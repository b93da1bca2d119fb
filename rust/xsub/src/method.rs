//! From a table of signatures to what C calls.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::c_char;
use std::panic::{self, AssertUnwindSafe};
use std::ptr;

use crate::abi::{
    xsub, xsub_class, xsub_outcome, xsub_parameter, xsub_perl, xsub_table, xsub_value,
};
use crate::callback::set_perl;
use crate::memory::NoMemory;
use crate::pipe;
use crate::tape::set_classes;
use crate::{Argument, Exception, Output, Tape};

/// One method, as [`xsubs!`](crate::xsubs) writes it.
pub trait Method {
    /// Runs it.
    ///
    /// # Errors
    ///
    /// The exception that Perl shall see.
    fn call(args: Args<'_>) -> Result<impl Output, Exception>;
}

/// The decoded arguments of a call.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    values: &'a xsub_value,
}

impl<'a> Args<'a> {
    /// The argument at `index`, of the type that the method's table says.
    ///
    /// Only [`xsubs!`](crate::xsubs) calls this: index and type come from the same row.
    #[doc(hidden)]
    pub fn get<T: Argument<'a>>(self, index: usize) -> T {
        // SAFETY: the decoder filled one value for each parameter, of its TYPE.
        unsafe { T::from_value(&*(&raw const *self.values).add(index)) }
    }
}

/// What C calls for the method `M`.
///
/// # Safety
///
/// `args` was decoded by the parameters of `M`; `outcome` can be written to.
pub unsafe extern "C" fn entry<M: Method>(args: *const xsub_value, outcome: *mut xsub_outcome) {
    // SAFETY: promised by C.
    let args = unsafe { Args { values: &*args } };
    // SAFETY: promised by C, and again once the tape was dropped.
    let start = || unsafe { Tape::start(outcome) };
    pipe::shielded(|| {
        let mut tape = None;
        let call = || match M::call(args) {
            Ok(value) => value.write(tape.insert(start())),
            Err(exception) => tape.insert(start()).throw(exception),
        };
        // A panic leaves nothing half done that outlives this call: the tape is started anew.
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(call)) {
            tape.unwrap_or_else(start).throw(panicked(&*payload));
        }
    });
}

thread_local! {
    static PANIC_LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// VIR_ERR_INTERNAL_ERROR, VIR_ERR_NO_MEMORY and VIR_ERR_ERROR.
const INTERNAL_ERROR: i32 = 1;
const NO_MEMORY: i32 = 2;
const ERROR: i32 = 2;

fn error(code: i32, message: impl Into<Vec<u8>>) -> Exception {
    Exception::Throw {
        level: ERROR,
        code,
        domain: 0,
        message: message.into(),
    }
}

/// A panic, as an exception with its message and its place in the source.
pub fn panicked(payload: &(dyn Any + Send)) -> Exception {
    if payload.is::<NoMemory>() {
        return error(
            NO_MEMORY,
            "out of memory: there is too little for the result",
        );
    }
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message");
    let location = PANIC_LOCATION.take();
    let message = format!("internal error: {message}, at {location}");
    error(INTERNAL_ERROR, message)
}

/// Prepares the process: the table of classes, the way back into Perl, and panics
/// that print nothing.
pub fn install(classes: &'static [xsub_class], perl: Option<&'static xsub_perl>) {
    set_classes(classes);
    if let Some(perl) = perl {
        set_perl(perl);
    }
    panic::set_hook(Box::new(|info| {
        let location = info.location().map(ToString::to_string);
        PANIC_LOCATION.set(location.unwrap_or_default());
    }));
}

// SAFETY: the tables are constants; their pointers lead to other constants.
unsafe impl Sync for xsub {}
// SAFETY: as above.
unsafe impl Sync for xsub_parameter {}
// SAFETY: as above.
unsafe impl Sync for xsub_table {}
// SAFETY: as above.
unsafe impl Sync for xsub_class {}

impl xsub {
    /// A row of a table of methods.
    #[doc(hidden)]
    pub const fn new(
        name: *const c_char,
        parameters: &'static [xsub_parameter],
        omittable: &[bool],
    ) -> Self {
        let mut required = 0;
        while required < parameters.len()
            && parameters[required].default_text.is_null()
            && !omittable[required]
        {
            required += 1;
        }
        Self {
            name,
            usage: ptr::null(),
            methods: const { &[ptr::null()] }.as_ptr(),
            parameters: parameters.as_ptr(),
            required: required as u8,
            count: parameters.len() as u8,
            call: None,
            schema: None,
        }
    }
}

/// A table of methods: `XSUBS`.
///
/// ```
/// xsub::xsubs! {
///     package "My::Package";
///
///     /// `My::Package::add($first, $second = 1)`: their sum.
///     sub add(first: i32, second: i32 = 1) -> i32 {
///         Ok(first + second)
///     }
/// }
/// assert_eq!(XSUBS.len(), 1);
/// assert_eq!((XSUBS[0].required, XSUBS[0].count), (1, 2));
/// ```
///
/// The types of the arguments implement [`Argument`](crate::Argument), the type
/// of the result [`Output`](crate::Output). A default is a number or `undef`.
/// Behind the arguments may come `method "…", …`, the full names of methods that the sub
/// serves as well, with as many or as few arguments as a sub written in Perl would take;
/// `schema { … }`, which says what fields a
/// [`Params`](crate::Params) argument may have (all other arguments are there
/// to ask libvirt with), and `usage "…"`, which replaces the usage text.
#[macro_export]
macro_rules! xsubs {
    (
        package $package:literal;
        $(
            $(#[doc = $doc:literal])*
            sub $name:ident ( $($arg:ident : $type:ty $(= $default:tt)?),* $(,)? )
                $(method $($method:literal),+)? $(usage $usage:literal)? $(schema $schema:block)?
                -> $result:ty $body:block
        )*
    ) => {
        /// The methods of this table.
        pub static XSUBS: &[$crate::abi::xsub] = &[$({
            $(#[doc = $doc])*
            struct BodyOfSub;

            impl $crate::Method for BodyOfSub {
                #[allow(unused_variables, unused_assignments, unused_mut, refining_impl_trait)]
                fn call(
                    args: $crate::method::Args<'_>,
                ) -> ::std::result::Result<$result, $crate::Exception> {
                    let mut index = 0;
                    $(
                        let $arg: $type = args.get(index);
                        index += 1;
                    )*
                    $body
                }
            }

            #[allow(unused_mut)]
            let mut row = $crate::abi::xsub::new(
                concat!($package, "::", stringify!($name), "\0").as_ptr().cast(),
                const {
                    &[$(
                        $crate::abi::xsub_parameter {
                            name: $crate::value::parameter_name($crate::cstr!(stringify!($arg))),
                            default_text: $crate::xsubs!(@text $($default)?),
                            default_number: $crate::xsubs!(@number $($default)?),
                            type_: <$type as $crate::Argument>::TYPE,
                        }
                    ),*]
                },
                &[$(<$type as $crate::Argument>::OMITTABLE),*],
            );
            row.call = Some($crate::method::entry::<BodyOfSub>);
            $(
                row.methods =
                    const { &[$($crate::cstr!($method).as_ptr(),)+ ::std::ptr::null()] }.as_ptr();
            )?
            $( row.usage = $crate::cstr!($usage).as_ptr(); )?
            row.schema = $crate::xsubs!(@schema [$($schema)?] $($arg: $type,)*);
            row
        }),*];
    };
    (@schema [] $($arguments:tt)*) => { None };
    (@schema [$schema:block] $($arg:ident : $type:ty,)*) => {{
        struct SchemaOfSub;

        impl $crate::Method for SchemaOfSub {
            #[allow(unused_variables, unused_assignments)]
            fn call(
                args: $crate::method::Args<'_>,
            ) -> ::std::result::Result<impl $crate::Output, $crate::Exception> {
                let mut index = 0;
                $(
                    let $arg: $type = args.get(index);
                    index += 1;
                )*
                $schema
            }
        }

        Some($crate::method::entry::<SchemaOfSub>)
    }};
    (@text) => { ::std::ptr::null() };
    (@text undef) => { c"&PL_sv_undef".as_ptr() };
    (@text $default:tt) => { $crate::cstr!(stringify!($default)).as_ptr() };
    (@number) => { 0 };
    (@number undef) => { 0 };
    (@number $default:tt) => { $default as i64 };
}

/// A C string made of literals.
#[doc(hidden)]
#[macro_export]
macro_rules! cstr {
    ($text:expr) => {
        match ::std::ffi::CStr::from_bytes_with_nul(concat!($text, "\0").as_bytes()) {
            Ok(text) => text,
            Err(_) => panic!("a NUL in a name"),
        }
    };
}
