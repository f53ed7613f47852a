//! The header `Idempotency-Key`, under which a change is made once however often it is sent.

use axum::http::HeaderMap;

/// The key that a request was sent under, where it was.
///
/// # Errors
/// In words, when there are several, or one that is no text.
pub(super) fn sent(headers: &HeaderMap) -> Result<Option<String>, String> {
    let mut sent = headers.get_all("idempotency-key").iter();
    let Some(first) = sent.next() else { return Ok(None) };
    if sent.next().is_some() {
        return Err("expected one Idempotency-Key, found several".to_owned());
    }
    // Some clients send it as a string of structured fields, in quotes.
    let text = first.to_str().map_err(|_| "expected an Idempotency-Key of printable ASCII".to_owned())?;
    Ok(Some(text.trim().trim_matches('"').to_owned()))
}
