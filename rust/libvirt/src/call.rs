//! Calling C: arguments by trait, result by trait, the error taken at once.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

use xsub::Exception;

use crate::error::{has_error, last_error, unsupported};

/// A Rust argument that C takes as `C`.
pub trait Pass<C> {
    /// The C argument; it borrows from `self`, and C may use it during the call only.
    fn pass(self) -> C;
}

impl<T> Pass<T> for T {
    fn pass(self) -> T {
        self
    }
}

impl Pass<*const c_char> for &CStr {
    fn pass(self) -> *const c_char {
        self.as_ptr()
    }
}

impl Pass<*const c_char> for Option<&CStr> {
    fn pass(self) -> *const c_char {
        self.map_or(std::ptr::null(), CStr::as_ptr)
    }
}

impl<T> Pass<*mut T> for &mut T {
    fn pass(self) -> *mut T {
        self
    }
}

impl<T> Pass<*mut T> for &mut [T] {
    fn pass(self) -> *mut T {
        self.as_mut_ptr()
    }
}

// libvirt declares some arrays that it only reads as writable.
impl<T> Pass<*mut T> for &[T] {
    fn pass(self) -> *mut T {
        self.as_ptr().cast_mut()
    }
}

impl<T> Pass<*const T> for &[T] {
    fn pass(self) -> *const T {
        self.as_ptr()
    }
}

/// A result that is made of C's `C`; `None` is a failure.
pub trait FromC<C>: Sized {
    /// Takes over what C returned.
    fn from_c(result: C) -> Option<Self>;
}

/// Negative is a failure.
impl FromC<c_int> for () {
    fn from_c(result: c_int) -> Option<Self> {
        (result >= 0).then_some(())
    }
}

/// Negative is a failure.
impl FromC<c_int> for i32 {
    fn from_c(result: c_int) -> Option<Self> {
        (result >= 0).then_some(result)
    }
}

/// Negative is a failure.
impl FromC<c_int> for usize {
    fn from_c(result: c_int) -> Option<Self> {
        result.try_into().ok()
    }
}

/// 0 is a failure if there is an error.
impl FromC<u64> for u64 {
    fn from_c(result: u64) -> Option<Self> {
        (result != 0 || !has_error()).then_some(result)
    }
}

/// Converts the result of a call, or takes its error.
///
/// # Errors
///
/// libvirt's.
pub fn check<C, T: FromC<C>>(result: C) -> crate::Result<T> {
    T::from_c(result).ok_or_else(last_error)
}

macro_rules! arities {
    ($($call:ident $newer:ident ($($arg:ident: $type:ident),*);)*) => {$(
        /// Calls `function`.
        #[doc(hidden)]
        #[allow(clippy::too_many_arguments)]
        pub fn $call<R $(, $type)*>(
            function: unsafe extern "C" fn($($type),*) -> R,
            $($arg: impl Pass<$type>),*
        ) -> R {
            // SAFETY: every `Pass` gives what the parameter's C type stands for, and
            // the row in the table says what belongs to which parameter.
            unsafe { function($($arg.pass()),*) }
        }

        /// Calls a function that the loaded libvirt may lack; `_witness` gives its type
        /// and is never called, so that nothing links to the function.
        #[doc(hidden)]
        #[allow(clippy::too_many_arguments)]
        pub fn $newer<R $(, $type)*>(
            newer: &Newer,
            _witness: impl FnOnce() -> unsafe extern "C" fn($($type),*) -> R,
            $($arg: impl Pass<$type>),*
        ) -> Result<R, Exception> {
            let address = newer.address()?;
            // SAFETY: libvirt's symbol of that name has the type that the header gives it.
            let function = unsafe {
                std::mem::transmute::<*const c_void, unsafe extern "C" fn($($type),*) -> R>(address)
            };
            Ok($call(function $(, $arg)*))
        }
    )*};
}

arities! {
    call0 newer0 ();
    call1 newer1 (a: A);
    call2 newer2 (a: A, b: B);
    call3 newer3 (a: A, b: B, c: C);
    call4 newer4 (a: A, b: B, c: C, d: D);
    call5 newer5 (a: A, b: B, c: C, d: D, e: E);
    call6 newer6 (a: A, b: B, c: C, d: D, e: E, f: F);
    call7 newer7 (a: A, b: B, c: C, d: D, e: E, f: F, g: G);
    call8 newer8 (a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H);
}

/// A function newer than the oldest libvirt that we run on, looked up once.
pub struct Newer {
    name: &'static CStr,
    since: &'static str,
    address: OnceLock<usize>,
}

impl Newer {
    /// `name`, which libvirt has since the version `since`.
    pub const fn new(name: &'static CStr, since: &'static str) -> Self {
        Self {
            name,
            since,
            address: OnceLock::new(),
        }
    }

    fn address(&self) -> Result<*const c_void, Exception> {
        // SAFETY: dlsym() takes any name.
        let address = *self.address.get_or_init(|| unsafe {
            libc::dlsym(libc::RTLD_DEFAULT, self.name.as_ptr()) as usize
        });
        if address == 0 {
            return Err(unsupported(self.name, self.since));
        }
        Ok(address as *const c_void)
    }
}

/// Calls a libvirt function: `vir!(virDomainGetXMLDesc(dom, flags))`.
///
/// The arguments go through [`Pass`](crate::call::Pass), the result through
/// [`FromC`](crate::call::FromC); a failure is libvirt's error.
///
/// * `vir!("10.2.0": virDomainGraphicsReload(dom, kind, flags))`: a function that
///   libvirt has since that version; an older one gives `ERR_NO_SUPPORT`.
/// * `vir!(if flags { virDomainCreateWithFlags(dom, flags) } else { virDomainCreate(dom) })`:
///   the older function while no flags are given, for old peers and drivers.
#[macro_export]
macro_rules! vir {
    (if $flags:ident { $($new:tt)* } else { $($old:tt)* }) => {
        if $flags != 0 { $crate::vir!($($new)*) } else { $crate::vir!($($old)*) }
    };
    ($since:literal: $function:ident $arguments:tt) => {
        $crate::newer!($since, $function, $arguments).and_then($crate::call::check)
    };
    ($function:ident $arguments:tt) => {
        $crate::call::check($crate::raw!($function $arguments))
    };
}

/// As [`vir!`], where success gives nothing.
#[macro_export]
macro_rules! check {
    ($($call:tt)*) => {{
        let checked: $crate::Result<()> = $crate::vir!($($call)*);
        checked
    }};
}

/// Calls a libvirt function and gives what C returns, failure or not.
#[macro_export]
macro_rules! raw {
    ($f:ident()) => {
        $crate::call::call0($crate::sys::$f)
    };
    ($f:ident($a:expr)) => {
        $crate::call::call1($crate::sys::$f, $a)
    };
    ($f:ident($a:expr, $b:expr)) => {
        $crate::call::call2($crate::sys::$f, $a, $b)
    };
    ($f:ident($a:expr, $b:expr, $c:expr)) => {
        $crate::call::call3($crate::sys::$f, $a, $b, $c)
    };
    ($f:ident($a:expr, $b:expr, $c:expr, $d:expr)) => {
        $crate::call::call4($crate::sys::$f, $a, $b, $c, $d)
    };
    ($f:ident($a:expr, $b:expr, $c:expr, $d:expr, $e:expr)) => {
        $crate::call::call5($crate::sys::$f, $a, $b, $c, $d, $e)
    };
    ($f:ident($a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $g:expr)) => {
        $crate::call::call6($crate::sys::$f, $a, $b, $c, $d, $e, $g)
    };
    ($f:ident($a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $g:expr, $h:expr)) => {
        $crate::call::call7($crate::sys::$f, $a, $b, $c, $d, $e, $g, $h)
    };
    ($f:ident($a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $g:expr, $h:expr, $i:expr)) => {
        $crate::call::call8($crate::sys::$f, $a, $b, $c, $d, $e, $g, $h, $i)
    };
}

/// What [`vir!`] does for a function with a version.
#[doc(hidden)]
#[macro_export]
macro_rules! newer {
    (@call $call:ident $since:literal, $f:ident, $($args:expr),*) => {{
        static NEWER: $crate::call::Newer =
            $crate::call::Newer::new($crate::newer!(@name $f), $since);
        $crate::call::$call(&NEWER, || $crate::sys::$f, $($args),*)
    }};
    (@name $f:ident) => {
        match ::std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($f), "\0").as_bytes()) {
            Ok(name) => name,
            Err(_) => panic!("a NUL in a name"),
        }
    };
    ($s:literal, $f:ident, ($a:expr)) => { $crate::newer!(@call newer1 $s, $f, $a) };
    ($s:literal, $f:ident, ($a:expr, $b:expr)) => { $crate::newer!(@call newer2 $s, $f, $a, $b) };
    ($s:literal, $f:ident, ($a:expr, $b:expr, $c:expr)) => {
        $crate::newer!(@call newer3 $s, $f, $a, $b, $c)
    };
    ($s:literal, $f:ident, ($a:expr, $b:expr, $c:expr, $d:expr)) => {
        $crate::newer!(@call newer4 $s, $f, $a, $b, $c, $d)
    };
    ($s:literal, $f:ident, ($a:expr, $b:expr, $c:expr, $d:expr, $e:expr)) => {
        $crate::newer!(@call newer5 $s, $f, $a, $b, $c, $d, $e)
    };
    ($s:literal, $f:ident, ($a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $g:expr)) => {
        $crate::newer!(@call newer6 $s, $f, $a, $b, $c, $d, $e, $g)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_function_is_found_or_refused() {
        assert!(Newer::new(c"virGetVersion", "0.0.3").address().is_ok());
        let missing = Newer::new(c"virNotYetInvented", "99.0.0").address();
        assert!(matches!(missing, Err(Exception::Throw { code: 3, .. })));
    }

    #[test]
    fn negative_is_a_failure() {
        assert_eq!(i32::from_c(-1), None);
        assert_eq!(i32::from_c(7), Some(7));
        assert_eq!(<()>::from_c(0), Some(()));
    }
}
