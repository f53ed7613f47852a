//! Why a token is refused.

/// Why a token is refused. The text may be shown: it tells nothing that the sender does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token of three parts, or a part cannot be read.
    #[error("the token is malformed")]
    Malformed,
    /// A claim that must be there is missing or of another type.
    #[error(
        "the token lacks a claim: exp, iss and aud must be there, of the service's own sub too, each of its own type"
    )]
    Claims,
    /// Another algorithm than the pinned one, an unknown key of the service, or a header that must be understood and is not.
    #[error("the token is not signed with a key of this service")]
    Key,
    /// Another algorithm than was agreed with its issuer, or than its key signs by.
    #[error("the token is not signed by an algorithm that was agreed with its issuer for that key")]
    Algorithm,
    /// Its key is not among those that its issuer was seen to show; the issuer is told by its key in the database.
    #[error("the token is signed with a key that its issuer does not show")]
    UnknownKey(i64),
    /// The signature does not fit.
    #[error("the signature of the token does not fit")]
    Signature,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token does not hold yet")]
    NotYet,
    /// It was taken back: it alone, or with every token of its organisation or client.
    #[error("the token was revoked")]
    Revoked,
    /// It is for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// It is by somebody else.
    #[error("the token is by another issuer: iss, to the letter, is none that is set up here")]
    Issuer,
    /// It does not name its client, in the claim that its issuer is set up with.
    #[error("the token does not name its client in the claim that was agreed with its issuer")]
    NoClient,
    /// Its client is not let in.
    #[error("the token is of a client that is not let in here")]
    UnknownClient,
    /// It holds too long.
    #[error("the token holds longer than a year")]
    TooLong,
}
