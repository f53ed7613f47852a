//! The file that the secret is kept in: made once, never overwritten, and refused where it protects nothing.

use std::{
    fs,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, Result, bail};

use crate::domain::Secret;

/// Reads a secret of 32 raw bytes or 64 hexadecimal digits.
///
/// # Errors
/// When it cannot be read, others than its owner and group can read it too, or it holds no secret.
pub(super) fn read(file: &Path) -> Result<Secret> {
    let shown = file.display();
    let bytes = fs::read(file).with_context(|| format!("cannot read the secret `{shown}`"))?;
    let mode = fs::metadata(file).with_context(|| format!("cannot read the secret `{shown}`"))?.permissions().mode();
    if mode & 0o007 != 0 {
        bail!(
            "everybody on this machine can read the secret `{shown}` and remove the noise with it; \
             shut it with `chmod 600 {shown}`"
        );
    }
    let raw: Option<[u8; 32]> = bytes.as_slice().try_into().ok();
    let digits = || hex::decode(bytes.trim_ascii()).ok().and_then(|decoded| decoded.try_into().ok());
    let Some(secret) = raw.or_else(digits) else {
        bail!(
            "`{shown}`: expected 32 random bytes or 64 hexadecimal digits, found {} bytes; \
             make a secret with `exchange secret new FILE`",
            bytes.len()
        );
    };
    if secret.iter().all(|byte| *byte == secret[0]) {
        bail!("`{shown}`: expected 32 random bytes, found equal ones; make a secret with `exchange secret new FILE`");
    }
    Ok(Secret::new(secret))
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
        assert!(refused(&random, 0o644).contains("chmod 600"));
        assert!(refused(&[0; 32], 0o600).contains("found equal ones"));
        assert!(refused(&[b'a'; 64], 0o600).contains("found equal ones"));
        assert!(refused(b"correct horse battery staple", 0o600).contains("found 28 bytes"));
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
