//! Which rows are finished, and of what recordings and models, in eight bytes a row.

/// What each finished row was made of; rows that are not finished have none.
#[derive(Debug, Default)]
pub(super) struct Done(Vec<Option<Identity>>);

/// A number over all that a row's result depends on and that may change between two runs; never 0, so that none takes no room.
pub(super) type Identity = std::num::NonZeroU64;

impl Done {
    pub fn insert(&mut self, row: u64, identity: Identity) {
        *self.place(row) = Some(identity);
    }

    /// The row is to be scored again.
    pub fn remove(&mut self, row: u64) {
        *self.place(row) = None;
    }

    /// What a finished row was made of.
    pub fn identity(&self, row: u64) -> Option<Identity> {
        self.0.get(row as usize).copied().flatten()
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.iter().flatten().count() as u64
    }

    fn place(&mut self, row: u64) -> &mut Option<Identity> {
        let row = row as usize;
        if self.0.len() <= row {
            self.0.resize(row + 1, None);
        }
        &mut self.0[row]
    }
}
