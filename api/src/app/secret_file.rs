//! The file that the secret is kept in: made once, never overwritten, and refused where it protects nothing.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, Result, bail};
use zeroize::Zeroizing;

use crate::domain::Secret;

/// What makes a good one.
const MAKE: &str = "exchange secret new FILE";

/// More than any secret file holds, bytes: what goes on beyond is not read.
const LONGEST: usize = 1_024;

/// Fewer different bytes than this are no 32 random ones: of a million million million such draws not one has so few.
const FEWEST_DIFFERENT: usize = 13;

/// Reads a secret of 32 raw bytes or 64 hexadecimal digits.
///
/// # Errors
/// When it cannot be read, others than its owner and group can read it too, or it holds no secret.
pub(super) fn read(file: &Path) -> Result<Secret> {
    let shown = file.display();
    let unreadable = || format!("cannot read the secret `{shown}`");
    let opened = fs::File::open(file).with_context(unreadable)?;
    // Of what was opened, so that nothing can be put in its place meanwhile.
    let metadata = opened.metadata().with_context(unreadable)?;
    if metadata.is_dir() || metadata.file_type().is_char_device() || metadata.file_type().is_block_device() {
        bail!("`{shown}`: expected a file with a secret, found a folder or a device; make one with `{MAKE}`");
    }
    if metadata.permissions().mode() & 0o007 != 0 {
        bail!(
            "everybody on this machine can read the secret `{shown}` and remove the noise with it; \
             shut it with `chmod 600 {shown}`, or if others may have read it, make another with `{MAKE}`"
        );
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    opened.take(LONGEST as u64 + 1).read_to_end(&mut bytes).with_context(unreadable)?;
    let mut secret = Zeroizing::new([0_u8; 32]);
    let text = bytes.trim_ascii();
    if bytes.len() == secret.len() {
        secret.copy_from_slice(&bytes);
    } else if hex::decode_to_slice(text, secret.as_mut_slice()).is_err() {
        let found = if bytes.len() > LONGEST { "more than 1024".to_owned() } else { bytes.len().to_string() };
        bail!(
            "`{shown}`: expected 32 random bytes or 64 hexadecimal digits, found {found} bytes; make a secret with `{MAKE}`"
        );
    }
    let different = secret.iter().collect::<BTreeSet<_>>().len();
    if different < FEWEST_DIFFERENT {
        bail!("`{shown}`: expected 32 random bytes, found {different} different ones; make a secret with `{MAKE}`");
    }
    if secret.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')) {
        bail!("`{shown}`: expected 32 random bytes, found text, which can be guessed; make a secret with `{MAKE}`");
    }
    Ok(Secret::new(*secret))
}

/// Makes a file with a new secret that only its owner can read.
///
/// # Errors
/// When there is a file already, or it cannot be written.
pub(super) fn make(file: &Path, secret: [u8; 32]) -> Result<()> {
    if file.exists() {
        bail!(
            "`{}` is there already and stays as it is: without the secret in it, everything it protects is lost",
            file.display()
        );
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let write = |mut made: fs::File| made.write_all(&secret).and_then(|()| made.sync_all());
    options.open(file).and_then(write).with_context(|| format!("cannot make the secret `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8], mode: u32) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, bytes).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        read(&file).err().map(|error| format!("{error:#}")).unwrap_or_default()
    }

    #[test]
    fn a_secret_that_protects_nothing_is_refused_with_what_to_do() {
        let random: Vec<u8> = (0..32).collect();
        assert_eq!(refused(&random, 0o600), "");
        assert_eq!(refused(hex::encode(&random).as_bytes(), 0o640), "");
        for open in [0o644, 0o604, 0o602, 0o601] {
            assert!(refused(&random, open).contains("chmod 600"), "{open:o}");
        }
        assert!(refused(&[0; 32], 0o600).contains("found 1 different"));
        assert!(refused(&[b'a'; 64], 0o600).contains("found 1 different"));
        assert!(refused(&[1, 2, 3, 4].repeat(8), 0o600).contains("found 4 different"));
        assert!(refused(b"correct horse battery staple", 0o600).contains("found 28 bytes"));
        let text = b"correct horse battery staple, 32";
        assert!(refused(text, 0o600).contains("found text"));
        assert!(refused(hex::encode(text).as_bytes(), 0o600).contains("found text"));
        assert!(refused(&random.repeat(1_000), 0o600).contains("found more than 1024 bytes"));
        for told in [refused(&random, 0o644), refused(&[0; 32], 0o600), refused(text, 0o600), refused(b"", 0o600)] {
            assert!(told.contains("`exchange secret new FILE`"), "{told}");
        }
    }

    #[test]
    fn what_has_no_end_is_not_read() {
        for endless in ["/dev/zero", "/dev/urandom", "/"] {
            let told = format!("{:#}", read(Path::new(endless)).unwrap_err());
            assert!(told.contains("found a folder or a device"), "{told}");
        }
    }

    #[test]
    fn a_secret_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        make(&file, [7; 32]).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(make(&file, [8; 32]).unwrap_err().to_string().contains("is there already"));
        assert_eq!(fs::read(&file).unwrap(), [7; 32], "the first one stays");
        assert!(make(&folder.path().join("no/folder"), [8; 32]).is_err());
    }
}
