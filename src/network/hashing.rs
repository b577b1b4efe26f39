//! Users' numbers as salted hashes: calls of one user can be told, the user cannot.

use sha2::{Digest, Sha256};

/// A number or name, or its hash where there is a salt: the first 64 bits of SHA-256 over the salt and the number.
pub fn user(user: Option<String>, salt: Option<&str>) -> Option<String> {
    let Some(salt) = salt else { return user };
    user.map(|user| {
        let mut hash = Sha256::new();
        hash.update((salt.len() as u64).to_le_bytes());
        hash.update(salt);
        hash.update(user);
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    })
}
