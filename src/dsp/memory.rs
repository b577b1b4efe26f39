//! Memory that is kept: what one pair frees serves the thread's next one, because fresh pages would cost as much as a
//! transform of what they hold.

use bytemuck::{Pod, Zeroable, cast_slice, cast_slice_mut};
use num_complex::Complex32;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A line of the processor's cache: accesses that straddle two of them would slow the transforms.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([Complex32; 8]);

/// An array of values that begins at a line of the cache.
pub(crate) struct Memory<T> {
    lines: Vec<Line>,
    length: usize,
    values: PhantomData<T>,
}

impl<T: Pod> Memory<T> {
    /// Room for `length` values; what it holds is unspecified.
    pub fn new(length: usize) -> Self {
        let lines = (length * size_of::<T>()).div_ceil(size_of::<Line>());
        let unused = UNUSED.with_borrow_mut(|unused| unused.take(lines));
        let lines = unused.unwrap_or_else(|| vec![Line::default(); lines]);
        Self { lines, length, values: PhantomData }
    }

    /// `length` values, all zero.
    pub fn zeroed(length: usize) -> Self {
        let mut memory = Self::new(length);
        memory.fill(T::zeroed());
        memory
    }
}

impl<T: Pod> Deref for Memory<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &cast_slice(&self.lines)[..self.length]
    }
}

impl<T: Pod> DerefMut for Memory<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut cast_slice_mut(&mut self.lines)[..self.length]
    }
}

impl<T: Pod> Clone for Memory<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.length);
        copy.copy_from_slice(self);
        copy
    }
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // When the thread ends, its store may be gone already; then the memory is freed.
        let _ = UNUSED.try_with(|unused| {
            if let Ok(mut unused) = unused.try_borrow_mut() {
                unused.keep(lines);
            }
        });
    }
}

/// A thread's unused memory by its length in lines.
#[derive(Default)]
struct Unused {
    memory: BTreeMap<usize, Vec<Vec<Line>>>,
    /// Lines in all of it.
    total: usize,
}

impl Unused {
    /// Most lines kept in all: 64 MiB.
    const MOST: usize = 1 << 20;
    /// Most lines of one piece: 8 MiB. Longer signals are rare, and take so long that fresh pages are nothing to them.
    const LONGEST: usize = 1 << 17;

    /// Memory of at least `lines` lines and at most a quarter more, if there is any.
    fn take(&mut self, lines: usize) -> Option<Vec<Line>> {
        let (&length, alike) = self.memory.range_mut(lines..=lines + lines / 4).next()?;
        let taken = alike.pop();
        if alike.is_empty() {
            self.memory.remove(&length);
        }
        self.total -= length;
        taken
    }

    /// Keeps memory for later; where there would be too much, all that was kept before is freed.
    fn keep(&mut self, lines: Vec<Line>) {
        if lines.len() > Self::LONGEST {
            return;
        }
        if self.total + lines.len() > Self::MOST {
            *self = Self::default();
        }
        self.total += lines.len();
        self.memory.entry(lines.len()).or_default().push(lines);
    }
}

thread_local! {
    static UNUSED: RefCell<Unused> = RefCell::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_about_the_same_length_comes_back() {
        let first = Memory::<f32>::new(1000);
        let address = first.as_ptr();
        drop(first);
        let other = Memory::<f32>::zeroed(2000);
        let second = Memory::<f32>::zeroed(900);
        assert_eq!(second.as_ptr(), address);
        assert_eq!((second.len(), other.len()), (900, 2000));
        assert!(second.iter().all(|&value| value == 0.0));
    }
}
