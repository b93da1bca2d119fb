//! Free pages of memory, by NUMA cell and size.

use xsub::{List, Output, Tape};

use crate::Exception;
use crate::list::array;

/// A list of one hash for each cell: its number, and how many pages of each size are free.
pub struct FreePages {
    start: i32,
    sizes: Vec<u32>,
    counts: Vec<u64>,
}

/// Calls a function that fills the counts of all sizes, cell by cell.
///
/// # Errors
///
/// The call's; a plain string where there cannot be so many.
pub fn free_pages(
    start: i32,
    cells: i32,
    sizes: List<'_, u32>,
    call: impl FnOnce(&mut [u32], u32, &mut [u64]) -> crate::Result<()>,
) -> crate::Result<FreePages> {
    let mut sizes = array(sizes, |size: u32| size);
    let mut counts = Vec::new();
    let total = sizes.len().saturating_mul(cells.max(0) as usize);
    if counts.try_reserve_exact(total).is_err() {
        return Err(Exception::die(format!(
            "{cells} cells: more than there is memory"
        )));
    }
    counts.resize(total, 0);
    // How many it filled is not what every driver says.
    call(&mut sizes, cells as u32, &mut counts)?;
    Ok(FreePages {
        start,
        sizes,
        counts,
    })
}

impl Output for FreePages {
    fn write(self, tape: &mut Tape<'_>) {
        if self.sizes.is_empty() {
            return;
        }
        let names: Vec<_> = self.sizes.iter().map(|size| format!("{size}\0")).collect();
        let names = tape.keep(Box::new(names));
        for (cell, counts) in (self.start..).zip(self.counts.chunks(self.sizes.len())) {
            tape.hash(2);
            tape.key(c"cell");
            tape.int(cell.into());
            tape.key(c"pages");
            tape.hash(counts.len());
            for (name, count) in names.iter().zip(counts) {
                if let Ok(name) = std::ffi::CStr::from_bytes_with_nul(name.as_bytes()) {
                    // SAFETY: the tape keeps the names.
                    unsafe { tape.borrowed_key(name) };
                    tape.uint(*count);
                }
            }
        }
    }
}
