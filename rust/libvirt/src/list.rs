//! Lists: who owns the array, and what becomes of what is not handed over.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use xsub::tape::Values;
use xsub::{Argument, Exception, List, Output, Tape, memory};

use crate::handle::Native;

/// An array of things that libvirt allocated, each of them and the array ours.
pub struct Allocated<T> {
    items: *mut T,
    next: usize,
    count: usize,
    free: unsafe fn(T),
}

// SAFETY: nobody else has the pointers.
unsafe impl<T> Send for Allocated<T> {}

impl<T: Copy> Allocated<T> {
    /// Calls a function that allocates an array and returns its length.
    ///
    /// # Errors
    ///
    /// The call's.
    ///
    /// # Safety
    ///
    /// `free` releases one item of such an array.
    pub unsafe fn new(
        free: unsafe fn(T),
        call: impl FnOnce(&mut *mut T) -> crate::Result<usize>,
    ) -> crate::Result<Self> {
        let mut items = ptr::null_mut();
        let count = call(&mut items)?;
        Ok(Self {
            items,
            next: 0,
            count,
            free,
        })
    }

    /// The items that were not handed over yet.
    pub fn as_slice(&self) -> &[T] {
        if self.next == self.count {
            return &[];
        }
        // SAFETY: libvirt filled `count` items.
        unsafe { std::slice::from_raw_parts(self.items.add(self.next), self.count - self.next) }
    }
}

/// Hands the items over, one by one.
impl<T: Copy> Iterator for Allocated<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let item = self.as_slice().first().copied()?;
        self.next += 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count - self.next, Some(self.count - self.next))
    }
}

impl<T> Drop for Allocated<T> {
    fn drop(&mut self) {
        // SAFETY: what is left of the items is ours, and the array.
        unsafe {
            for index in self.next..self.count {
                (self.free)(self.items.add(index).read());
            }
            libc::free(self.items.cast());
        }
    }
}

/// Native objects: `list(|domains| vir!(virConnectListAllDomains(con, domains, flags)))`.
pub struct Objects<T: Native>(Allocated<*mut T::Raw>);

/// Calls a function that allocates an array of objects.
///
/// # Errors
///
/// The call's.
pub fn list<T: Native>(
    call: impl FnOnce(&mut *mut *mut T::Raw) -> crate::Result<usize>,
) -> crate::Result<Objects<T>> {
    unsafe fn free<T: Native>(native: *mut T::Raw) {
        // SAFETY: the array held a reference of ours.
        unsafe { T::free(native) };
    }
    // SAFETY: each item is an object with a reference of ours.
    unsafe { Allocated::new(free::<T>, call).map(Objects) }
}

impl<T: Native> Output for Objects<T> {
    fn write(self, tape: &mut Tape<'_>) {
        tape.reserve(self.0.size_hint().0);
        for native in self.0 {
            // SAFETY: an object of this class; its reference goes to the tape.
            unsafe { tape.handle::<T>(native.cast()) };
        }
    }
}

/// Strings that libvirt allocated, as a list of values.
pub struct Texts(Allocated<*mut c_char>);

unsafe fn free_text(text: *mut c_char) {
    // SAFETY: from malloc(), and ours.
    unsafe { libc::free(text.cast()) };
}

/// Calls a function that allocates an array of strings.
///
/// # Errors
///
/// The call's.
pub fn texts(
    call: impl FnOnce(&mut *mut *mut c_char) -> crate::Result<usize>,
) -> crate::Result<Texts> {
    // SAFETY: each item is a string from malloc().
    unsafe { Allocated::new(free_text, call).map(Texts) }
}

impl Output for Texts {
    fn write(self, tape: &mut Tape<'_>) {
        tape.reserve(self.0.size_hint().0);
        for text in self.0 {
            // SAFETY: ours, and given away.
            unsafe { tape.owned(text) };
        }
    }
}

/// Calls a function that fills an array of the caller's size with strings.
///
/// # Errors
///
/// The call's; a plain string where `max` is no size for an array.
pub fn names(
    max: i32,
    call: impl FnOnce(&mut [*mut c_char], c_int) -> crate::Result<usize>,
) -> crate::Result<Texts> {
    // SAFETY: strings from malloc(), in an array from calloc() that has room for `max`.
    unsafe {
        let items = room::<*mut c_char>(max)?;
        let mut names = Allocated {
            items,
            next: 0,
            count: 0,
            free: free_text,
        };
        let count = call(std::slice::from_raw_parts_mut(items, max as usize), max)?;
        names.count = count.min(max as usize);
        Ok(Texts(names))
    }
}

/// Calls a function that fills an array of the caller's size with numbers.
///
/// # Errors
///
/// The call's; a plain string where `max` is no size for an array.
pub fn numbers<T: Copy + Output>(
    max: i32,
    call: impl FnOnce(&mut [T], c_int) -> crate::Result<usize>,
) -> crate::Result<Values<T>> {
    // SAFETY: numbers need no freeing; the array from calloc() has room for `max`.
    unsafe {
        let items = room::<T>(max)?;
        let mut numbers = Allocated {
            items,
            next: 0,
            count: 0,
            free: |_: T| (),
        };
        let count = call(std::slice::from_raw_parts_mut(items, max as usize), max)?;
        numbers.count = count.min(max as usize);
        let mut values = memory::room(numbers.count);
        values.extend(numbers);
        Ok(Values(values))
    }
}

/// Zeroed memory for `max` items, which free() releases.
fn room<T>(max: i32) -> crate::Result<*mut T> {
    let Ok(count) = usize::try_from(max) else {
        return Err(Exception::die(format!(
            "{max} is no number of items: it is negative"
        )));
    };
    // SAFETY: calloc() takes any size, and checks the product.
    let items: *mut T = unsafe { libc::calloc(count.max(1), size_of::<T>()) }.cast();
    if items.is_null() {
        return Err(Exception::die(format!(
            "{max} items: more than there is memory"
        )));
    }
    Ok(items)
}

/// A Perl list as an array for C.
pub fn array<'a, T: Argument<'a>, C>(list: List<'a, T>, item: impl Fn(T) -> C) -> Vec<C> {
    let mut items = memory::room(list.len());
    items.extend(list.iter().map(item));
    items
}

/// A Perl list of strings as an array for C.
pub fn strings(list: List<'_, &CStr>) -> Vec<*const c_char> {
    array(list, CStr::as_ptr)
}

/// The length of an array, as C takes it.
pub fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
