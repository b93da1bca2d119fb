//! Memory whose size a caller or a server decides: where there is not enough, the call
//! throws, and the process goes on.

use std::panic::resume_unwind;

/// What unwinds the call, and becomes an exception.
pub struct NoMemory;

/// A vector with room for `count` items.
///
/// # Panics
///
/// With [`NoMemory`] where there is none.
pub fn room<T>(count: usize) -> Vec<T> {
    let mut items = Vec::new();
    if items.try_reserve_exact(count).is_err() {
        none();
    }
    items
}

/// Makes room for `more` items, and some to spare: for what grows bit by bit.
///
/// # Panics
///
/// With [`NoMemory`] where there is none.
pub fn reserve<T>(items: &mut Vec<T>, more: usize) {
    if items.try_reserve(more).is_err() {
        none();
    }
}

/// Unwinds the call.
///
/// # Panics
///
/// Always.
pub fn none() -> ! {
    resume_unwind(Box::new(NoMemory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_unwinds() {
        let unwound = std::panic::catch_unwind(|| room::<u64>(usize::MAX / 16)).unwrap_err();
        assert!(unwound.is::<NoMemory>());
    }
}
